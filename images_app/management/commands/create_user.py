"""create_user EMAIL [--password P] [--superuser] [--team SLUG]"""

import getpass
import secrets
import sys
from typing import Any, cast

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import Field

from images_app.teams.actions import NoSuchTeam, PersonExists, make_person
from images_app.teams.models import User


class Command(BaseCommand):
    requires_migrations_checks = True  # says so, where the database is not up to date
    help = "Makes a person with a personal team. Without --password it asks, or makes one up and prints it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--password")
        parser.add_argument("--name", default="", help="As others see it.")
        parser.add_argument("--superuser", action="store_true", help="May do everything, the admin included.")
        parser.add_argument("--team", metavar="SLUG", help="A team to join beside the personal one.")

    def handle(self, *args: Any, **options: Any) -> None:
        email = options["email"]
        _check("email", email, f"{email!r} is not an email address.")
        _check("name", options["name"], "That name is too long.")
        known = options["password"] or _typed_password()
        password = known or secrets.token_urlsafe(12)
        try:
            person = make_person(
                email,
                password,
                name=options["name"],
                superuser=options["superuser"],
                team_slug=options["team"],
            )
        except PersonExists:
            raise CommandError(f"Somebody has the email {email} already.") from None
        except NoSuchTeam:
            raise CommandError(f"There is no team {options['team']!r}.") from None
        self.stdout.write(f"Made {person.email}.")
        if not known:
            self.stdout.write(f"Password: {password}")


def _check(field: str, value: str, words: str) -> None:
    """CommandError with ``words`` for what the field does not take; too long is one of the reasons."""
    try:
        cast("Field[Any, Any]", User._meta.get_field(field)).clean(value, None)
    except ValidationError:
        raise CommandError(words) from None


def _typed_password() -> str:
    """What somebody at a terminal types twice; empty where nobody sits there or they type nothing."""
    if not sys.stdin.isatty():
        return ""
    typed = getpass.getpass("Password (empty: make one up): ")
    if typed and typed != getpass.getpass("The same again: "):
        raise CommandError("The two passwords differ.")
    return typed
