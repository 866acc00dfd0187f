"""Strikes that come with a decision, and go with it."""

from uuid import UUID

from django.utils import timezone

from images_app.cases.models import Case, Decision
from images_app.people import strikes
from images_app.people.models import Strike
from images_app.teams.models import User


def give(by: User, case: Case, code: str, text: str) -> list[UUID]:
    """One for the maker, where this case has given none that is in force; its id. Raises PermissionDenied for staff where
    ``by`` is no superuser."""
    if case.maker is None or strikes.active().filter(case_id=case.pk).exists():
        return []
    return [strikes.give(case.maker, by, code, text, case.pk).pk]


def lift_of(case: Case, by: User) -> list[UUID]:
    """Those of a case whose appeal was granted."""
    given = list(strikes.active().filter(case_id=case.pk))
    return [strike.pk for strike in given if strikes.lift(strike, by, "The appeal was granted.")]


def reverse(by: User, last: Decision) -> None:
    """Turns back what a word did that is taken back: what it gave is lifted, what it lifted is given anew until the same
    end."""
    for strike in Strike.objects.filter(pk__in=last.did.get("strikes", [])):
        strikes.lift(strike, by, "The decision was taken back.")
    for strike in Strike.objects.filter(pk__in=last.did.get("lifted", []), expires_at__gt=timezone.now()):
        person = User.objects.filter(pk=strike.person_id).first()
        if person:
            strikes.give(person, by, strike.code, strike.text, strike.case_id, strike.expires_at)
