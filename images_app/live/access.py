"""Who opens a stream: the session cookie's person, without a middleware and without keeping a connection."""

from importlib import import_module
from uuid import UUID

from django.conf import settings
from django.contrib.auth import get_user
from django.db import connections
from django.http import HttpRequest, parse_cookie

from images_app.teams.models import Membership


def session_key_of(headers: list[tuple[bytes, bytes]]) -> str:
    """The session cookie of an ASGI request's headers; empty where there is none."""
    cookies = "; ".join(value.decode("latin-1") for name, value in headers if name == b"cookie")
    return parse_cookie(cookies).get(settings.SESSION_COOKIE_NAME, "")


def team_of(person: str, slug: str) -> str:
    """The id of the team whose gallery the person has open; "" where it is none of theirs. As person_of()."""
    if not slug or "\0" in slug:
        return ""
    try:
        seat = (
            Membership.objects.filter(person_id=UUID(person), team__slug=slug)
            .values_list("team", flat=True)
            .first()
        )
        return str(seat or "")
    finally:
        connections.close_all()


def person_of(session_key: str) -> str | None:
    """The id of the active person this session signed in, or None.

    For a thread of its own: waits for the database. Raises django.db.Error where that cannot tell.
    """
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(session_key)
    try:
        person = get_user(request)
        return str(person.pk) if person.is_authenticated else None
    finally:
        connections.close_all()
