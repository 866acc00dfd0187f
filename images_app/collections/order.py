"""The order of a collection. Every picture has a place, a number; who moves one gives it a place between two others."""

from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from images_app.collections.access import hold, items_of
from images_app.collections.actions import BATCH, STEP
from images_app.collections.models import Collection, CollectionItem, Right
from images_app.teams.models import User

TIGHT = 1e-6  # closer than this, all places are dealt anew


@transaction.atomic
def hang(
    person: User,
    collection: Collection,
    image_id: UUID,
    *,
    before: UUID | None = None,
    after: UUID | None = None,
) -> int:
    """Moves a picture in front of ``before``, else behind ``after``, else to the end; its number then, 0 for none.

    Two people at once move one after the other: places given at the same time would be the same.
    """
    held = hold(person, collection, Right.MANAGE)
    item = items_of(person, held).filter(image=image_id).first()
    if item is None:
        return 0
    _move(held, item, _find(held, before, item), _find(held, after, item))
    return _number(person, held, item)


@transaction.atomic
def step(person: User, collection: Collection, image_id: UUID, by: int) -> int:
    """Moves a picture one place on (or back, below 0) among those the person sees; its number, 0 for none."""
    held = hold(person, collection, Right.MANAGE)
    shown = items_of(person, held)
    item = shown.filter(image=image_id).first()
    if item is None:
        return 0
    if by > 0:
        if (next_one := shown.filter(_behind(item)).first()) is not None:
            _move(held, item, None, next_one)
    elif (last := shown.filter(_ahead(item)).reverse().first()) is not None:
        _move(held, item, last, None)
    return _number(person, held, item)


def _find(collection: Collection, image: UUID | None, item: CollectionItem) -> CollectionItem | None:
    return collection.items.filter(image=image).exclude(pk=item.pk).first() if image else None


def _move(
    collection: Collection,
    item: CollectionItem,
    before: CollectionItem | None,
    after: CollectionItem | None,
) -> None:
    """Only the neighbours are read, however many pictures there are."""
    others = collection.items.exclude(pk=item.pk).order_by("place", "id")
    left: CollectionItem | None
    right: CollectionItem | None
    if before is not None:
        left, right = others.filter(_ahead(before)).reverse().first(), before
    elif after is not None:
        left, right = after, others.filter(_behind(after)).first()
    else:
        left, right = others.last(), None
    place = _between(left, right)
    if place is None:
        _deal(others, item, left)
    else:
        item.place = place
        item.save(update_fields=["place"])
    Collection.objects.filter(pk=collection.pk).update(updated_at=timezone.now())


def _between(left: CollectionItem | None, right: CollectionItem | None) -> float | None:
    """None where there is no room."""
    if left is None and right is None:
        return STEP
    if left is None:
        return right.place - STEP if right else None
    if right is None:
        return left.place + STEP
    return (left.place + right.place) / 2 if right.place - left.place > TIGHT else None


def _deal(others: QuerySet[CollectionItem], item: CollectionItem, left: CollectionItem | None) -> None:
    """Places for all anew, ``item`` right behind ``left``."""
    order: list[CollectionItem] = list(others)
    order.insert(order.index(left) + 1 if left else 0, item)
    for number, hung in enumerate(order, 1):
        hung.place = STEP * number
    CollectionItem.objects.bulk_update(order, ["place"], batch_size=BATCH)


def _number(person: User, collection: Collection, item: CollectionItem) -> int:
    """Where it stands among those the person sees, from 1."""
    return items_of(person, collection).filter(_ahead(item)).count() + 1


def _ahead(item: CollectionItem) -> Q:
    return Q(place__lt=item.place) | Q(place=item.place, id__lt=item.pk)


def _behind(item: CollectionItem) -> Q:
    return Q(place__gt=item.place) | Q(place=item.place, id__gt=item.pk)
