"""`manage.py rotate_field_key`: seal every stored secret with the newest key."""

from argparse import ArgumentParser
from typing import Any

from allauth.mfa.models import Authenticator
from django.apps import apps
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.db.models import Model

from images_app.lib.crypto import SealError, new_key, reseal
from images_app.lib.fields import SealedTextField


class Command(BaseCommand):
    help = (
        "Seals every stored secret with the first key of FIELD_KEY. Put a new key in front (new,old), restart, "
        "run this, then take the old key away. All or nothing, and harmless to repeat."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--new-key", action="store_true", help="Only print a fresh key.")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["new_key"]:
            self.stdout.write(new_key())
            return
        with transaction.atomic():
            count = sum(_reseal(model) for model in apps.get_models()) + _reseal_second_steps()
        self.stdout.write(f"Sealed {count} row{'s' if count != 1 else ''} with the newest key.")


def _reseal(model: type[Model]) -> int:
    """Rows of this model that hold a secret, all sealed anew."""
    names = [field.attname for field in model._meta.concrete_fields if isinstance(field, SealedTextField)]
    if not names:
        return 0
    rows = model._base_manager.select_for_update().only("pk", *names)  # nobody changes a secret meanwhile
    try:
        secrets = [(row.pk, {name: getattr(row, name) for name in names}) for row in rows]
    except SealError as error:
        raise CommandError(f"{model._meta.label}: {error} Nothing was changed.") from None
    count = 0
    for pk, texts in secrets:
        held = {name: text for name, text in texts.items() if text}
        # The field seals whatever it stores with the newest key.
        count += model._base_manager.filter(pk=pk).update(**held) if held else 0
    return count


def _reseal_second_steps() -> int:
    """What allauth keeps in JSON, sealed by our adapter: an app's secret, and what recovery codes are made from."""
    count = 0
    for row in Authenticator.objects.select_for_update():
        try:
            sealed = {name: reseal(row.data[name]) for name in ("secret", "seed") if name in row.data}
        except SealError as error:
            raise CommandError(f"{Authenticator._meta.label}: {error} Nothing was changed.") from None
        count += Authenticator.objects.filter(pk=row.pk).update(data={**row.data, **sealed}) if sealed else 0
    return count
