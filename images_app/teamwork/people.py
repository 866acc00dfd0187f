"""Who belongs to a team, as its people page shows it."""

from dataclasses import dataclass

from django.db.models import Case, IntegerField, Value, When

from images_app.teams.models import Membership
from images_app.teams.roles import Role, assignable

_ORDER = Case(
    *(When(role=role, then=Value(place)) for place, role in enumerate(Role)), output_field=IntegerField()
)


@dataclass(frozen=True)
class Someone:
    """A seat with what the person who looks may do about it: ``roles`` that may be given to them, theirs included, are
    none where it is not for the reader to say."""

    seat: Membership
    me: bool
    roles: list[Role]


def people_of(reader: Membership) -> list[Someone]:
    """Everybody of the team: owner first, then by role and name."""
    seats = reader.team.memberships.select_related("person").order_by(_ORDER, "person__name", "person__email")
    mine = assignable(reader.role)
    return [
        Someone(seat, seat.person_id == reader.person_id, mine if seat.role in mine else []) for seat in seats
    ]
