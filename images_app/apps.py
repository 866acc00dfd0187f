"""The one Django app; its rooms are gathered here."""

from django.apps import AppConfig


class ImagesAppConfig(AppConfig):
    name = "images_app"
    verbose_name = "Easel"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from images_app import checks  # noqa: F401  (registers the system checks)
