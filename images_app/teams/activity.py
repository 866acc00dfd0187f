"""What happens in a team, written down as it happens, in the transaction of whoever does it."""

from collections.abc import Iterable
from typing import TYPE_CHECKING
from uuid import UUID

from django.utils import timezone

from images_app.teams.models import Deed, Happening, Team, User

if TYPE_CHECKING:
    from images_app.models import Collection, Comment, StoredImage


def note(
    team: Team,
    person: User,
    kind: Deed,
    *,
    comment: "Comment | None" = None,
    collection: "Collection | None" = None,
) -> None:
    """One row; none in a personal team, where nobody else looks."""
    if team.personal:
        return
    image_id = comment.image_id if comment else None
    Happening.objects.create(
        team=team, person=person, kind=kind, comment=comment, image_id=image_id, collection=collection
    )


def note_pictures(images: Iterable["StoredImage"], *, by: User | None = None) -> None:
    """The team sees these pictures since they were made, or since now, when somebody showed them. They come with their
    team."""
    Happening.objects.bulk_create(
        [
            Happening(
                team_id=image.team_id,
                person_id=by.pk if by else image.person_id,
                kind=Deed.SHOWN,
                image_id=image.pk,
                created_at=timezone.now() if by else image.created_at,
            )
            for image in images
            if not image.team.personal
        ],
        ignore_conflicts=True,
    )


def note_hearts(images: Iterable["StoredImage"], person: User) -> None:
    """The person loves these pictures, which come with their team."""
    Happening.objects.bulk_create(
        [
            Happening(team_id=image.team_id, person=person, kind=Deed.HEART, image_id=image.pk)
            for image in images
            if not image.team.personal
        ],
        ignore_conflicts=True,
    )


def forget_hearts(images: Iterable[UUID], person: User) -> None:
    Happening.objects.filter(image__in=list(images), person=person, kind=Deed.HEART).delete()
