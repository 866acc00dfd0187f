"""One picture on its own page."""

import uuid

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from images_app.galleries import access
from images_app.galleries.recipe import again_words, recipe_of, told
from images_app.galleries.shelf import Tile
from images_app.galleries.words import Kind
from images_app.jobs import story
from images_app.teams.request import PersonRequest


@require_safe
def image(request: PersonRequest, id: uuid.UUID) -> HttpResponse:
    picture = access.visible_picture(request.user, id)
    parts = told(picture)
    context = {
        "image": picture,
        "tile": Tile(picture),
        "strip": access.strip_of(request.user, picture),
        "told": parts,
        "left_out": any(part.kind is Kind.LEFT_OUT for part in parts),
        "recipe": recipe_of(picture),
        "again": again_words(picture.job.generation),
        "steps": story.timeline(picture.job.events.select_related("actor")),
        "parent": access.parent_of(request.user, picture),
        "remixes": access.remixes_of(request.user, picture),
        "submission": uuid.uuid4(),
    }
    return render(request, "galleries/image.html", context)
