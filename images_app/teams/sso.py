"""Single sign-on: who comes in by the organisation's own accounts, and which seats their groups give them."""

import hashlib
from collections.abc import Iterable
from typing import Any, NamedTuple

from allauth.account.models import EmailAddress
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest
from django.shortcuts import redirect

from images_app.teams.actions import give_personal_team
from images_app.teams.models import User
from images_app.teams.roles import Role

TAKEN = (
    "Somebody has an account with this email already, and it cannot be told whether that is you."
    " Sign in with its password and confirm the address there, then come this way again."
)
NO_EMAIL = "Your organisation does not tell us your email address. Ask whoever runs this Easel."
_RANKS = list(Role)  # the mightiest first


class Row(NamedTuple):
    """A row of OIDC_GROUPS: whoever is in ``group`` has a seat in the team with this slug."""

    group: str
    team: str
    role: str


def groups_of(claims: dict[str, Any]) -> set[str]:
    """The groups that a sign-in names: in the ID token, in the userinfo, or in both. One may stand without a list.

    No claim is no group: many providers leave an empty one out.
    """
    found: set[str] = set()
    for part in ("id_token", "userinfo"):
        said = (claims.get(part) or {}).get(settings.OIDC_GROUPS_CLAIM) or []
        found.update(str(group) for group in ([said] if isinstance(said, str) else said))
    return found


def seats_for(groups: Iterable[str]) -> dict[str, Role | None]:
    """For each team of the mapping, by slug, the highest role the groups give there; None where they give none."""
    held, seats = set(groups), dict[str, Role | None]()
    for row in map(Row._make, settings.OIDC_GROUPS):
        best = seats.setdefault(row.team, None)
        if row.group in held:
            given = Role(row.role)
            seats[row.team] = min(best, given, key=_RANKS.index) if best else given
    return seats


class TiedProvider(OpenIDConnectProvider):  # type: ignore[misc]
    """Knows people by their issuer and its ``sub`` for them, which means nobody in particular at another issuer.

    allauth goes by the ``sub`` alone: behind another OIDC_ISSUER, whoever has the same would be let into the account.
    """

    def extract_uid(self, data: dict[str, Any]) -> str:
        token = data.get("id_token") or {}
        sub, issuer = super().extract_uid(data), token.get("iss") or self.app.settings["server_url"]
        if token and str(token["sub"]) != sub:
            raise OAuth2Error("the userinfo is about somebody else than the ID token")
        return hashlib.sha256(f"{issuer}\n{sub}".encode()).hexdigest()


class SocialAccountAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    def get_provider(self, request: HttpRequest, provider: str, client_id: str | None = None) -> Any:
        found = super().get_provider(request, provider, client_id=client_id)
        return TiedProvider(request, app=found.app) if type(found) is OpenIDConnectProvider else found

    def authenticate_by_email(self, sociallogin: SocialLogin) -> tuple[User, str] | None:
        """The account with the same address, where both sides have it confirmed. Whoever has made an account with
        somebody else's address would otherwise share it with them."""
        for address in sociallogin.email_addresses:
            address.verified = address.verified in (True, "true")  # some providers say it in a string
            ours = EmailAddress.objects.filter(email__iexact=address.email, verified=True)
            if address.verified and (mine := ours.select_related("user").first()):
                return mine.user, mine.email
        return None

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Lets nobody in half way: without an address, or with one that is somebody's, there is no new account.

        Nor is an account connected from inside: the way in is a link, and a link from another site could connect
        somebody else's to it.
        """
        if sociallogin.state.get("process") == "connect":
            raise ImmediateHttpResponse(redirect("socialaccount_connections"))
        if sociallogin.is_existing:
            return
        email = sociallogin.user.email
        taken = User.objects.filter(email__iexact=email) or EmailAddress.objects.filter(email__iexact=email)
        if not email or taken:
            messages.error(request, TAKEN if email else NO_EMAIL)
            raise ImmediateHttpResponse(redirect("account_login"))

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        """Whatever SIGNUP says: the organisation has let them in."""
        return True

    def populate_user(self, request: HttpRequest, sociallogin: SocialLogin, data: dict[str, Any]) -> User:
        person: User = super().populate_user(request, sociallogin, data)
        person.email = person.email.lower()
        person.name = str(data.get("name") or "")[:80]
        return person

    @transaction.atomic
    def save_user(self, request: HttpRequest, sociallogin: SocialLogin, form: Any = None) -> User:
        """The person and their personal team, or neither."""
        person: User = super().save_user(request, sociallogin, form)
        give_personal_team(person)
        return person
