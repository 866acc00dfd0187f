"""What one was told, what becomes of it, and how one wants to hear of it."""

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from images_app.audit.context import impersonator_of
from images_app.lib.keyset import listing, older, page, place_asked
from images_app.notices import actions, post
from images_app.notices.access import Way, notice_of, notices_of, unread, ways_of
from images_app.notices.context import in_words
from images_app.notices.forms import WaysForm
from images_app.notices.models import Mail
from images_app.notices.words import address, told
from images_app.teams import invitations
from images_app.teams.request import PersonRequest

PAGE_SIZE = 30


@require_safe
def notices(request: PersonRequest) -> HttpResponse:
    """The newest first."""
    shown = page(post.with_all(notices_of(request.user)), place_asked(request), PAGE_SIZE)
    context = {
        "notices": told(request.user, shown.rows),
        "first": shown.after is None,
        "older": older(request, shown.next),
    }
    return listing(request, "notices/notices.html", "notices/_rows.html", context)


@require_safe
def notices_unread(request: PersonRequest) -> HttpResponse:
    """How many there are, as the frame of a page shows it; open pages ask when they are told of news."""
    return render(request, "notices/_unread.html", {"unread": in_words(unread(request.user))})


@require_safe
def notice(request: PersonRequest, id: uuid.UUID) -> HttpResponse:
    """On to what it is about; it is read then."""
    found = notice_of(request.user, id)
    if impersonator_of(request) is None:
        actions.read(request.user, [found])
    return redirect(address(found))


@require_POST
def notices_reading(request: PersonRequest) -> HttpResponse:
    """All of them are read."""
    actions.read(request.user)
    return redirect("notices")


@require_POST
def notice_reading(request: PersonRequest, id: uuid.UUID) -> HttpResponse:
    actions.read(request.user, [notice_of(request.user, id)])
    return redirect("notices")


@require_POST
def notice_joining(request: PersonRequest, id: uuid.UUID) -> HttpResponse:
    """Into the team one is asked into."""
    found = notice_of(request.user, id)
    actions.read(request.user, [found])
    try:
        seat = invitations.accept(request.user, found.invitation) if found.invitation else None
    except invitations.NotForThem:
        seat = None
    if seat is None:
        messages.error(request, "This invitation opens nothing any more.")
        return redirect("notices")
    messages.success(request, f"Welcome to {seat.team}.")
    return redirect("studio")


@require_http_methods(["GET", "HEAD", "POST"])
def notice_settings(request: PersonRequest) -> HttpResponse:
    form = WaysForm(request.POST if request.method == "POST" else None, ways=ways_of(request.user))
    if form.is_bound and form.is_valid():
        actions.choose(request.user, form.ways())
        messages.success(request, "Saved.")
        return redirect("notice_settings")
    context = {"form": form, "goes": post.goes()}
    return render(request, "notices/settings.html", context, status=422 if form.is_bound else 200)


@csrf_exempt  # mail programs press the button themselves; the token says whose mail it is
@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def notices_unsubscribing(request: HttpRequest, token: str) -> HttpResponse:
    """Ends the mail that the letter was of, for whoever has it: a button, and what a mail program presses for one."""
    whose = post.unsubscriber(token)
    if whose is None:
        raise Http404("no such letter")
    person, kinds = whose
    ways = ways_of(person)
    if request.method == "POST":
        actions.choose(person, {kind: Way(ways[kind].listed, Mail.OFF) for kind in kinds})
    done = request.method == "POST"
    context = {"kinds": kinds, "done": done}
    return render(request, "notices/unsubscribing.html", context)
