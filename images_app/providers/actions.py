"""Keeping the first provider in step with the environment, its first models, and pausing and resuming by hand."""

from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from images_app.lib.crypto import SealError
from images_app.providers.models import ImageModel, ModelPrice, Provider

# Reasons (providers/errors.py) that another key or another address may mend. Trying costs nothing: the endpoint
# answers these without making a picture.
KEY_REASONS = ("api_key", "forbidden", "account")
ADDRESS_REASONS = ("address_refused", "bad_base_url", "not_found", "model_not_found", "redirected")


def sync_environment_provider() -> Provider | None:
    """The provider the environment asks for, made or brought up to date; its models too where it has none.

    IMAGE_API_BASE_URL makes it a real endpoint, else DEMO_URL the demo; the other one of the two is switched off
    but kept, since jobs point to it. With neither nothing changes and the answer is None. Runs at every start.
    """
    if settings.IMAGE_API_BASE_URL:
        wanted = _Wanted(settings.IMAGE_API_BASE_URL, settings.IMAGE_API_KEY, settings.IMAGE_API_TIMEOUT)
    elif settings.DEMO_URL:
        wanted = _Wanted(settings.DEMO_URL, settings.DEMO_API_KEY, settings.IMAGE_API_TIMEOUT, is_demo=True)
    else:
        return None
    with transaction.atomic():
        provider = _in_step(wanted)
        replaced = Provider.objects.filter(Q(from_environment=True) | Q(is_demo=True)).exclude(pk=provider.pk)
        # An admin's "off" stands from start to start; only a change of endpoints switches one on.
        if replaced.filter(enabled=True).update(enabled=False):
            Provider.objects.filter(pk=provider.pk).update(enabled=True)
            provider.enabled = True
        if not provider.models.exists():
            seed_models(provider)
    return provider


def usable_models() -> QuerySet[ImageModel]:
    """What the composer offers, the default first: two queries, prices included."""
    today = timezone.localdate()
    return (
        ImageModel.objects.filter(enabled=True, provider__enabled=True)
        .filter(Q(shutdown_on=None) | Q(shutdown_on__gt=today))
        .select_related("provider")
        .prefetch_related("prices")
        .order_by("position", "label")
    )


def seed_models(provider: Provider) -> None:
    """The two profiles most endpoints of this shape know; an admin may change or switch them off."""
    for position, seed in enumerate(SEEDS):
        model = ImageModel.objects.create(
            provider=provider,
            position=position,
            name=seed.name,
            label=seed.label,
            note=seed.note,
            prompt_limit=seed.prompt_limit,
            max_n=seed.max_n,
            sizes=list(seed.sizes),
            qualities=list(seed.qualities),
            styles=list(seed.styles),
            response_formats=list(seed.response_formats),
        )
        ModelPrice.objects.bulk_create(
            ModelPrice(model=model, size=size, quality=quality, usd=Decimal(usd))
            for (size, quality), usd in seed.prices.items()
        )


def resume_if_paused_for(provider: Provider, reasons: tuple[str, ...]) -> bool:
    """Resume a provider that an answer of these kinds had stopped."""
    if provider.paused_at is None or provider.pause_reason.partition(":")[0] not in reasons:
        return False
    return provider.resume()


@dataclass(frozen=True)
class _Wanted:
    base_url: str
    api_key: str
    timeout_s: int
    is_demo: bool = False

    @property
    def name(self) -> str:
        return "Demo endpoint" if self.is_demo else (urlsplit(self.base_url).hostname or "Image endpoint")


def _in_step(wanted: _Wanted) -> Provider:
    provider = (
        Provider.objects.filter(from_environment=True, is_demo=wanted.is_demo).order_by("created_at").first()
    )
    if provider is None:
        provider, _ = Provider.objects.get_or_create(
            slug="demo" if wanted.is_demo else "environment",
            defaults={
                "name": wanted.name,
                "base_url": wanted.base_url,
                "api_key": wanted.api_key,
                "timeout_s": wanted.timeout_s,
                "is_demo": wanted.is_demo,
                "from_environment": True,
            },
        )
        return provider
    new_key = _key_of(provider) != wanted.api_key
    new_address = provider.base_url != wanted.base_url
    if new_address:
        provider.name = wanted.name
    provider.base_url, provider.api_key, provider.timeout_s = (
        wanted.base_url,
        wanted.api_key,
        wanted.timeout_s,
    )
    # Only what the environment names: the workers write the other columns meanwhile.
    provider.save(update_fields=["name", "base_url", "timeout_s", *(["api_key"] if new_key else [])])
    mended = (KEY_REASONS if new_key or new_address else ()) + (ADDRESS_REASONS if new_address else ())
    # IMAGE_API_ALLOW_PRIVATE leaves no trace in the row, so a refused address is tried again at every start.
    if resume_if_paused_for(provider, (*mended, "address_refused")):
        provider.refresh_from_db(fields=["paused_at", "pause_reason", "cooldown_until", "rate_limit_strikes"])
    return provider


def _key_of(provider: Provider) -> str | None:
    """None for one sealed with a lost FIELD_KEY, which must not keep Easel from starting."""
    try:
        return str(provider.api_key)
    except SealError:
        return None


@dataclass(frozen=True)
class _Seed:
    name: str
    label: str
    note: str
    prompt_limit: int
    max_n: int
    sizes: tuple[str, ...]
    qualities: tuple[str, ...]
    styles: tuple[str, ...]
    response_formats: tuple[str, ...]
    prices: dict[tuple[str, str], str]  # (size, quality): US dollars for one picture


def _prices(
    sizes: tuple[str, ...], square: dict[str, str], long: dict[str, str]
) -> dict[tuple[str, str], str]:
    """One price list for the square, one for the wide and the tall; "auto" has none, since nobody knows it."""
    return {
        (size, quality): usd
        for size in sizes
        for quality, usd in (square if size == "1024x1024" else long).items()
        if size != "auto"
    }


_DALLE_SIZES = ("1024x1024", "1792x1024", "1024x1792")
_GPT_SIZES = ("1024x1024", "1536x1024", "1024x1536", "auto")
SEEDS = (
    _Seed(
        name="dall-e-3",
        label="DALL·E 3",
        note="Follows long descriptions; rewrites your prompt and shows you how.",
        prompt_limit=4000,
        max_n=1,
        sizes=_DALLE_SIZES,
        qualities=("standard", "hd"),
        styles=("vivid", "natural"),
        # base64 first: the picture comes in the paid reply itself. A url keeps the reply small, but needs a second
        # request within the hour, and a picture that is paid for can be lost on that way.
        response_formats=("b64_json", "url"),
        prices=_prices(
            _DALLE_SIZES, {"standard": "0.040", "hd": "0.080"}, {"standard": "0.080", "hd": "0.120"}
        ),
    ),
    _Seed(
        name="gpt-image-1",
        label="GPT Image 1",
        note="Good with text in pictures and exact instructions; slower at high quality.",
        prompt_limit=32000,
        max_n=10,
        sizes=_GPT_SIZES,
        # The first is the default: high costs four times as much as medium, low is for trying out.
        qualities=("medium", "low", "high", "auto"),
        styles=(),
        response_formats=(),  # always base64; the field itself is refused
        prices=_prices(
            _GPT_SIZES,
            {"low": "0.011", "medium": "0.042", "high": "0.167"},
            {"low": "0.016", "medium": "0.063", "high": "0.25"},
        ),
    ),
)
