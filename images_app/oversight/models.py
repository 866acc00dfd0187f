"""What the dashboard reads instead of a million rows: one row for each hour, and one for each team's storage."""

from django.db import models
from django.utils import timezone

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
