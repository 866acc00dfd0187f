"""What of providers and models somebody should look at: on the admin's first page and in `manage.py doctor`."""

from collections.abc import Iterator
from datetime import date

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from images_app.lib.attention import Line, attention
from images_app.lib.crypto import SealError
from images_app.providers.actions import KEY_REASONS
from images_app.providers.fallback import fell_back
from images_app.providers.models import ImageModel, Provider

SHUTDOWN_DAYS = 30  # how long before it those who run Easel are told
COMPOSER_DAYS = 14  # and those who use the model


@attention("images_app.change_provider")
def providers() -> Iterator[Line]:
    """Paused ones, and keys that fail."""
    for provider in Provider.objects.filter(enabled=True):
        keys = reverse("admin:images_app_provider_keys", args=[provider.pk])
        if provider.paused_at and provider.pause_reason.partition(":")[0] in KEY_REASONS:
            text = f"{provider} is paused, its key fails: {provider.paused_because or 'no reason given'}."
            yield Line(text, keys, urgent=True)
        elif provider.paused_at:
            address = reverse("admin:images_app_provider_change", args=[provider.pk])
            yield Line(
                f"{provider} is paused: {provider.paused_because or 'no reason given'}.", address, urgent=True
            )
        elif not _opens(provider):
            yield Line(f"{provider} has a key that FIELD_KEY does not open.", keys, urgent=True)
        elif fell_back(provider):
            text = f"{provider} uses its spare key: the one before was refused. Remove that one, and add a new spare."
            yield Line(text, keys)


@attention("images_app.change_imagemodel")
def models() -> Iterator[Line]:
    """Those that end soon, and those without a price."""
    in_use = ImageModel.objects.filter(enabled=True, provider__enabled=True)
    for model in in_use.select_related("provider").prefetch_related("prices"):
        address = reverse("admin:images_app_imagemodel_change", args=[model.pk])
        if model.ends_within(SHUTDOWN_DAYS):
            yield Line(f"{model} at {model.provider} {ending(model)}.", address, urgent=model.ends_within(7))
        if not model.known_prices():
            yield Line(f"{model} at {model.provider} has no price: what it costs is unknown.", address)


def ending(model: ImageModel) -> str:
    """ "ends on 3 December 2026": the day its endpoint shuts it down."""
    assert model.shutdown_on is not None
    day: date = model.shutdown_on
    if day <= timezone.localdate():
        return f"ended on {date_format(day, 'j F Y')}"
    return f"ends on {date_format(day, 'j F Y')}"


def _opens(provider: Provider) -> bool:
    try:
        return isinstance(provider.api_key, str)
    except SealError:
        return False
