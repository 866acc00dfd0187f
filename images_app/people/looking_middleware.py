"""Puts the person in the administrator's place for a request, and lets nothing be changed by it."""

import re
from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from images_app.people import looking
from images_app.people.models import Impersonation

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
# The person's secrets, and what they do for others: nobody looks there with their eyes.
CLOSED = ("/accounts/", "/admin/", "/desk/", "/welcome/", "/invitations/", "/notices/unsubscribing/")
_WRITES = re.compile(r'\s*(?:INSERT\s+(?:OR\s+\w+\s+)?INTO|UPDATE|DELETE\s+FROM)\s+"?(\w+)', re.IGNORECASE)


class NothingChanges(PermissionDenied):
    """Something was to be written while somebody only looks."""


class LookingMiddleware:
    """``request.looking`` is the impersonation that goes on, ``request.impersonator`` who really sits there, and
    ``request.user`` the person."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # A session that was never begun is not asked: that would make every public page depend on its cookie.
        key = request.session.get(looking.KEY) if request.session.session_key else None
        if key is None:
            return self.get_response(request)
        found = looking.going_on(request.user, key)
        if found is None:
            return _over(request, key)
        request.looking = found  # type: ignore[attr-defined]
        request.impersonator = found.by  # type: ignore[attr-defined]
        request.user = found.person
        response = self._answer(request, found)
        # What was seen with another person's eyes stays in no cache.
        response["Cache-Control"] = "private, no-store"
        return response

    def _answer(self, request: HttpRequest, found: Impersonation) -> HttpResponse:
        if request.method == "POST" and request.path_info == reverse("impersonation_ending"):
            return self.get_response(request)
        if request.method not in SAFE or request.path_info.startswith(CLOSED):
            context = {"unsafe": request.method not in SAFE}
            return render(request, "people/only_looking.html", context, status=403)
        with connection.execute_wrapper(_refuse):
            response = self.get_response(request)
            if response.status_code < 400:
                whole = response.get("Content-Type", "").startswith("text/html")
                page = whole and response.status_code == 200 and "HX-Request" not in request.headers
                looking.note(request, found, page=page)
        return response


def _over(request: HttpRequest, key: str) -> HttpResponse:
    """Nothing is done in the administrator's own name that was pressed on a page of the person's."""
    del request.session[looking.KEY]
    looking.end_all(Impersonation.objects.filter(pk=key), "it may not go on")
    return redirect(reverse("studio"))


def _refuse(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
    written = _WRITES.match(sql)
    if written and written[1] not in looking.WRITABLE:
        raise NothingChanges(written[1])
    return execute(sql, params, many, context)
