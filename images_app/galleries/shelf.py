"""Pictures laid out for the eye: by day, each with the shape its tile keeps while it loads."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache, cached_property
from itertools import groupby
from typing import Any, ClassVar
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from images_app.images.actions import TRASH_DAYS
from images_app.images.models import StoredImage
from images_app.lib.keyset import Page, Place
from images_app.lib.ratio import ratio_of

ROW_HEIGHT = 236  # CSS pixels, as in library.css
PHONE_ROW_HEIGHT = 104
FIRST_ROW = 9  # pictures that fill the first rows
FIRST_PAGE = 40  # pictures that come with the page: a phone that opens it draws no more of them at once
PAGE_SIZE = 60  # that come with scrolling
COUNTED_AT_MOST = 1000
MONTHS_AT_MOST = 240
_ANY = str(uuid.UUID(int=0))


@dataclass(frozen=True)
class Tile:
    """A picture and what its tile says of it. A page draws dozens: nothing here is looked up twice."""

    image: StoredImage
    lazy: bool = True  # loads when it comes near the screen
    first: bool = False  # of the page: what people wait for

    # About how high its row is on a phone and on a wide screen, in CSS pixels: rows are filled, so most are a bit higher.
    rows: ClassVar[tuple[float, float]] = (PHONE_ROW_HEIGHT * 1.2, ROW_HEIGHT * 1.1)

    @property
    def shape(self) -> str:
        return ratio_of(self.image.width, self.image.height)

    @cached_property
    def words(self) -> str:
        return cut(self.image.prompt, 160)

    @property
    def caption(self) -> str:
        return cut(self.words, 120)

    @property
    def name(self) -> str:
        return cut(self.words, 50)

    @property
    def page(self) -> str:
        return address_of("image", self.image.pk)

    @property
    def remix(self) -> str:
        return f"{_reverse('studio')}?from={self.image.pk}"

    @cached_property
    def thumbnail(self) -> str:
        return self._bytes("thumbnail")

    @property
    def preview(self) -> str:
        return self._bytes("preview")

    @property
    def srcset(self) -> str:
        return f"{self.thumbnail} {self.image.thumbnail_width}w, {self.preview} {self.image.preview_width}w"

    @property
    def sizes(self) -> str:
        """About how wide the tile is, on a phone and on a wide screen, where the browser does not measure it."""
        ratio, (phone, wide) = self.image.width / self.image.height, self.rows
        return f"(max-width: 760px) {phone * ratio:.0f}px, {wide * ratio:.0f}px"

    def _bytes(self, variant: str) -> str:
        return address_of("picture", self.image.pk, variant)


def tiles(images: Iterable[StoredImage], eager: int = 0) -> list[Tile]:
    """A tile each; the first ``eager`` of them are on the screen from the start."""
    return [
        Tile(image, lazy=number >= eager, first=number == 0 < eager) for number, image in enumerate(images)
    ]


@dataclass(frozen=True)
class Thrown:
    """A picture in the trash."""

    image: StoredImage

    @property
    def tile(self) -> Tile:
        return Tile(self.image)

    @property
    def left(self) -> str:
        """ "29 days left"; "until today" on the last."""
        assert self.image.trashed_at is not None
        ends = self.image.trashed_at + timedelta(days=TRASH_DAYS)
        days = (ends - timezone.now()).days
        return "until today" if days < 1 else f"{days} day{'' if days == 1 else 's'} left"


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


def amount(rows: QuerySet[Any], noun: str) -> str:
    """ "61 pictures", "1,000+ pictures": nobody needs more, and counting a million takes its time."""
    # Neither their order nor what else is known of them matters to their number.
    count = rows.order_by().values("pk")[: COUNTED_AT_MOST + 1].count()
    if count > COUNTED_AT_MOST:
        return f"{COUNTED_AT_MOST:,}+ {noun}s"
    return f"{count:,} {noun}{'' if count == 1 else 's'}" if count else ""


@dataclass(frozen=True)
class Month:
    label: str
    address: str  # a query: the library from the end of this month on


def months(asked: QueryDict, span: tuple[datetime, datetime] | None) -> list[Month]:
    """Every month from the newest picture's to the oldest's, to jump to; none where there is only one."""
    if span is None:
        return []
    oldest, newest = (timezone.localdate(moment).replace(day=1) for moment in span)
    kept = [(name, value) for name, value in asked.items() if name != "before" and value]
    found: list[Month] = []
    month = newest
    while month >= oldest and len(found) < MONTHS_AT_MOST:
        place = Place(_start(_next(month)), uuid.UUID(int=0))
        found.append(Month(date_format(month, "F Y"), f"?{urlencode([*kept, ('before', str(place))])}"))
        month = (month - timedelta(days=1)).replace(day=1)
    return found if len(found) > 1 else []


def cut(text: str, length: int) -> str:
    """What ``truncatechars`` makes of most texts, at a fraction of its time."""
    return text if len(text) <= length else f"{text[: length - 1].rstrip()}…"


def address_of(name: str, image: uuid.UUID, *rest: str) -> str:
    """``reverse`` with the id of a picture, or of something else, at a tenth of its time."""
    return _reverse(name, _ANY, *rest).replace(_ANY, str(image))


@cache
def _reverse(name: str, *args: str) -> str:
    return reverse(name, args=args)


def _next(month: date) -> date:
    return (month + timedelta(days=31)).replace(day=1)


def _start(day: date) -> datetime:
    return timezone.make_aware(datetime(day.year, day.month, day.day))  # noqa: DTZ001
