"""Counting for the dashboard, every few minutes: the last hours anew, and older ones that nobody has counted yet."""

from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.db.models import Count, Max, Sum
from django.utils import timezone

from images_app.images.models import StoredImage
from images_app.jobs.models import ImageJob
from images_app.jobs.states import State
from images_app.oversight.lengths import step_of
from images_app.oversight.models import HourTally, StorageTally

HOUR = timedelta(hours=1)
ANEW = 3  # hours, the running one included: a worker may write an end some seconds late
KEPT = timedelta(days=91)  # what the longest range needs
BATCH = 1000


def count_hours(now: datetime | None = None) -> None:
    """Counts each hour since the last one counted, and the last ANEW again; at the first time all that is KEPT. Two
    at once write the same."""
    running = (now or timezone.now()).astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    last = HourTally.objects.aggregate(last=Max("hour"))["last"]
    hour = min(last or running - KEPT, running - (ANEW - 1) * HOUR)
    while hour <= running:
        _count_hour(hour)
        hour += HOUR
    HourTally.objects.filter(hour__lt=running - KEPT).delete()


def _count_hour(hour: datetime) -> None:
    states: Counter[str] = Counter()
    lengths: dict[str, Counter[str]] = defaultdict(Counter)
    jobs = ImageJob.objects.filter(finished_at__gte=hour, finished_at__lt=hour + HOUR).order_by()
    ends = jobs.values_list("state", "created_at", "sent_at", "finished_at")
    for state, created_at, sent_at, finished_at in ends.iterator(BATCH):
        states[state] += 1
        if state == State.SUCCEEDED and sent_at and finished_at:
            lengths["waits"][step_of((sent_at - created_at).total_seconds())] += 1
            lengths["makes"][step_of((finished_at - sent_at).total_seconds())] += 1
    values = {"states": states, "waits": lengths["waits"], "makes": lengths["makes"]}
    HourTally.objects.update_or_create(hour=hour, defaults=values)


def count_storage() -> None:
    """Counts the originals of every team, in one walk of all pictures: too long for a page, short for a worker."""
    now = timezone.now()
    rows = StoredImage.objects.order_by().values("team").annotate(n=Count("pk"), total=Sum("bytes"))
    tallies = [
        StorageTally(team_id=row["team"], bytes=row["total"] or 0, pictures=row["n"], at=now) for row in rows
    ]
    with transaction.atomic():
        StorageTally.objects.bulk_create(
            tallies,
            update_conflicts=True,
            unique_fields=["team"],
            update_fields=["bytes", "pictures", "at"],
            batch_size=BATCH,
        )
        StorageTally.objects.filter(at__lt=now).delete()
