"""Which notices a person has, and how they want to hear of each kind."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import Http404

from images_app.notices.models import Kind, Mail, Notice, NoticeSetting
from images_app.teams.models import Membership, User

COUNTED_AT_MOST = 100


@dataclass(frozen=True)
class Way:
    """How somebody hears of a kind: in the list or not, and by which mail."""

    listed: bool
    mail: Mail


# Until somebody says otherwise. An invitation has a letter of its own.
USUAL: dict[Kind, Way] = {
    Kind.FINISHED: Way(True, Mail.OFF),
    Kind.FAILED: Way(True, Mail.OFF),
    Kind.DECISION: Way(True, Mail.DIGEST),
    Kind.COMMENT: Way(True, Mail.DIGEST),
    Kind.MENTION: Way(True, Mail.ONCE),
    Kind.INVITATION: Way(True, Mail.OFF),
    Kind.ROUND: Way(True, Mail.DIGEST),
    Kind.CASE: Way(True, Mail.ONCE),
    Kind.STRIKE: Way(True, Mail.ONCE),
    Kind.BUDGET: Way(True, Mail.DIGEST),
    Kind.ASK: Way(True, Mail.ONCE),
    Kind.ANSWER: Way(True, Mail.OFF),
}


def told(person: User) -> QuerySet[Notice]:
    """All the person's notices; those of a team they have left are nobody's."""
    seats = Membership.objects.filter(person=person)
    return Notice.objects.filter(Q(team=None) | Q(team__in=seats.values("team")), person=person)


def notices_of(person: User) -> QuerySet[Notice]:
    """Those of the list."""
    return told(person).filter(listed=True)


def notice_of(person: User, id: UUID) -> Notice:
    notice = told(person).select_related("invitation").filter(pk=id).first()
    if notice is None:
        raise Http404("no such notice")
    return notice


def unread(person: User) -> int:
    """How many they have not read: COUNTED_AT_MOST means that many or more."""
    rows = notices_of(person).filter(read_at=None).order_by()
    return rows.values("pk")[:COUNTED_AT_MOST].count()


def ways_of(person: User) -> dict[Kind, Way]:
    """For every kind."""
    own = {
        Kind(row.kind): Way(row.listed, Mail(row.mail)) for row in NoticeSetting.objects.filter(person=person)
    }
    return {kind: own.get(kind, way) for kind, way in USUAL.items()}


def ways_to(people: Iterable[User], kind: Kind) -> dict[UUID, Way]:
    """How each of ``people`` hears of one kind, by their ids."""
    ids = [person.pk for person in people]
    rows = NoticeSetting.objects.filter(person__in=ids, kind=kind)
    own = {row.person_id: Way(row.listed, Mail(row.mail)) for row in rows}
    return {id: own.get(id, USUAL[kind]) for id in ids}
