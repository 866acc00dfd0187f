"""Changing to the spare key by itself: once, where the endpoint refuses the one in use and takes the spare one.

The refused call cost nothing and its job waits; it is called again as any job is that waited for its provider. The spare
key is tried first by the question that costs nothing. What was refused is never changed back to without a person.
"""

import logging
from datetime import datetime

from django.db import connections, transaction
from django.utils import timezone

from images_app.audit.actions import record
from images_app.lib.crypto import SealError
from images_app.providers import probe
from images_app.providers.actions import resume_if_paused_for
from images_app.providers.models import Provider

logger = logging.getLogger(__name__)

# What a note of a spare key begins with that the endpoint has refused.
REFUSED = "Refused by the endpoint"
REASONS = ("api_key",)


def look() -> int:
    """Every provider that stands still over its key, and has a spare one that was not refused yet; how many changed."""
    waiting = Provider.objects.filter(
        enabled=True, from_environment=False, paused_at__isnull=False, pause_reason__startswith=REASONS[0]
    )
    return sum(_change(provider) for provider in waiting if provider.has_spare and not fell_back(provider))


def fell_back(provider: Provider) -> bool:
    """Whether the spare key is one that the endpoint has refused."""
    return provider.has_spare and provider.spare_key_note.startswith(REFUSED)


def _change(provider: Provider) -> bool:
    try:
        endpoint = provider.endpoint(spare=True)
    except SealError:
        return False  # the first page of the administration says so already
    connections.close_all()
    answer = probe.ask(endpoint)
    if answer.status in (401, 403):
        _rule_out(provider, provider.spare_key_at)
        return False
    if answer.status != 200 or answer.models is None:
        return False  # the endpoint is away, or only a paid call could tell: a person decides
    return _exchange(provider)


def _rule_out(provider: Provider, seen: datetime | None) -> None:
    """The spare key is refused too: it is not asked about again."""
    same = Provider.objects.filter(pk=provider.pk, spare_key_at=seen)
    same.update(spare_key_note=f"{REFUSED} as well, so Easel did not change to it")


def _exchange(provider: Provider) -> bool:
    """As keys.exchange() does, where the line still stands still for what was seen; False where somebody was first."""
    with transaction.atomic():
        row = Provider.objects.select_for_update().get(pk=provider.pk)
        seen = (provider.paused_at, provider.spare_key_at)
        if (row.paused_at, row.spare_key_at) != seen or not row.has_spare:
            return False
        # As they are kept, sealed: no key need be opened for it.
        kept = vars(row)
        kept["api_key"], kept["spare_key"] = kept["spare_key"], kept["api_key"]
        row.spare_key_at = timezone.now()
        row.spare_key_note = f"{REFUSED}, so Easel changed to the other one"
        row.save(update_fields=["api_key", "spare_key", "spare_key_at", "spare_key_note"])
        reason = "The endpoint refused the key in use and takes the spare one."
        record("provider.key_changed", actor=None, target=row, after={"key": "the spare one"}, reason=reason)
        resume_if_paused_for(row, REASONS)
    logger.warning("provider %s: its key is refused; the spare one is in use now", provider.pk)
    return True
