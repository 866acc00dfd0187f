"""Booking: where each authorised call stands, entered in the ledger and in the tallies, within the caller's transaction.

``enter`` is told how calls stand, compares that with the ledger, and books the difference: said twice, it is booked
once. The caller holds the rows of the jobs. Tallies are the last rows a transaction locks, always in one order (the
site, teams, people; days, months), so two transactions wait for each other and never deadlock.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date
from decimal import Decimal
from uuid import UUID

from django.db.models import F, Q, Value
from django.utils import timezone

from images_app.budgets.limits import OverBudget, hard_limits, left_of
from images_app.budgets.models import Budget, LedgerEntry, Period, Scope, Tally, keys_of, scope_of
from images_app.budgets.units import units

Kind = LedgerEntry.Kind
ORDER = {scope: place for place, scope in enumerate(Scope)}


@dataclass(frozen=True)
class Round:
    """One authorised call of a job, and how it stands: held while it may still be made or nobody knows its outcome.

    ``price`` is what was agreed, ``cost`` what it came to where it is settled; None: not known.
    """

    job: UUID
    number: int
    stands: Kind
    team: UUID
    person: UUID
    provider: UUID
    model: UUID
    price: Decimal | None
    cost: Decimal | None = None
    attempt: UUID | None = None
    reason: str = ""


@dataclass
class Sum:
    """What is added to a tally: units of money, and counts."""

    held: int = 0
    spent: int = 0
    pictures: int = 0
    unknown: int = 0

    def __bool__(self) -> bool:
        return any((self.held, self.spent, self.pictures, self.unknown))


Place = tuple[str, Period, date]


def enter(rounds: Iterable[Round], *, limited: bool = False) -> list[LedgerEntry]:
    """Books what changed about ``rounds``; what was booked. ``limited``: raises OverBudget where a hard limit has no room
    for it, and the caller's transaction must end."""
    entries = missing(rounds)
    if entries:
        LedgerEntry.objects.bulk_create(entries)
        _count(sums(entries), limited=limited)
    return entries


def missing(rounds: Iterable[Round]) -> list[LedgerEntry]:
    """What the ledger lacks of ``rounds``, not saved; nothing where the books are right."""
    wanted = list(rounds)
    booked: dict[tuple[UUID, int], list[LedgerEntry]] = defaultdict(list)
    for entry in LedgerEntry.objects.filter(job__in={one.job for one in wanted}):
        booked[entry.job, entry.round].append(entry)
    return [entry for one in wanted for entry in _difference(one, booked[one.job, one.number])]


def rounds_held(jobs: Iterable[UUID]) -> dict[UUID, int]:
    """How many calls of each job were ever held."""
    found: dict[UUID, int] = defaultdict(int)
    for job in LedgerEntry.objects.filter(job__in=list(jobs), kind=Kind.HELD).values_list("job", flat=True):
        found[job] += 1
    return found


def sums(entries: Iterable[LedgerEntry]) -> dict[Place, Sum]:
    """What entries add to each tally."""
    found: dict[Place, Sum] = defaultdict(Sum)
    for entry in entries:
        for key in keys_of(entry.team_id, entry.person_id):
            for period in Period:
                to = found[key, period, period.begins(entry.day)]
                to.held += units(entry.held or Decimal(0))
                to.spent += units(entry.spent or Decimal(0))
                to.pictures += entry.pictures
                to.unknown += entry.unknown
    return found


def today() -> date:
    """The day that is booked now, in UTC."""
    return timezone.now().astimezone(UTC).date()


