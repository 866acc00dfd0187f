"""Reckons the audit log anew: whether every entry still is as it was sealed."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from images_app.audit import chain


class Command(BaseCommand):
    help = "Checks the audit log against its seals; exit 1 and the first broken entry where they differ."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--noted", default="", metavar="HASH", help="a head noted earlier, kept elsewhere"
        )

    def handle(self, *args: Any, noted: str, **options: Any) -> None:
        found = chain.verify(noted.strip().lower())
        if found.problem:
            raise CommandError(f"The audit log is broken. {found.problem}", returncode=1)
        self.stdout.write(
            f"{found.entries} entries under {found.seals} seals are as they were sealed;"
            f" {found.unsealed} wait for the next seal."
        )
        self.stdout.write(f"Note this elsewhere: {found.head or 'nothing is sealed yet'}")
