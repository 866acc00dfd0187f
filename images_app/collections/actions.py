"""Collections: made, filled, emptied and undone. A picture may lie in many, and outlives them all.

Each verb owns its transaction and asks for the right it needs inside it (access.hold): Http404 where the person does
not see the collection, PermissionDenied where they may not do that.
"""

from collections.abc import Iterable
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Max, QuerySet
from django.utils import timezone

from images_app.audit.actions import record
from images_app.collections.access import addable_by, hold, is_shared
from images_app.collections.models import Collection, CollectionItem, Contributor, Right, slug_of
from images_app.images.access import decided_by, seen_by
from images_app.images.actions import show
from images_app.images.models import StoredImage
from images_app.lib.ids import batches
from images_app.teams import activity
from images_app.teams.access import current_team, may
from images_app.teams.audience import Audience
from images_app.teams.models import Deed, Team, User
from images_app.teams.roles import Can

STEP = 1024.0  # between neighbours at first; halved whenever something moves in between
BATCH = 500
TEAM = Audience.TEAM


def make(
    person: User, title: str, text: str = "", *, team: Team | None = None, audience: int = Audience.PRIVATE
) -> Collection:
    """A new collection in ``team`` (the person's current one), or their own of this title there: a form sent twice
    makes one. Raises PermissionDenied where they may make none."""
    team = team or current_team(person)
    if not may(person, team, Can.COLLECT):
        raise PermissionDenied
    with transaction.atomic():
        # The second of two presses at once waits here, and finds what the first has made.
        Team.objects.select_for_update(no_key=True).get(pk=team.pk)
        there = Collection.objects.filter(person=person, team=team, title=title).first()
        if there is not None:
            return there
        made = Collection.objects.create(
            team=team,
            person=person,
            title=title,
            text=text,
            slug=_free_slug(team, title),
            audience=Audience.PRIVATE if team.personal else audience,
        )
        _tell(made, person)
        return made


@transaction.atomic
def edit(person: User, collection: Collection, *, title: str, text: str, audience: int) -> None:
    """Other words, another audience. Its address stays. Pictures in it stay as private as they are."""
    held = hold(person, collection, Right.MANAGE)
    opened = held.audience < audience
    held.audience = Audience.PRIVATE if held.team.personal else audience
    _change(held, title=title, text=text, audience=held.audience)
    if opened:
        _tell(held, person)


@transaction.atomic
def delete(person: User, collection: Collection) -> None:
    """The collection only; its pictures stay in the library."""
    held = hold(person, collection, Right.MANAGE)
    before = {"pictures": held.items.count(), "audience": held.audience}
    record("collection.deleted", actor=person, target=held, team=held.team, before=before)
    held.delete()


@transaction.atomic
def make_cover(person: User, collection: Collection, image_id: UUID) -> bool:
    """False where the picture does not hang there, as far as the person sees."""
    held = hold(person, collection, Right.MANAGE)
    there = held.items.filter(seen_by(person, "image"), image=image_id).exists()
    if there:
        _change(held, cover_id=image_id)
    return there


def kept_back(person: User, collection: Collection, ids: Iterable[UUID]) -> int:
    """How many pictures among ``ids`` the team does not see, though others see the collection: they may hang there
    only once the person, who decides on them, shows them to the team."""
    return (
        sum(_private(person, collection).filter(pk__in=batch).count() for batch in batches(ids))
        if is_shared(collection)
        else 0
    )


def add(person: User, collection: Collection, ids: Iterable[UUID], *, reveal: bool = False) -> int:
    """Hangs the pictures among ``ids`` that the person sees behind the others, in that order; how many are new to it.

    Where others see the collection, only pictures of its team hang there, and private ones only with ``reveal``:
    it shows them to the team, as the person was told. Others are passed over.
    """
    count = 0
    for batch in batches(ids):  # each by itself, so that nobody waits long for the row
        with transaction.atomic():
            held = hold(person, collection, Right.ADD)
            rows = StoredImage.objects.filter(seen_by(person), pk__in=batch)
            if is_shared(held):
                if reveal:
                    show(
                        person, _private(person, held).filter(pk__in=batch).values_list("pk", flat=True), TEAM
                    )
                rows = rows.filter(team=held.team_id, audience__gte=TEAM)
            count += _append(person, held, rows, batch)
    return count


@transaction.atomic
def reveal(person: User, collection: Collection) -> int:
    """Shows the private pictures that hang there, and are the person's to decide on, to the team; how many."""
    held = hold(person, collection, Right.VIEW)
    return show(person, private_in(person, held).values_list("pk", flat=True), TEAM)


