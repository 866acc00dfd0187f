"""first_account: makes the account named by ADMIN_EMAIL and ADMIN_PASSWORD, once."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from images_app.teams.actions import NotFirst, make_first_person
from images_app.teams.models import User


class Command(BaseCommand):
    help = "Makes the first account from ADMIN_EMAIL and ADMIN_PASSWORD; does nothing once somebody has one."

    def handle(self, *args: Any, **options: Any) -> None:
        email, password = settings.ADMIN_EMAIL, settings.ADMIN_PASSWORD
        if not (email or password) or User.objects.exists():
            return
        if not (email and password):
            raise CommandError("Set both ADMIN_EMAIL and ADMIN_PASSWORD, or neither.")
        try:
            person = make_first_person(email, password)
        except NotFirst:
            return  # another machine, started at the same moment, was quicker
        self.stdout.write(f"Made the first account, {person.email}.")
