"""Review rounds as their team sees them: which there are, what guests said, and their end."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.text import slugify
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from images_app.galleries import rounds, tally
from images_app.galleries.forms import ReopenForm
from images_app.galleries.models import ShareLink
from images_app.lib.ids import number_in
from images_app.lib.keyset import older, page, place_asked
from images_app.teams.access import seat_in
from images_app.teams.models import Membership
from images_app.teams.request import PersonRequest
from images_app.teams.roles import Can

ROUNDS = 30  # on a page
PICTURES = 60


@never_cache
@require_safe
def team_rounds(request: PersonRequest, slug: str) -> HttpResponse:
    """Every review round of the team, the newest first."""
    seat = seat_in(request.user, slug)
    shown = page(tally.rounds_of(seat), place_asked(request), ROUNDS)
    context = {
        "seat": seat,
        "team_shown": seat.team,
        "rounds": tally.with_progress(request.user, list(shown.rows)),
        "older": older(request, shown.next),
    }
    return render(request, "galleries/rounds.html", context)


@never_cache
@require_safe
def round_tally(request: PersonRequest, slug: str, id: UUID) -> HttpResponse:
    """What guests said of each picture, for everybody of the team; ``sort`` by picks or score."""
    seat = seat_in(request.user, slug)
    link = get_object_or_404(tally.rounds_of(seat), pk=id)
    return _tally(request, seat, link)


def _tally(
    request: PersonRequest, seat: Membership, link: ShareLink, *, reopen: ReopenForm | None = None
) -> HttpResponse:
    sort, first = request.GET.get("sort", ""), number_in(request.GET.get("from", ""))
    sort = sort if sort in tally.SORTS else tally.SORTS[0]
    shown = tally.lines(request.user, link, sort=sort, first=first, most=PICTURES + 1)
    voices = tally.voices(link)
    context = {
        "seat": seat,
        "team_shown": seat.team,
        "link": link,
        "title": tally.title_of(request.user, link),
        "lines": shown[:PICTURES],
        "sort": sort,
        "sorts": [one for one in tally.SORTS if one != "picks" or link.asks_pick],
        "earlier": max(first - PICTURES, 0) if first else None,
        "more": first + PICTURES if len(shown) > PICTURES else None,
        "voices": voices,
        "began": sum(voice.said for voice in voices),
        "done": sum(voice.guest.done_at is not None for voice in voices),
        "keeps": keeps(seat, link),
        "reopen": reopen or ReopenForm(link=link),
    }
    return render(request, "galleries/round.html", context, status=422 if reopen else 200)


@never_cache
@require_safe
def round_export(request: PersonRequest, slug: str, id: UUID) -> HttpResponse:
    """All answers as a file: ``as`` csv, or json."""
    link = _kept(request, slug, id)
    name = f"{slugify(tally.title_of(request.user, link))[:60] or 'round'}-{link.hint.strip('-_') or 'tally'}"
    if request.GET.get("as") == "json":
        response: HttpResponse = JsonResponse(
            tally.as_json(request.user, link), json_dumps_params={"ensure_ascii": False, "indent": 1}
        )
        name += ".json"
    else:
        response = HttpResponse(
            b"".join(tally.as_csv(request.user, link)), content_type="text/csv; charset=utf-8"
        )
        name += ".csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@require_POST
def round_closing(request: PersonRequest, slug: str, id: UUID) -> HttpResponse:
    """Guests answer no more, from the commit on."""
    if rounds.close(_kept(request, slug, id)):
        messages.success(
            request, "The round is closed. Guests see their own answers, and change them no more."
        )
    return redirect("round", slug, id)


@require_POST
def round_reopening(request: PersonRequest, slug: str, id: UUID) -> HttpResponse:
    """Guests may answer until the end of another day."""
    link = _kept(request, slug, id)
    form = ReopenForm(request.POST, link=link)
    if not form.is_valid():
        return _tally(request, seat_in(request.user, slug), link, reopen=form)
    if rounds.reopen(link, form.cleaned_data["until"]):
        messages.success(request, "Guests may answer again.")
    else:
        messages.error(request, "The link opens nothing any more, so its round stays closed.")
    return redirect("round", slug, id)


@require_POST
def guest_removal(request: PersonRequest, slug: str, id: UUID, guest_id: int) -> HttpResponse:
    """Takes a guest and all they said out of the round."""
    name = rounds.remove(_kept(request, slug, id), guest_id, request.user)
    if name is None:
        raise Http404
    messages.success(request, f"{name} and what they said are out of the round.")
    return redirect("round", slug, id)


def keeps(seat: Membership, link: ShareLink) -> bool:
    """Whether the round is theirs to close and to take away as a file: who made it, and the team's keepers."""
    return seat.may(Can.TIDY) or (link.made_by_id == seat.person_id and seat.may(Can.SHARE))


def _kept(request: PersonRequest, slug: str, id: UUID) -> ShareLink:
    """The round, where it is theirs to close; 403 for others of the team, who may look at it."""
    seat = seat_in(request.user, slug)
    link = get_object_or_404(tally.rounds_of(seat), pk=id)
    if not keeps(seat, link):
        raise PermissionDenied
    return link
