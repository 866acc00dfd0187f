"""Who keeps a limit, and what they do with it: each change is written down with what was before it."""

from datetime import date
from decimal import Decimal

from django.db import transaction
from django.db.models import F
from django.http import HttpRequest

from images_app.audit.actions import record
from images_app.budgets.models import Budget, Period, Scope, Tally, key_of
from images_app.budgets.units import units
from images_app.teams.access import may
from images_app.teams.models import Team, User
from images_app.teams.roles import MAY, Can

FIELDS = ("usd", "pictures", "hard", "allow_unknown", "active")


def keepers(budget: Budget) -> list[User]:
    """Who is told of a limit: of the site's superusers, of a team's and its people's its owner and admins."""
    people = User.objects.filter(is_active=True)
    if budget.scope == Scope.SITE:
        return list(people.filter(is_superuser=True))
    seats = {"memberships__team": budget.team, "memberships__role__in": MAY[Can.KEEP]}
    return list(people.filter(**seats).distinct())


def keeps(person: User, budget: Budget) -> bool:
    """Whether they may let more through: superusers everywhere, owners and admins in their team."""
    if person.is_superuser:
        return True
    return budget.team is not None and may(person, budget.team, Can.KEEP)


@transaction.atomic
def grant(
    budget: Budget,
    day: date,
    usd: Decimal,
    pictures: int,
    *,
    by: User,
    reason: str,
    request: HttpRequest | None = None,
) -> None:
    """Lets so much more through the limit in the period of ``day``, and in no other. Waits for bookings under way."""
    period = Period(budget.period)
    place = {"key": budget.key, "period": period, "begins": period.begins(day)}
    Tally.objects.bulk_create([Tally(**place)], ignore_conflicts=True)
    Tally.objects.filter(**place).update(
        granted=F("granted") + units(usd), granted_pictures=F("granted_pictures") + pictures
    )
    record(
        "budget.granted",
        actor=by,
        target=budget,
        team=budget.team,
        after={"usd": f"{usd}", "pictures": pictures, "begins": f"{place['begins']}"},
        reason=reason,
        request=request,
    )


@transaction.atomic
def set_limit(
    team: Team,
    person: User | None,
    period: Period,
    *,
    usd: Decimal | None,
    pictures: int | None,
    hard: bool,
    allow_unknown: bool,
    by: User,
) -> Budget:
    """The one limit of the team, or of a person in it, for that period: made, or changed. Who sets another limit of the
    team at the same moment waits: there may be no row of the limit yet to wait for."""
    Team.objects.select_for_update(no_key=True).get(pk=team.pk)
    scope = Scope.PERSON if person else Scope.TEAM
    key = key_of(scope, team.pk, person.pk if person else None)
    budget = Budget.objects.select_for_update(of=("self",)).filter(key=key, period=period).first()
    before = _state(budget)
    budget = budget or Budget(scope=scope, team=team, person=person, period=period)
    budget.usd, budget.pictures, budget.hard, budget.allow_unknown = usd, pictures, hard, allow_unknown
    budget.active = True
    budget.save()
    after = _state(budget)
    if after != before:
        record("budget.changed", actor=by, target=budget, team=team, before=before, after=after)
    return budget


@transaction.atomic
def remove_limit(budget: Budget, by: User) -> None:
    """What was spent stays counted; from the commit on nothing is refused because of it."""
    record("budget.removed", actor=by, target=budget, team=budget.team, before=_state(budget))
    budget.delete()


def _state(budget: Budget | None) -> dict[str, object]:
    return {name: getattr(budget, name) for name in FIELDS} if budget else {}
