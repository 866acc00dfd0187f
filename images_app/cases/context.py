"""What the frame of every page says to those who look after cases: one short query, where a template asks."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from images_app.cases.access import COUNTED_AT_MOST, count_of, decides


def desk(request: HttpRequest) -> dict[str, Any]:
    """For staff ``desk``: whether they have one, and ``desk_count``: "" where nothing waits, "99+" at most."""
    person = getattr(request, "user", None)
    if person is None or not person.is_authenticated or not person.is_staff:
        return {}
    return {
        "desk": SimpleLazyObject(lambda: decides(person)),
        "desk_count": SimpleLazyObject(lambda: in_words(count_of(person))),
    }


def in_words(count: int) -> str:
    if not count:
        return ""
    return f"{COUNTED_AT_MOST - 1}+" if count >= COUNTED_AT_MOST else str(count)
