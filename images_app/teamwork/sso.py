"""The seats that follow the groups of single sign-on, given and taken back at each sign-in."""

from collections.abc import Iterable
from typing import Any

import structlog
from django.db import transaction

from images_app.audit.actions import record
from images_app.teams import activity
from images_app.teams.actions import record_role
from images_app.teams.models import Deed, Membership, Team, User
from images_app.teams.roles import Role
from images_app.teams.sso import groups_of, seats_for
from images_app.teamwork.actions import follow_role, vacate

log = structlog.get_logger(__name__)


def at_sign_in(user: User, sociallogin: Any = None, **_: Any) -> None:
    """What allauth calls (``user_logged_in``) at every sign-in, by whatever way."""
    if sociallogin is not None:
        follow_groups(user, groups_of(sociallogin.account.extra_data))


@transaction.atomic
def follow_groups(person: User, groups: Iterable[str]) -> None:
    """Gives, changes and takes back the person's seats in the teams that OIDC_GROUPS names, and in no other.

    An owner's seat is left alone: there must be one. Who loses a seat loses what was waiting there, as with any removal.
    """
    for slug, role in seats_for(groups).items():
        # Not one that has ended, which nobody has a seat in, nor somebody's own that happens to be called so.
        team = Team.objects.filter(slug=slug, personal=False, ended_at=None).first()
        if team is None:
            log.warning("sso.no_such_team", team=slug)
            continue
        seats = Membership.objects.select_related("team", "person").select_for_update(of=("self",))
        seat = seats.filter(team=team, person=person).first()
        if seat is None and role:
            _, fresh = Membership.objects.get_or_create(team=team, person=person, defaults={"role": role})
            if fresh:
                activity.note(team, person, Deed.JOINED)
                _record("team.joined_by_sso", person, team, {}, {"role": str(role)})
        elif seat is None or seat.role in (role, Role.OWNER):
            continue
        elif role:
            Membership.objects.filter(pk=seat.pk).update(role=role)
            record_role(seat, role, None)
            follow_role(seat, role, None)
        else:
            _record("team.left_by_sso", person, team, {"role": str(seat.role)}, {})
            vacate(seat, person)


def _record(verb: str, person: User, team: Team, before: dict[str, str], after: dict[str, str]) -> None:
    """Nobody's doing but the groups': Easel follows them."""
    record(verb, actor=None, target=person, team=team, before=before, after=after)
