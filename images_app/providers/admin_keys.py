"""The page of a provider's keys in the admin: a spare one is added, put in use, and removed."""

from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from django import forms
from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.dateparse import parse_datetime
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from images_app.providers import keys
from images_app.providers.models import Provider

if TYPE_CHECKING:
    _Admin = ModelAdmin[Provider]
else:
    _Admin = object


class SpareKeyForm(forms.Form):
    key = forms.CharField(
        label="Spare key",
        strip=True,
        max_length=4000,
        help_text="Written once and never shown again. It is not used until you say so.",
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}, render_value=False),
    )


class WithKeys(_Admin):
    """Four addresses below a provider's own."""

    def get_urls(self) -> list[URLPattern]:
        def door(view: Any, name: str, method: Any) -> URLPattern:
            route = f"<uuid:id>/keys/{name + '/' if name else ''}"
            full = f"images_app_provider_keys{'_' + name if name else ''}"
            pattern: URLPattern = path(route, self.admin_site.admin_view(method(view)), name=full)
            return pattern

        return [
            door(self.keys_view, "", require_GET),
            door(sensitive_post_parameters("key")(self.spare_key_view), "spare", require_POST),
            door(self.exchange_view, "exchange", require_POST),
            door(self.removal_view, "removal", require_POST),
            *super().get_urls(),
        ]

    def keys_view(self, request: HttpRequest, id: UUID, form: SpareKeyForm | None = None) -> HttpResponse:
        provider = self._provider(request, id)
        context = {
            **self.admin_site.each_context(request),
            "title": f"Keys of {provider}",
            "opts": self.opts,
            "provider": provider,
            "form": form or SpareKeyForm(),
            "key_kept": self.key_kept(provider),  # type: ignore[attr-defined]
            "may_try": request.user.has_perm("images_app.add_trial"),
            "submissions": (uuid4(), uuid4()),
        }
        status = 200 if form is None else 422
        return TemplateResponse(request, "admin/images_app/provider/keys.html", context, status=status)

    def spare_key_view(self, request: HttpRequest, id: UUID) -> HttpResponse:
        provider = self._provider(request, id, to_change=True)
        form = SpareKeyForm(request.POST)
        if not form.is_valid():
            return self.keys_view(request, id, form)
        done = keys.add_spare(provider, form.cleaned_data["key"], request.user)
        return self._back(request, provider, done, "The spare key is kept. Try it, then put it in use.")

    def exchange_view(self, request: HttpRequest, id: UUID) -> HttpResponse:
        provider, shown = self._provider(request, id, to_change=True), _shown(request)
        done = shown is not None and keys.exchange(provider, shown, request.user)
        words = (
            "From the next call on the other key is used. Calls under way end with the one they began with."
        )
        return self._back(request, provider, done, words)

    def removal_view(self, request: HttpRequest, id: UUID) -> HttpResponse:
        provider, shown = self._provider(request, id, to_change=True), _shown(request)
        done = shown is not None and keys.remove_spare(provider, shown, request.user)
        return self._back(request, provider, done, "The spare key is removed.")

    def _provider(self, request: HttpRequest, id: UUID, *, to_change: bool = False) -> Provider:
        provider = get_object_or_404(Provider, pk=id)
        if not self.has_change_permission(request, provider) or (to_change and provider.from_environment):
            raise PermissionDenied
        return provider

    def _back(self, request: HttpRequest, provider: Provider, done: bool, words: str) -> HttpResponse:
        if done:
            self.message_user(request, words)
        else:
            words = "Nothing was changed: the keys are not what this page showed."
            self.message_user(request, words, messages.WARNING)
        return HttpResponseRedirect(reverse("admin:images_app_provider_keys", args=[provider.pk]))


def _shown(request: HttpRequest) -> datetime | None:
    """The moment of the spare key the page had."""
    try:
        return parse_datetime(request.POST.get("shown", ""))
    except ValueError:
        return None
