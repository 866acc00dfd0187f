"""How the admin writes a profile: one value a line, and a key that is written but never read."""

import json
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.contrib.admin.widgets import AdminSplitDateTime
from django.core.exceptions import ValidationError
from django.forms.models import BaseInlineFormSet
from django.utils import timezone

from images_app.lib.crypto import SealError
from images_app.providers.models import ImageModel, ModelPrice, Provider, shape_of


class LinesField(forms.CharField):
    """A list of short texts, one a line."""

    widget = forms.Textarea

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.Textarea(attrs={"rows": 4, "cols": 30, "spellcheck": "false"}))
        super().__init__(**kwargs)

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(str(item) for item in value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> list[str]:  # type: ignore[override]
        lines = value if isinstance(value, list) else str(value or "").splitlines()
        items = [line.strip() for line in lines if line.strip()]
        if len(items) != len(set(items)):
            raise ValidationError("A value stands here twice.")
        return items

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(list(initial or []) != self._or_as_is(data))

    def _or_as_is(self, data: Any) -> Any:
        try:
            return self.to_python(data)
        except ValidationError:
            return data


class PairsField(forms.CharField):
    """A few names with a value each, one ``name: value`` a line; numbers and true or false are taken as such."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.Textarea(attrs={"rows": 3, "cols": 40, "spellcheck": "false"}))
        super().__init__(**kwargs)

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        return "\n".join(
            f"{name}: {item if isinstance(item, str) else json.dumps(item)}" for name, item in value.items()
        )

    def to_python(self, value: Any) -> dict[str, Any]:  # type: ignore[override]
        if isinstance(value, dict):
            return value
        pairs: dict[str, Any] = {}
        for line in str(value or "").splitlines():
            if not line.strip():
                continue
            name, colon, text = line.partition(":")
            if not colon or not name.strip() or not text.strip():
                raise ValidationError(f"Write {line.strip()!r} as name: value.")
            pairs[name.strip()] = _as_written(text.strip())
        return pairs

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return dict(initial or {}) != self.to_python(data)
        except ValidationError:
            return True


class ProviderForm(forms.ModelForm[Provider]):
    new_key = forms.CharField(
        label="New key",
        required=False,
        strip=True,
        help_text="Written once and never shown again. Empty: the key stays as it is.",
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}, render_value=False),
    )

    class Meta:
        model = Provider
        fields = ("name", "slug", "base_url", "enabled", "images_per_minute", "max_in_flight", "timeout_s")
        labels = {
            "base_url": "Base address",
            "timeout_s": "Timeout in seconds",
            "max_in_flight": "Calls at once",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.from_environment:
            del self.fields["new_key"]  # IMAGE_API_KEY would win at the next start

    def clean_base_url(self) -> str:
        return str(self.cleaned_data["base_url"]).rstrip("/")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        # Who may edit a provider may not read its key: a new host would be sent it with the next call.
        if self._leads_elsewhere(cleaned.get("base_url")) and not cleaned.get("new_key"):
            self.add_error("new_key", "The key that is kept belongs to the old address. Write the new one's.")
        return cleaned

    @property
    def moved(self) -> bool:
        """Whether the address leads to another host than the keys were written for."""
        return urlsplit(str(self.initial.get("base_url", "")))[:2] != urlsplit(self.instance.base_url)[:2]

    def _leads_elsewhere(self, address: str | None) -> bool:
        if self.instance._state.adding or self.instance.from_environment or not address:
            return False
        return urlsplit(self.instance.base_url)[:2] != urlsplit(address)[:2] and self._has_key()

    def _has_key(self) -> bool:
        try:
            return bool(self.instance.api_key)
        except SealError:  # no key of ours opens it today; the old one may be put back
            return True


class PriceForm(forms.ModelForm[ModelPrice]):
    """A price that begins now or later. One that has begun is shown and stays as it is."""

    valid_from = forms.SplitDateTimeField(
        required=False, widget=AdminSplitDateTime, label="Valid from (UTC)", help_text="Empty: from now on."
    )

    class Meta:
        model = ModelPrice
        fields = ("size", "quality", "usd", "valid_from")
        labels = {"usd": "US dollars (empty: unknown)"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance._state.adding and self.instance.begun:
            for field in self.fields.values():
                field.disabled = True

    def clean_valid_from(self) -> datetime:
        begins: datetime | None = self.cleaned_data["valid_from"]
        now = timezone.now()
        if begins is None:
            return now
        if not self.fields["valid_from"].disabled and begins < now:
            raise ValidationError(
                "A price cannot begin in the past: submissions were made by the one before."
            )
        return begins


class PriceFormSet(BaseInlineFormSet[ModelPrice, ImageModel, PriceForm]):
    """Prices that have begun are not deleted either: a new one ends them."""

    def add_fields(self, form: PriceForm, index: int | None) -> None:
        super().add_fields(form, index)
        if not form.instance._state.adding and form.instance.begun and "DELETE" in form.fields:
            form.fields["DELETE"].disabled = True

    def clean(self) -> None:
        super().clean()
        for form in self.forms:
            if not form.has_changed() or not form.is_valid() or form in self.deleted_forms:
                continue
            for name, offered in (("size", self.instance.sizes), ("quality", self.instance.qualities)):
                value = form.cleaned_data.get(name, "")
                if value not in (offered or [""]):
                    form.add_error(
                        name, f"The model offers no {name} {value!r}." if value else f"Name a {name}."
                    )


class ImageModelForm(forms.ModelForm[ImageModel]):
    sizes = LinesField(help_text="One a line, such as 1024x1024 or auto; the first is the default.")
    qualities = LinesField(
        required=False, help_text="One a line; the first is the default. Empty: the field is not sent."
    )
    styles = LinesField(
        required=False, help_text="One a line; the first is the default. Empty: the field is not sent."
    )
    response_formats = LinesField(
        required=False, help_text="What to ask for, best first: b64_json, url. Empty: the field is not sent."
    )
    extras = PairsField(
        required=False, help_text="Further fields sent with every call, one name: value a line."
    )

    class Meta:
        model = ImageModel
        exclude = ()

    def clean_sizes(self) -> list[str]:
        sizes: list[str] = self.cleaned_data["sizes"]
        if wrong := [size for size in sizes if size != "auto" and shape_of(size) is None]:
            raise ValidationError(f"{wrong[0]!r} is not a size: write WIDTHxHEIGHT in pixels, or auto.")
        return sizes

    def clean_response_formats(self) -> list[str]:
        formats: list[str] = self.cleaned_data["response_formats"]
        if wrong := [word for word in formats if word not in {"b64_json", "url"}]:
            raise ValidationError(f"{wrong[0]!r} is not one of b64_json and url.")
        return formats


def _as_written(text: str) -> Any:
    """A number, true or false where it reads as one, else the text."""
    try:
        value = json.loads(text)
    except ValueError:
        return text
    return value if isinstance(value, bool | int | float) else text
