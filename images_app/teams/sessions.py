"""Where a person is signed in: one row for each of their sessions, and when it was last seen."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.core.internal.httpkit import HTTP_USER_AGENT_MAX_LENGTH
from allauth.usersessions.models import UserSession
from django.core.cache.backends.locmem import LocMemCache
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from images_app.audit.context import impersonator_of

SEEN_EVERY_S = 300
_BROWSERS = {
    r"Edg(e|A|iOS)?/": "Edge",
    r"OPR/": "Opera",
    r"(Firefox|FxiOS)/": "Firefox",
    r"(Chrome|CriOS|Chromium)/": "Chrome",
    r"Safari/": "Safari",
}
# In this order: what calls itself Android says Linux too, and an iPhone says Mac OS X.
_SYSTEMS = {
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Android": "Android",
    "Windows": "Windows",
    "CrOS": "ChromeOS",
    "Mac OS X": "Mac",
    "Linux": "Linux",
}


class SeenMiddleware:
    """Notes each session of somebody signed in, and at most every five minutes that it was seen.

    allauth's own middleware reads and writes with every request, pictures included. Here a process asks the database
    once in five minutes for a session, whichever of them comes first then writes, and pictures, which a page brings
    along by the dozen, are no sign of life of their own.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.lately = LocMemCache(
            f"seen-{id(self)}", {"TIMEOUT": SEEN_EVERY_S, "OPTIONS": {"MAX_ENTRIES": 10_000}}
        )

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: dict[str, Any]) -> None:
        if impersonator_of(request) is not None:
            return  # the session is not the person's
        key = request.session.session_key
        if key and "variant" not in kwargs and self.lately.add(key, True) and request.user.is_authenticated:
            note(request)


def note(request: HttpRequest) -> None:
    """Writes down that the session of somebody signed in is in use, unless that is known of the last minutes."""
    session = UserSession.objects.filter(session_key=request.session.session_key)
    seen = session.values_list("last_seen_at", flat=True).first()
    if seen is None:
        UserSession.objects.create_from_request(request)
    elif seen < timezone.now() - timedelta(seconds=SEEN_EVERY_S):
        # Guarded: of several processes that ask at once, one writes.
        session.filter(last_seen_at=seen).update(
            last_seen_at=timezone.now(),
            ip=get_adapter().get_client_ip(request),
            user_agent=request.headers.get("User-Agent", "")[:HTTP_USER_AGENT_MAX_LENGTH],
        )


def device(user_agent: str) -> str:
    """What a person would call it, as "Firefox on Windows"."""
    browser = next((name for mark, name in _BROWSERS.items() if re.search(mark, user_agent)), "")
    system = next((name for mark, name in _SYSTEMS.items() if mark in user_agent), "")
    if browser and system:
        return f"{browser} on {system}"
    return browser or system or "An unknown device"
