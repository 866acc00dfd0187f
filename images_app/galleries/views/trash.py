"""The trash: what was removed, for how long it stays, and the way back."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from images_app.galleries.access import tiles_of
from images_app.galleries.shelf import Thrown, amount
from images_app.images.access import trash_of
from images_app.images.actions import TRASH_DAYS
from images_app.lib.keyset import older, page, place_asked
from images_app.teams.request import PersonRequest

PAGE_SIZE = 120


@require_safe
def trash(request: PersonRequest) -> HttpResponse:
    """What was removed last comes first; restoring from one page neither skips nor repeats any on the next."""
    thrown = trash_of(request.user)
    rows = tiles_of(thrown, "trashed_at", "person__name", "person__email").select_related("person")
    shown = page(rows, place_asked(request), PAGE_SIZE, by="trashed_at")
    context = {
        "thrown": [Thrown(image) for image in shown.rows],
        "total": amount(thrown, "picture"),
        "days": TRASH_DAYS,
        "first": shown.after is None,
        "older": older(request, shown.next),
    }
    return render(request, "galleries/trash.html", context)
