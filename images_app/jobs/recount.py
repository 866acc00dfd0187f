"""Counting the books again: every job against the ledger, and the ledger against every tally.

May run while everything else does. What looks wrong is looked at once more under the lock of its row before it is said,
since a booking may have been under way.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from images_app.budgets import actions as booking
from images_app.budgets.actions import Place, Sum
from images_app.budgets.models import LedgerEntry, Period, Tally
from images_app.budgets.units import dollars
from images_app.jobs import books
from images_app.jobs.models import ImageJob

BATCH = 500


@dataclass(frozen=True)
class Difference:
    """What does not agree, in words for whoever runs it."""

    words: str

    def __str__(self) -> str:
        return self.words


def recount(*, fix: bool = False) -> Iterator[Difference]:
    """Every difference; with ``fix`` each is mended as it is found: missing entries are added, tallies set right."""
    yield from _jobs(fix)
    yield from _tallies(fix)


def _jobs(fix: bool) -> Iterator[Difference]:
    last = UUID(int=0)
    while some := list(
        ImageJob.objects.filter(pk__gt=last).order_by("pk").select_related("generation")[:BATCH]
    ):
        last = some[-1].pk
        for job in sorted({entry.job for entry in booking.missing(books.rounds_of(some))}):
            yield from _job(job, fix)


@transaction.atomic
def _job_again(job: UUID, fix: bool) -> list[LedgerEntry]:
    lacking = books.wrong(job)
    if lacking and fix:
        books.book([job])
    return lacking


def _job(job: UUID, fix: bool) -> Iterator[Difference]:
    for entry in _job_again(job, fix):
        money = entry.held if entry.kind == LedgerEntry.Kind.HELD else entry.spent
        amount = "unknown" if money is None else f"${money}"
        yield Difference(f"job {job}, call {entry.round}: not booked as {entry.kind} ({amount})")


def _tallies(fix: bool) -> Iterator[Difference]:
    """Day by day, and month by month: a ledger of years is never held in memory."""
    days = list(LedgerEntry.objects.order_by("day").values_list("day", flat=True).distinct())
    for period in Period:
        begins = {period.begins(day) for day in days}
        begins |= set(Tally.objects.filter(period=period).values_list("begins", flat=True))
        for begin in sorted(begins):
            yield from _tallies_of(period, begin, fix)


def _tallies_of(period: Period, begins: date, fix: bool) -> Iterator[Difference]:
    summed = _summed(period, begins)
    counted = {row.key: _of(row) for row in Tally.objects.filter(period=period, begins=begins)}
    for key in sorted(summed.keys() | counted.keys()):
        if summed.get(key, Sum()) != counted.get(key, Sum()) and (
            found := _again((key, period, begins), fix)
        ):
            yield found


@transaction.atomic
def _again(place: Place, fix: bool) -> Difference | None:
    key, period, begins = place
    Tally.objects.bulk_create([Tally(key=key, period=period, begins=begins)], ignore_conflicts=True)
    row = Tally.objects.select_for_update().get(key=key, period=period, begins=begins)
    # Whoever books now waits for the row, and what they have entered is not seen yet.
    right, counted = _summed(period, begins, key).get(key, Sum()), _of(row)
    if right == counted:
        return None
    if fix:
        Tally.objects.filter(pk=row.pk).update(**vars(right))
    return Difference(
        f"{period} from {begins} of {key}: counted {_words(counted)}, the ledger has {_words(right)}"
    )


def _summed(period: Period, begins: date, key: str = "") -> dict[str, Sum]:
    entries = LedgerEntry.objects.filter(day__gte=begins, day__lt=period.ends(begins))
    if key and key != "site":
        _, team, *person = key.split(":")
        entries = entries.filter(Q(team=team), *([Q(person=person[0])] if person else []))
    found: dict[str, Sum] = {}
    for (whose, kind, _), total in booking.sums(entries.iterator(BATCH)).items():
        if kind is period:
            found[whose] = total
    return found


def _of(row: Tally) -> Sum:
    return Sum(row.held, row.spent, row.pictures, row.unknown)


def _words(total: Sum) -> str:
    held, spent = dollars(total.held), dollars(total.spent)
    return f"${held} held, ${spent} spent, {total.pictures} pictures ({total.unknown} of unknown price)"
