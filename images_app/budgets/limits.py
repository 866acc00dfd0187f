"""Which limits there are for a picture, what is left of them, and how a refusal is said."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.formats import date_format

from images_app.budgets.models import Budget, Period, Scope, Tally, keys_of
from images_app.budgets.units import dollars, units
from images_app.lib.words import money
from images_app.teams.models import Team, User

WARN_AT = 80  # percent
WHEN = {Period.DAY: "today", Period.MONTH: "this month"}


@dataclass(frozen=True)
class Left:
    """What is left of a budget in a period, never below zero; None where it sets no such limit."""

    budget: Budget
    usd: Decimal | None
    pictures: int | None
    # The larger part used up, in percent; over 100 where nothing was refused.
    percent: int
    # What the keepers let through beyond it in this period.
    granted_usd: Decimal = Decimal(0)
    granted_pictures: int = 0

    @property
    def words(self) -> str:
        """ "$12.40 of $50.00, 3 of 10 pictures"; "of $50.00 + $2.00" where more was granted."""
        words = []
        if self.usd is not None:
            more = f" + {money(self.granted_usd)}" if self.granted_usd else ""
            words.append(f"{money(self.usd)} of {money(self.budget.usd)}{more}")
        if self.pictures is not None:
            more = f" + {self.granted_pictures:,}" if self.granted_pictures else ""
            words.append(f"{self.pictures:,} of {self.budget.pictures:,}{more} pictures")
        return ", ".join(words)

    @property
    def line(self) -> str:
        """ "Left this month: $12.40 of $50.00 (Northwind's budget)"; where only warned, that it is used up."""
        words = f"Left {WHEN[Period(self.budget.period)]}: {self.words} ({self.budget.whose} budget)"
        return f"{words}, {self.percent}% used" if self.near else words

    @property
    def near(self) -> bool:
        """Whether so much is used that it is worth a warning."""
        return self.percent >= WARN_AT


class OverBudget(Exception):
    """A hard limit has no room for what was asked. Nothing was booked; the transaction must not be committed."""

    def __init__(self, budget: Budget, left: Left, begins: date, *, unknown: bool = False) -> None:
        self.budget, self.left, self.unknown = budget, left, unknown
        self.anew = Period(budget.period).ends(begins)
        super().__init__(self.sentence)

    @property
    def sentence(self) -> str:
        """Which budget, what is left, and when it begins anew; for the person who asked."""
        whose = f"{self.budget.whose} budget for {WHEN[Period(self.budget.period)]}"
        if self.unknown:
            return (
                f"Nothing was made. The price is not known, and {whose} lets only known prices through. "
                "Choose another model or setting, or ask whoever keeps the budget."
            )
        anew = date_format(self.anew, "j F Y")
        return f"Nothing was made: it goes beyond {whose}. Left: {self.left.words}. It begins anew on {anew}, 0:00 UTC."


def hard_limits(keys: Iterable[str]) -> dict[tuple[str, Period], Budget]:
    """The limits that refuse, by whose they are and their period."""
    found = Budget.objects.filter(key__in=set(keys), active=True, hard=True).select_related("team", "person")
    return {(budget.key, Period(budget.period)): budget for budget in found}


def left_of(budget: Budget, day: date, tally: Tally | None = None) -> Left:
    """What is left of it in the period of ``day``."""
    period = Period(budget.period)
    rows = Tally.objects.filter(key=budget.key, period=period, begins=period.begins(day))
    tally = tally or rows.first() or Tally()
    used = []
    usd = pictures = None
    if budget.usd is not None:
        limit = units(budget.usd) + tally.granted
        usd = dollars(max(limit - tally.held - tally.spent, 0))
        used.append(_percent(tally.held + tally.spent, limit))
    if budget.pictures is not None:
        most = budget.pictures + tally.granted_pictures
        pictures = max(most - tally.pictures, 0)
        used.append(_percent(tally.pictures, most))
    return Left(budget, usd, pictures, max(used), dollars(tally.granted), tally.granted_pictures)


def lefts(team: Team, person: User, day: date) -> list[Left]:
    """What is left of each budget that a picture of the person in the team counts in: the site's first."""
    keys = keys_of(team.pk, person.pk)
    budgets = list(Budget.objects.filter(key__in=keys, active=True).select_related("team", "person"))
    return with_tallies(sorted(budgets, key=lambda budget: (keys.index(budget.key), budget.period)), day)


def with_tallies(budgets: list[Budget], day: date) -> list[Left]:
    """The same of these budgets, in their order, with one query."""
    begins = {period.begins(day) for period in Period}
    rows = Tally.objects.filter(key__in={budget.key for budget in budgets}, begins__in=begins)
    tallies = {(row.key, row.period): row for row in rows if row.begins == Period(row.period).begins(day)}
    none = Tally()
    return [left_of(budget, day, tallies.get((budget.key, budget.period), none)) for budget in budgets]


def in_order(budget: Budget) -> tuple[int, str, str]:
    """For sorting: the site's first, then teams', then people's."""
    return list(Scope).index(Scope(budget.scope)), budget.whose, budget.period


def _percent(used: int, limit: int) -> int:
    return used * 100 // limit if limit else 100
