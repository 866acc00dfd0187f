"""A trial of a provider: what was asked, each step of it, and what it came to."""

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.db.models.signals import post_delete
from django.dispatch import receiver

from images_app.images.models import Leftover
from images_app.lib.words import money
from images_app.providers.models import ImageModel, Provider


class Trial(models.Model):
    """One test of a provider, made by a worker: of everything by making one picture, or of a key alone, for nothing.

    ASKED ▶ REACHING ▶ SENT ▶ RECEIVED ▶ DONE, from anywhere to FAILED, and from SENT to UNKNOWN. SENT is committed
    before the paid call, which is made once: whoever finds the row in it later cannot know what became of the call.
    """

    class Kind(models.TextChoices):
        PICTURE = "picture", "Makes a picture"
        KEY = "key", "Tries a key"

    class Which(models.TextChoices):
        CURRENT = "current", "The key in use"
        SPARE = "spare", "The spare key"

    class State(models.TextChoices):
        ASKED = "asked", "Waiting"
        REACHING = "reaching", "Reaching the endpoint"
        SENT = "sent", "Generating"
        RECEIVED = "received", "Saving"
        DONE = "done", "Passed"
        FAILED = "failed", "Failed"
        UNKNOWN = "unknown", "Unknown"

    class Cost(models.TextChoices):
        NONE = "none", "Nothing"
        PAID = "paid", "Charged"
        MAYBE = "maybe", "May be charged"

    UNFINISHED = (State.ASKED, State.REACHING, State.SENT, State.RECEIVED)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    provider = models.ForeignKey(Provider, on_delete=models.CASCADE, related_name="trials")
    model = models.ForeignKey(ImageModel, on_delete=models.SET_NULL, null=True, related_name="+")
    # As it was then: the profile may be renamed or deleted.
    model_name = models.CharField(max_length=100, blank=True, default="")
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    # The form's own number: the same form sent twice is one trial.
    submission = models.UUIDField(unique=True, default=uuid.uuid4)
    kind = models.CharField(max_length=10, choices=Kind)
    which_key = models.CharField(max_length=10, choices=Which, default=Which.CURRENT)
    size = models.CharField(max_length=40, blank=True, default="")
    quality = models.CharField(max_length=40, blank=True, default="")
    price_usd = models.DecimalField(max_digits=10, decimal_places=4, null=True)  # None: unknown
    state = models.CharField(max_length=10, choices=State, default=State.ASKED)
    cost = models.CharField(max_length=10, choices=Cost, default=Cost.NONE)
    # Finished steps in their order, as steps.Step.row() gives them.
    steps = models.JSONField(default=list)
    # Whoever holds the token works on it until the lease ends; then the sweep decides.
    token = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    asked_at = models.DateTimeField(db_default=Now())
    sent_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    original_key = models.CharField(max_length=200, blank=True, default="")
    preview_key = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        ordering = ["-asked_at"]
        indexes = [models.Index(fields=["provider", "-asked_at"], name="trials_of_provider")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.provider}"

    @property
    def finished(self) -> bool:
        return self.state not in self.UNFINISHED

    @property
    def cost_words(self) -> str:
        """What the trial has cost, or may have."""
        known = self.price_usd is not None
        if self.cost == self.Cost.PAID:
            return (
                f"It cost about {money(self.price_usd)}."
                if known
                else "It cost something; the price is unknown."
            )
        if self.cost == self.Cost.MAYBE:
            return (
                f"It may have cost {money(self.price_usd) if known else 'something; the price is unknown'}."
            )
        return "Nothing was charged."


@receiver(post_delete, sender=Trial, dispatch_uid="trials.bytes")
def leave_bytes(instance: Trial, **_: Any) -> None:
    """The bytes of a trial go by the duty that ends pictures, also where it went with its provider."""
    kept = {"originals": instance.original_key, "previews": instance.preview_key}
    Leftover.objects.bulk_create(Leftover(storage=alias, key=key) for alias, key in kept.items() if key)
