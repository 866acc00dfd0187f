"""What everybody sees of published pictures: addresses that die with the publication, and words only where its maker
lets them be read."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.conf import settings
from django.db.models import Case, F, Q, TextField, Value, When
from django.urls import reverse

from images_app.galleries import publications
from images_app.galleries.models import Publication
from images_app.galleries.shelf import PHONE_ROW_HEIGHT, Tile, address_of, cut
from images_app.images.models import OPEN, StoredImage
from images_app.lib.keyset import Page, Place, most, page
from images_app.lib.ratio import SHAPES

PAGE_SIZE = 60
LOVED = "loved"
MADE = "An AI-generated picture"
ROW_HEIGHT = 300  # CSS pixels, as in guest.css
# What a tile shows, and nothing else: no prompt is read that nobody may see.
_DRAWN = ("created_at", "width", "height", "placeholder", "person__name")


@dataclass(frozen=True, kw_only=True)
class PublicTile(Tile):
    """A published picture. ``prompt`` is empty where it is not for everybody."""

    publication: Publication
    prompt: str

    rows = (PHONE_ROW_HEIGHT * 1.7, ROW_HEIGHT * 1.1)

    @property
    def words(self) -> str:
        return self.prompt

    @cached_property
    def alt(self) -> str:
        """What its maker wrote for people who cannot see it, else what it was asked for with."""
        return self.publication.alt or cut(self.prompt, 200) or self.heading

    @property
    def heading(self) -> str:
        return cut(self.prompt, 70) or (f"{MADE} by {self.by}" if self.by else MADE)

    @property
    def by(self) -> str:
        return self.image.person.name if self.publication.credit else ""

    @property
    def page(self) -> str:
        return address_of("public_picture", self.publication.pk)

    @property
    def address(self) -> str:
        return settings.BASE_URL + self.page

    @property
    def preview_address(self) -> str:
        return settings.BASE_URL + self.preview

    @property
    def preview_height(self) -> int:
        return round(self.image.height * self.image.preview_width / self.image.width)

    def _bytes(self, variant: str) -> str:
        return address_of("public_bytes", self.publication.pk, variant)


def tile_of(publication: Publication, *, lazy: bool = True, first: bool = False) -> PublicTile:
    """Of a publication with its picture and that one's person. Its prompt is asked for where it may be read."""
    words = publication.image.prompt if publication.prompt else ""
    return PublicTile(publication.image, lazy, first, publication=publication, prompt=words)


def newest(shape: str, after: Place | None, size: int = PAGE_SIZE) -> tuple[list[Publication], Place | None]:
    """A page of the gallery, what was shown last first, and where the next begins."""
    rows = publications.shown()
    found = page(rows.filter(shape=shape) if shape else rows, after, size, by="decided_at")
    return _with_pictures(found.rows), found.next


def loved(shape: str, after: Place | None) -> tuple[list[Publication], Place | None]:
    """The same of what people here have given hearts to, the most of them first."""
    wanted = Q(hearts__gt=0, shape=shape) if shape else Q(hearts__gt=0)
    pictures = publications.shown_images().filter(wanted).only("created_at", "hearts")
    # PostgreSQL takes few of them to be shown and would sort them all. So the index hands out two pages of what could
    # be, and these are asked; all are where that was not enough.
    likely = most(
        StoredImage.objects.filter(OPEN, wanted).only("created_at", "hearts"), after, 2 * PAGE_SIZE, "hearts"
    )
    ids = [row.pk for row in likely.rows]
    shown: Page[StoredImage] = most(pictures.filter(pk__in=ids), after, PAGE_SIZE, "hearts")
    if likely.next and not shown.next:
        shown = most(pictures, after, PAGE_SIZE, "hearts")
    found = {
        row.image_id: row for row in Publication.objects.filter(image__in=[row.pk for row in shown.rows])
    }
    return _with_pictures([found[row.pk] for row in shown.rows if row.pk in found]), shown.next


def neighbours(publication: Publication) -> tuple[Publication | None, Publication | None]:
    """The one shown just after this one, and the one just before: what hangs to its left and right."""
    at, rows = publication.decided_at, publications.shown().only("pk")
    later = rows.filter(decided_at__gte=at).exclude(decided_at=at, pk__lte=publication.pk)
    earlier = rows.filter(decided_at__lte=at).exclude(decided_at=at, pk__gte=publication.pk)
    return later.order_by("decided_at", "pk").first(), earlier.order_by("-decided_at", "-pk").first()


def choices(asked_list: str, asked_shape: str) -> dict[str, list[dict[str, Any]]]:
    """The lists and the shapes there are, each with the query that leads there and whether it is shown now."""

    def link(label: str, kind: str, shape: str) -> dict[str, Any]:
        named = [f"list={kind}" if kind else "", f"shape={shape}" if shape else ""]
        query = "&".join(filter(None, named))
        current = (kind, shape) == (asked_list, asked_shape)
        return {"label": label, "address": f"?{query}" if query else reverse("gallery"), "current": current}

    lists = [("", "Newest"), (LOVED, "Most loved")]
    shapes = [("", "Every shape"), *((name, name.title()) for name in SHAPES)]
    return {
        "lists": [link(label, kind, asked_shape) for kind, label in lists],
        "shapes": [link(label, asked_list, shape) for shape, label in shapes],
    }


def _with_pictures(rows: Sequence[Publication]) -> list[Publication]:
    """Each with its picture, all of them by one query: no more of it than a tile shows, the prompt only where that may
    be read."""
    told = Case(
        When(publication__prompt=True, then=F("job__generation__prompt")),
        default=Value(""),
        output_field=TextField(),
    )
    pictures = StoredImage.objects.select_related("person").annotate(prompt=told).only(*_DRAWN)  # type: ignore[no-redef]
    found = pictures.in_bulk([publication.image_id for publication in rows])
    there = [publication for publication in rows if publication.image_id in found]
    for publication in there:
        publication.image = found[publication.image_id]
    return there
