"""What people write at the door."""

from typing import Any, ClassVar

from allauth.account.adapter import get_adapter
from allauth.account.forms import LoginForm as AllauthLoginForm
from allauth.account.forms import SignupForm as AllauthSignupForm
from django import forms
from django.conf import settings
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from images_app.lib.words import one_line
from images_app.teams.models import User


class NameField(forms.CharField):
    """One line of what can be read: a sign that turns the direction would reach beyond the name."""

    def to_python(self, value: Any) -> str:
        return one_line(super().to_python(value) or "")


def name_field() -> forms.CharField:
    return NameField(
        label="Your name",
        max_length=80,
        required=False,
        help_text="As others see it beside your pictures. You may leave it empty.",
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )


class LoginForm(AllauthLoginForm):  # type: ignore[misc]
    """allauth's form, which also knows whether to invite strangers in, and the other way in."""

    def open_to_strangers(self) -> bool:
        return bool(get_adapter().is_open_for_signup(self.request))

    def single_sign_on(self) -> str:
        """What the provider is called; empty where there is none."""
        return settings.OIDC_NAME if settings.OIDC_ISSUER else ""


class SignupForm(AllauthSignupForm):  # type: ignore[misc]
    """allauth's form with a name; allauth checks the address and the password."""

    name = name_field()
    field_order = ("name", "email", "password1", "password2")


class NameForm(forms.Form):
    """What the person signed in is called."""

    name = name_field()


class WelcomeForm(forms.Form):
    """The first account."""

    name = name_field()
    email = forms.EmailField(
        label="Email", max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "username"})
    )
    password = forms.CharField(
        label="Password",
        strip=False,
        help_text="Ten characters or more.",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    token = forms.CharField(widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        somebody = User(email=cleaned.get("email", ""), name=cleaned.get("name", ""))
        try:
            validate_password(cleaned.get("password", ""), somebody)
        except ValidationError as error:
            if "password" in cleaned:
                self.add_error("password", error)
        return cleaned


class _OneAddress(forms.ModelForm[User]):
    def clean_email(self) -> str:
        email = str(self.cleaned_data["email"]).lower()
        if User.objects.filter(email__iexact=email).exclude(pk=self.instance.pk).exists():
            raise ValidationError("Somebody has this email address already.")
        return email


class PersonCreationForm(_OneAddress, AdminUserCreationForm[User]):
    """A new person in the admin."""

    class Meta:
        model = User
        fields = ("email", "name")


class PersonChangeForm(_OneAddress, UserChangeForm[User]):
    """A person in the admin."""

    class Meta:
        model = User
        fields = "__all__"
        field_classes: ClassVar[dict[str, type[forms.Field]]] = {}