def private_in(person: User, collection: Collection) -> QuerySet[StoredImage]:
    """The pictures in the collection that are the person's to decide on, and that the team does not see there."""
    return _private(person, collection).filter(collection_items__collection=collection)


def take_out(person: User, collection: Collection, ids: Iterable[UUID]) -> list[tuple[UUID, float]]:
    """Takes pictures out of the collection; which, and where each hung (``put_back`` undoes it). Whoever may only
    add takes out what they have added."""
    out: list[tuple[UUID, float]] = []
    for batch in batches(ids):
        with transaction.atomic():
            held = hold(person, collection, Right.ADD)
            rows = held.items.filter(seen_by(person, "image"), image__in=batch)
            if held.can < Right.MANAGE:
                rows = rows.filter(added_by=person)
            found = list(rows.values_list("pk", "image", "place"))
            held.items.filter(pk__in=[pk for pk, _, _ in found]).delete()
            out += [(image, place) for _, image, place in found]
            if found:
                _change(held)
    return out


@transaction.atomic
def put_back(person: User, collection: Collection, places: dict[UUID, float]) -> int:
    """Hangs pictures where they hung before; what is there by now stays as it is."""
    held = hold(person, collection, Right.ADD)
    rows = StoredImage.objects.filter(seen_by(person), pk__in=list(places))
    if is_shared(held):
        rows = rows.filter(team=held.team_id, audience__gte=TEAM)
    fresh = set(rows.values_list("pk", flat=True))
    fresh -= set(held.items.filter(image__in=fresh).values_list("image", flat=True))
    CollectionItem.objects.bulk_create(
        CollectionItem(collection=held, image_id=pk, added_by=person, place=places[pk]) for pk in fresh
    )
    _change(held)
    return len(fresh)


def land(image: StoredImage, collection_id: UUID | None) -> None:
    """Hangs a picture that was just stored where its maker wanted it, inside the transaction that stores it.

    A collection that is gone by now, or in which they may not add any more, changes nothing for the picture: it is
    in the library in any case, and nothing here may keep it from being stored.
    """
    if collection_id is None:
        return
    rows = addable_by(image.person).filter(pk=collection_id, team=image.team_id)
    # Held, so that it is not deleted between here and the commit, which would fail with the picture in it.
    there = rows.select_for_update(no_key=True, of=("self",)).first()
    if there is not None:
        _append(image.person, there, StoredImage.objects.filter(pk=image.pk), [image.pk])


def move(team: Team, to: Team, person: User | None = None) -> None:
    """Gives the team's collections (those of ``person``) to another one, each with an address of its own there.
    Who was let in stays behind: they hold no seat there."""
    rows = Collection.objects.filter(team=team, **({"person": person} if person else {}))
    Contributor.objects.filter(collection__in=rows).delete()
    taken = set(Collection.objects.filter(team=to).values_list("slug", flat=True))
    for one in rows.filter(slug__in=taken):
        Collection.objects.filter(pk=one.pk).update(slug=f"{one.slug[:50]}-{one.id.hex[:6]}")
    rows.update(team=to, **({"audience": Audience.PRIVATE} if to.personal else {}))


def _append(person: User, collection: Collection, rows: QuerySet[StoredImage], wanted: list[UUID]) -> int:
    """Hangs ``rows`` behind the others, in the order of ``wanted``; how many were not there."""
    there = set(rows.values_list("pk", flat=True))
    there -= set(collection.items.filter(image__in=there).values_list("image", flat=True))
    fresh = [pk for pk in wanted if pk in there]
    if fresh:
        place = collection.items.aggregate(last=Max("place"))["last"] or 0.0
        CollectionItem.objects.bulk_create(
            CollectionItem(collection=collection, image_id=pk, added_by=person, place=place + STEP * number)
            for number, pk in enumerate(fresh, 1)
        )
        _change(collection)
    return len(fresh)


def _private(person: User, collection: Collection) -> QuerySet[StoredImage]:
    return decided_by(person).filter(team=collection.team_id, audience=Audience.PRIVATE)


def _change(collection: Collection, **values: object) -> None:
    Collection.objects.filter(pk=collection.pk).update(updated_at=timezone.now(), **values)


def _tell(collection: Collection, person: User) -> None:
    """The team hears of a collection once it may see it."""
    if collection.audience >= TEAM:
        activity.note(collection.team, person, Deed.COLLECTION, collection=collection)


def _free_slug(team: Team, title: str) -> str:
    """An address nobody has in the team, as near to the title as can be: "autumn", then "autumn-2"."""
    base = slug_of(title)
    taken = set(Collection.objects.filter(team=team, slug__startswith=base).values_list("slug", flat=True))
    number = 2
    slug = base
    while slug in taken:
        slug, number = f"{base}-{number}", number + 1
    return slug
