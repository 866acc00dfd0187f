"""Who has a hand in a collection besides its maker: let in, given another right, let go, and leaving by themselves."""

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404

from images_app.collections.access import hold
from images_app.collections.models import Collection, Contributor, Right
from images_app.teams.models import Membership, User
from images_app.teams.roles import Can


def contributors_of(collection: Collection) -> list[Contributor]:
    """Those who were let in, each with their person, the first first."""
    return list(collection.contributors.select_related("seat__person").order_by("added_at", "id"))


def candidates(collection: Collection) -> list[Membership]:
    """Seats of the team whose people could still be let in, by name."""
    seats = Membership.objects.filter(team=collection.team_id).exclude(person=collection.person_id)
    free = seats.exclude(contributions__collection=collection).select_related("person")
    return sorted(free, key=lambda seat: seat.person.display_name.casefold())


@transaction.atomic
def give(person: User, collection: Collection, other: UUID, can: Right) -> Contributor:
    """Lets somebody of the team in, or changes their right. Viewers of the team may look, and no more, whatever they
    are given. Raises Http404 for somebody who holds no seat there, PermissionDenied for the maker's own right."""
    held = hold(person, collection, Right.MANAGE)
    if held.team.personal or other == held.person_id:
        raise PermissionDenied
    seat = Membership.objects.select_for_update(no_key=True).filter(team=held.team_id, person=other).first()
    if seat is None:
        raise Http404("nobody of the team")
    made, _ = Contributor.objects.update_or_create(
        collection=held, seat=seat, defaults={"can": can if seat.may(Can.COLLECT) else Right.VIEW}
    )
    return made


@transaction.atomic
def let_go(person: User, collection: Collection, other: UUID) -> bool:
    """Takes back what ``give`` gave; anybody may leave by themselves. False where there was nothing. What they added
    stays."""
    held = hold(person, collection, Right.VIEW if other == person.pk else Right.MANAGE)
    return bool(Contributor.objects.filter(collection=held, seat__person=other).delete()[0])
