"""Collections: made, filled, put in order and undone. A picture may lie in many, and outlives them all."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Exists, F, Max, OuterRef, QuerySet, Subquery, Window
from django.db.models.functions import Coalesce, RowNumber
from django.http import Http404

from images_app.galleries.access import pictures_of
from images_app.galleries.models import Collection, CollectionItem
from images_app.images.access import images_of, shown_to
from images_app.images.models import StoredImage
from images_app.teams.access import current_team
from images_app.teams.models import User

COVERS = 3
PICKED_FROM = 30  # collections offered where pictures are added to one
STEP = 1024.0  # between neighbours at first; halved whenever something moves in between
TIGHT = 1e-6  # closer than this, all places are dealt anew
BATCH = 500


def collections_of(person: User) -> QuerySet[Collection]:
    """A person's own, newest first."""
    return Collection.objects.filter(person=person).order_by("-created_at", "-id")


def counted(collections: QuerySet[Collection]) -> QuerySet[Collection]:
    """The same, each with ``count``: how many pictures it shows. Where they are only chosen from it is not worth
    its time, which grows with the pictures."""
    # One by one: a join would count all collections for the few that a page shows.
    shown = CollectionItem.objects.filter(collection=OuterRef("pk"), image__trashed_at=None).order_by()
    each = shown.values("collection").annotate(count=Count("pk")).values("count")
    return collections.annotate(count=Coalesce(Subquery(each), 0))


def offered(person: User, picture: StoredImage) -> list[Collection]:
    """Collections to choose from for one picture, each with ``holds``; first those it hangs in."""
    inside = CollectionItem.objects.filter(collection=OuterRef("pk"), image=picture)
    rows = collections_of(person).annotate(holds=Exists(inside))
    return list(rows.order_by("-holds", "-created_at", "-id")[:PICKED_FROM])


def visible_collection(person: User, collection_id: UUID) -> Collection:
    """The collection, or the same 404 for a stranger's as for none at all."""
    collection = counted(collections_of(person)).filter(pk=collection_id).first()
    if collection is None:
        raise Http404("no such collection")
    return collection


def items_of(person: User, collection: Collection) -> QuerySet[CollectionItem]:
    """What it shows to its person, in its order."""
    return CollectionItem.objects.filter(shown_to(person, "image"), collection=collection).order_by(
        "place", "id"
    )


def pictures_in(person: User, items: Sequence[CollectionItem]) -> list[StoredImage]:
    """The pictures of ``items`` in their order, with prompt and heart: one query."""
    found = pictures_of(person).in_bulk([item.image_id for item in items])
    return [found[item.image_id] for item in items if item.image_id in found]


def covers(person: User, collections: Iterable[Collection]) -> dict[UUID, list[StoredImage]]:
    """The first pictures of each, for its card: one query for all."""
    numbered = (
        CollectionItem.objects.filter(shown_to(person, "image"), collection__in=list(collections))
        .annotate(number=Window(RowNumber(), partition_by=F("collection"), order_by=["place", "id"]))
        .filter(number__lte=COVERS)
        .select_related("image")
        .order_by("place", "id")
    )
    found: dict[UUID, list[StoredImage]] = {}
    for item in numbered:
        found.setdefault(item.collection_id, []).append(item.image)
    return found


def make(person: User, title: str, text: str = "") -> Collection:
    """A new collection, or the person's own of this name: a form sent twice makes one."""
    with transaction.atomic():
        # The second of two presses at once waits here, and finds what the first has made.
        User.objects.select_for_update().get(pk=person.pk)
        there = Collection.objects.filter(person=person, title=title).first()
        if there is not None:
            return there
        return Collection.objects.create(team=current_team(person), person=person, title=title, text=text)


