"""A team's collections, one of them with its pictures, and its own words, cover and order."""

import uuid

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from images_app.collections import actions, order
from images_app.collections.access import (
    collection_at,
    collections_seen_by,
    is_shared,
    items_of,
    visible_collection,
)
from images_app.collections.models import Collection, Right
from images_app.galleries import links
from images_app.galleries.collections import cards, cover_of, delete, hands_in, offered, pictures_in
from images_app.galleries.forms import CollectionForm
from images_app.galleries.hands import picked
from images_app.galleries.shelf import FIRST_ROW, amount, tiles
from images_app.galleries.views.hands import NOTHING, said
from images_app.lib.ids import id_in
from images_app.lib.keyset import Spot, listing, older, page, place_asked, placed, spot_asked
from images_app.teams.access import current_team, seat_in
from images_app.teams.request import PersonRequest
from images_app.teams.roles import Can

COLLECTIONS = 30  # on a page
PICTURES = 60


@require_http_methods(["GET", "HEAD", "POST"])
def collections(request: PersonRequest) -> HttpResponse:
    """Leads to those of the team one works in; a POST makes one there."""
    slug = current_team(request.user).slug
    return team_collections(request, slug) if request.method == "POST" else redirect("team_collections", slug)


@require_http_methods(["GET", "HEAD", "POST"])
def team_collections(request: PersonRequest, slug: str) -> HttpResponse:
    """GET: the last changed first. POST: a new one."""
    seat = seat_in(request.user, slug)
    if request.method == "POST" and not seat.may(Can.COLLECT):
        raise PermissionDenied
    form = CollectionForm(request.POST if request.method == "POST" else None, team=seat.team)
    if request.method == "POST" and form.is_valid():
        return redirect(actions.make(request.user, team=seat.team, **form.cleaned_data))
    rows = collections_seen_by(request.user).filter(team=seat.team)
    shown = page(rows, place_asked(request), COLLECTIONS, by="updated_at")
    context = {
        "form": form,
        "seat": seat,
        "team_shown": seat.team,
        "makes": seat.may(Can.COLLECT),
        "cards": cards(request.user, shown.rows),
        "first": shown.after is None,
        "older": older(request, shown.next),
    }
    response = listing(request, "galleries/collections.html", "galleries/_cards.html", context)
    response.status_code = 422 if form.errors else 200
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def collection(request: PersonRequest, id: uuid.UUID) -> HttpResponse:
    """Its first address: leads to the one with a name in it."""
    found = visible_collection(request.user, id)
    if request.method == "POST":
        return team_collection(request, found.team.slug, found.slug)
    return redirect(found)


@require_http_methods(["GET", "HEAD", "POST"])
def team_collection(request: PersonRequest, slug: str, name: str) -> HttpResponse:
    """GET: its pictures in its order; with ``arrange``, to be put in order. POST: its name, text and audience."""
    need = Right.MANAGE if request.method == "POST" or "arrange" in request.GET else Right.VIEW
    shown = collection_at(request.user, slug, name, need)
    form = CollectionForm(request.POST if request.method == "POST" else None, instance=shown, team=shown.team)
    if request.method == "POST" and form.is_valid():
        actions.edit(request.user, shown, **form.cleaned_data)
        return redirect(shown)
    if form.errors:
        shown = collection_at(request.user, slug, name, need)
    after = spot_asked(request)
    items, end = placed(items_of(request.user, shown), after, PICTURES)
    context = {
        "collection": shown,
        "tiles": tiles(pictures_in(request.user, items), eager=0 if after else FIRST_ROW),
        "shared": is_shared(shown),
        "first": after is None,
        "place": request.GET.get("before", ""),
        "older": older(request, end),
    }
    if "before" not in request.GET or not request.headers.get("HX-Request"):
        context |= _head(request, shown, form)
    part = "galleries/_arrange.html" if "arrange" in request.GET else "galleries/_hung.html"
    response = listing(request, "galleries/collection.html", part, context)
    response.status_code = 422 if form.errors else 200
    return response


def _head(request: PersonRequest, shown: Collection, form: CollectionForm) -> dict[str, object]:
    """What stands around the pictures; scrolling on does not ask for it again."""
    person, can = request.user, shown.can
    return {
        "form": form,
        "cover": cover_of(person, shown),
        "hands": hands_in(shown),
        "amount": amount(items_of(person, shown), "picture"),
        "arrange": "arrange" in request.GET,
        "adds": can >= Right.ADD,
        "manages": can >= Right.MANAGE,
        "shares": links.leading_to(shown) if can >= Right.MANAGE else None,
        "unseen": actions.private_in(person, shown).count(),
        "collections": offered(person, shown.team),
    }


@require_POST
def collection_deletion(request: PersonRequest, id: uuid.UUID) -> HttpResponse:
    """The collection only; its pictures stay in the library, and what guests said of them under Reviews."""
    found = visible_collection(request.user, id, Right.MANAGE)
    delete(request.user, found)
    messages.success(request, f"{found.title} is deleted. Its pictures are in the library.")
    return redirect("team_collections", found.team.slug)


@require_POST
def collection_cover(request: PersonRequest, id: uuid.UUID) -> HttpResponse:
    """The first of ``ids`` becomes its cover."""
    found = visible_collection(request.user, id, Right.MANAGE)
    ids = picked(request.user, request.POST)[:1]
    done = bool(ids) and actions.make_cover(request.user, found, ids[0])
    return said(request, f"It is the cover of {found.title} now." if done else NOTHING)


@require_POST
def collection_order(request: PersonRequest, id: uuid.UUID) -> HttpResponse:
    """``image`` goes in front of ``before``, else behind ``after``; or ``step`` places on."""
    found = visible_collection(request.user, id, Right.MANAGE)
    image, step = id_in(request.POST.get("image", "")), request.POST.get("step", "")
    if image is None:
        return said(request, NOTHING)
    if step in {"-1", "1"}:
        number = order.step(request.user, found, image, int(step))
    else:
        before, after = (id_in(request.POST.get(name, "")) for name in ("before", "after"))
        number = order.hang(request.user, found, image, before=before, after=after)
    if request.headers.get("HX-Request"):
        count = items_of(request.user, found).count()
        return said(request, f"Now number {number} of {count}." if number else NOTHING)
    return HttpResponseRedirect(f"{found.get_absolute_url()}?arrange=1{_from(request)}#i-{image}")


def _from(request: PersonRequest) -> str:
    """Back to the part of a long collection that the form stood on."""
    try:
        return f"&before={Spot.read(request.POST.get('from', ''))}"
    except ValueError:
        return ""
