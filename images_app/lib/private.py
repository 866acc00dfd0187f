"""What a cache may do with a page that says nothing of it: nothing."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse


class PrivateMiddleware:
    """Marks every answer that has no Cache-Control of its own: pages are a person's, and change with each picture.

    Not ``no-store``: with it browsers load everything anew on the way back from a picture to its list.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", "private, no-cache")
        return response
