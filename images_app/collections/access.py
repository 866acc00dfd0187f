"""Which collections a person sees and what they may do there: asked anew at every step, and nowhere else."""

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db.models import Case, Exists, IntegerField, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.http import Http404

from images_app.collections.models import Collection, CollectionItem, Contributor, Right
from images_app.images.access import seen_by
from images_app.teams.audience import Audience
from images_app.teams.models import Membership, Team, User
from images_app.teams.roles import MAY, Can

NONE = "no such collection"
DESTINATIONS = 30  # offered in the composer


def collections_seen_by(person: User) -> QuerySet[Collection]:
    """Those of their teams that the whole team sees, their own, and those they were let into, the last changed
    first. Each has ``can``: the person's Right there, never more than their role in the team allows."""
    seats = Membership.objects.filter(person=person)
    seat = seats.filter(team=OuterRef("team"))
    let_in = Contributor.objects.filter(collection=OuterRef("pk"), seat__person=person)
    rows = Collection.objects.filter(
        Q(audience__gte=Audience.TEAM) | Q(person=person) | Exists(let_in), team__in=seats.values("team")
    )
    keeps = Q(audience__gte=Audience.TEAM) & Exists(seat.filter(role__in=MAY[Can.CURATE]))
    can = Case(
        When(~Exists(seat.filter(role__in=MAY[Can.COLLECT])), then=Value(int(Right.VIEW))),
        When(Q(person=person) | keeps, then=Value(int(Right.MANAGE))),
        default=Coalesce(Subquery(let_in.values("can")[:1]), Value(int(Right.VIEW))),
        output_field=IntegerField(),
    )
    told = rows.annotate(can=can)  # type: ignore[no-redef]
    return told.select_related("team").order_by("-updated_at", "-id")


def addable_by(person: User) -> QuerySet[Collection]:
    """Those the person may add pictures to, the last changed first."""
    return collections_seen_by(person).filter(can__gte=Right.ADD)  # type: ignore[misc]


def destinations(person: User, team: Team, chosen: Collection | None = None) -> list[Collection]:
    """Where new pictures of the team may be hung: ``chosen`` first, then the last changed. Each has ``shared``, as
    is_shared() tells."""
    let_in = Contributor.objects.filter(collection=OuterRef("pk"))
    rows = addable_by(person).filter(team=team)
    rows = rows.annotate(shared=Q(Q(audience__gte=Audience.TEAM) | Exists(let_in)))
    found: list[Collection] = list(rows[:DESTINATIONS])
    if chosen is not None and chosen not in found:
        found = [*rows.filter(pk=chosen.pk), *found]
    return found


def alone() -> Q:
    """Collections that nobody but their maker sees."""
    let_in = Contributor.objects.filter(collection=OuterRef("pk"))
    return Q(Q(audience=Audience.PRIVATE), ~Exists(let_in))


def is_shared(collection: Collection) -> bool:
    """Whether anybody sees it besides its maker."""
    return collection.audience >= Audience.TEAM or collection.contributors.exists()


def collection_at(person: User, team: str, slug: str, need: Right = Right.VIEW) -> Collection:
    """The collection of an address: the same 404 for one that is none of theirs as for none at all, 403 where they
    see it and may not do what is needed."""
    return _allowed(collections_seen_by(person).filter(team__slug=team, slug=slug).first(), need)


def visible_collection(person: User, collection_id: UUID, need: Right = Right.VIEW) -> Collection:
    """The same by id."""
    return _allowed(collections_seen_by(person).filter(pk=collection_id).first(), need)


def hold(person: User, collection: Collection, need: Right) -> Collection:
    """The collection as it is now, kept from everybody else's changes until the transaction ends. Raises as
    ``collection_at``: whatever was true when the page was drawn is asked again here."""
    # Rows that only refer to it need not wait: hence no_key.
    rows = collections_seen_by(person).select_for_update(no_key=True, of=("self",))
    return _allowed(rows.filter(pk=collection.pk).first(), need)


def items_of(person: User, collection: Collection) -> QuerySet[CollectionItem]:
    """What the collection shows to this person, in its order. What is private again, or in the trash, keeps its
    place unseen."""
    shown = CollectionItem.objects.filter(seen_by(person, "image"), collection=collection)
    return shown.order_by("place", "id")


def _allowed(found: Collection | None, need: Right) -> Collection:
    if found is None:
        raise Http404(NONE)
    if found.can < need:
        raise PermissionDenied
    return found
