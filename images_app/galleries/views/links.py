"""Links for people outside: made for pictures one may share, seen and taken back on the team's page of links."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from images_app.collections.access import items_of, visible_collection
from images_app.collections.models import Right
from images_app.galleries import links
from images_app.galleries.forms import ChangeForm, ShareForm
from images_app.galleries.hands import count_words, picked
from images_app.galleries.links import Made, Terms
from images_app.galleries.tally import title_of, titled
from images_app.galleries.views.hands import PICK_FIRST, said
from images_app.images.access import shareable_by
from images_app.lib.ids import ids_in
from images_app.lib.keyset import older, page, place_asked
from images_app.lib.redirects import way_back
from images_app.teams.access import may, seat_in
from images_app.teams.models import Team
from images_app.teams.request import PersonRequest
from images_app.teams.roles import Can

NEW_LINK = "new link"  # where the session keeps the address of a link until it was shown
LINKS = 60  # on a page
SHOWN = 6
PICKED = 200  # pictures an address may name


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def image_links(request: PersonRequest, id: UUID) -> HttpResponse:
    """GET: a form, and the links the picture has. POST: a new one."""
    image = shareable_by(request.user).select_related("team").filter(pk=id).first()
    if image is None:
        raise Http404("no such picture")
    context = {"pictures": [image], "count": 1, "back": reverse("image", args=[id])}
    made = lambda terms: links.make_for_image(request.user, image, terms)  # noqa: E731
    return _share(request, image.team, made, {"image": image}, context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def collection_links(request: PersonRequest, id: UUID) -> HttpResponse:
    """The same for a collection."""
    collection = visible_collection(request.user, id, Right.MANAGE)
    hung = items_of(request.user, collection)
    items = hung.filter(image__in=shareable_by(request.user), image__team=collection.team_id)
    count = items.count()
    context = {
        "pictures": [item.image for item in items.select_related("image")[:SHOWN]],
        "count": count,
        "left_out": hung.count() - count,
        "collection": collection,
        "back": collection.get_absolute_url(),
    }
    made = lambda terms: links.make_for_collection(request.user, collection, terms)  # noqa: E731
    return _share(request, collection.team, made, {"collection": collection}, context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def selection_links(request: PersonRequest) -> HttpResponse:
    """The same for the pictures picked: ``ids``. Without ``make`` a POST leads to the form."""
    if request.method == "POST" and "make" not in request.POST:
        return _picked(request)
    asked = ids_in((request.POST if request.method == "POST" else request.GET).getlist("ids"))[:PICKED]
    found = shareable_by(request.user).select_related("team").in_bulk(asked)
    rows = [found[pk] for pk in asked if pk in found]
    if not rows:
        raise Http404("no such pictures")
    team = rows[0].team
    chosen = [image for image in rows if image.team_id == team.pk]
    ids = [image.pk for image in chosen]
    context = {
        "pictures": chosen[:SHOWN],
        "count": len(chosen),
        "left_out": len(rows) - len(chosen),
        "ids": ",".join(map(str, ids)),
        "back": reverse("library"),
    }
    made = lambda terms: links.make_for_selection(request.user, team, ids, terms)  # noqa: E731
    return _share(request, team, made, None, context)


def _picked(request: PersonRequest) -> HttpResponse:
    ids = picked(request.user, request.POST)[:PICKED]
    if not ids:
        return said(request, PICK_FIRST)
    query = urlencode({"ids": ",".join(map(str, ids))})
    return HttpResponseRedirect(f"{reverse('selection_links')}?{query}")


def _share(
    request: PersonRequest,
    team: Team,
    make: Callable[[Terms], Made],
    thing: dict[str, object] | None,
    context: dict[str, object],
) -> HttpResponse:
    if not may(request.user, team, Can.SHARE):
        raise PermissionDenied
    form = ShareForm(request.POST if request.method == "POST" else None, team=team)
    if request.method == "POST" and form.is_valid():
        request.session[NEW_LINK] = make(form.terms()).address
        return redirect("team_links", team.slug) if thing is None else HttpResponseRedirect(request.path)
    context |= {
        "form": form,
        "team_shown": team,
        "words": count_words(int(str(context["count"]))),
        "links": titled(request.user, links.own_links(request.user, **thing)) if thing else [],
        "new_link": request.session.pop(NEW_LINK, ""),
    }
    return render(request, "galleries/share.html", context, status=422 if form.errors else 200)


@never_cache
@require_safe
def team_links(request: PersonRequest, slug: str) -> HttpResponse:
    """Every link of the team that the person may take back, the newest first, dead ones included."""
    seat = seat_in(request.user, slug, Can.SHARE)
    shown = page(links.links_of(seat), place_asked(request), LINKS)
    context = {
        "seat": seat,
        "team_shown": seat.team,
        "links": titled(request.user, shown.rows),
        "older": older(request, shown.next),
        "tidies": seat.may(Can.TIDY),
        "new_link": request.session.pop(NEW_LINK, ""),
    }
    return render(request, "galleries/links.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def link(request: PersonRequest, slug: str, id: UUID) -> HttpResponse:
    """One link: its maker changes its terms here, the team's keepers look at them."""
    seat = seat_in(request.user, slug, Can.SHARE)
    found = get_object_or_404(links.links_of(seat), pk=id)
    mine = found.made_by_id == request.user.pk
    if request.method == "POST" and not mine:
        raise PermissionDenied
    form = ChangeForm(request.POST if request.method == "POST" else None, link=found)
    if request.method == "POST" and form.is_valid():
        if not links.change(
            found,
            form.terms(),
            expires_at=form.expires_at(),
            password=form.new_password(),
            by=request.user,
        ):
            raise Http404(links.NONE)
        messages.success(request, "Saved. The link's address is the same.")
        return redirect("link", slug, id)
    context = {
        "seat": seat,
        "team_shown": seat.team,
        "link": found,
        "title": title_of(request.user, found),
        "tidies": seat.may(Can.TIDY),
        "form": form if mine else None,
    }
    return render(request, "galleries/link.html", context, status=422 if form.errors else 200)


@require_POST
def link_revocation(request: PersonRequest, slug: str, id: UUID) -> HttpResponse:
    """The link opens nothing any more. A member takes back their own; others' are not there for them."""
    seat = seat_in(request.user, slug, Can.SHARE)
    links.revoke(get_object_or_404(links.links_of(seat), pk=id), request.user)
    messages.success(request, "The link opens nothing any more.")
    return redirect(way_back(request, reverse("team_links", args=[slug])))
