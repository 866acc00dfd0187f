"""Who was suspended, by whom, why and until when."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone


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
