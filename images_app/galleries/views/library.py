"""All of a person's pictures."""

from django.http import HttpResponse, QueryDict
from django.views.decorators.http import require_safe

from images_app.galleries import access
from images_app.galleries.filters import MESSAGES, MessageFilter, PictureFilter, ShelfFilter
from images_app.galleries.shelf import Tile, days
from images_app.jobs import story
from images_app.jobs.access import jobs_of
from images_app.jobs.filters import GROUPS, tabs
from images_app.lib.keyset import listing, older, page, place_asked
from images_app.teams.models import User
from images_app.teams.request import PersonRequest

PAGE_SIZE = 60


@require_safe
def library(request: PersonRequest) -> HttpResponse:
    """Pictures newest first under the days they were made on, or messages where a state is asked for."""
    models = access.models_used_by(request.user)
    filters = _filters(request.user, request.GET, models)
    shown = page(filters.rows, place_asked(request), PAGE_SIZE)
    pictures = isinstance(filters, PictureFilter)
    context = {
        "pictures": pictures,
        "days": days(shown, [Tile(row) if pictures else story.Entry(row) for row in shown.rows]),
        "first": shown.after is None,
        "older": older(request, shown.next),
        "filters": filters,
        "models": models,
        "tabs": tabs(request.GET, [("", "Pictures"), *((name, GROUPS[name][0]) for name in MESSAGES)]),
        "total": None if filters.in_use else access.pictures_of(request.user).count(),
    }
    return listing(request, "galleries/library.html", "galleries/_shelf.html", context)


def _filters(person: User, asked: QueryDict, models: list[tuple[str, str]]) -> ShelfFilter:
    if asked.get("state"):
        return MessageFilter(asked, jobs_of(person), models)
    return PictureFilter(asked, access.pictures_of(person), models)
