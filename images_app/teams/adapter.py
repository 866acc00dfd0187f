"""What allauth asks of us: who may make an account, what a new one comes with, and our own words."""

from typing import Any, ClassVar
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.forms import BaseForm
from django.http import HttpRequest

from images_app.lib import crypto
from images_app.teams import invitations
from images_app.teams.actions import give_personal_team
from images_app.teams.models import Invitation, User


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": "This account is suspended. Ask whoever runs this Easel.",
        "email_password_mismatch": "That email and password do not go together. Try again, or reset the password.",
        "email_taken": "Somebody has an account with this email already. Is it you? Then sign in.",
        "duplicate_email": "This address is on your account already.",
        "enter_current_password": "That is not your current password.",
        "incorrect_password": "That is not your password.",
        "too_many_login_attempts": "Too many tries. Wait five minutes, then try again.",
        "cannot_remove_primary_email": "Make another address the main one first.",
        "unverified_primary_email": "Confirm an address before you make it the main one.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Strangers may make an account where SIGNUP is ``open``; where it is ``invite``, those who were invited."""
        if settings.SIGNUP != "invite":
            return settings.SIGNUP == "open"
        return _invitation(request) is not None

    def clean_email(self, email: str) -> str:
        """Where only those who were invited make an account, a letter makes one for its own address."""
        email = super().clean_email(email)
        invitation = _invitation(self.request) if settings.SIGNUP == "invite" and self.request else None
        if invitation and invitation.email and invitation.email != email.lower():
            raise ValidationError(f"The invitation was sent to {invitation.email}.")
        return email

    @transaction.atomic
    def save_user(self, request: HttpRequest, user: User, form: BaseForm, commit: bool = True) -> User:
        """The person and their personal team, or neither. Who makes an account by an invitation uses it up with that."""
        user.name = form.cleaned_data.get("name", "")
        super().save_user(request, user, form, commit)
        if commit:
            give_personal_team(user)
            # The organisation's own people are let in by it, whatever SIGNUP says.
            if settings.SIGNUP == "invite" and not hasattr(form, "sociallogin"):
                _join(request, user)
        return user

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Links lead to BASE_URL: whoever asks for a letter to another person chooses the Host of that request."""
        home = urlsplit(settings.BASE_URL)
        links = {
            name: urlsplit(link)._replace(scheme=home.scheme, netloc=home.netloc).geturl()
            for name, link in context.items()
            if name.endswith("_url")
        }
        site = {"domain": home.netloc, "name": "Easel"}
        super().send_mail(template_prefix, email, {**context, **links, "current_site": site})

    def format_email_subject(self, subject: str) -> str:
        return f"Easel: {subject}"

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Tries are counted by address alone. allauth adds the Host, whose port a caller may choose anew each time."""
        return str(credentials.get("email", "")).lower()


def _invitation(request: HttpRequest) -> Invitation | None:
    """The one whose page was looked at last, where it still opens anything."""
    invited = request.session.get(invitations.INVITED)
    return invitations.found_by(invited) if invited else None


def _join(request: HttpRequest, user: User) -> None:
    """Raises PermissionDenied where somebody else was quicker with the last use."""
    invitation = _invitation(request)
    try:
        seat = invitations.accept(user, invitation) if invitation else None
    except invitations.NotForThem:
        seat = None
    if seat is None:
        raise PermissionDenied
    request.session[invitations.JOINED] = request.session.pop(invitations.INVITED)


class MFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultMFAAdapter.error_messages,
        "add_email_blocked": "With two-step sign-in on, no address can be added. Switch it off first.",
        "incorrect_code": "That code does not fit. Wait for the next one, then try again.",
        "unverified_email": "Confirm your email addresses first: the way back in leads through them.",
        "cannot_generate_recovery_codes": "Recovery codes are for two-step sign-in. Switch it on first.",
    }

    def encrypt(self, text: str) -> str:
        return crypto.seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        return crypto.unseal(encrypted_text)

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:
        count = Authenticator.objects.filter(user=user, type=type).count()
        return f"Passkey {count + 1}" if count else "Passkey"
