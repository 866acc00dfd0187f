"""A body that takes long to send is handed over to the server: the view is done, its thread and connection are free.

Beside ``project/asgi.py``'s pages, ``live/downloads.py`` offers a slot in the request's scope; where nobody does (WSGI,
the test client) the view's own answer carries the body.
"""

from collections.abc import Iterator

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse

SLOT = "easel.handoff"


def hand_over(request: HttpRequest, chunks: Iterator[bytes], headers: dict[str, str]) -> HttpResponseBase:
    """Answers with ``chunks``, which are asked for in any thread, one at a time."""
    slot: list[Iterator[bytes]] | None = getattr(request, "scope", {}).get(SLOT)
    if slot is None:
        return StreamingHttpResponse(chunks, headers=headers)
    slot.append(chunks)
    return HttpResponse(headers=headers)
