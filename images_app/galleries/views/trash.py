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
from images_app.lib.keyset import older, page, place_asked
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
    """What was removed last comes first; restoring from one page neither skips nor repeats any on the next."""
    thrown = trash_of(request.user)
    shown = page(tiles_of(thrown, "trashed_at"), place_asked(request), PAGE_SIZE, by="trashed_at")
    context = {
        "thrown": [Thrown(image) for image in shown.rows],
        "total": amount(thrown, "picture"),
        "days": TRASH_DAYS,
        "first": shown.after is None,
        "older": older(request, shown.next),
    }
    return render(request, "galleries/trash.html", context)
