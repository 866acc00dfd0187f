"""What was spent, as the ledger has it: sums by person, model and day for a page, and every entry for a file. A
team's books (teamwork/spend.py) and the site's (oversight/spend.py) are the same, of other entries.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any, ClassVar

from django.db.models import QuerySet, Sum
from django.db.models.functions import TruncMonth
from django.utils.formats import date_format

from images_app.budgets.actions import today
from images_app.budgets.models import LedgerEntry, Period
from images_app.budgets.units import dollars, units
from images_app.jobs.models import ImageJob
from images_app.jobs.states import State
from images_app.lib.bars import Bar, stacked
from images_app.lib.sheets import BEGINNING, line
from images_app.lib.words import money

YEAR = "year"
MONTHS = 12  # that can be looked back
ROWS = 50  # of a table; the file has all
BATCH = 500
HEADINGS = [
    *("at", "day", "kind", "person", "email", "provider", "model"),
    *("held usd", "spent usd", "pictures", "unknown prices", "reason", "job", "call", "attempt"),
]


@dataclass(frozen=True)
class Row:
    """One line of a table. ``unknown`` pictures have no known price and are in no sum of money."""

    name: str
    spent: Decimal
    held: Decimal
    pictures: int
    unknown: int

    @property
    def money(self) -> str:
        return money(self.spent)

    @property
    def under_way(self) -> str:
        return money(self.held) if self.held else ""


class Range:
    """A month, "2026-11", or the twelve up to now, "year"; anything else is this month."""

    def __init__(self, asked: str = "", now: date | None = None) -> None:
        self.now = (now or today()).replace(day=1)
        self.months = [_months_before(self.now, back) for back in range(MONTHS)]
        known = {f"{month:%Y-%m}": month for month in self.months}
        self.whole_year = asked == YEAR
        month = known.get(asked, self.now)
        self.begins = self.months[-1] if self.whole_year else month
        self.ends = Period.MONTH.ends(self.now if self.whole_year else month)
        self.value = YEAR if self.whole_year else f"{month:%Y-%m}"

    @property
    def words(self) -> str:
        return "The last twelve months" if self.whole_year else date_format(self.begins, "F Y")

    @property
    def choices(self) -> list[tuple[str, str]]:
        return [(f"{month:%Y-%m}", date_format(month, "F Y")) for month in self.months] + [
            (YEAR, "The last twelve months")
        ]


class Books:
    """The entries of a range, summed up; who makes one says which entries and which jobs."""

    headings: ClassVar[list[str]] = HEADINGS

    def __init__(self, range: Range) -> None:
        self.range = range

    @cached_property
    def entries(self) -> QuerySet[LedgerEntry]:
        """Those of the range, whose order is left open: they are grouped."""
        rows = LedgerEntry.objects.filter(day__gte=self.range.begins, day__lt=self.range.ends)
        return self.of_ours(rows).order_by()

    def of_ours(self, rows: QuerySet[LedgerEntry]) -> QuerySet[LedgerEntry]:
        """Those of the entries that belong to these books."""
        raise NotImplementedError

    def of_our_jobs(self, jobs: QuerySet[ImageJob]) -> QuerySet[ImageJob]:
        """The same of jobs."""
        raise NotImplementedError

    @cached_property
    def total(self) -> Row:
        return row_of("All", self.entries.aggregate(**SUMS))

    @cached_property
    def people(self) -> list[Row]:
        return self.by("person__name", "person__email")

    @cached_property
    def models(self) -> list[Row]:
        return self.by("model__label", "provider__name")

    @cached_property
    def times(self) -> list[Row]:
        """Each day of the month, or each month of the year, those without anything included."""
        if self.range.whole_year:
            monthly = self.monthly()
            return [
                row_of(date_format(month, "M Y"), monthly.get(month, {})) for month in self.range.months[::-1]
            ]
        daily = self.daily()
        first, last = self.range.begins.toordinal(), self.range.ends.toordinal()
        days = [date.fromordinal(day) for day in range(first, last)]
        return [row_of(date_format(day, "j M"), daily.get(day, {})) for day in days]

    def monthly(self) -> dict[date, Mapping[str, Any]]:
        """The sums of each month, by its first day."""
        found = self.entries.annotate(month=TruncMonth("day")).values("month").annotate(**SUMS)
        return {row["month"]: row for row in found}

    def daily(self) -> dict[date, Mapping[str, Any]]:
        """The sums of each day."""
        return {row["day"]: row for row in self.entries.values("day").annotate(**SUMS)}

    @cached_property
    def bars(self) -> list[Bar]:
        """From the ground up what is spent, and on it what is held."""
        return stacked(
            [
                (
                    f"{row.name}: {row.money}" + (f", {row.under_way} held" if row.under_way else ""),
                    [("spent", float(row.spent)), ("held", float(row.held))],
                )
                for row in self.times
            ]
        )

    @cached_property
    def at_risk(self) -> list[ImageJob]:
        """Pictures of which nobody knows whether they were made and charged, whenever they were asked for."""
        jobs = self.of_our_jobs(ImageJob.objects.filter(state=State.UNKNOWN))
        rows = jobs.select_related("person", "team", "generation__model")
        return list(rows.order_by("-created_at", "-id")[:ROWS])

    def as_csv(self) -> Iterator[bytes]:
        """Every entry in its order; a batch of rows at a time."""
        yield BEGINNING + line(self.headings)
        last = 0
        rows = self.entries.select_related("person", "provider", "model", "team").order_by("id")
        while some := list(rows.filter(pk__gt=last)[:BATCH]):
            last = some[-1].pk
            yield b"".join(line(self.cells(entry)) for entry in some)

    def cells(self, entry: LedgerEntry) -> list[object]:
        """What stands below ``headings``."""
        return _cells(entry)

    def by(self, *names: str) -> list[Row]:
        """The ROWS that spent most, by the first of the names that is not empty."""
        rows = self.entries.values(*names).annotate(**SUMS).order_by("-spent_sum", *names)[:ROWS]
        return [row_of(row[names[0]] or row[names[1]], row) for row in rows]


SUMS = {f"{name}_sum": Sum(name) for name in ("spent", "held", "pictures", "unknown")}


def row_of(name: str, sums: Mapping[str, Any]) -> Row:
    """A line of ``SUMS`` in dollars; what is not there is nothing."""
    # SQLite sums as floats: what is left over is no money.
    spent, held = (dollars(units(Decimal(str(sums.get(f"{part}_sum") or 0)))) for part in ("spent", "held"))
    pictures, unknown = (int(str(sums.get(f"{part}_sum") or 0)) for part in ("pictures", "unknown"))
    return Row(name, spent, held, pictures, unknown)


def _cells(entry: LedgerEntry) -> list[object]:
    return [
        entry.at.isoformat(timespec="seconds"),
        entry.day.isoformat(),
        entry.kind,
        entry.person.display_name,
        entry.person.email,
        entry.provider.name,
        entry.model.label,
        "unknown" if entry.held is None else entry.held,
        "unknown" if entry.spent is None else entry.spent,
        entry.pictures,
        entry.unknown,
        entry.reason,
        entry.job,
        entry.round,
        entry.attempt or "",
    ]


def _months_before(month: date, back: int) -> date:
    number = month.year * 12 + month.month - 1 - back
    return date(number // 12, number % 12 + 1, 1)
