"""People leave, and a team's end is announced; ending.py carries it out. Each verb owns its transaction."""

from datetime import datetime, timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from images_app.audit.actions import record
from images_app.galleries import links, publications
from images_app.jobs.actions import cancel
from images_app.jobs.models import ImageJob
from images_app.jobs.states import IN_FLIGHT, State
from images_app.lib.dbtime import from_now
from images_app.teams import actions as teams_actions
from images_app.teams import activity
from images_app.teams.access import makes_in
from images_app.teams.models import Deed, Ending, Invitation, Membership, Team, User
from images_app.teams.roles import MAY, Can, Role, assignable
from images_app.teamwork.forms import TeamForm

NOTICE = timedelta(days=14)  # between asking for a team's end and its end


class NotNow(Exception):
    """The team cannot end like that; the text says why."""


@transaction.atomic
def change_team(form: TeamForm, by: Membership) -> None:
    """How a team works from now on, by a form that is clean."""
    changed = {name: form.cleaned_data[name] for name in form.changed_data}
    before = {name: form.initial[name] for name in changed}
    form.save()
    if changed:
        record("team.changed", actor=by.person, target=by.team, team=by.team, before=before, after=changed)


@transaction.atomic
def leave(seat: Membership) -> int:
    """The person leaves; how many of their waiting pictures were cancelled. Raises PermissionDenied for an owner,
    who hands the team over first."""
    if seat.role == Role.OWNER:
        raise PermissionDenied
    _record_gone("team.left", seat, seat.person)
    return vacate(seat, seat.person)


def _record_gone(verb: str, seat: Membership, by: User) -> None:
    record(verb, actor=by, target=seat.person, team=seat.team, before={"role": str(seat.role)})


@transaction.atomic
def remove(seat: Membership, by: Membership) -> int:
    """Somebody is removed by somebody who may; how many of their waiting pictures were cancelled.

    From the commit on nothing of the team answers them, whatever they hold open: every page asks for the seat anew.
    What they made stays with the team. Raises PermissionDenied.
    """
    if by.team_id != seat.team_id or seat.role not in assignable(by.role):
        raise PermissionDenied
    _record_gone("team.member_removed", seat, by.person)
    return vacate(seat, by.person)


@transaction.atomic
def give_role(seat: Membership, role: Role, by: Membership) -> bool:
    """Another role for a seat; False where it has changed hands meanwhile. Raises PermissionDenied."""
    # Waits for a link that is being made: galleries.links holds the seat.
    given = teams_actions.give_role(seat, role, by)
    if given:
        follow_role(seat, role, by.person)
    return given


def follow_role(seat: Membership, role: Role, by: User | None) -> None:
    """What comes with another role, in its transaction: open pages look again, and links of somebody who may make none
    any more open nothing from the commit on."""
    teams_actions.tell_seat(seat)
    if role not in MAY[Can.SHARE]:
        links.revoke_all(seat.team, seat.person, by)


@transaction.atomic
def vacate(seat: Membership, by: User) -> int:
    """The seat goes, with the invitations its person made; how many of their waiting pictures were cancelled.
    Raises PermissionDenied for a seat that has gone, or has another role, meanwhile."""
    # Their last press at this moment is waited for (jobs.actions.submit_all holds the seat), then cancelled as well.
    if Membership.objects.select_for_update().filter(pk=seat.pk, role=seat.role).first() is None:
        raise PermissionDenied
    # First, while whoever leaves by themselves still may.
    cancelled = _call_off(ImageJob.objects.filter(team=seat.team, person=seat.person), by)
    Invitation.objects.filter(team=seat.team, made_by=seat.person).delete()
    links.revoke_all(seat.team, seat.person, by)
    publications.take_back_all(seat.team, seat.person, by)
    activity.note(seat.team, seat.person, Deed.LEFT)
    teams_actions.tell_seat(seat)
    seat.delete()
    return cancelled


@transaction.atomic
def announce_end(owner: Membership, ending: Ending, heir: Team | None = None) -> datetime:
    """The team ends in 14 days; until then its owner may take that back. Nothing new is made in it meanwhile.

    Raises PermissionDenied, and NotNow for an heir that is none.
    """
    if owner.role != Role.OWNER or owner.team.personal:
        raise PermissionDenied
    if ending == Ending.HEIR and (heir == owner.team or heir not in makes_in(owner.person)):
        raise NotNow("Choose one of your other teams.")
    ends_at = timezone.now() + NOTICE
    changed = Team.objects.filter(pk=owner.team_id, ends_at=None).update(
        ends_at=ends_at, ends_with=ending, heir=heir if ending == Ending.HEIR else None
    )
    if not changed:
        raise NotNow("This team is about to end already.")
    after = {"ends_at": ends_at, "pictures": str(ending), "heir": heir.slug if heir else ""}
    record("team.end_announced", actor=owner.person, target=owner.team, team=owner.team, after=after)
    _call_off(ImageJob.objects.filter(team=owner.team), owner.person)
    return ends_at


def _call_off(jobs: QuerySet[ImageJob], by: User) -> int:
    """Cancels what waits; how many. Of what is under way the picture is kept, and no other call is made for it."""
    return sum(cancel(job, by) for job in jobs.filter(state__in=[State.QUEUED, *IN_FLIGHT]))


@transaction.atomic
def take_back_end(owner: Membership) -> bool:
    """The team stays; False where it was not about to end."""
    if owner.role != Role.OWNER:
        raise PermissionDenied
    # By the database's clock, as its end (ending.py): by no other clock has its time come while it may still be kept.
    ending = Team.objects.filter(pk=owner.team_id, ends_at__gt=from_now(0))
    stays = bool(ending.update(ends_at=None, ends_with="", heir=None))
    if stays:
        record("team.end_taken_back", actor=owner.person, target=owner.team, team=owner.team)
    return stays
