"""Pages of a list, newest first: they neither skip nor repeat while rows are added.

Ordered by (created_at, id), by another moment and id, or by a number that grows with time where a search finds the rows.
"""

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


class BadPlace(Exception):
    """The text names no place in a list."""


@dataclass(frozen=True)
class Place:
    """The last row of a page: the next page begins right after it. ``id`` is its key, or its number."""

    at: datetime
    id: uuid.UUID | int

    def __str__(self) -> str:
        row = f"{self.id:d}" if isinstance(self.id, int) else self.id.hex
        return f"{self.at.astimezone(UTC):%Y%m%dT%H%M%S%f}-{row}"

    @classmethod
    def read(cls, text: str, kind: type[uuid.UUID] | type[int] = uuid.UUID) -> "Place":
        """The inverse of ``str`` for a list ordered by that kind of id; raises BadPlace."""
        moment, _, row = text.partition("-")
        try:
            at = datetime.strptime(moment, "%Y%m%dT%H%M%S%f").replace(tzinfo=UTC)
            return cls(at, uuid.UUID(hex=row) if kind is uuid.UUID else _number(row))
        except ValueError as error:
            raise BadPlace(text[:80]) from error


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


def older(request: HttpRequest, place: Place | None) -> str:
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
