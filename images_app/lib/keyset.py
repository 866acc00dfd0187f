"""Pages of a list, newest first: they neither skip nor repeat while rows are added.

Ordered by (created_at, id), by another moment and id, by a number that grows with time where a search finds the rows,
by a count and then by (created_at, id), or by the places that people gave.
"""

import math
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode

from django.db.models import Model, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers

Row = TypeVar("Row", bound=Model)


class BadPlace(ValueError):
    """The text names no place in a list."""


@dataclass(frozen=True)
class Place:
    """The last row of a page: the next page begins right after it. ``id`` is its key, or its number; ``count`` what
    the rows are ordered by first, where they are."""

    at: datetime
    id: uuid.UUID | int
    count: int | None = None

    def __str__(self) -> str:
        row = f"{self.id:d}" if isinstance(self.id, int) else self.id.hex
        first = "" if self.count is None else f"{self.count:d}."
        return f"{first}{self.at.astimezone(UTC):%Y%m%dT%H%M%S%f}-{row}"

    @classmethod
    def read(cls, text: str, kind: type[uuid.UUID] | type[int] = uuid.UUID) -> "Place":
        """The inverse of ``str`` for a list ordered by that kind of id; raises BadPlace."""
        rest, _, row = text.partition("-")
        count, dot, moment = rest.rpartition(".")
        try:
            at = datetime.strptime(moment, "%Y%m%dT%H%M%S%f").replace(tzinfo=UTC)
            id = uuid.UUID(hex=row) if kind is uuid.UUID else _number(row)
            return cls(at, id, _number(count) if dot else None)
        except ValueError as error:
            raise BadPlace(text[:80]) from error


@dataclass(frozen=True)
class Spot:
    """The last row of a page in an order that people made: its ``place``, then its id."""

    place: float
    id: int

    def __str__(self) -> str:
        return f"{self.place!r}_{self.id:d}"

    @classmethod
    def read(cls, text: str) -> "Spot":
        """The inverse of ``str``; raises BadPlace."""
        place, _, row = text.partition("_")
        try:
            spot = cls(float(place), _number(row))
        except ValueError as error:
            raise BadPlace(text[:80]) from error
        if not math.isfinite(spot.place):
            raise BadPlace(text[:80])
        return spot


@dataclass(frozen=True)
class Page(Generic[Row]):
    rows: Sequence[Row]
    # Where the page before this one ended; None on the first.
    after: Place | None
    # Where the next page begins; None on the last.
    next: Place | None


def page(rows: QuerySet[Row], after: Place | None, size: int, *, by: str = "created_at") -> Page[Row]:
    """``size`` rows beyond ``after``, newest first; one row more is read to know whether another page follows.

    ``by`` names the moment they are ordered by.
    """
    if after is not None:
        # The first condition alone lets the index on that moment and the id find the start.
        reached = rows.filter(**{f"{by}__lte": after.at})
        rows = reached.filter(Q(**{f"{by}__lt": after.at}) | Q(id__lt=after.id))
    found = list(rows.order_by(f"-{by}", "-id")[: size + 1])
    shown = found[:size]
    return Page(shown, after, Place(getattr(shown[-1], by), shown[-1].pk) if len(found) > size else None)


def most(rows: QuerySet[Row], after: Place | None, size: int, by: str) -> Page[Row]:
    """As page(), those with the greatest count ``by`` first. A count that changes meanwhile moves its row."""
    if after is not None:
        if after.count is None:
            raise Http404("no such page")
        alike = Q(**{by: after.count})
        later = Q(created_at__lt=after.at) | Q(created_at=after.at, id__lt=after.id)
        rows = rows.filter(Q(**{f"{by}__lt": after.count}) | (alike & later))
    found = list(rows.order_by(f"-{by}", "-created_at", "-id")[: size + 1])
    shown = found[:size]
    last = shown[-1] if len(found) > size else None
    return Page(shown, after, Place(last.created_at, last.pk, getattr(last, by)) if last else None)  # type: ignore[attr-defined]


def placed(rows: QuerySet[Row], after: Spot | None, size: int) -> tuple[Sequence[Row], Spot | None]:
    """``size`` rows beyond ``after`` in the order of ``place`` and id, and where the next page begins."""
    if after is not None:
        # As in page(): the first condition lets the index find the start.
        reached = rows.filter(place__gte=after.place)
        rows = reached.filter(Q(place__gt=after.place) | Q(id__gt=after.id))
    found = list(rows.order_by("place", "id")[: size + 1])
    shown = found[:size]
    return shown, Spot(shown[-1].place, shown[-1].pk) if len(found) > size else None  # type: ignore[attr-defined]


def numbered(rows: QuerySet[Row], after: Place | None, size: int) -> Page[Row]:
    """The first ``size`` of ``rows``, which begin beyond ``after`` and stand in the order of their ``number``."""
    found = list(rows[: size + 1])
    shown = found[:size]
    end = Place(shown[-1].created_at, shown[-1].number) if len(found) > size else None  # type: ignore[attr-defined]
    return Page(shown, after, end)


def place_asked(request: HttpRequest, kind: type[uuid.UUID] | type[int] = uuid.UUID) -> Place | None:
    """Where the page asked for begins (``?before=``); a text that names no place is no page (404)."""
    text = request.GET.get("before")
    try:
        return Place.read(text, kind) if text else None
    except BadPlace as error:
        raise Http404("no such page") from error


def spot_asked(request: HttpRequest) -> Spot | None:
    """The same of a list in an order that people made."""
    text = request.GET.get("before")
    try:
        return Spot.read(text) if text else None
    except BadPlace as error:
        raise Http404("no such page") from error


def older(request: HttpRequest, place: Place | Spot | None) -> str:
    """The query of the page after this one, with the same filters; "" on the last."""
    if place is None:
        return ""
    kept = [(name, value) for name, value in request.GET.items() if name != "before" and value]
    return f"?{urlencode([*kept, ('before', str(place))])}"


def listing(request: HttpRequest, whole: str, part: str, context: dict[str, Any]) -> HttpResponse:
    """The page, or only its next rows (with ``fragment`` true) where htmx scrolls on to them."""
    scrolling = bool(request.headers.get("HX-Request")) and "before" in request.GET
    response = render(request, part if scrolling else whole, {**context, "fragment": scrolling})
    # The same address answers twofold: a cache, the browser's own included, must not mix them up.
    patch_vary_headers(response, ["HX-Request"])
    return response


def _number(text: str) -> int:
    """Raises ValueError for one that no column of a database holds."""
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise ValueError(text[:80])
    return int(text)
