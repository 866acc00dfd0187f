"""What people who left a team have left in it, for those who keep it."""

import uuid

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from images_app.galleries import access, team
from images_app.galleries.collections import offered
from images_app.galleries.filters import LeftFilter
from images_app.galleries.shelf import FIRST_PAGE, FIRST_ROW, PAGE_SIZE, amount, days, tiles
from images_app.images.access import leavers
from images_app.lib.keyset import listing, numbered, older, page, place_asked
from images_app.teams.access import seat_in
from images_app.teams.request import PersonRequest
from images_app.teams.roles import Can


@require_safe
def team_left(request: PersonRequest, slug: str) -> HttpResponse:
    """Their pictures, private ones as well, newest first; with words and filters as the gallery's."""
    seat = seat_in(request.user, slug, Can.INHERIT)
    by_words = bool(request.GET.get("text", "").strip())
    after = place_asked(request, int if by_words else uuid.UUID)
    people = list(leavers(seat.team))
    before = after.id if after and isinstance(after.id, int) else None
    filters = LeftFilter(request.GET, request.user, seat.team, [], people, before)
    rows = access.tiles_of(
        filters.rows, "audience", "hearts", "person__name", "person__email"
    ).select_related("person")
    shown = (numbered if by_words else page)(rows, after, PAGE_SIZE if after else FIRST_PAGE)
    context = {
        "seat": seat,
        "team_shown": seat.team,
        "days": days(shown, tiles(shown.rows, 0 if after else FIRST_ROW)),
        "first": after is None,
        "older": older(request, shown.next),
        "left": True,
    }
    if "before" not in request.GET or not request.headers.get("HX-Request"):
        everything = LeftFilter(request.GET, request.user, seat.team, [], people).rows
        context |= {
            "filters": filters,
            "people": people,
            "tabs": team.tabs_beside(seat.team),
            "amount": amount(everything, "picture"),
            "collections": offered(request.user, seat.team),
        }
    return listing(request, "galleries/left.html", "galleries/_team_shelf.html", context)
