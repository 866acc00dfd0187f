"""sync_provider: brings the first provider in step with the environment; run at every start."""

from typing import Any

from django.core.management.base import BaseCommand

from images_app.providers.actions import sync_environment_provider


class Command(BaseCommand):
    requires_migrations_checks = True  # says so, where the database is not up to date
    help = (
        "Brings the first provider in step with IMAGE_API_BASE_URL and IMAGE_API_KEY, or the demo endpoint."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        provider = sync_environment_provider()
        if provider is None:
            self.stdout.write("No endpoint: set IMAGE_API_BASE_URL and IMAGE_API_KEY.")
        else:
            self.stdout.write(f"Pictures come from {provider.name}, {provider.base_url}")
