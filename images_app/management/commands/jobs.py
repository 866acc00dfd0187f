"""`manage.py jobs`: how many jobs are in which state, and whether anything is stuck."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from images_app.jobs import health
from images_app.jobs.states import State


class Command(BaseCommand):
    requires_migrations_checks = True  # says so, where the database is not up to date
    help = "Counts of jobs by state, the oldest that waits, and anything that nothing moves on."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="One object on one line, for scripts.")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["json"]:
            self.stdout.write(json.dumps(health.counts()))
            return
        for state, count in health.states().items():
            self.stdout.write(f"{count:>8}  {state:<10} {State(state).label}")
        self.stdout.write(f"Oldest waiting: {health.oldest_waiting_s()} s")
        stuck = [kind for kind in health.stuck() if kind.count]
        for kind in stuck:
            self.stdout.write(self.style.ERROR(f"Stuck: {kind.count} {kind.what}; {kind.mend}"))
        if not stuck:
            self.stdout.write("Nothing is stuck.")
