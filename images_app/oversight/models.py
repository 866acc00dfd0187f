"""What the dashboard reads instead of a million rows, an hour or a team each; and what providers say they charged."""

from django.db import models
from django.utils import timezone

from images_app.providers.models import Provider
from images_app.teams.models import Team


class HourTally(models.Model):
    """The jobs that ended in one hour. ``waits`` and ``makes`` count them by length of time (oversight/lengths.py):
    from the press to the call, and from the call to the picture in storage."""

    hour = models.DateTimeField(primary_key=True, help_text="When it began.")
    states = models.JSONField(default=dict, help_text="How many ended in each state.")
    waits = models.JSONField(default=dict)
    makes = models.JSONField(default=dict)

    class Meta:
        ordering = ["hour"]

    def __str__(self) -> str:
        return f"{self.hour:%Y-%m-%d %H}:00"


class StorageTally(models.Model):
    """The originals of a team, those in the trash included, as they were counted last."""

    team = models.OneToOneField(Team, on_delete=models.CASCADE, primary_key=True, related_name="+")
    bytes = models.BigIntegerField()
    pictures = models.IntegerField()
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-bytes"]

    def __str__(self) -> str:
        return f"{self.team}: {self.bytes}"


class UsageLine(models.Model):
    """What a provider says it made and charged on one day (UTC) under one name, as its own export has it. None is what
    the export does not say."""

    id = models.BigAutoField(primary_key=True)
    provider = models.ForeignKey(Provider, on_delete=models.CASCADE, related_name="+")
    day = models.DateField()
    name = models.CharField(max_length=200, blank=True, help_text="The model, or the line of the invoice.")
    pictures = models.IntegerField(null=True)
    usd = models.DecimalField(max_digits=14, decimal_places=6, null=True)
    imported_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["day", "name"]
        constraints = [
            models.UniqueConstraint(fields=["provider", "day", "name"], name="one_usage_line_per_day"),
            models.CheckConstraint(
                condition=models.Q(usd__isnull=False) | models.Q(pictures__isnull=False),
                name="a_usage_line_says_something",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider} {self.day} {self.name}"
