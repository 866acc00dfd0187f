"""From where somebody does what they do: the request under way, for whoever writes it down."""

import hashlib
from collections.abc import Callable
from contextvars import ContextVar

from allauth.account.adapter import get_adapter
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

_under_way: ContextVar[HttpRequest | None] = ContextVar("audit_request", default=None)


class AuditMiddleware:
    """Keeps the request at hand. Nothing is asked of it unless something is written down."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        token = _under_way.set(request)
        try:
            return self.get_response(request)
        finally:
            _under_way.reset(token)


def under_way() -> HttpRequest | None:
    """The request that is being answered; None in a task or a command."""
    return _under_way.get()


def impersonator_of(request: HttpRequest) -> AbstractBaseUser | None:
    """Who really sits there, where somebody looks with another person's eyes: the room of people says so."""
    return getattr(request, "impersonator", None)


def address_of(request: HttpRequest) -> str:
    """The caller's address, by the same rule as at the door; "" where the proxy named none."""
    try:
        return str(get_adapter().get_client_ip(request))[:45]
    except PermissionDenied:
        return ""


def session_of(request: HttpRequest) -> str:
    """16 characters that are the same for all deeds of one session. The key itself would open the account."""
    key = getattr(getattr(request, "session", None), "session_key", None)
    return hashlib.sha256(key.encode()).hexdigest()[:16] if key else ""
