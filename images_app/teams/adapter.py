"""What allauth asks of us: who may make an account, what a new one comes with, and our own words."""

from typing import Any, ClassVar
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.db import transaction
from django.forms import BaseForm
from django.http import HttpRequest

from images_app.teams.actions import give_personal_team
from images_app.teams.models import User


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": "This account is switched off. Ask whoever runs this Easel.",
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
        """Strangers may make an account only where SIGNUP is ``open``."""
        return settings.SIGNUP == "open"

    @transaction.atomic
    def save_user(self, request: HttpRequest, user: User, form: BaseForm, commit: bool = True) -> User:
        """The person and their personal team, or neither."""
        user.name = form.cleaned_data.get("name", "")
        super().save_user(request, user, form, commit)
        if commit:
            give_personal_team(user)
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
