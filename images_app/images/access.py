"""The only way a view gets a picture: what this person may see, else the same 404 as for none at all."""

from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404

from images_app.images.models import Favourite, StoredImage
from images_app.teams.models import User


def images_of(person: User) -> QuerySet[StoredImage]:
    """A person's own pictures, newest first; without those in the trash."""
    return StoredImage.objects.filter(shown_to(person))


def shown_to(person: User, path: str = "") -> Q:
    """Which pictures images_of() has, as a condition: for rows that name a picture by ``path`` and join it."""
    to = f"{path}__" if path else ""
    return Q(**{f"{to}person": person, f"{to}trashed_at": None})


def trash_of(person: User) -> QuerySet[StoredImage]:
    """What a person threw away and can still have back, the latest first."""
    return StoredImage.objects.filter(person=person).exclude(trashed_at=None).order_by("-trashed_at", "-id")


def visible_image(person: User, image_id: UUID) -> StoredImage:
    image = images_of(person).filter(pk=image_id).first()
    if image is None:
        raise Http404("no such picture")
    return image


def kept_image(person: User, image_id: UUID) -> StoredImage:
    """A picture whose bytes the person may see: the trash shows them too."""
    image = StoredImage.objects.filter(person=person, pk=image_id).first()
    if image is None:
        raise Http404("no such picture")
    return image


def with_hearts(images: QuerySet[StoredImage], person: User) -> QuerySet[StoredImage]:
    """The pictures, each with ``favourite``: whether it has this person's heart (images/_heart.html shows it)."""
    heart = Favourite.objects.filter(person=person, image=OuterRef("pk"))
    return images.annotate(favourite=Exists(heart))


def has_heart(person: User, image: StoredImage) -> bool:
    return Favourite.objects.filter(person=person, image=image).exists()
