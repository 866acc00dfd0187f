"""`manage.py doctor`: look at everything Easel stands on, and say how to mend what fails."""

from typing import Any

from django.core.management.base import BaseCommand

from images_app.jobs.doctor import CHECKS, Ailment, examine


class Command(BaseCommand):
    help = "Checks every part Easel stands on. One line each, with the mend; exit code 1 where one fails."
    requires_system_checks: list[str] = []  # a broken part is reported, not stumbled over

    def handle(self, *args: Any, **options: Any) -> None:
        failed = 0
        for name, check in CHECKS.items():
            try:
                told = examine(check)
            except Ailment as ailment:
                failed += 1
                self.stdout.write(
                    f"{self.style.ERROR('fail')} {name}: {ailment.finding}. Mend: {ailment.mend}"
                )
            else:
                self.stdout.write(f"{self.style.SUCCESS('ok')}   {name}: {told}")
        if failed:
            self.stdout.write(f"{failed} of {len(CHECKS)} checks failed.")
            raise SystemExit(1)
