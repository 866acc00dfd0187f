"""What every start does to database and static files before a page is served, and what a stop asks the database.

``python -m project.prepare`` does it where bin/start does not run; with ``--static`` the static files alone.
"""

import hashlib
import io
import logging
import os
import sys

import django
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.core.management.base import CommandError, SystemCheckError
from django.db import DatabaseError, connections


class NotPrepared(Exception):
    """The text says what is wrong with the configuration or the database."""


def prepare() -> str:
    """Brings everything up to date, which a second start finds done.

    Returns the address that makes the first account, or the empty string where somebody has one. Raises NotPrepared,
    and BadSetting for a value of the environment.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")
    link = io.StringIO()
    try:
        django.setup()
        logging.getLogger().setLevel(logging.WARNING)  # of this process, whose output is the terminal
        call_command("migrate", interactive=False, verbosity=0)
        collect_static()
        call_command("sync_provider", stdout=io.StringIO())
        call_command("first_account", stdout=io.StringIO())
        call_command("welcome_link", stdout=link)
    except (CommandError, SystemCheckError, ImproperlyConfigured) as error:
        raise NotPrepared(str(error)) from error
    except DatabaseError as error:
        raise NotPrepared(f"The database cannot be used: {str(error).strip()}") from error
    finally:
        connections.close_all()
    return link.getvalue().strip()


def collect_static() -> None:
    """Copies static files to where they are served from, if anything changed since the last time."""
    from django.conf import settings

    marker = settings.STATIC_ROOT / ".collected"
    state = hashlib.sha256()
    for name in ("requirements.txt", "images_app/lib/static.py"):
        state.update((settings.BASE_DIR / name).read_bytes())
    for folder in settings.STATICFILES_DIRS:
        for path in sorted(folder.rglob("*")):
            found = path.stat()
            state.update(f"{path} {found.st_size} {found.st_mtime_ns}\n".encode())
    if marker.exists() and marker.read_text(encoding="utf-8") == state.hexdigest():
        return
    call_command("collectstatic", interactive=False, verbosity=0)
    marker.write_text(state.hexdigest(), encoding="utf-8")


def paid_calls_in_flight() -> int:
    """Calls that were sent and not answered, by processes that are alive."""
    from django.utils import timezone

    from images_app.jobs.models import ImageJob
    from images_app.jobs.states import State

    try:
        return ImageJob.objects.filter(state=State.SENT, lease_until__gt=timezone.now()).count()
    finally:
        connections.close_all()


if __name__ == "__main__":
    if sys.argv[1:] == ["--static"]:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")
        django.setup()
        collect_static()
    else:
        try:
            if welcome := prepare():
                sys.stdout.write(f"Make the first account: {welcome}\n")
        except NotPrepared as error:
            sys.exit(str(error))
