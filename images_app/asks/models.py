"""Asking for more than a limit lets through."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from images_app.budgets.models import Budget
from images_app.jobs.models import Generation
from images_app.lib.words import money
from images_app.teams.models import Team


class Ask(models.Model):
    """One press of Generate that a limit refused, kept as it was sent until somebody who keeps the limit decides.

    There is no job and no generation before: nothing of it can be sent to an endpoint. ``form`` is what the composer
    sent, names to lists of values; it holds the key of the press, so however often it goes on, it is made once.
    """

    class State(models.TextChoices):
        ASKED = "asked", "Waits for a word"
        APPROVED = "approved", "Approved, going on"
        MADE = "made", "Approved"
        DECLINED = "declined", "Declined"
        WITHDRAWN = "withdrawn", "Taken back"
        EXPIRED = "expired", "Nobody answered in time"
        FAILED = "failed", "Approved, but could not go on"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="asks")
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="+")
    budget = models.ForeignKey(Budget, null=True, on_delete=models.SET_NULL, related_name="+")
    key = models.CharField(max_length=64, help_text="Of the press.")
    form = models.JSONField()
    prompt = models.TextField(help_text="The first one, to be shown.")
    usd = models.DecimalField(max_digits=12, decimal_places=4, null=True)
    pictures = models.PositiveIntegerField()
    reason = models.CharField(max_length=300)
    state = models.CharField(max_length=10, choices=State, default=State.ASKED)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=300, blank=True, default="", help_text="For whoever asked.")
    generation = models.ForeignKey(Generation, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [models.UniqueConstraint(fields=["person", "key"], name="one_ask_per_press")]
        indexes = [
            models.Index(
                fields=["state", "created_at"], condition=Q(state__in=["asked", "approved"]), name="ask_open"
            ),
            models.Index(fields=["team", "state"], name="ask_team"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} asks for {self.words}"

    @property
    def waits(self) -> bool:
        return self.state == self.State.ASKED

    @property
    def words(self) -> str:
        """ "4 pictures, $0.16"."""
        return f"{self.pictures} picture{'' if self.pictures == 1 else 's'}, {money(self.usd)}"
