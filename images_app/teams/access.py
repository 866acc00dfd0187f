"""Which team a person works in, which they belong to, and what they may do there."""

from collections.abc import Sequence

from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404

from images_app.teams.actions import give_personal_team
from images_app.teams.models import Membership, Team, User
from images_app.teams.roles import MAY, Can, Role


def current_team(person: User) -> Team:
    """The team new pictures go to: the one last chosen where they may still make any, else the personal one."""
    if person.team_id:
        chosen = makes_in(person).filter(pk=person.team_id).first()
        if chosen is not None:
            return chosen
    # Somebody made by a command of Django's own has none yet.
    return person.personal_team() or give_personal_team(person)


def chosen_team(person: User, seats: Sequence[Membership]) -> Team:
    """The team a person looks at, of all their ``seats``: the one last chosen, also by those who only look on there; else
    the personal one."""
    chosen = (seat.team for seat in seats if seat.team_id == person.team_id)
    personal = (seat.team for seat in seats if seat.team.personal and seat.role == Role.OWNER)
    return next(chosen, None) or next(personal, None) or give_personal_team(person)


def makes_in(person: User) -> QuerySet[Team]:
    """Every team the person may make new pictures in."""
    seats = Membership.objects.filter(person=person, role__in=MAY[Can.MAKE])
    return Team.objects.filter(pk__in=seats.values("team"), ends_at=None)


def teams_of(person: User) -> QuerySet[Team]:
    """Every team the person belongs to, each once."""
    return Team.objects.filter(memberships__person=person)


def own(person: User, path: str = "") -> Q:
    """What is the person's own: made by them, in a team they still belong to. Whoever leaves a team leaves
    behind what they made in it. For rows with ``person`` and ``team``, or that name such a one by ``path``."""
    to = f"{path}__" if path else ""
    seats = Membership.objects.filter(person=person)
    return Q(**{f"{to}person": person, f"{to}team__in": seats.values("team")})


def seats_of(person: User) -> QuerySet[Membership]:
    """The person's seats, each with its team; the personal team first, then by name."""
    return person.memberships.select_related("team").order_by("-team__personal", "team__name", "team__pk")


def seat_in(person: User, slug: str, can: Can = Can.SEE) -> Membership:
    """The person's seat in the team: the 404 of no team for strangers, 403 where the seat does not allow ``can``."""
    seat = person.memberships.select_related("team").filter(team__slug=slug).first()
    if seat is None:
        raise Http404("no such team")
    if not seat.may(can):
        raise PermissionDenied
    return seat


def may(person: User, team: Team, can: Can) -> bool:
    return Membership.objects.filter(person=person, team=team, role__in=MAY[can]).exists()


def hold_seat(person: User, team: Team) -> None:
    """Holds the person in the team until the transaction ends, so that nobody asks for a picture while they are
    removed. Raises PermissionDenied where they may not make any, it is about to end, or they are suspended."""
    seat = Membership.objects.select_for_update(no_key=True).filter(
        person=person, team=team, team__ends_at=None, role__in=MAY[Can.MAKE]
    )
    # Asked once the seat is held, and anew: whoever was suspended meanwhile held it, too.
    if seat.first() is None or not User.objects.filter(pk=person.pk, is_active=True).exists():
        raise PermissionDenied
