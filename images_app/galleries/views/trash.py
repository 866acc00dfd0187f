"""The trash: what was removed, for how long it stays, and the way back."""

from dataclasses import dataclass
from datetime import timedelta

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from images_app.galleries.access import tiles_of
from images_app.galleries.shelf import Tile, amount
from images_app.images.access import trash_of
from images_app.images.actions import TRASH_DAYS
from images_app.images.models import StoredImage
from images_app.teams.request import PersonRequest

PAGE_SIZE = 120


@dataclass(frozen=True)
class Thrown:
    """A picture in the trash."""

    image: StoredImage

    @property
    def tile(self) -> Tile:
        return Tile(self.image)

    @property
    def left(self) -> str:
        """ "29 days left"; the last of them is "today"."""
        assert self.image.trashed_at is not None
        ends = self.image.trashed_at + timedelta(days=TRASH_DAYS)
        days = (ends - timezone.now()).days
        return "until today" if days < 1 else f"{days} day{'' if days == 1 else 's'} left"


@require_safe
def trash(request: PersonRequest) -> HttpResponse:
    """The latest first, a page at a time; those further down come up as these are restored or end."""
    thrown = trash_of(request.user)
    rows = tiles_of(thrown, "trashed_at")
    first = max(0, _number(request.GET.get("from", "")))
    shown = list(rows[first : first + PAGE_SIZE + 1])
    context = {
        "thrown": [Thrown(image) for image in shown[:PAGE_SIZE]],
        "total": amount(thrown, "picture"),
        "days": TRASH_DAYS,
        "newer": first > 0,
        "older": first + PAGE_SIZE if len(shown) > PAGE_SIZE else None,
    }
    return render(request, "galleries/trash.html", context)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0
