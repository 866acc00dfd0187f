"""The one Django app; its rooms are gathered here."""

from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate, pre_migrate


class ImagesAppConfig(AppConfig):
    name = "images_app"
    verbose_name = "Easel"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from allauth.account.signals import user_logged_in

        from images_app import checks  # noqa: F401  (registers the system checks)
        from images_app.lib import append_only
        from images_app.teams import traces
        from images_app.teamwork.sso import at_sign_in

        traces.connect()
        user_logged_in.connect(at_sign_in, dispatch_uid="teamwork.sso")
        # A statement about every picture may take longer than any of a page's may.
        pre_migrate.connect(_take_time, sender=self, dispatch_uid="migrate.take_time")
        post_migrate.connect(_keep_time, sender=self, dispatch_uid="migrate.keep_time")
        post_migrate.connect(append_only.put_up, sender=self, dispatch_uid="migrate.append_only")


def _take_time(using: str, **_: Any) -> None:
    _say(using, "SET statement_timeout = 0")


def _keep_time(using: str, **_: Any) -> None:
    _say(using, "RESET statement_timeout")


def _say(using: str, words: str) -> None:
    if connections[using].vendor == "postgresql":
        with connections[using].cursor() as cursor:
            cursor.execute(words)
