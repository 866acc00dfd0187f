"""Pictures into collections and out of them; who else has a hand in one."""

import json
import uuid

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_http_methods, require_POST

from images_app.collections import actions, people
from images_app.collections.access import visible_collection
from images_app.collections.models import Collection, Right
from images_app.galleries.access import seen
from images_app.galleries.collections import offered
from images_app.galleries.hands import count_words, picked
from images_app.galleries.views.hands import NOTHING, PICK_FIRST, said
from images_app.lib.ids import id_in, ids_in
from images_app.lib.redirects import way_back
from images_app.teams.request import PersonRequest
from images_app.teams.roles import Can

OFFERED = 200  # pictures an address may name
SHOWN = 6
MOST_BACK = 2_000  # pictures an undo carries with it
FURTHEST = 1e12  # place of a picture in its collection


@require_http_methods(["GET", "HEAD", "POST"])
def collection_items(request: PersonRequest) -> HttpResponse:
    """GET: where to hang ``ids``. POST: adds pictures (``ids``, or ``all`` and ``match``) to ``collection``, or to a
    new one named ``title``. Pictures that others would see for the first time are asked about; ``reveal`` says yes."""
    if request.method != "POST":
        return _offer(request)
    ids = picked(request.user, request.POST)
    if not ids:
        return said(request, PICK_FIRST)
    chosen = _chosen(request)
    if chosen is None:
        return said(request, "Choose a collection, or name a new one.")
    reveal = "reveal" in request.POST
    kept = 0 if reveal else actions.kept_back(request.user, chosen, ids)
    if kept:
        return _ask(request, chosen, kept)
    count = actions.add(request.user, chosen, ids, reveal=reveal)
    words = f"{count_words(count)} added to {chosen.title}." if count else f"Nothing new for {chosen.title}."
    return said(request, words)


@require_POST
def collection_removal(request: PersonRequest, id: uuid.UUID) -> HttpResponse:
    """Takes ``ids`` out of the collection; they stay in the library. ``back``, from its own undo, hangs them again."""
    found = visible_collection(request.user, id, Right.ADD)
    if "back" in request.POST:
        count = actions.put_back(request.user, found, _places(request.POST["back"]))
        return said(request, f"{count_words(count)} put back.")
    out = actions.take_out(request.user, found, picked(request.user, request.POST))
    if not out:
        return said(
            request, NOTHING if found.can >= Right.MANAGE else "Only what you added is yours to take out."
        )
    words = f"{count_words(len(out))} taken out of {found.title}."
    if len(out) > MOST_BACK:
        return said(request, words)
    back = json.dumps({str(image): place for image, place in out}, separators=(",", ":"))
    return said(request, words, reverse("collection_removal", args=[found.pk]), back=back)


@require_POST
def collection_reveal(request: PersonRequest, id: uuid.UUID) -> HttpResponse:
    """One's own pictures in it that nobody else sees are shown to the team."""
    found = visible_collection(request.user, id)
    count = actions.reveal(request.user, found)
    words = f"{count_words(count)} shown to {found.team.name}." if count else "Nothing has changed."
    return said(request, words, onward=found.get_absolute_url())


@require_http_methods(["GET", "HEAD", "POST"])
def collection_people(request: PersonRequest, id: uuid.UUID) -> HttpResponse:
    """GET: who has a hand in it, as a page or for the dialog only its inside. POST: lets ``person`` in, or changes
    what they ``can``."""
    found = visible_collection(request.user, id, Right.MANAGE if request.method == "POST" else Right.VIEW)
    if request.method == "POST":
        other, can = id_in(request.POST.get("person", "")), request.POST.get("can", "")
        if other is None or can not in map(str, Right.values):
            raise Http404("no such person, or no such right")
        people.give(request.user, found, other, Right(int(can)))
        if not request.headers.get("HX-Request"):
            return redirect("collection_people", found.pk)
    return _people(request, found)


@require_POST
def collection_person_removal(request: PersonRequest, id: uuid.UUID, person: uuid.UUID) -> HttpResponse:
    """Takes somebody's right back; one's own is how one leaves."""
    found = visible_collection(request.user, id)
    people.let_go(request.user, found, person)
    if person == request.user.pk:
        return redirect("team_collections", found.team.slug)
    return _people(request, found) if request.headers.get("HX-Request") else redirect("collection_people", id)


def _people(request: PersonRequest, found: Collection) -> HttpResponse:
    manages = found.can >= Right.MANAGE and not found.team.personal
    contributors = people.contributors_of(found)
    context = {
        "collection": found,
        "manages": manages,
        "contributors": [(one, _rights(one.seat.may(Can.COLLECT))) for one in contributors],
        "candidates": people.candidates(found) if manages else [],
        "rights": _rights(True),
        "leaves": any(one.seat.person_id == request.user.pk for one in contributors),
    }
    inside = bool(request.headers.get("HX-Request"))
    page = "galleries/_people.html" if inside else "galleries/people.html"
    response = render(request, page, {**context, "inside": inside})
    patch_vary_headers(response, ["HX-Request"])
    return response


def _rights(makes: bool) -> list[Right]:
    """What may be given to somebody: those who may only look at the team may only look here."""
    return list(Right) if makes else [Right.VIEW]


def _offer(request: PersonRequest) -> HttpResponse:
    """A page, or for the dialog only its inside."""
    asked = ids_in(request.GET.getlist("ids"))[:OFFERED]
    there = seen(request.user).select_related(None).in_bulk(asked)
    ids = [pk for pk in asked if pk in there]
    if not ids:
        raise Http404("no such pictures")
    context = {
        "ids": ",".join(str(pk) for pk in ids),
        "pictures": [there[pk] for pk in ids[:SHOWN]],
        "words": count_words(len(ids)),
        "next": request.GET.get("next", ""),
        "collections": offered(request.user),
    }
    page = "galleries/_hang_dialog.html" if request.headers.get("HX-Request") else "galleries/hang.html"
    response = render(request, page, context)
    patch_vary_headers(response, ["HX-Request"])
    return response


def _ask(request: PersonRequest, chosen: Collection, kept: int) -> HttpResponse:
    """Nothing is shown to anybody without a word: says who would see the pictures, and asks."""
    sent = {
        name: ",".join(request.POST.getlist(name)) for name in ("ids", "all", "match") if name in request.POST
    }
    context = {
        "collection": chosen,
        "count": kept,
        "words": count_words(kept),
        "fields": {**sent, "collection": chosen.pk, "next": way_back(request, "library")}.items(),
        "back": way_back(request, "library"),
    }
    inside = bool(request.headers.get("HX-Request"))
    return render(request, f"galleries/{'_reveal' if inside else 'reveal'}.html", context)


def _chosen(request: PersonRequest) -> Collection | None:
    """The one asked for by id, else a new one by its title."""
    pk = id_in(request.POST.get("collection", ""))
    if pk:
        try:
            return visible_collection(request.user, pk, Right.ADD)
        except Http404:  # deleted meanwhile
            return None
    title = " ".join(request.POST.get("title", "").replace("\0", "").split())
    return actions.make(request.user, title) if 0 < len(title) <= 120 else None


def _places(text: str) -> dict[uuid.UUID, float]:
    """What ``collection_removal`` wrote into its undo; nothing where it is no such thing."""
    try:
        places = {uuid.UUID(image): float(place) for image, place in json.loads(text).items()}
        # No further than any collection reaches: behind it nothing could be hung, and a sum of two would be endless.
        return {image: place for image, place in places.items() if abs(place) <= FURTHEST}
    except (ValueError, TypeError, AttributeError, OverflowError, RecursionError):
        return {}
