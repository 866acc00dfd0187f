"""What a guest sees through a link: addresses that carry its token, and words only where they may be read."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse

from images_app.galleries.access import tiles_of
from images_app.galleries.models import ShareLink, Vote
from images_app.galleries.rounds import Sheet
from images_app.galleries.shelf import Tile, cut
from images_app.images.models import StoredImage


@dataclass(frozen=True, kw_only=True)
class GuestTile(Tile):
    """A picture on a guest's page. ``number`` counts from 1 in the link's order."""

    token: str
    number: int
    prompts: bool
    vote: Vote | None = None  # this guest's own

    @property
    def words(self) -> str:
        """The prompt where the link shows it, else nothing: not even the page's source gives it away."""
        return self.image.prompt if self.prompts else ""

    @property
    def alt(self) -> str:
        return cut(self.words, 160) or f"Picture {self.number}"

    @property
    def page(self) -> str:
        return reverse("guest_picture", args=[self.token, self.image.pk])

    @property
    def original(self) -> str:
        return f"{self._bytes('original')}?download=1"

    def _bytes(self, variant: str) -> str:
        return reverse("guest_bytes", args=[self.token, self.image.pk, variant])


def guest_tiles(
    link: ShareLink,
    token: str,
    images: Iterable[StoredImage],
    *,
    first: int = 1,
    eager: int = 0,
    sheet: Sheet | None = None,
) -> list[GuestTile]:
    """A tile each, numbered from ``first`` on; the first ``eager`` are on the screen from the start."""
    votes = sheet.votes if sheet else {}
    return [
        GuestTile(
            image,
            lazy=number - first >= eager,
            token=token,
            number=number,
            prompts=link.prompts,
            vote=votes.get(image.pk),
        )
        for number, image in enumerate(images, first)
    ]


def drawn(link: ShareLink, pictures: QuerySet[StoredImage]) -> QuerySet[StoredImage]:
    """The pictures with no more than a guest's page shows of them: no prompt is read that nobody may see."""
    if link.prompts:
        return tiles_of(pictures)
    return pictures.only("created_at", "width", "height", "placeholder")


def heading(link: ShareLink) -> str:
    """The link's own title, else its collection's, else who shares it."""
    if link.title:
        return link.title
    if link.collection is not None:
        return link.collection.title
    return f"{'A picture' if link.image_id else 'Pictures'} from {sharer(link)}"


def sharer(link: ShareLink) -> str:
    """Whose link it is, for people outside: who has no name there is their team, not the beginning of their address."""
    return link.made_by.name or link.team.name


def card(link: ShareLink, tile: GuestTile) -> dict[str, Any]:
    """What other places show of the link where somebody pastes it. Not of one with a gate."""
    return {
        "address": f"{settings.BASE_URL}{reverse('guest', args=[tile.token])}",
        "image": f"{settings.BASE_URL}{tile.preview}",
        "width": tile.image.preview_width,
        "height": round(tile.image.height * tile.image.preview_width / tile.image.width),
        "alt": tile.alt,
    }
