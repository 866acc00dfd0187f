"""What became of presses of Generate, told to whoever is not there to see it: one notice a press, never one a picture.

A duty of its own, so that nothing of it delays or breaks a paid call: it reads the events that the changes of state have
left, from where it stopped the last time. Several may do it at once, and any may be killed: the step of the walk and what
it tells are one transaction.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import takewhile
from uuid import UUID

from django.db import transaction
from django.db.models import Max, Q
from django.utils import timezone

from images_app.images.access import met
from images_app.images.models import StoredImage
from images_app.jobs.models import Generation, ImageJob, JobEvent
from images_app.jobs.states import FINAL, PENDING, State
from images_app.lib import here
from images_app.notices.actions import tell
from images_app.notices.models import Kind, Walk
from images_app.teams import activity
from images_app.teams.audience import Audience

NAME = "presses"
STEP = 500
# An event may be committed after a later one: by then all of them are.
SETTLES = timedelta(seconds=20)
FAILED = frozenset({State.REJECTED, State.FAILED, State.LOST})


@dataclass
class Press:
    """The generations one press made, and how many of their pictures are in each state."""

    generations: list[Generation]
    states: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def count(self, states: Iterable[State]) -> int:
        return sum(self.states[state] for state in states)


def look(now: datetime | None = None) -> int:
    """Reads on, a step at a time; how many events were read."""
    walk = Walk.objects.filter(name=NAME).first()
    if walk is None:  # what was before the first time is no news
        newest = JobEvent.objects.aggregate(newest=Max("pk"))["newest"] or 0
        Walk.objects.get_or_create(name=NAME, defaults={"event": newest})
        return 0
    settled, read = (now or timezone.now()) - SETTLES, 0
    while events := _next(walk, settled):
        if not _step(walk, events):
            break  # another worker is at it
        read += len(events)
        walk.event = events[-1].pk
    return read


def _next(walk: Walk, settled: datetime) -> list[JobEvent]:
    events = JobEvent.objects.filter(pk__gt=walk.event).order_by("pk")[:STEP]
    return list(takewhile(lambda event: event.at <= settled, events))


@transaction.atomic
def _step(walk: Walk, events: list[JobEvent]) -> bool:
    if not Walk.objects.filter(name=NAME, event=walk.event).update(event=events[-1].pk):
        return False
    ends = {event.job_id: event for event in events if event.to_state in FINAL | {State.UNKNOWN}}
    latest: dict[UUID, datetime] = {}  # by generation
    asks: set[UUID] = set()
    for job, generation in ImageJob.objects.filter(pk__in=ends).values_list("pk", "generation"):
        latest[generation] = max(ends[job].at, latest.get(generation, ends[job].at))
        asks |= {generation} if ends[job].to_state == State.UNKNOWN else set()
    for press in _presses(latest):
        at = max(latest[one.pk] for one in press.generations if one.pk in latest)
        _tell(press, asks, at)
    _note([job for job, event in ends.items() if event.to_state == State.SUCCEEDED])
    return True


def _presses(generations: Iterable[UUID]) -> Iterator[Press]:
    some = Generation.objects.filter(pk__in=list(generations))
    batches = list(some.exclude(batch=None).values_list("batch", flat=True).distinct())
    found: dict[object, Press] = {}
    of: dict[UUID, Press] = {}
    rows = Generation.objects.filter(Q(pk__in=some.values("pk")) | Q(batch__in=batches))
    for generation in rows.select_related("person", "team").order_by("created_at", "pk"):
        of[generation.pk] = found.setdefault(generation.batch or generation.pk, Press([]))
        of[generation.pk].generations.append(generation)
    for generation_id, state in ImageJob.objects.filter(generation__in=of).values_list("generation", "state"):
        of[generation_id].states[state] += 1
    yield from found.values()


def _tell(press: Press, asks: set[UUID], at: datetime) -> None:
    first = press.generations[0]
    for generation in press.generations:
        if generation.pk in asks:
            tell(Kind.DECISION, [generation.person], team=generation.team, generation=generation)
    if press.count(PENDING) or here.looked_since(str(first.person_id), at):
        return
    done, failed = press.count([State.SUCCEEDED]), press.count(FAILED)
    if done:
        pictures = StoredImage.objects.filter(job__generation__in=press.generations)
        image = pictures.filter(met()).order_by("created_at", "pk").first()
        tell(Kind.FINISHED, [first.person], team=first.team, generation=first, image=image, count=done)
    if failed:
        tell(Kind.FAILED, [first.person], team=first.team, generation=first, count=failed)


def _note(jobs: list[UUID]) -> None:
    """Pictures that the team sees from the start are part of what happens in it."""
    made = StoredImage.objects.filter(job__in=jobs, audience__gte=Audience.TEAM, team__personal=False)
    activity.note_pictures(made.select_related("team"))
