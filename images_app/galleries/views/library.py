"""All of a person's pictures."""

import uuid

from django.http import HttpResponse, QueryDict
from django.views.decorators.http import require_safe

from images_app.galleries import access, saved
from images_app.galleries.collections import offered
from images_app.galleries.filters import MESSAGES, MessageFilter, PictureFilter, ShelfFilter
from images_app.galleries.shelf import FIRST_PAGE, FIRST_ROW, PAGE_SIZE, amount, days, months, tiles
from images_app.jobs import story
from images_app.jobs.access import jobs_of
from images_app.jobs.filters import GROUPS, tabs
from images_app.lib.keyset import Place, listing, numbered, older, page, place_asked
from images_app.teams.models import User
from images_app.teams.request import PersonRequest


@require_safe
def library(request: PersonRequest) -> HttpResponse:
    """Pictures newest first under the days they were made on, or messages where a state is asked for."""
    found_by_words = bool(request.GET.get("text", "").strip()) and not request.GET.get("state")
    after = place_asked(request, int if found_by_words else uuid.UUID)
    models = access.models_used_by(request.user)
    filters = _filters(request.user, request.GET, models, after)
    pictures = isinstance(filters, PictureFilter)
    rows = access.tiles_of(filters.rows) if pictures else filters.rows
    shown = (numbered if found_by_words else page)(rows, after, PAGE_SIZE if after else FIRST_PAGE)
    first_row = 0 if after else FIRST_ROW
    items = tiles(shown.rows, first_row) if pictures else map(story.Entry, shown.rows)
    context = {
        "pictures": pictures,
        "days": days(shown, items),
        "first": after is None,
        "older": older(request, shown.next),
    }
    if "before" not in request.GET or not request.headers.get("HX-Request"):
        context |= _head(request, filters, models, months_too=not found_by_words)
    return listing(request, "galleries/library.html", "galleries/_shelf.html", context)


def _head(
    request: PersonRequest, filters: ShelfFilter, models: list[tuple[str, str]], *, months_too: bool
) -> dict[str, object]:
    """What stands around the pictures; scrolling on does not ask for it again."""
    pictures = isinstance(filters, PictureFilter)
    everything = _filters(request.user, filters.data, models, None).rows
    return {
        "filters": filters,
        "models": models,
        "tabs": tabs(request.GET, [("", "Pictures"), *((name, GROUPS[name][0]) for name in MESSAGES)]),
        "amount": amount(everything, "picture" if pictures else "message"),
        "collections": offered(request.user),
        "views": saved.views_of(request.user),
        "query": saved.clean(request.GET.urlencode()),
        "months": months(request.GET, access.span_of(request.user)) if pictures and months_too else [],
    }


def _filters(
    person: User, asked: QueryDict, models: list[tuple[str, str]], after: Place | None
) -> ShelfFilter:
    if asked.get("state"):
        return MessageFilter(asked, jobs_of(person), models)
    before = after.id if after and isinstance(after.id, int) else None
    return PictureFilter(asked, person, models, before)
