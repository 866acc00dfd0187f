"""A team's gallery."""

import uuid

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_POST, require_safe

from images_app.galleries import access, team
from images_app.galleries.collections import offered
from images_app.galleries.filters import GalleryFilter
from images_app.galleries.hands import count_words, picked
from images_app.galleries.shelf import FIRST_PAGE, FIRST_ROW, PAGE_SIZE, amount, days, tiles
from images_app.galleries.views.hands import NOTHING, said
from images_app.images import actions
from images_app.images.access import is_left_to, shown_in
from images_app.lib.keyset import listing, most, numbered, older, page, place_asked
from images_app.lib.redirects import way_back
from images_app.teams.access import seat_in
from images_app.teams.audience import Audience
from images_app.teams.request import PersonRequest
from images_app.teams.roles import Can


@require_safe
def gallery(request: PersonRequest, slug: str) -> HttpResponse:
    """Everything shown to the team, newest first; ``list`` loved or mine; with words and filters as the library's."""
    seat = seat_in(request.user, slug)
    chosen = request.GET.get("list", "")
    by_words = bool(request.GET.get("text", "").strip())
    after = place_asked(request, int if by_words else uuid.UUID)
    whole = "before" not in request.GET or not request.headers.get("HX-Request")
    # Scrolling on needs no more choices than the one that was made.
    models = team.models_shown(seat.team) if whole or request.GET.get("model") else []
    people = team.people_shown(seat.team) if whole or request.GET.get("person") else []
    before = after.id if after and isinstance(after.id, int) else None
    filters = GalleryFilter(request.GET, request.user, seat.team, models, people, before)
    rows = access.tiles_of(filters.rows, "hearts", "person__name", "person__email").select_related("person")
    if chosen == "mine":
        rows = rows.filter(person=request.user)
    size = PAGE_SIZE if after else FIRST_PAGE
    loved = chosen == "loved" and not by_words
    if loved:
        shown = most(rows.filter(hearts__gt=0), after, size, "hearts")
    else:
        shown = (numbered if by_words else page)(rows, after, size)
    items = tiles(shown.rows, 0 if after else FIRST_ROW)
    context = {
        "seat": seat,
        "team_shown": seat.team,
        "days": [] if loved else days(shown, items),
        "tiles": items if loved else [],
        "loved": loved,
        "list": chosen,
        "first": after is None,
        "older": older(request, shown.next),
    }
    if whole:
        everything = filters.rows
        if before is not None:  # they begin beyond it
            everything = GalleryFilter(request.GET, request.user, seat.team, models, people).rows
        if chosen == "mine":
            everything = everything.filter(person=request.user)
        context |= {
            "filters": filters,
            "models": models,
            "people": people,
            "tabs": team.tabs_for(seat, request.GET),
            "amount": "" if loved else amount(everything, "picture"),
            "makers": team.makers(seat.team),
            "collections": offered(request.user, seat.team),
            "crew": seat.team.memberships.count(),
        }
    return listing(request, "galleries/team.html", "galleries/_team_shelf.html", context)


@require_safe
def makers(request: PersonRequest, slug: str) -> HttpResponse:
    """Who is making what just now; the gallery asks again and again."""
    seat = seat_in(request.user, slug)
    context = {"team_shown": seat.team, "makers": team.makers(seat.team)}
    return render(request, "galleries/_makers.html", context)


@require_POST
def images_audience(request: PersonRequest) -> HttpResponse:
    """``audience``: who sees the person's own pictures among ``ids`` from now on."""
    try:
        audience = Audience(int(request.POST.get("audience", "")))
    except ValueError:
        return said(request, "Choose who sees them.")
    if audience > Audience.TEAM:
        return said(request, "Make a link for people outside the team.")
    ids = picked(request.user, request.POST)
    changed = actions.show(request.user, ids, audience)
    if not changed:
        return said(request, NOTHING if not ids else "Nothing has changed.")
    words = "shown to the team" if audience == Audience.TEAM else "for your eyes only now"
    return said(request, f"{count_words(changed)} {words}.")


@require_POST
def image_hiding(request: PersonRequest, slug: str, id: uuid.UUID) -> HttpResponse:
    """A keeper takes somebody's picture out of the gallery; its maker keeps it."""
    seat = seat_in(request.user, slug, Can.TIDY)
    image = get_object_or_404(shown_in(seat.team), pk=id)
    actions.hide(seat, image)
    still = "its owner and admins still do" if is_left_to(request.user, image) else "its maker still does"
    words = f"The team does not see it any more; {still}."
    return said(request, words, onward=way_back(request, "library"))
