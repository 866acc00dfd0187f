"""Pictures laid out for the eye: by day, each with the shape its tile keeps while it loads."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format

from images_app.images.models import StoredImage
from images_app.lib.keyset import Page
from images_app.lib.ratio import ratio_of

ROW_HEIGHT = 236  # CSS pixels, as in library.css


@dataclass(frozen=True)
class Tile:
    image: StoredImage

    @property
    def shape(self) -> str:
        return ratio_of(self.image.width, self.image.height)

    @property
    def thumbnail_width(self) -> int:
        return self.image.thumbnail_width

    @property
    def preview_width(self) -> int:
        return self.image.preview_width

    @property
    def shown_width(self) -> int:
        """About how wide the tile is on a wide screen, for the browser's choice of a file."""
        return round(ROW_HEIGHT * 1.1 * self.image.width / self.image.height)


@dataclass(frozen=True)
class Day:
    """What was made on one day. ``goes_on`` tells that this day began on the page before, ``unfinished`` that it
    continues on the next: its last row is then filled."""

    label: str
    at: date
    items: list[Any]
    goes_on: bool
    unfinished: bool


def days(page: Page[Any], items: Iterable[Any], *, today: date | None = None) -> list[Day]:
    """``items`` stand for ``page.rows``, one for one; each run of one day becomes a Day."""
    today = today or timezone.localdate()
    before = timezone.localdate(page.after.at) if page.after else None
    after = timezone.localdate(page.next.at) if page.next else None
    dated = zip((timezone.localdate(row.created_at) for row in page.rows), items, strict=True)
    return [
        Day(day_words(day, today), day, [item for _, item in run], day == before, day == after)
        for day, run in groupby(dated, key=lambda pair: pair[0])
    ]


def day_words(day: date, today: date) -> str:
    """Today, Yesterday, then the day's name and date; the year only where it is another."""
    if day == today:
        return "Today"
    if day == today - timedelta(days=1):
        return "Yesterday"
    return date_format(day, "l j F" if day.year == today.year else "l j F Y")
