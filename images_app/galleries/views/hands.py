"""What is done to many pictures at once, and taken back."""

from datetime import UTC, datetime
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_POST

from images_app.galleries.hands import MOST, count_words, picked
from images_app.galleries.zips import seen, zip_of
from images_app.images import actions
from images_app.lib.handoff import hand_over
from images_app.lib.redirects import way_back
from images_app.teams.request import PersonRequest

NOTHING = "None of these pictures is here any more."
TOO_MANY = f"One archive holds fewer than {MOST:,} pictures. Narrow the filters, by dates for example."
PICK_FIRST = "Select some pictures first."


@require_POST
def images_trash(request: PersonRequest) -> HttpResponse:
    """``ids``, or ``all`` and ``match``. Strangers' pictures among them are passed over, as if there were none."""
    ids = picked(request.user, request.POST)
    removed, onward = actions.trash(request.user, ids), _onward(request, ids)
    if not removed.count:
        return said(request, NOTHING, onward=onward)
    words = f"{count_words(removed.count)} moved to the trash."
    return said(request, words, reverse("images_restore"), onward=onward, at=removed.moment.isoformat())


@require_POST
def images_restore(request: PersonRequest) -> HttpResponse:
    """``at``: what one removal took away (its undo); ``everything``: all that is in the trash; else ``ids``."""
    moment = _moment(request.POST.get("at", ""))
    if moment or request.POST.get("everything"):
        count = actions.restore_removed(request.user, moment)
    else:
        count = actions.restore(request.user, picked(request.user, request.POST))
    return said(request, f"{count_words(count)} restored." if count else "Nothing was restored.")


@require_POST
def images_favourite(request: PersonRequest) -> HttpResponse:
    """Hearts for many; ``on`` 0 takes them off."""
    on = request.POST.get("on") != "0"
    count = actions.favourite_many(request.user, picked(request.user, request.POST), on)
    if not count:
        return said(request, NOTHING)
    done = "marked as favourite" if on else "no longer marked"
    return said(request, f"{count_words(count)} {done}.")


@require_POST
def images_zip(request: PersonRequest) -> HttpResponseBase:
    """The originals as one archive, sent beside Django (live/downloads.py)."""
    asked = picked(request.user, request.POST)
    ids = seen(request.user, asked)
    if not ids:
        return said(request, NOTHING if asked else PICK_FIRST)
    if len(asked) >= MOST:  # there may be more, and an archive that is short must not look whole
        return said(request, TOO_MANY)
    name = f"easel-{timezone.localdate():%Y-%m-%d}.zip"
    headers = {
        "Content-Type": "application/zip",
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "no-store",
        "X-Accel-Buffering": "no",
    }
    return hand_over(request, zip_of(request.user, ids), headers)


def said(
    request: PersonRequest, words: str, address: str = "", *, onward: str = "", **fields: str
) -> HttpResponse:
    """A sentence, with the form that undoes it where ``address`` is given: for a toast, or above the next page.

    The next page is ``onward``, else the one it was asked for on.
    """
    onward = onward or way_back(request, "library")
    context = {"words": words, "address": address, "fields": {**fields, "next": onward}.items()}
    if request.headers.get("HX-Request"):
        return render(request, "images/_undo.html", context)
    # Rendered and escaped by the template.
    text = render_to_string("images/_undo.html", context, request)
    messages.success(request, mark_safe(text) if address else words)  # noqa: S308
    return redirect(onward)


def _onward(request: PersonRequest, gone: list[UUID]) -> str:
    """Back to where it was asked for; not to the page of a picture that has just gone."""
    way = way_back(request, "library")
    return reverse("library") if any(str(pk) in way for pk in gone) else way


def _moment(text: str) -> datetime | None:
    """What ``images_trash`` wrote into its undo; None where it is no such thing."""
    try:
        moment = parse_datetime(text)
        return moment.astimezone(UTC) if moment and moment.tzinfo else None
    except (ValueError, OverflowError):
        return None
