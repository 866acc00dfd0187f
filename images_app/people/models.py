"""Who was suspended or given a strike, by whom, why and until when."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from images_app.lib.append_only import OnlyGrows
from images_app.people.reasons import Reason


class Suspension(models.Model):
    """A time in which a person is kept out: ``User.is_active`` is what every door asks, this says why it is off."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="suspensions")
    reason = models.CharField(max_length=300)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    begun_at = models.DateTimeField(default=timezone.now, editable=False)
    until = models.DateTimeField(null=True, blank=True, help_text="Empty: until somebody restores them.")
    ended_at = models.DateTimeField(null=True, blank=True, editable=False)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", editable=False
    )

    class Meta:
        ordering = ["-begun_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["person"], condition=Q(ended_at=None), name="one_suspension_at_a_time"
            ),
        ]
        indexes = [
            # Asked once a minute.
            models.Index(fields=["until"], condition=Q(ended_at=None), name="suspension_due"),
        ]

    def __str__(self) -> str:
        return f"{self.person}: {self.reason}"


class Strike(OnlyGrows):
    """A word against what somebody did, in force until ``expires_at`` or until it is lifted. It names people without
    foreign keys: it outlives them."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person_id = models.UUIDField()
    person_name = models.CharField(max_length=340, help_text="Name and address as then.")
    code = models.CharField(max_length=10, choices=Reason)
    text = models.CharField(max_length=300, blank=True, default="", help_text="The person reads it.")
    by_id = models.UUIDField()
    by_name = models.CharField(max_length=340)
    case_id = models.UUIDField(null=True, db_index=True, help_text="The case it was given with.")
    given_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()

    class Meta:
        ordering = ["-given_at", "-id"]
        indexes = [models.Index(fields=["person_id", "-given_at", "-id"], name="strike_person")]

    def __str__(self) -> str:
        return f"{self.person_name}: {self.get_code_display()}"

    @property
    def reason(self) -> str:
        """What the person reads."""
        return f"{self.get_code_display()}. {self.text}".strip()

    @property
    def lifted(self) -> "StrikeLift | None":
        return getattr(self, "lift", None)

    @property
    def stands(self) -> str:
        if self.lifted:
            return "lifted"
        return "in force" if self.expires_at > timezone.now() else "over"


class StrikeLift(OnlyGrows):
    """A strike that was taken back: once."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    strike = models.OneToOneField(Strike, on_delete=models.PROTECT, related_name="lift")
    by_id = models.UUIDField()
    by_name = models.CharField(max_length=340)
    reason = models.CharField(max_length=300, blank=True, default="")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.strike_id} lifted"


class Impersonation(models.Model):
    """A time in which a superuser looks at the site as a person does."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    reason = models.CharField(max_length=300)
    begun_at = models.DateTimeField(default=timezone.now, editable=False)
    until = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ["-begun_at", "-id"]
        indexes = [
            # Asked once a minute.
            models.Index(fields=["until"], condition=Q(ended_at=None), name="impersonation_due"),
        ]

    def __str__(self) -> str:
        return f"{self.by} as {self.person}"
