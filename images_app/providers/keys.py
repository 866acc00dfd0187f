"""A provider's keys: the one in use, and a spare that is the next one or the last one. Each change is written down.

Calls under way are not disturbed: they hold the key they began with.
"""

from datetime import datetime

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.utils import timezone

from images_app.audit.actions import record
from images_app.providers.actions import KEY_REASONS, resume_if_paused_for
from images_app.providers.models import Provider

Actor = AbstractBaseUser | AnonymousUser


def add_spare(provider: Provider, key: str, actor: Actor) -> bool:
    """Keep a further key, unused. False where a spare is there already, or the provider is the environment's."""
    now = timezone.now()
    provider.spare_key, provider.spare_key_at = key, now
    provider.spare_key_note = f"Added by {actor}"[:200]
    with transaction.atomic():
        row = Provider.objects.select_for_update().get(pk=provider.pk)
        if row.from_environment or row.has_spare:
            return False
        provider.save(update_fields=["spare_key", "spare_key_at", "spare_key_note"])
        record("provider.spare_key_added", actor=actor, target=provider)
    return True


def exchange(provider: Provider, shown: datetime, actor: Actor) -> bool:
    """The spare key is the one in use from the next call on, and the one in use is the spare.

    ``shown`` is the spare's moment as the page had it: False where it is another one by now, so that a second press
    does not change them back. What only a wrong key had stopped goes on.
    """
    with transaction.atomic():
        row = Provider.objects.select_for_update().get(pk=provider.pk)
        if row.from_environment or not row.has_spare or row.spare_key_at != shown:
            return False
        # As they are kept, sealed: no key need be opened for it.
        kept = vars(row)
        kept["api_key"], kept["spare_key"] = kept["spare_key"], kept["api_key"]
        row.spare_key_at = timezone.now() if row.has_spare else None
        row.spare_key_note = f"In use until then; changed by {actor}"[:200] if row.has_spare else ""
        row.save(update_fields=["api_key", "spare_key", "spare_key_at", "spare_key_note"])
        record("provider.key_changed", actor=actor, target=row, after={"key": "the spare one"})
        resume_if_paused_for(row, KEY_REASONS)
    return True


def remove_spare(provider: Provider, shown: datetime, actor: Actor) -> bool:
    """Forget the spare key that the page has shown; False where it is another one by now."""
    with transaction.atomic():
        removed = Provider.objects.filter(pk=provider.pk, spare_key_at=shown).update(
            spare_key="", spare_key_at=None, spare_key_note=""
        )
        if removed:
            record("provider.spare_key_removed", actor=actor, target=provider)
    return bool(removed)
