"""Pages of a list ordered newest first by (created_at, id): they neither skip nor repeat while rows are added."""

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
    """The last row of a page: the next page begins right after it."""

    at: datetime
    id: uuid.UUID

    def __str__(self) -> str:
        return f"{self.at.astimezone(UTC):%Y%m%dT%H%M%S%f}-{self.id.hex}"

    @classmethod
    def read(cls, text: str) -> "Place":
        """The inverse of ``str``; raises BadPlace."""
        moment, _, row = text.partition("-")
        try:
            return cls(datetime.strptime(moment, "%Y%m%dT%H%M%S%f").replace(tzinfo=UTC), uuid.UUID(hex=row))
        except ValueError as error:
            raise BadPlace(text[:80]) from error


@dataclass(frozen=True)
class Page(Generic[Row]):
    rows: Sequence[Row]
    # Where the page before this one ended; None on the first.
    after: Place | None
    # Where the next page begins; None on the last.
    next: Place | None


def page(rows: QuerySet[Row], after: Place | None, size: int) -> Page[Row]:
    """``size`` rows beyond ``after``, newest first; one row more is read to know whether another page follows."""
    if after is not None:
        # The first condition alone lets the index on (-created_at, -id) find the start.
        rows = rows.filter(created_at__lte=after.at).filter(Q(created_at__lt=after.at) | Q(id__lt=after.id))
    found = list(rows.order_by("-created_at", "-id")[: size + 1])
    shown = found[:size]
    return Page(shown, after, place_of(shown[-1]) if len(found) > size else None)


def place_of(row: Model) -> Place:
    return Place(row.created_at, row.pk)  # type: ignore[attr-defined]


def place_asked(request: HttpRequest) -> Place | None:
    """Where the page asked for begins (``?before=``); a text that names no place is no page (404)."""
    text = request.GET.get("before")
    try:
        return Place.read(text) if text else None
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
