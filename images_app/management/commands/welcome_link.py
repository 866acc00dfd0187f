"""welcome_link: the address that makes the first account, or nothing once somebody has one."""

from typing import Any

from django.core.management.base import BaseCommand

from images_app.teams.welcome import welcome_address


class Command(BaseCommand):
    help = "Prints the one-time address that makes the first account; nothing once somebody has an account."

    def handle(self, *args: Any, **options: Any) -> None:
        if address := welcome_address():
            self.stdout.write(address)
