"""The public gallery, for people without an account. Where the site has none, its addresses are not there."""

import functools
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from csp.decorators import csp_replace
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.sitemaps import views as sitemaps
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import conditional_page, require_safe

from images_app.galleries import public, publications
from images_app.galleries.feeds import GalleryFeed
from images_app.galleries.shelf import FIRST_ROW
from images_app.galleries.sitemaps import SITEMAPS
from images_app.galleries.views.door import NO_SCRIPT
from images_app.images.views import Variant, serve
from images_app.lib.keyset import older, place_asked
from images_app.lib.ratio import SHAPES

# Anybody's cache may keep it, and asks each time whether it still is so: what was taken back is gone at the next look.
ASK_AGAIN = "public, no-cache"
# Programs that fetch what somebody pastes into a message, to show a preview of it there. They keep no index.
PREVIEWERS = ("Twitterbot", "facebookexternalhit", "LinkedInBot", "Slackbot", "Discordbot", "TelegramBot")

View = Callable[..., HttpResponse]


def _open(view: View) -> View:
    """A page without account and script, whose copies are asked about anew each time."""

    @functools.wraps(view, updated=())
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        publications.must_be_on()
        response = view(request, *args, **kwargs)
        response["Cache-Control"] = ASK_AGAIN
        return response

    page: View = csp_replace(NO_SCRIPT)(conditional_page(answered))  # type: ignore[assignment]
    return login_not_required(require_safe(page))


@_open
def gallery(request: HttpRequest) -> HttpResponse:
    """What was shown last, or with ``list=loved`` what is loved most; of one ``shape`` where asked."""
    chosen, shape = request.GET.get("list", ""), request.GET.get("shape", "")
    if chosen not in {"", public.LOVED} or (shape and shape not in SHAPES):
        raise Http404(publications.NONE)
    after = place_asked(request)
    rows, following = (public.loved if chosen else public.newest)(shape, after)
    if after and not rows:
        raise Http404(publications.NONE)
    tiles = [
        public.tile_of(row, lazy=number >= (0 if after else FIRST_ROW), first=number == 0)
        for number, row in enumerate(rows)
    ]
    context = {
        "tiles": tiles,
        "card": tiles[0] if tiles else None,
        "here": f"{settings.BASE_URL}{reverse('gallery')}",
        "first": after is None,
        "plain": after is None and not chosen and not shape,
        "older": older(request, following),
        **public.choices(chosen, shape),
    }
    return _render(request, "galleries/public.html", context)


@_open
def picture(request: HttpRequest, id: UUID) -> HttpResponse:
    publication = publications.shown_one(id)
    later, earlier = public.neighbours(publication)
    context = {"tile": public.tile_of(publication, first=True), "later": later, "earlier": earlier}
    return _render(request, "galleries/public_picture.html", context)


def _render(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    response = render(request, template, context)
    patch_vary_headers(response, ["Cookie"])  # light or dark, as somebody chose it
    return response


@login_not_required
@require_safe
def picture_bytes(request: HttpRequest, id: UUID, variant: Variant) -> HttpResponseBase:
    """A display copy. The original is never for everybody."""
    publications.must_be_on()
    publication = publications.shown_one(id)
    if variant == "original":
        raise Http404(publications.NONE)
    response = serve(request, publication.image, variant, told=publication.prompt, signed=False)
    response["Cache-Control"] = ASK_AGAIN
    # Other sites may show it: whoever published it wanted everybody to see it.
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


feed = _open(GalleryFeed())


@login_not_required
@require_safe
def sitemap_index(request: HttpRequest) -> HttpResponse:
    publications.must_be_on()
    response = sitemaps.index(request, SITEMAPS, sitemap_url_name="sitemap")
    home = urlsplit(settings.BASE_URL)
    for entry in (response.context_data or {})["sitemaps"]:  # by the Host of whoever asks until here
        address = urlsplit(entry.location)
        entry.location = address._replace(scheme=home.scheme, netloc=home.netloc).geturl()
    return response


@login_not_required
@require_safe
def sitemap(request: HttpRequest, section: str) -> HttpResponse:
    publications.must_be_on()
    return sitemaps.sitemap(request, SITEMAPS, section)


@login_not_required
@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Nothing is for search engines but the public gallery, where there is one."""
    lines = [*(f"User-agent: {name}" for name in PREVIEWERS), "Allow: /s/"]
    lines += ["Allow: /gallery/"] if publications.is_on() else []
    lines += ["Disallow: /", "", "User-agent: *"]
    if publications.is_on():
        lines += ["Allow: /gallery/", "Allow: /static/"]
    lines += ["Disallow: /"]
    if publications.is_on():
        lines += ["", f"Sitemap: {settings.BASE_URL}{reverse('sitemap_index')}"]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")