def _difference(one: Round, booked: list[LedgerEntry]) -> list[LedgerEntry]:
    """The entries that lead from what is ``booked`` of a call to how it stands."""
    entries: list[LedgerEntry] = []
    hold = next((entry for entry in booked if entry.kind == Kind.HELD), None)
    if hold is None:
        hold = _entry(one, Kind.HELD, today(), held=one.price, pictures=1, unknown=one.price is None)
        entries.append(hold)
    # A team may have ended and its jobs have moved meanwhile: what is booked of a call stays where it was held.
    one = replace(one, team=hold.team_id, person=hold.person_id)
    kinds = {entry.kind for entry in booked}
    back = None if hold.held is None else -hold.held
    if one.stands is Kind.SETTLED and Kind.SETTLED not in kinds:
        unheld = Kind.RELEASED in kinds or Kind.WRITTEN_OFF in kinds  # a result that came after all
        entries.append(
            _entry(
                one,
                Kind.SETTLED,
                hold.day,
                held=Decimal(0) if unheld else back,
                spent=one.cost,
                pictures=int(unheld),
                unknown=(one.cost is None) - (hold.held is None and not unheld),
            )
        )
    elif one.stands is Kind.SETTLED:
        entries += _adjustment(one, hold.day, booked)
    elif one.stands in {Kind.RELEASED, Kind.WRITTEN_OFF} and not kinds & {
        Kind.RELEASED,
        Kind.WRITTEN_OFF,
        Kind.SETTLED,
    }:
        unknown = -int(hold.held is None)
        entries.append(_entry(one, one.stands, hold.day, held=back, pictures=-1, unknown=unknown))
    return entries


def _adjustment(one: Round, day: date, booked: list[LedgerEntry]) -> list[LedgerEntry]:
    """A call that was settled at one price and is known by now to have cost another."""
    settled = [entry.spent for entry in booked if entry.kind in {Kind.SETTLED, Kind.ADJUSTED}]
    before = sum((spent for spent in settled if spent is not None), Decimal(0))
    unknown = None in settled and len(settled) == 1
    if one.cost is None or (before == one.cost and not unknown):
        return []
    return [_entry(one, Kind.ADJUSTED, day, held=Decimal(0), spent=one.cost - before, unknown=-int(unknown))]


def _entry(
    one: Round,
    kind: Kind,
    day: date,
    *,
    held: Decimal | None,
    spent: Decimal | None = Decimal(0),
    pictures: int = 0,
    unknown: int = 0,
) -> LedgerEntry:
    return LedgerEntry(
        day=day,
        kind=kind,
        job=one.job,
        round=one.number,
        attempt=one.attempt,
        team_id=one.team,
        person_id=one.person,
        provider_id=one.provider,
        model_id=one.model,
        held=held,
        spent=spent,
        pictures=pictures,
        unknown=int(unknown),
        reason=one.reason[:60],
    )


def _count(added: dict[Place, Sum], *, limited: bool) -> None:
    limits = hard_limits(key for key, _, _ in added) if limited else {}
    for place in sorted(added, key=_in_order):
        if total := added[place]:
            _add(place, total, limits.get((place[0], place[1])))


def _in_order(place: Place) -> tuple[int, str, str, date]:
    key, period, begins = place
    return ORDER[scope_of(key)], key, period, begins


def _add(place: Place, total: Sum, limit: Budget | None) -> None:
    """One guarded UPDATE; the row is made where nothing was counted yet."""
    key, period, begins = place
    if limit and total.unknown > 0 and limit.usd is not None and not limit.allow_unknown:
        raise OverBudget(limit, left_of(limit, begins), begins, unknown=True)
    rows = Tally.objects.filter(key=key, period=period, begins=begins)
    guarded = rows.filter(_room(limit, total))
    added = {name: F(name) + value for name, value in vars(total).items() if value}
    if guarded.update(**added):
        return
    Tally.objects.bulk_create([Tally(key=key, period=period, begins=begins)], ignore_conflicts=True)
    if not guarded.update(**added):
        if limit is None:
            raise RuntimeError(f"no tally {key} {begins}")
        raise OverBudget(limit, left_of(limit, begins), begins)


def _room(limit: Budget | None, total: Sum) -> Q:
    """That the limit has room for ``total``, to be asked by the UPDATE that uses it up."""
    room = Q()
    if limit and limit.usd is not None:
        room &= Q(held__lte=Value(units(limit.usd) - total.held - total.spent) + F("granted") - F("spent"))
    if limit and limit.pictures is not None:
        room &= Q(pictures__lte=Value(limit.pictures - total.pictures) + F("granted_pictures"))
    return room
