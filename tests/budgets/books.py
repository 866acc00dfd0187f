"""What must always be true of the books, asked in plain sums of the rows themselves."""

from collections import defaultdict
from decimal import Decimal

from images_app.budgets.actions import missing, sums
from images_app.budgets.models import LedgerEntry, Tally
from images_app.jobs.books import rounds_of
from images_app.jobs.models import Attempt, ImageJob

Outcome = Attempt.Outcome
WAITING = {"queued", "claimed"}


def balance() -> tuple[Decimal, Decimal]:
    """Dollars held and spent, by the ledger."""
    held = sum((entry.held or Decimal(0) for entry in LedgerEntry.objects.all()), Decimal(0))
    return held, sum((entry.spent or Decimal(0) for entry in LedgerEntry.objects.all()), Decimal(0))


def assert_balanced() -> None:
    """Every booking is entered, every tally is its entries' sum, nothing is held for what is over, and no call that
    may have been executed is without its money."""
    assert missing(rounds_of(list(ImageJob.objects.select_related("generation")))) == []
    summed = {place: total for place, total in sums(LedgerEntry.objects.all()).items() if total}
    tallies = {
        (row.key, row.period, row.begins): (row.held, row.spent, row.pictures, row.unknown)
        for row in Tally.objects.all()
    }
    counted = {place: (one.held, one.spent, one.pictures, one.unknown) for place, one in summed.items()}
    assert {place: row for place, row in tallies.items() if any(row)} == counted
    _assert_by_hand()


def _assert_by_hand() -> None:
    """The same from the attempts, by a reckoning of its own: money held and spent together is that of every call
    executed or feared, and of the calls still to be made."""
    entries: dict[object, list[LedgerEntry]] = defaultdict(list)
    for entry in LedgerEntry.objects.all():
        entries[entry.job].append(entry)
    for job in ImageJob.objects.all():
        if job.price_usd is None:
            continue
        attempts = list(job.attempts.all())
        done = sum(attempt.outcome == Outcome.DONE for attempt in attempts)
        unclear = sum(attempt.outcome in {Outcome.UNKNOWN, Outcome.OPEN} for attempt in attempts)
        waits = job.state in WAITING
        written_off = sum(entry.kind == "written_off" for entry in entries[job.pk])
        came_after_all = sum(entry.kind == "settled" and entry.pictures > 0 for entry in entries[job.pk])
        calls = done + unclear + waits - (written_off - came_after_all)
        money = sum(((entry.held or 0) + (entry.spent or 0) for entry in entries[job.pk]), Decimal(0))
        assert money == calls * job.price_usd, (
            job.state,
            [(e.kind, e.held, e.spent) for e in entries[job.pk]],
        )
        spent = sum((entry.spent or Decimal(0) for entry in entries[job.pk]), Decimal(0))
        assert spent >= done * job.price_usd
        if job.state in {"rejected", "failed", "cancelled"}:
            assert money == spent == job.charged_usd, (job.state, job.reason)
