"""Whose asks somebody sees, and who decides."""

from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import Http404

from images_app.asks.models import Ask
from images_app.teams.models import Membership, User
from images_app.teams.roles import MAY, Can

SHOWN = 50  # of each list


def asks_of(person: User) -> QuerySet[Ask]:
    """The person's own, the newest first."""
    return Ask.objects.filter(person=person).select_related("team", "budget", "decided_by", "generation")


def asks_to(person: User) -> QuerySet[Ask]:
    """Those of others that the person decides: of teams whose limits they keep; superusers of all. The oldest first."""
    rows = Ask.objects.filter(_kept(person), state=Ask.State.ASKED).exclude(person=person)
    return rows.select_related("team", "person", "budget").order_by("created_at", "id")


def own_ask(person: User, id: UUID) -> Ask:
    """Raises Http404 for anybody else's."""
    found = asks_of(person).filter(pk=id).first()
    if found is None:
        raise Http404("no such ask")
    return found


def ask_to(person: User, id: UUID) -> Ask:
    """One that the person decides, or decided on, or another did. Raises Http404 for anything else."""
    rows = Ask.objects.filter(_kept(person)).exclude(person=person)
    found = rows.select_related("team", "person", "budget", "decided_by").filter(pk=id).first()
    if found is None:
        raise Http404("no such ask")
    return found


def _kept(person: User) -> Q:
    kept = Membership.objects.filter(person=person, role__in=MAY[Can.KEEP]).values("team")
    return Q() if person.is_superuser else Q(team__in=kept)
