"""What pages show of collections: cards with covers, who has a hand in one, and where a picture may be hung."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import Exists, IntegerField, OuterRef, Q, QuerySet, Subquery, UUIDField

from images_app.collections import actions
from images_app.collections.access import addable_by, alone, collections_seen_by, hold, items_of
from images_app.collections.models import Collection, CollectionItem, Right
from images_app.galleries import links
from images_app.galleries.access import tiles_of
from images_app.galleries.shelf import COUNTED_AT_MOST
from images_app.images.access import seen_by, with_hearts
from images_app.images.models import StoredImage
from images_app.teams.models import Team, User

COVERS = 3
PICKED_FROM = 30  # collections offered where pictures are added to one
FACES = 5  # people shown by their initials; the others are counted


@dataclass(frozen=True)
class Card:
    """A collection in a list, with the pictures its card shows."""

    collection: Collection
    covers: list[StoredImage]
    count: int

    @property
    def amount(self) -> str:
        """ "1,000+ pictures": as shelf.amount says it."""
        if self.count > COUNTED_AT_MOST:
            return f"{COUNTED_AT_MOST:,}+ pictures"
        return f"{self.count:,} picture{'' if self.count == 1 else 's'}"


class _Count(Subquery):
    """How many rows a subquery has, which may be cut off: nobody waits for a collection of a million."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) counted)"
    output_field = IntegerField()


def cards(person: User, collections: Sequence[Collection]) -> list[Card]:
    """Two queries for all. Each collection is walked from its beginning, no further than its card tells."""
    items = CollectionItem.objects.filter(seen_by(person, "image"), collection=OuterRef("pk"))
    order = items.order_by("place", "id").values("image")
    firsts = [f"first_{number}" for number in range(COVERS)]
    wanted: dict[str, Any] = {
        name: Subquery(order[n : n + 1], output_field=UUIDField()) for n, name in enumerate(firsts)
    }
    counted = _Count(items.order_by().values("pk")[: COUNTED_AT_MOST + 1])
    rows = Collection.objects.filter(pk__in=[one.pk for one in collections])
    found = {row.pk: row for row in rows.order_by().annotate(count=counted, **wanted)}
    named = {row.pk: [row.cover_id, *(getattr(row, name) for name in firsts)] for row in found.values()}
    images = StoredImage.objects.filter(seen_by(person)).in_bulk(
        {pk for pks in named.values() for pk in pks if pk}
    )
    return [
        Card(
            one,
            [images[pk] for pk in dict.fromkeys(named[one.pk]) if pk in images][:COVERS],
            found[one.pk].count,
        )
        for one in collections
        if one.pk in found  # not deleted meanwhile
    ]


def cover_of(person: User, collection: Collection) -> StoredImage | None:
    """The picture somebody chose, where this person sees it; else the first they see."""
    shown = items_of(person, collection).select_related("image")
    chosen = shown.filter(image=collection.cover_id).first() if collection.cover_id else None
    item = chosen or shown.first()
    return item.image if item else None


def pictures_in(person: User, items: Sequence[CollectionItem]) -> list[StoredImage]:
    """The pictures of ``items`` in their order, each with its prompt, its maker and the person's heart: one query."""
    rows = tiles_of(with_hearts(StoredImage.objects.all(), person), "hearts", "person__name", "person__email")
    found = rows.select_related("person").in_bulk([item.image_id for item in items])
    return [found[item.image_id] for item in items if item.image_id in found]


@dataclass(frozen=True)
class Hands:
    """Who has a hand in a collection, its maker first: some by their initials, and how many more."""

    faces: list[User] = field(default_factory=list)
    more: int = 0


def hands_in(collection: Collection) -> Hands:
    let_in = collection.contributors.select_related("seat__person").order_by("added_at", "id")
    people = [collection.person, *(one.seat.person for one in let_in)]
    return Hands(people[:FACES], max(len(people) - FACES, 0))


def offered(person: User, team: Team | None = None) -> QuerySet[Collection]:
    """Collections to add pictures to; of ``team``'s pictures only its own, and those nobody else sees."""
    rows = addable_by(person)
    return (rows.filter(Q(team=team) | alone()) if team else rows)[:PICKED_FROM]


def offered_for(person: User, picture: StoredImage) -> list[Collection]:
    """Collections to choose from for one picture, each with ``holds``; first those it hangs in."""
    inside = CollectionItem.objects.filter(collection=OuterRef("pk"), image=picture)
    rows = addable_by(person).filter(Q(team=picture.team_id) | alone() | Exists(inside))
    return list(rows.annotate(holds=Exists(inside)).order_by("-holds", "-updated_at", "-id")[:PICKED_FROM])


def holding(person: User, picture: StoredImage) -> Iterable[Collection]:
    """The collections in which the person sees the picture hang."""
    return collections_seen_by(person).filter(items__image=picture)[:PICKED_FROM]


@transaction.atomic
def delete(person: User, collection: Collection) -> None:
    """The collection only. Its links end with it; its pictures, and what guests said of them, stay."""
    links.part_from(hold(person, collection, Right.MANAGE), person)
    actions.delete(person, collection)
