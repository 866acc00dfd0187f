"""A guest takes part in a review round: gives a name, answers, says that they are done. Plain forms, all of them."""

from contextlib import suppress
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from images_app.galleries import links, rounds
from images_app.galleries.models import ShareLink
from images_app.galleries.rounds import Answer
from images_app.galleries.views import door
from images_app.galleries.views.guest import all_pictures, one_picture
from images_app.lib.ids import ids_in, number_in

KEPT_SECONDS = 180 * 24 * 3600  # longer than most rounds: a guest finds their own answers after it closed
NO_NAME = "Write a name first, so that people know whose answers these are."
FULL = "As many people take part as can. Ask whoever sent you the link."
TOO_FAST = "That was very fast. Nothing is lost: wait a moment, then send it again."
CLOSED = "The round has closed. What you said before is kept."
WRONG = "That could not be saved. Choose a score from 1 to 5."


@login_not_required
@never_cache
@require_POST
def guest_name(request: HttpRequest, token: str) -> HttpResponse:
    """A name makes a guest. Their key goes into a cookie that only this link's addresses are sent."""
    link = _round(request, token)
    name = rounds.name_of(request.POST.get("name", ""))
    if door.guest_of(request, link):
        return _back(token, request.POST)  # pressed twice
    if not name:
        return all_pictures(request, link, token, wrong=NO_NAME, status=422)
    try:
        rounds.take_join(link, door.address_of(request))
        _, key = rounds.join(link, name)
    except rounds.TooFast:
        return all_pictures(request, link, token, wrong=TOO_FAST, status=429)
    except rounds.Full:
        return all_pictures(request, link, token, wrong=FULL, status=409)
    except rounds.Closed:
        return redirect("guest", token)
    response = _back(token, request.POST)
    response.set_cookie(
        door.KEY,
        key,
        max_age=KEPT_SECONDS,
        path=reverse("guest", args=[token]),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response


@login_not_required
@never_cache
@require_POST
def guest_answer(request: HttpRequest, token: str, id: UUID) -> HttpResponse:
    """Keeps what was sent about a picture. Answers what was kept in words to a script, else the page."""
    link = _round(request, token)
    if not links.pictures_through(link).filter(pk=id).exists():
        raise Http404(links.NONE)
    guest = door.guest_of(request, link)
    if guest is None:
        return redirect("guest", token)
    script, wrong, status = bool(request.headers.get("HX-Request")), "", 200
    try:
        said = answer_in(request.POST)
        rounds.take_answer(link, door.address_of(request))
        rounds.answer(guest, id, said)
    except ValueError:
        wrong, status = WRONG, 422
    except rounds.TooFast:
        wrong, status = TOO_FAST, 429
    except rounds.Closed:
        wrong, status = CLOSED, 409
    if script:
        return _said(request, link, token, wrong, status)
    if wrong:
        return one_picture(request, link, token, id, wrong=wrong, status=status)
    return _back(token, request.POST, id)


@login_not_required
@never_cache
@require_POST
def guest_done(request: HttpRequest, token: str) -> HttpResponse:
    """The guest is done, or with ``done`` 0 goes on. Either way they may change what they said."""
    link = _round(request, token)
    guest = door.guest_of(request, link)
    if guest is not None:
        with suppress(rounds.Closed):  # the page says so
            rounds.say_done(guest, request.POST.get("done", "1") != "0")
    return HttpResponseRedirect(f"{reverse('guest', args=[token])}#part")


def answer_in(sent: QueryDict) -> Answer:
    """What a form says; a field it has not is left as it was. Raises ValueError."""
    said: Answer = {}
    picked, score, comment = (sent.get(name) for name in ("picked", "score", "comment"))
    if picked is not None:
        said["picked"] = picked == "1"
    if score is not None:
        said["score"] = int(score) if score else None
        if score and said["score"] not in rounds.SCORES:
            raise ValueError(score)
    if comment is not None:
        said["comment"] = rounds.comment_of(comment)
    return said


def _round(request: HttpRequest, token: str) -> ShareLink:
    """The link, for what is sent behind its gate to its round; the same 404 where it has none."""
    link = door.opened(request, token)
    if not link.asks or not links.pictures_through(link).exists():
        raise Http404(links.NONE)
    return link


def _said(request: HttpRequest, link: ShareLink, token: str, wrong: str, status: int) -> HttpResponse:
    context: dict[str, Any] = {"wrong": wrong, "token": token, "link": link}
    if not wrong:
        context["sheet"] = rounds.sheet_of(link, door.guest_of(request, link))
        context["count"] = links.pictures_through(link).order_by().count()
    return render(request, "galleries/_said.html", context, status=status)


def _back(token: str, sent: QueryDict, id: UUID | None = None) -> HttpResponseRedirect:
    """To the picture that was spoken of; with ``to`` to the one named there, or to all."""
    page = reverse("guest", args=[token])
    if id is None:
        return HttpResponseRedirect(f"{page}#part")
    if sent.get("to") == "all":
        return HttpResponseRedirect(f"{page}{_from(sent)}#p-{id}")
    if after := ids_in([sent.get("to", "")]):
        return HttpResponseRedirect(reverse("guest_picture", args=[token, after[0]]))
    return HttpResponseRedirect(f"{reverse('guest_picture', args=[token, id])}?saved=1#part")


def _from(sent: QueryDict) -> str:
    start = number_in(sent.get("from", ""))
    return f"?from={start}" if start else ""
