"""The outside endpoints and what each of their models accepts: rows an admin edits, never code."""

import uuid
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from urllib.parse import urlsplit

from django.conf import settings
from django.core.validators import MinValueValidator, URLValidator
from django.db import models
from django.utils import timezone

from images_app.lib.dbtime import from_now
from images_app.lib.fields import SealedTextField
from images_app.lib.words import money
from images_app.providers.client import Endpoint


class Provider(models.Model):
    """A connection to one endpoint: address, key, limits, and whether it may be called now."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    slug = models.SlugField(unique=True, help_text="A short name for commands and logs.")
    name = models.CharField(max_length=80)
    base_url = models.CharField(
        max_length=500,
        validators=[URLValidator(schemes=["http", "https"])],
        help_text="Up to and including /v1.",
    )
    api_key = SealedTextField(blank=True, default="")
    # Not used for calls: the next key, to be tried first, or the last one, kept until somebody removes it.
    spare_key = SealedTextField(blank=True, default="")
    spare_key_note = models.CharField(max_length=200, blank=True, default="")
    spare_key_at = models.DateTimeField(null=True, blank=True)
    is_demo = models.BooleanField(default=False, editable=False)
    # The first provider follows IMAGE_API_* at every start; the others belong to the admin.
    from_environment = models.BooleanField(default=False, editable=False)
    enabled = models.BooleanField(default=True)
    images_per_minute = models.PositiveIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1)], help_text="Empty: no limit of ours."
    )
    max_in_flight = models.PositiveIntegerField(
        default=64, validators=[MinValueValidator(1)], help_text="Calls running at once, over all workers."
    )
    timeout_s = models.PositiveIntegerField(default=600, validators=[MinValueValidator(1)])
    # Set when a key or billing failure stops the line; an admin resumes.
    paused_at = models.DateTimeField(null=True, blank=True)
    pause_reason = models.CharField(max_length=300, blank=True, default="")
    # Set by a 429: no call before this moment.
    cooldown_until = models.DateTimeField(null=True, blank=True)
    rate_limit_strikes = models.PositiveIntegerField(
        default=0, help_text="429 answers in a row without a Retry-After."
    )
    # Start tag of the job claimed last: the clock of the fair queue (jobs/claim.py).
    virtual_time = models.FloatField(default=0.0, editable=False)
    # The same of the queue of those who wait until it is quiet.
    quiet_time = models.FloatField(default=0.0, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def has_spare(self) -> bool:
        """Whether a spare key is kept, without opening it."""
        return bool(vars(self)["spare_key"])

    @property
    def origin(self) -> str:
        """scheme://host:port of the endpoint."""
        parts = urlsplit(self.base_url)
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def allow_private(self) -> bool:
        """Whether this endpoint's own origin may be a private address: the operator's word, never the browser's."""
        if self.is_demo:
            return self.base_url == settings.DEMO_URL
        return self.from_environment and settings.IMAGE_API_ALLOW_PRIVATE

    @property
    def paused_because(self) -> str:
        """Why the line is stopped, to stand inside a sentence: without the code or the name in front of it."""
        return (self.pause_reason.partition(":")[2] or self.pause_reason).strip().rstrip(".")

    def endpoint(self, *, spare: bool = False) -> Endpoint:
        """Where to call, with the key in use or the ``spare`` one. Raises SealError."""
        return Endpoint(
            base_url=self.base_url,
            api_key=self.spare_key if spare else self.api_key,
            allow_private=self.allow_private,
            timeout_s=float(self.timeout_s),
        )

    def pause(self, reason: str) -> bool:
        """Stop the line; True for the caller who was first."""
        paused = Provider.objects.filter(pk=self.pk, paused_at=None).update(
            paused_at=timezone.now(), pause_reason=reason[:300]
        )
        return paused == 1

    def resume(self) -> bool:
        return (
            Provider.objects.filter(pk=self.pk)
            .exclude(paused_at=None)
            .update(paused_at=None, pause_reason="", cooldown_until=None, rate_limit_strikes=0)
            == 1
        )

    def cool_down(self, seconds: float) -> None:
        """No call for so long, by the database's clock; a later moment already set stands."""
        until = from_now(seconds)
        Provider.objects.filter(pk=self.pk).filter(
            models.Q(cooldown_until=None) | models.Q(cooldown_until__lt=until)
        ).update(cooldown_until=until)


