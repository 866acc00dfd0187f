"""`manage.py recount`: whether the books agree with what was made, and with --fix that they do."""

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from images_app.jobs.recount import recount


class Command(BaseCommand):
    requires_migrations_checks = True  # says so, where the database is not up to date
    help = "Counts the ledger again: against every job and attempt, and against every tally. Exit 1 with differences."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--fix", action="store_true", help="Add what is missing, and set the tallies right."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        differences = 0
        for difference in recount(fix=options["fix"]):
            differences += 1
            self.stdout.write(str(difference))
        if not differences:
            self.stdout.write("The books are right.")
        elif options["fix"]:
            self.stdout.write(f"{differences} differences, all mended. Run it again to be sure.")
        else:
            self.stdout.write(self.style.ERROR(f"{differences} differences. --fix mends them."))
            sys.exit(1)
