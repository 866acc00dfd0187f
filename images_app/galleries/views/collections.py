"""Collections: all of a person's, one with its pictures, and what is done to them."""

import json
import math
import uuid

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_http_methods, require_POST

from images_app.galleries import collections as collecting
from images_app.galleries.collections import collections_of, items_of, pictures_in, visible_collection
from images_app.galleries.forms import CollectionForm
from images_app.galleries.hands import count_words, picked
from images_app.galleries.models import Collection
from images_app.galleries.shelf import FIRST_ROW, tiles
from images_app.galleries.views.hands import NOTHING, PICK_FIRST, said
from images_app.images.access import images_of
from images_app.lib.ids import id_in, ids_in
from images_app.lib.keyset import older, page, place_asked
from images_app.teams.request import PersonRequest

COLLECTIONS = 48  # on a page
PICTURES = 120
OFFERED = 200  # pictures an address may name
SHOWN = 6
MOST_BACK = 2_000  # pictures an undo carries with it


@require_http_methods(["GET", "HEAD", "POST"])
def collections(request: PersonRequest) -> HttpResponse:
    """GET: the newest first. POST: a new one."""
    form = CollectionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = collecting.make(request.user, **form.cleaned_data)
        return redirect("collection", made.pk)
    shown = page(collecting.counted(collections_of(request.user)), place_asked(request), COLLECTIONS)
    covers = collecting.covers(request.user, shown.rows)
    context = {
        "form": form,
        "cards": [(collection, covers.get(collection.pk, [])) for collection in shown.rows],
        "older": older(request, shown.next),
    }
    return render(request, "galleries/collections.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def collection(request: PersonRequest, id: uuid.UUID) -> HttpResponse:
    """GET: its pictures in its order; with ``arrange``, to be put in order. POST: its name and text."""
    shown = visible_collection(request.user, id)
    form = CollectionForm(request.POST or None, instance=shown)
    if request.method == "POST" and form.is_valid():
        form.save()
        return redirect("collection", shown.pk)
    if form.errors:
        shown = visible_collection(request.user, id)
    items = items_of(request.user, shown)
    first = _number(request.GET.get("from", ""))
    rows = list(items[first : first + PICTURES + 1])
    context = {
        "collection": shown,
        "form": form,
        "tiles": tiles(pictures_in(request.user, rows[:PICTURES]), eager=FIRST_ROW),
        "offset": first,
        "earlier": max(first - PICTURES, 0) if first else None,
        "more": first + PICTURES if len(rows) > PICTURES else None,
        "arrange": "arrange" in request.GET,
        "collections": collections_of(request.user).exclude(pk=shown.pk)[: collecting.PICKED_FROM],
    }
    return render(request, "galleries/collection.html", context, status=422 if form.errors else 200)


@require_POST
def collection_deletion(request: PersonRequest, id: uuid.UUID) -> HttpResponse:
    """The collection only; its pictures stay in the library."""
    visible_collection(request.user, id).delete()
    return redirect("collections")


@require_http_methods(["GET", "HEAD", "POST"])
def collection_items(request: PersonRequest) -> HttpResponse:
    """GET: where to hang ``ids``. POST: adds pictures (``ids``, or ``all`` and ``match``) to ``collection``, or to a
    new one named ``title``."""
    if request.method != "POST":
        return _offer(request)
    ids = picked(request.user, request.POST)
    if not ids:
        return said(request, PICK_FIRST)
    chosen = _chosen(request)
    if chosen is None:
        return said(request, "Choose a collection, or name a new one.")
    count = collecting.add(request.user, chosen, ids)
    words = f"{count_words(count)} added to {chosen.title}." if count else f"Nothing new for {chosen.title}."
    return said(request, words)


@require_POST
def collection_removal(request: PersonRequest, id: uuid.UUID) -> HttpResponse:
    """Takes ``ids`` out of the collection; they stay in the library. ``back``, from its own undo, hangs them again."""
    shown = visible_collection(request.user, id)
    if "back" in request.POST:
        count = collecting.put_back(request.user, shown, _places(request.POST["back"]))
        return said(request, f"{count_words(count)} put back.")
    out = collecting.take_out(shown, picked(request.user, request.POST))
    if not out:
        return said(request, NOTHING)
    words = f"{count_words(len(out))} taken out of {shown.title}."
    if len(out) > MOST_BACK:
        return said(request, words)
    back = json.dumps({str(image): place for image, place in out}, separators=(",", ":"))
    return said(request, words, reverse("collection_removal", args=[shown.pk]), back=back)


@require_POST
def collection_order(request: PersonRequest, id: uuid.UUID) -> HttpResponse:
    """``image`` goes in front of ``before``, else behind ``after``; or ``step`` places on."""
    shown = visible_collection(request.user, id)
    image, step = id_in(request.POST.get("image", "")), request.POST.get("step", "")
    if image is None:
        return said(request, NOTHING)
    if step in {"-1", "1"}:
        number = collecting.step(request.user, shown, image, int(step))
    else:
        before, after = (id_in(request.POST.get(name, "")) for name in ("before", "after"))
        number = collecting.hang(request.user, shown, image, before=before, after=after)
    if request.headers.get("HX-Request"):
        return said(request, f"Now number {number} of {shown.count}." if number else NOTHING)  # type: ignore[attr-defined]
    way = f"{reverse('collection', args=[shown.pk])}?arrange=1&from={_number(request.POST.get('from', ''))}"
    return HttpResponseRedirect(f"{way}#i-{image}")


def _offer(request: PersonRequest) -> HttpResponse:
    """A page, or for the dialog only its inside."""
    asked = ids_in(request.GET.getlist("ids"))[:OFFERED]
    mine = images_of(request.user).in_bulk(asked)
    ids = [pk for pk in asked if pk in mine]
    if not ids:
        raise Http404("no such pictures")
    context = {
        "ids": ",".join(str(pk) for pk in ids),
        "pictures": [mine[pk] for pk in ids[:SHOWN]],
        "words": count_words(len(ids)),
        "next": request.GET.get("next", ""),
        "collections": collections_of(request.user)[: collecting.PICKED_FROM],
    }
    page = "galleries/_hang_dialog.html" if request.headers.get("HX-Request") else "galleries/hang.html"
    response = render(request, page, context)
    patch_vary_headers(response, ["HX-Request"])
    return response


def _chosen(request: PersonRequest) -> Collection | None:
    """The one asked for by id, else a new one by its title."""
    pk = id_in(request.POST.get("collection", ""))
    if pk:
        return collections_of(request.user).filter(pk=pk).first()
    form = CollectionForm({"title": request.POST.get("title", "")})
    return collecting.make(request.user, form.cleaned_data["title"]) if form.is_valid() else None


def _places(text: str) -> dict[uuid.UUID, float]:
    """What ``collection_removal`` wrote into its undo; nothing where it is no such thing."""
    try:
        places = {uuid.UUID(image): float(place) for image, place in json.loads(text).items()}
        return {image: place for image, place in places.items() if math.isfinite(place)}
    except (ValueError, TypeError, AttributeError, OverflowError, RecursionError):
        return {}


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0