class ImageModel(models.Model):
    """The profile of one model: the form, the API, the demo endpoint's picture of it and the price read it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    provider = models.ForeignKey(Provider, on_delete=models.CASCADE, related_name="models")
    name = models.CharField(max_length=100, help_text="As the endpoint knows it, for instance dall-e-3.")
    label = models.CharField(max_length=100, help_text="As people see it.")
    note = models.CharField(
        max_length=200, blank=True, default="", help_text="One line on what it is good for."
    )
    enabled = models.BooleanField(default=True)
    position = models.PositiveIntegerField(default=0, help_text="The smallest is the default.")
    prompt_limit = models.PositiveIntegerField(default=4000, help_text="Characters (code points).")
    max_n = models.PositiveIntegerField(default=1, help_text="Pictures one call may ask for.")
    sizes = models.JSONField(default=list, help_text='For instance ["1024x1024"]; the first is the default.')
    qualities = models.JSONField(
        default=list, blank=True, help_text="The first is the default; empty: not sent."
    )
    styles = models.JSONField(
        default=list, blank=True, help_text="The first is the default; empty: not sent."
    )
    response_formats = models.JSONField(
        default=list, blank=True, help_text="What to ask for, best first; empty: the field is not sent."
    )
    extras = models.JSONField(default=dict, blank=True, help_text="Further fields sent with every call.")
    shutdown_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["position", "label"]
        constraints = [models.UniqueConstraint(fields=["provider", "name"], name="one_profile_per_model")]

    def __str__(self) -> str:
        return self.label

    def price(self, size: str, quality: str) -> Decimal | None:
        """US dollars for one picture now, or None where no price is known (unknown is never zero)."""
        return self.known_prices().get((size, quality))

    def known_prices(self, at: datetime | None = None) -> dict[tuple[str, str], Decimal]:
        """By size and quality, what is in force now or was ``at`` a moment; what is unknown is left out. No query where
        the prices are prefetched."""
        moment = at or timezone.now()
        current: dict[tuple[str, str], ModelPrice] = {}
        for row in self.prices.all():
            before = current.get((row.size, row.quality))
            if row.valid_from <= moment and (before is None or before.valid_from < row.valid_from):
                current[row.size, row.quality] = row
        return {key: row.usd for key, row in current.items() if row.usd is not None}

    def ends_within(self, days: int) -> bool:
        """Whether its endpoint shuts it down in so many days, or has done so."""
        return self.shutdown_on is not None and self.shutdown_on <= timezone.localdate() + timedelta(
            days=days
        )


# Of prices that were here before prices had a beginning.
ALWAYS = datetime(2000, 1, 1, tzinfo=UTC)


class ModelPrice(models.Model):
    """US dollars for one picture of a size and quality, from a moment on until the next price of the same begins.

    What has begun is never changed: submissions were made by it. It ends by a new one, which may be empty: unknown.
    """

    model = models.ForeignKey(ImageModel, on_delete=models.CASCADE, related_name="prices")
    size = models.CharField(max_length=40)
    quality = models.CharField(max_length=40, blank=True, default="")
    usd = models.DecimalField(
        max_digits=10, decimal_places=4, null=True, blank=True, validators=[MinValueValidator(0)]
    )
    valid_from = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["size", "quality", "-valid_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["model", "size", "quality", "valid_from"], name="one_price_per_setting_and_moment"
            )
        ]

    def __str__(self) -> str:
        return f"{self.model} {self.size} {self.quality}: {money(self.usd)}"

    @property
    def begun(self) -> bool:
        return self.valid_from <= timezone.now()


def shape_of(size: str) -> tuple[int, int] | None:
    """Width and height in pixels of "WIDTHxHEIGHT"; None for "auto" and the like."""
    width, sep, height = size.partition("x")
    if sep and width.isdigit() and height.isdigit() and int(width) and int(height):
        return int(width), int(height)
    return None


def price_table(model: ImageModel) -> dict[str, str]:
    """Dollars by "size/quality", as plain data for the page."""
    return {f"{size}/{quality}": str(usd) for (size, quality), usd in model.known_prices().items()}
