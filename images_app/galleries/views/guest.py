"""What people without an account see through a link. However a link died, its addresses answer the same 404."""

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from images_app.galleries import links, rounds
from images_app.galleries.guests import card, drawn, guest_tiles, heading, sharer
from images_app.galleries.hands import MOST, count_words
from images_app.galleries.models import ShareLink
from images_app.galleries.shelf import FIRST_ROW
from images_app.galleries.views import door
from images_app.galleries.zips import guest_zip_of
from images_app.images.views import Variant, serve
from images_app.lib.handoff import hand_over
from images_app.lib.ids import number_in

PICTURES = 120  # on a page


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def guest(request: HttpRequest, token: str) -> HttpResponse:
    """The pictures; before them, where the link has a password or a limit, a gate whose form is sent here."""
    link = door.found(request, token)
    if link.gated and not door.has_opened(request, link):
        return _gate(request, link, token)
    if request.method == "POST":
        return redirect("guest", token)
    door.count(request, link)
    return all_pictures(request, link, token)


def all_pictures(
    request: HttpRequest, link: ShareLink, token: str, *, wrong: str = "", status: int = 200
) -> HttpResponse:
    """The page of all pictures; ``wrong`` says why what was sent was not taken."""
    pictures, first = links.pictures_through(link), number_in(request.GET.get("from", ""))
    rows = list(drawn(link, pictures)[first : first + PICTURES + 1])
    if not rows:
        raise Http404(links.NONE)
    about = about_of(request, link, token)
    tiles = guest_tiles(link, token, rows[:PICTURES], first=first + 1, eager=FIRST_ROW, sheet=about["sheet"])
    count = pictures.order_by().count()
    context = {
        **about,
        "tiles": tiles,
        "tile": tiles[0] if link.image_id else None,
        "count": count,
        "words": count_words(count),
        "card": None if link.gated else card(link, tiles[0]),
        "earlier": max(first - PICTURES, 0) if first else None,
        "more": first + PICTURES if len(rows) > PICTURES else None,
        "next_open": _next_open(link, about["sheet"]) if about["guest"] else None,
        "wrong": wrong,
    }
    return door.quiet(link, render(request, "galleries/guest.html", context, status=status))


@login_not_required
@never_cache
@require_safe
def guest_picture(request: HttpRequest, token: str, id: UUID) -> HttpResponse:
    """One of several pictures, large, with the way to its neighbours."""
    link = door.found(request, token)
    if link.gated and not door.has_opened(request, link):
        return redirect("guest", token)
    door.count(request, link)
    return one_picture(request, link, token, id)


def one_picture(
    request: HttpRequest, link: ShareLink, token: str, id: UUID, *, wrong: str = "", status: int = 200
) -> HttpResponse:
    """The page of a picture; ``wrong`` says why what was sent was not taken."""
    order = list(links.pictures_through(link).values_list("pk", flat=True)[:MOST])
    if id not in order:
        raise Http404(links.NONE)
    at, about = order.index(id), about_of(request, link, token)
    image = drawn(link, links.pictures_through(link)).get(pk=id)
    [tile] = guest_tiles(link, token, [image], first=at + 1, eager=1, sheet=about["sheet"])
    context = {
        **about,
        "tile": tile,
        "several": len(order) > 1,
        "count": len(order),
        "page_from": at // PICTURES * PICTURES,
        "before": order[at - 1] if at else None,
        "after": order[at + 1] if at + 1 < len(order) else None,
        "card": None if link.gated else card(link, tile),
        "wrong": wrong,
    }
    return door.quiet(link, render(request, "galleries/guest.html", context, status=status))


@login_not_required
@require_safe
def guest_bytes(request: HttpRequest, token: str, image_id: UUID, variant: Variant) -> HttpResponseBase:
    """The bytes of a picture; the original only where the link lets it be downloaded."""
    link = door.opened(request, token)
    image = links.pictures_through(link).select_related("job__generation").filter(pk=image_id).first()
    if image is None or (variant == "original" and not link.downloads):
        raise Http404(links.NONE)
    # Through the app: an address of the bucket would open the picture for minutes after the link died.
    response = serve(request, image, variant, told=link.prompts, signed=False)
    # Nothing outlives the link, not even in the guest's own browser.
    response["Cache-Control"] = "private, no-store"
    response["X-Robots-Tag"] = "noindex"
    return response


@login_not_required
@require_http_methods(["GET"])
def guest_zip(request: HttpRequest, token: str) -> HttpResponseBase:
    """All originals as one archive, sent beside Django (live/downloads.py)."""
    link = door.opened(request, token)
    ids = list(links.pictures_through(link).values_list("pk", flat=True)[:MOST]) if link.downloads else []
    if not ids:
        raise Http404(links.NONE)
    headers = {
        "Content-Type": "application/zip",
        "Content-Disposition": f'attachment; filename="pictures-{timezone.localdate():%Y-%m-%d}.zip"',
        "Cache-Control": "private, no-store",
        "X-Robots-Tag": "noindex",
        "X-Accel-Buffering": "no",
    }
    return hand_over(request, guest_zip_of(links.pictures_through(link), ids, prompts=link.prompts), headers)


def _gate(request: HttpRequest, link: ShareLink, token: str) -> HttpResponse:
    wrong, status = "", 200
    if request.method == "POST":
        try:
            if links.fits(link, request.POST.get("password", ""), door.address_of(request)):
                door.enter(request, link)
                return redirect("guest", token)
            wrong, status = "That is not the password.", 422
        except links.TooManyTries:
            wrong, status = "Too many tries. Wait ten minutes, then try again.", 429
    page = render(request, "galleries/guest_gate.html", {"link": link, "wrong": wrong}, status=status)
    return door.without_script(page)  # type: ignore[arg-type, return-value]


def about_of(request: HttpRequest, link: ShareLink, token: str) -> dict[str, Any]:
    """What every page of a link says of it, and of the guest's own part in its round."""
    person = door.guest_of(request, link)
    return {
        "link": link,
        "token": token,
        "heading": heading(link),
        "by": sharer(link),
        "guest": person,
        "sheet": rounds.sheet_of(link, person),
        "most_name": rounds.NAME,
        "most_comment": rounds.COMMENT,
    }


def _next_open(link: ShareLink, sheet: rounds.Sheet) -> UUID | None:
    """The first picture that the guest has said nothing about."""
    order = links.pictures_through(link).values_list("pk", flat=True)[:MOST]
    return next((pk for pk in order if pk not in sheet.votes), None)
