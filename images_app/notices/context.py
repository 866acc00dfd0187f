"""What the frame of every page says about notices: one cheap query, where a template asks."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from images_app.notices.access import COUNTED_AT_MOST, unread


def notices(request: HttpRequest) -> dict[str, Any]:
    """For somebody signed in ``unread``: "" where all was read, else a number in words, "99+" at most."""
    person = getattr(request, "user", None)
    if person is None or not person.is_authenticated:
        return {}
    return {"unread": SimpleLazyObject(lambda: in_words(unread(person)))}


def in_words(count: int) -> str:
    if not count:
        return ""
    return f"{COUNTED_AT_MOST - 1}+" if count >= COUNTED_AT_MOST else str(count)
