"""What people do at the door, for the audit log: Django and allauth say it by signals (ready() connects them)."""

from typing import Any

from allauth.account import signals as account
from allauth.mfa import signals as mfa
from allauth.socialaccount import signals as social
from allauth.usersessions.adapter import DefaultUserSessionsAdapter
from allauth.usersessions.models import UserSession
from django.contrib.auth import signals as auth
from django.dispatch import Signal
from django.http import HttpRequest

from images_app.audit.actions import record
from images_app.audit.context import under_way
from images_app.teams.models import User

# What each signal tells of somebody signed in.
VERBS: dict[str, Signal] = {
    "user.signed_up": account.user_signed_up,
    "user.password_changed": account.password_changed,
    "user.password_set": account.password_set,
    "user.password_reset": account.password_reset,
    "user.email_confirmed": account.email_confirmed,
    "user.email_changed": account.email_changed,
    "user.email_added": account.email_added,
    "user.email_removed": account.email_removed,
    "user.second_step_added": mfa.authenticator_added,
    "user.second_step_removed": mfa.authenticator_removed,
    "user.second_step_renewed": mfa.authenticator_reset,
    "user.second_step_failed": mfa.authentication_failed,
    "user.sso_added": social.social_account_added,
    "user.sso_removed": social.social_account_removed,
}


def connect() -> None:
    """Listens to all of them; a second time changes nothing."""
    auth.user_logged_in.connect(_signed_in, dispatch_uid="audit.signed_in")
    auth.user_logged_out.connect(_signed_out, dispatch_uid="audit.signed_out")
    auth.user_login_failed.connect(_failed, dispatch_uid="audit.failed")
    for verb, signal in VERBS.items():
        signal.connect(_teller(verb), weak=False, dispatch_uid=f"audit.{verb}")


def _signed_in(user: User, request: HttpRequest | None = None, **_: Any) -> None:
    record("user.signed_in", actor=user, target=user, request=request)


def _signed_out(user: User | None, request: HttpRequest | None = None, **_: Any) -> None:
    if user is not None:  # somebody's cookie of a session long gone
        record("user.signed_out", actor=user, target=user, request=request)


def _failed(credentials: dict[str, Any], request: HttpRequest | None = None, **_: Any) -> None:
    """Nobody is the actor: it may have been anybody. What was typed is not kept: people type their password into the
    wrong box; the account, where there is one, is named. How often one may try is counted at the door."""
    typed = str(credentials.get("email") or credentials.get("username") or "")
    meant = User.objects.filter(email__iexact=typed).first() if typed else None
    after = {} if meant else {"account": "none"}
    record("user.sign_in_failed", actor=None, target=meant, after=after, request=request)


def _teller(verb: str) -> Any:
    def tell(request: HttpRequest | None = None, user: User | None = None, **said: Any) -> None:
        person = user or _person_of(said)
        # Who could not do the second step is not known to be that person.
        actor = None if verb == "user.second_step_failed" else person
        record(verb, actor=actor, target=person, after=_what(said), request=request)

    return tell


def _person_of(said: dict[str, Any]) -> User | None:
    login, address = said.get("sociallogin") or said.get("socialaccount"), said.get("email_address")
    found: User | None = getattr(login, "user", None) or getattr(address, "user", None)
    return found


def _what(said: dict[str, Any]) -> dict[str, str]:
    step, to, old = said.get("authenticator"), said.get("to_email_address"), said.get("from_email_address")
    address = to or said.get("email_address")
    found = {
        "kind": str(step.type) if step is not None else "",
        "email": str(address.email) if address is not None else "",
        "instead_of": str(old.email) if old is not None else "",
    }
    return {name: value for name, value in found.items() if value}


class SessionsAdapter(DefaultUserSessionsAdapter):  # type: ignore[misc]
    """Writes down which of their sessions people end from another one."""

    def end_sessions(self, sessions: list[UserSession]) -> None:
        request = under_way()
        for session in sessions:
            actor = request.user if request else None
            device = {"address": session.ip, "device": session.user_agent[:200]}
            record("user.session_ended", actor=actor, target=session.user, before=device)
        super().end_sessions(sessions)