def add(person: User, collection: Collection, ids: Iterable[UUID]) -> int:
    """Hangs the person's own pictures among ``ids`` behind the others, in that order; how many are new to it."""
    wanted = list(dict.fromkeys(ids))
    with transaction.atomic():
        _lock(collection)
        place = collection.items.aggregate(last=Max("place"))["last"] or 0.0
        count = 0
        for start in range(0, len(wanted), BATCH):
            batch = wanted[start : start + BATCH]
            mine = set(images_of(person).filter(pk__in=batch).values_list("pk", flat=True))
            mine -= set(collection.items.filter(image__in=mine).values_list("image", flat=True))
            fresh = [pk for pk in batch if pk in mine]
            CollectionItem.objects.bulk_create(
                CollectionItem(
                    collection=collection, image_id=pk, added_by=person, place=place + STEP * number
                )
                for number, pk in enumerate(fresh, 1)
            )
            place += STEP * len(fresh)
            count += len(fresh)
    return count


def take_out(collection: Collection, ids: Iterable[UUID]) -> list[tuple[UUID, float]]:
    """Takes pictures out of the collection; which, and where each hung (``put_back`` undoes it)."""
    wanted = list(dict.fromkeys(ids))
    out: list[tuple[UUID, float]] = []
    with transaction.atomic():
        _lock(collection)
        for start in range(0, len(wanted), BATCH):
            rows = collection.items.filter(image__in=wanted[start : start + BATCH])
            out += list(rows.values_list("image", "place"))
            rows.delete()
    return out


def put_back(person: User, collection: Collection, places: dict[UUID, float]) -> int:
    """Hangs pictures where they hung before; what is there by now stays as it is."""
    with transaction.atomic():
        _lock(collection)
        mine = set(images_of(person).filter(pk__in=list(places)).values_list("pk", flat=True))
        mine -= set(collection.items.filter(image__in=mine).values_list("image", flat=True))
        CollectionItem.objects.bulk_create(
            CollectionItem(collection=collection, image_id=pk, added_by=person, place=places[pk])
            for pk in mine
        )
    return len(mine)


def hang(
    person: User,
    collection: Collection,
    image_id: UUID,
    *,
    before: UUID | None = None,
    after: UUID | None = None,
) -> int:
    """Moves a picture in front of ``before``, else behind ``after``, else to the end; its number then, 0 for none."""
    with transaction.atomic():
        _lock(collection)
        order = list(items_of(person, collection).only("id", "place", "image_id"))
        item = next((item for item in order if item.image_id == image_id), None)
        if item is None:
            return 0
        order.remove(item)
        ids = [other.image_id for other in order]
        at = ids.index(before) if before in ids else ids.index(after) + 1 if after in ids else len(ids)
        order.insert(at, item)
        _place(order, at)
    return at + 1


def step(person: User, collection: Collection, image_id: UUID, by: int) -> int:
    """Moves a picture so many places on (or back, below 0); its number in the order, 0 where it is not."""
    order = list(items_of(person, collection).values_list("image", flat=True))
    if image_id not in order:
        return 0
    to = max(order.index(image_id) + by, 0)
    order.remove(image_id)
    return hang(person, collection, image_id, before=order[to] if to < len(order) else None)


def _place(order: list[CollectionItem], at: int) -> None:
    """Gives the item at ``at`` a place between its neighbours; deals all places anew where there is no room."""
    left = order[at - 1].place if at else None
    right = order[at + 1].place if at + 1 < len(order) else None
    if left is None and right is None:
        return
    if left is None:
        place = (right or 0.0) - STEP
    elif right is None:
        place = left + STEP
    elif right - left > TIGHT:
        place = (left + right) / 2
    else:
        for number, item in enumerate(order, 1):
            item.place = STEP * number
        CollectionItem.objects.bulk_update(order, ["place"], batch_size=BATCH)
        return
    CollectionItem.objects.filter(pk=order[at].pk).update(place=place)


def _lock(collection: Collection) -> None:
    """Places are given one after the other: two pages at once would give the same twice."""
    Collection.objects.select_for_update().get(pk=collection.pk)
