"""Setting limits: by the keepers of a team, each change written down with what was before it."""

from decimal import Decimal

from django.db import transaction

from images_app.audit.actions import record
from images_app.budgets.models import Budget, Period, Scope, key_of
from images_app.teams.models import Team, User

FIELDS = ("usd", "pictures", "hard", "allow_unknown", "active")


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
    """The one limit of the team, or of a person in it, for that period: made, or changed."""
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
