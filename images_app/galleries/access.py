"""Which pictures a person sees, and each picture with what its page shows of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.http import Http404

from images_app.images.access import images_of, left_in, seen_by, shown_in, trash_of, with_hearts
from images_app.images.models import StoredImage
from images_app.jobs.models import Generation
from images_app.providers.models import ImageModel
from images_app.teams.access import own
from images_app.teams.models import Team, User


def pictures_of(person: User) -> QuerySet[StoredImage]:
    """A person's pictures with their prompt, their recipe and the person's heart."""
    return with_hearts(images_of(person), person).select_related("job__generation__model", "person")


def seen(person: User) -> QuerySet[StoredImage]:
    """The same, of everything the person may look at: what teammates show is among it."""
    rows = StoredImage.objects.filter(seen_by(person))
    return with_hearts(rows, person).select_related("job__generation__model", "person")


def gallery_of(person: User, team: Team) -> QuerySet[StoredImage]:
    """What everybody of the team sees, with this person's hearts."""
    return with_hearts(shown_in(team), person).select_related("job__generation__model", "person")


def left_behind(person: User, team: Team, people: Iterable[User]) -> QuerySet[StoredImage]:
    """What these people, who left the team, have in it: shown to it or not."""
    rows = with_hearts(left_in(team, people), person)
    return rows.select_related("job__generation__model", "person")


def tiles_of(pictures: QuerySet[StoredImage], *more: str) -> QuerySet[StoredImage]:
    """The same pictures with no more than a tile shows, and the columns named in ``more``."""
    # Of a list's time most goes into making objects, and the job and the generation would be two more a row.
    shown = pictures.select_related(None).annotate(prompt=F("job__generation__prompt"))  # type: ignore[no-redef]
    return shown.only("created_at", "width", "height", "placeholder", *more)


def visible_picture(person: User, image_id: UUID) -> StoredImage:
    """The picture, or the same 404 for a stranger's as for none at all."""
    picture = (
        seen(person)
        .select_related("attempt", "team", "job__generation__model__provider")
        .prefetch_related("job__generation__model__prices")
        .filter(pk=image_id)
        .first()
    )
    if picture is None:
        raise Http404("no such picture")
    return picture


def thrown_picture(person: User, image_id: UUID) -> StoredImage | None:
    """The person's own, where it lies in the trash."""
    return trash_of(person).select_related("job__generation").filter(pk=image_id).first()


def models_used_by(person: User) -> list[tuple[str, str]]:
    """Name and label of every model the person ever asked, for a choice."""
    # Asked model by model: gathering them from the generations would read a million rows for a handful of names.
    asked = Generation.objects.filter(own(person), model=OuterRef("pk"))
    used = ImageModel.objects.filter(Exists(asked)).order_by("position", "label")
    return list(dict(used.values_list("name", "label")).items())


def span_of(person: User) -> tuple[datetime, datetime] | None:
    """When the person's oldest and newest picture were made; None without any."""
    made = images_of(person).order_by("created_at").values_list("created_at", flat=True)
    oldest, newest = made.first(), made.reverse().first()
    return (oldest, newest) if oldest and newest else None


@dataclass(frozen=True)
class Strip:
    """A generation's pictures in the order they were asked for, and the way to the neighbouring ones."""

    pictures: list[StoredImage]
    number: int  # of the picture in hand, from 1
    previous: StoredImage | None
    next: StoredImage | None


def strip_of(person: User, picture: StoredImage) -> Strip:
    """The strip ``picture`` lies in. At its ends the way leads on: to newer pictures before it, to older after it."""
    generation = picture.job.generation
    here = _in_order(person, generation)
    at = next((index for index, other in enumerate(here) if other.pk == picture.pk), 0)
    # Beyond the strip the way leads through one's own pictures; somebody else's does not hang among them.
    mine = picture.person_id == person.pk
    before = here[at - 1] if at else _neighbour(person, generation, newer=True) if mine else None
    last = at + 1 == len(here)
    after = here[at + 1] if not last else _neighbour(person, generation, newer=False) if mine else None
    return Strip(here, at + 1, before, after)


def _in_order(person: User, generation: Generation) -> list[StoredImage]:
    return list(
        StoredImage.objects.filter(seen_by(person), job__generation=generation).order_by(
            "job__position", "position", "id"
        )
    )


def _neighbour(person: User, generation: Generation, *, newer: bool) -> StoredImage | None:
    """The last picture of the generation before this one, or the first of the one after it."""
    at, key = generation.created_at, generation.pk
    path = "job__generation__"
    pictures = images_of(person)
    if newer:
        beyond = Q(**{f"{path}created_at__gt": at}) | Q(**{f"{path}created_at": at, f"{path}id__gt": key})
        order = [f"{path}created_at", f"{path}id", "-job__position", "-position", "-id"]
    else:
        beyond = Q(**{f"{path}created_at__lt": at}) | Q(**{f"{path}created_at": at, f"{path}id__lt": key})
        order = [f"-{path}created_at", f"-{path}id", "job__position", "position", "id"]
    return pictures.filter(beyond).order_by(*order).first()
