"""The first start: nobody has an account, every page leads to /welcome/, and one token lets one person in."""

import secrets
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from images_app.lib.disk import made_once
from images_app.teams.actions import NotFirst, make_first_person
from images_app.teams.models import User

# Asked by machines, which want the truth and not a page.
_ALWAYS_OPEN = ("/healthz", "/readyz", "/metrics", "/v1/")


class WrongToken(Exception):
    """The token is missing, used up, or not the one that was made."""


class FirstStartMiddleware:
    """Leads every page to /welcome/ while nobody has an account; costs nothing once somebody has."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.somebody = False

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if self.somebody or request.path_info.startswith((*_ALWAYS_OPEN, settings.STATIC_URL)):
            return self.get_response(request)
        self.somebody = User.objects.exists()
        welcome = reverse("welcome")
        if self.somebody or request.path_info == welcome:
            return self.get_response(request)
        return HttpResponseRedirect(welcome)


def welcome_address() -> str | None:
    """The address that makes the first account, or None once somebody has one."""
    if User.objects.exists():
        _path().unlink(missing_ok=True)
        return None
    token = made_once(_path(), lambda: secrets.token_urlsafe(32))
    return f"{settings.BASE_URL}{reverse('welcome')}?token={token}"


def token_fits(given: str) -> bool:
    """Whether ``given`` is the token that waits; takes the same time for any wrong one."""
    try:
        kept = _path().read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return False
    return bool(kept) and secrets.compare_digest(given.encode(), kept.encode())


def make_first_person_with(token: str, email: str, password: str, *, name: str = "") -> User:
    """The first account, for whoever brings the token, which is used up in the same step.

    Raises WrongToken, and NotFirst where somebody has an account; a failure of any other kind puts the token back.
    The rename decides between two who come at once. A process killed in the middle leaves no token and no account,
    and the next start makes a new token.
    """
    spent = _path().with_name(f".{_path().name}.{secrets.token_hex(4)}")
    if not token_fits(token):
        raise WrongToken
    try:
        _path().rename(spent)
    except FileNotFoundError:
        raise WrongToken from None
    try:
        person = make_first_person(email, password, name=name)
    except NotFirst:
        spent.unlink()
        raise
    except BaseException:
        spent.rename(_path())
        raise
    spent.unlink()
    return person


def _path() -> Path:
    return Path(settings.WELCOME_TOKEN_FILE)
