"""The ledger beside what a provider says it charged: by day, and by model over the days that were imported."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import QuerySet

from images_app.budgets.models import LedgerEntry
from images_app.jobs.spending import SUMS, Range, Row, row_of
from images_app.lib.sheets import BEGINNING, line
from images_app.lib.words import money
from images_app.oversight.models import UsageLine
from images_app.oversight.usage import Sums
from images_app.providers.models import Provider

CENT = Decimal("0.01")  # below half of it, sums of rounded prices agree
HEADINGS = [
    *("day", "pictures here", "usd here", "usd held", "unknown prices"),
    *("pictures there", "usd there", "difference usd", "verdict"),
]
NOBODY_SAID = "not imported"


@dataclass(frozen=True)
class Pair:
    """One line: our ``ours`` beside their ``theirs``, None where nothing was imported."""

    name: str
    ours: Row
    theirs: Sums | None

    @property
    def difference(self) -> Decimal | None:
        """What they charged beyond what we booked as spent, in US dollars; None where they name no money."""
        return None if self.theirs is None or self.theirs.usd is None else self.theirs.usd - self.ours.spent

    @property
    def differs(self) -> bool:
        """Whether somebody should look: in money, or where no money is named in pictures."""
        return self.verdict in {"more than booked", "less than booked", "other pictures"}

    @property
    def verdict(self) -> str:
        """In words. What is held may have been charged: pictures under way, and those nobody knows the end of."""
        if self.theirs is None:
            return NOBODY_SAID
        beyond = self.difference
        if beyond is None:
            return "agrees" if self.theirs.pictures == self.ours.pictures else "other pictures"
        if abs(beyond) < CENT / 2:
            return "agrees"
        if self.ours.unknown:
            return "prices unknown here"
        if 0 < beyond < self.ours.held + CENT / 2:
            return "within what is held"
        return "more than booked" if beyond > 0 else "less than booked"

    @property
    def theirs_money(self) -> str:
        return "" if self.theirs is None or self.theirs.usd is None else money(self.theirs.usd)

    @property
    def theirs_pictures(self) -> str:
        return "" if self.theirs is None or self.theirs.pictures is None else str(self.theirs.pictures)

    @property
    def signed(self) -> str:
        """The difference with its sign, empty where there is none."""
        beyond = self.difference
        if beyond is None or abs(beyond) < CENT / 2:
            return ""
        return f"{'+' if beyond > 0 else '−'}{money(abs(beyond))}"


class Reconciled:
    """A provider's books of a month. Days are those of the calls' holds here, and the provider's own there: a picture of
    midnight may stand on the next day there."""

    def __init__(self, provider: Provider, range: Range) -> None:
        self.provider, self.range = provider, range

    @cached_property
    def lines(self) -> list[UsageLine]:
        return list(UsageLine.objects.filter(provider=self.provider, **self._days))

    @property
    def _days(self) -> dict[str, date]:
        return {"day__gte": self.range.begins, "day__lt": self.range.ends}

    @cached_property
    def _said(self) -> dict[date, Sums]:
        return _summed((one.day, one) for one in self.lines)

    @cached_property
    def days(self) -> list[Pair]:
        """Every day on which somebody has something, the oldest first."""
        ours: Mapping[Any, Mapping[str, Any]] = {
            row["day"]: row for row in self._entries.values("day").annotate(**SUMS)
        }
        return [
            Pair(day.isoformat(), row_of("", ours.get(day, {})), self._said.get(day))
            for day in sorted({*ours, *self._said})
        ]

    @cached_property
    def total(self) -> Pair:
        """Of the days that were imported, and of no other."""
        said = _summed(("", one) for one in self.lines)
        return Pair("All", row_of("", self._imported.aggregate(**SUMS)), said.get(""))

    @cached_property
    def models(self) -> list[Pair]:
        """By the name the endpoint knows a model by, over the days that were imported."""
        ours: Mapping[Any, Mapping[str, Any]] = {
            row["model__name"]: row for row in self._imported.values("model__name").annotate(**SUMS)
        }
        said = _summed((one.name, one) for one in self.lines)
        return [
            Pair(name or "Without a name", row_of("", ours.get(name, {})), said.get(name))
            for name in sorted({*ours, *said})
        ]

    @property
    def missing(self) -> int:
        """Days with bookings here of which nothing was imported."""
        return sum(pair.theirs is None for pair in self.days)

    def as_csv(self) -> Iterator[bytes]:
        yield BEGINNING + line(HEADINGS)
        for pair in self.days:
            there = pair.theirs or Sums()
            yield line(
                [
                    *(pair.name, pair.ours.pictures, pair.ours.spent, pair.ours.held, pair.ours.unknown),
                    *(
                        _or_empty(there.pictures),
                        _or_empty(there.usd),
                        _or_empty(pair.difference),
                        pair.verdict,
                    ),
                ]
            )

    @property
    def _entries(self) -> "QuerySet[LedgerEntry]":
        return LedgerEntry.objects.filter(provider=self.provider, **self._days).order_by()

    @property
    def _imported(self) -> "QuerySet[LedgerEntry]":
        return self._entries.filter(day__in=list(self._said))


def _summed(lines: "Iterable[tuple[Any, UsageLine]]") -> dict[Any, Sums]:
    found: dict[Any, Sums] = defaultdict(Sums)
    for key, one in lines:
        found[key].add(one.pictures, one.usd)
    return dict(found)


def _or_empty(value: object) -> object:
    return "" if value is None else value
