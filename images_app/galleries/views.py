"""A person's pictures: all of them, and one on its own page."""

import uuid

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_safe

from images_app.galleries import access
from images_app.galleries.filters import MessageFilter, PictureFilter, ShelfFilter
from images_app.galleries.recipe import recipe_of
from images_app.galleries.shelf import Tile, days
from images_app.galleries.words import difference
from images_app.jobs import story
from images_app.jobs.access import jobs_of
from images_app.lib.keyset import listing, older, page, place_asked
from images_app.lib.ratio import ratio_of
from images_app.teams.models import User

PAGE_SIZE = 60


@require_safe
def library(request: HttpRequest) -> HttpResponse:
    """Pictures newest first under the days they were made on, or messages where a state is asked for."""
    filters = _filters(request.user, request.GET)
    shown = page(filters.rows, place_asked(request), PAGE_SIZE)
    pictures = isinstance(filters, PictureFilter)
    items = [Tile(row) if pictures else story.Entry(row) for row in shown.rows]
    context = {
        "pictures": pictures,
        "days": days(shown, items),
        "first": shown.after is None,
        "filters": filters,
        "older": older(request, shown.next),
    }
    return listing(request, "galleries/library.html", "galleries/_shelf.html", context)


@require_safe
def image(request: HttpRequest, id: uuid.UUID) -> HttpResponse:
    picture = access.visible_picture(request.user, id)
    generation = picture.job.generation
    parent = generation.parent_image
    context = {
        "image": picture,
        "shape": ratio_of(picture.width, picture.height),
        "strip": access.strip_of(request.user, picture),
        "told": difference(generation.prompt, picture.revised_prompt),
        "recipe": recipe_of(picture),
        "steps": story.timeline(picture.job.events.select_related("actor")),
        # A remix may outlive its sight of what it came from.
        "parent": parent if parent and access.may_see(request.user, parent) else None,
        "remixes": access.remixes_of(request.user, picture),
        "key": uuid.uuid4().hex,
    }
    return render(request, "galleries/image.html", context)


def _filters(person: User, asked: QueryDict) -> ShelfFilter:
    models = access.models_used_by(person)
    if asked.get("state"):
        return MessageFilter(asked, jobs_of(person), models)
    return PictureFilter(asked, access.pictures_of(person), models)
