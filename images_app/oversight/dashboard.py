"""How the site does: what ended in a range, hour by hour, and how it stands now."""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property

from django.db.models import Count, Sum
from django.utils import timezone
from django.utils.formats import date_format

from images_app.budgets.actions import today
from images_app.budgets.models import Period, Scope, Tally, key_of
from images_app.jobs import health
from images_app.jobs.models import ImageJob
from images_app.jobs.states import State
from images_app.lib.attention import Line, lines
from images_app.lib.bars import Bar, stacked
from images_app.lib.words import about, money
from images_app.oversight.lengths import at_percent
from images_app.oversight.models import HourTally, StorageTally
from images_app.teams.models import User

ROWS = 50  # of a table
# In the address: words, hours, and how many hours are one bar.
RANGES = {
    "24h": ("The last 24 hours", 24, 1),
    "7d": ("The last 7 days", 7 * 24, 6),
    "30d": ("The last 30 days", 30 * 24, 24),
    "90d": ("The last 90 days", 90 * 24, 24),
}
GONE_WRONG = (State.REJECTED, State.FAILED, State.LOST)
UNDER_WAY = (State.QUEUED, State.CLAIMED, State.SENT, State.RECEIVED, State.UNKNOWN)


@dataclass(frozen=True)
class Span:
    """One bar's jobs by how they ended."""

    name: str
    done: int
    wrong: int
    cancelled: int


class Dashboard:
    """Of a range of RANGES; anything else is the last day."""

    def __init__(self, asked: str, viewer: User, now: datetime | None = None) -> None:
        self.value = asked if asked in RANGES else "24h"
        self.words, hours, self._step = RANGES[self.value]
        self._viewer = viewer
        self._running = (now or timezone.now()).astimezone(UTC).replace(minute=0, second=0, microsecond=0)
        # Whole steps, so that each day of the drawing is a day: the last one is still running.
        ends = self._running.replace(hour=self._running.hour // self._step * self._step)
        self._begins = ends - timedelta(hours=hours - self._step)
        self._bars = hours // self._step

    @property
    def choices(self) -> list[tuple[str, str]]:
        return [(value, words) for value, (words, _, _) in RANGES.items()]

    @cached_property
    def _hours(self) -> list[HourTally]:
        return list(HourTally.objects.filter(hour__gte=self._begins))

    @cached_property
    def states(self) -> "Counter[str]":
        found: Counter[str] = Counter()
        for hour in self._hours:
            found.update(hour.states)
        return found

    @property
    def any(self) -> bool:
        return any(self.states.values())

    @cached_property
    def spans(self) -> list[Span]:
        sums: list[Counter[str]] = [Counter() for _ in range(self._bars)]
        for hour in self._hours:
            place = (hour.hour - self._begins) // timedelta(hours=self._step)
            if place < self._bars:
                sums[place].update(hour.states)
        return [
            Span(
                self._named(place),
                found[State.SUCCEEDED],
                sum(found[state] for state in GONE_WRONG),
                found[State.CANCELLED],
            )
            for place, found in enumerate(sums)
        ]

    @cached_property
    def bars(self) -> list[Bar]:
        return stacked(
            [
                (
                    f"{span.name}: {span.done} done, {span.wrong} not made, {span.cancelled} cancelled",
                    [("made", span.done), ("wrong", span.wrong), ("cancelled", span.cancelled)],
                )
                for span in self.spans
            ]
        )

    @property
    def wrong(self) -> int:
        return sum(self.states[state] for state in GONE_WRONG)

    @property
    def success(self) -> str:
        """Of what was not cancelled, in percent; rounded down, so that 100% has no failure in it."""
        done, wrong = self.states[State.SUCCEEDED], self.wrong
        return f"{done * 1000 // (done + wrong) / 10:g}%" if done + wrong else ""

    @cached_property
    def lengths(self) -> list[tuple[str, str, str]]:
        """(what, median, what 95 of a hundred do not exceed), in words."""
        waits: Counter[str] = Counter()
        makes: Counter[str] = Counter()
        for hour in self._hours:
            waits.update(hour.waits)
            makes.update(hour.makes)
        kinds = (("From the press to the call", waits), ("From the call to the picture", makes))
        return [(name, _length(counts, 50), _length(counts, 95)) for name, counts in kinds]

    # --- now
    @cached_property
    def under_way(self) -> list[tuple[str, int]]:
        """How many jobs are in each state that is no end, all of them named."""
        rows = ImageJob.objects.filter(state__in=UNDER_WAY).order_by().values_list("state")
        found = dict(rows.annotate(n=Count("pk")))
        return [(state.label, found.get(state, 0)) for state in UNDER_WAY]

    @cached_property
    def waiting(self) -> list[tuple[str, int]]:
        """The models with the longest lines."""
        rows = ImageJob.objects.filter(state=State.QUEUED).order_by().values_list("generation__model__label")
        return list(rows.annotate(n=Count("pk")).order_by("-n", "generation__model__label")[:ROWS])

    @cached_property
    def workers(self) -> list[tuple[str, int]]:
        alive = Counter(queue for worker in health.workers() for queue in worker.queues)
        return [(queue, alive[queue]) for queue in health.QUEUES]

    @cached_property
    def storage(self) -> list[StorageTally]:
        return list(StorageTally.objects.select_related("team").order_by("-bytes", "team")[:ROWS])

    @cached_property
    def stored(self) -> int:
        """Bytes of all teams."""
        return int(StorageTally.objects.aggregate(total=Sum("bytes"))["total"] or 0)

    @cached_property
    def spent(self) -> str:
        month = Period.MONTH.begins(today())
        rows = Tally.objects.filter(key=key_of(Scope.SITE), period=Period.MONTH, begins=month)
        return money((rows.first() or Tally()).spent_usd)

    @cached_property
    def attention(self) -> list[Line]:
        """What each room asks somebody to look at: its oldest case, its limits, its keys."""
        return lines(self._viewer)

    def _named(self, place: int) -> str:
        moment = self._begins + timedelta(hours=place * self._step)
        return date_format(moment, "j M" if self._step == 24 else "j M H:i")


def _length(counts: "Counter[str]", percent: int) -> str:
    seconds = at_percent(counts, percent)
    return "none" if seconds is None else about(seconds)
