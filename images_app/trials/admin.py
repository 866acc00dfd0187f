"""Trials in the admin: the question and its price, the steps as they go, and all that were made."""

from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.files.storage import storages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_POST

from images_app.audit.watched import ReadOnly
from images_app.providers.models import Provider
from images_app.teams.models import User
from images_app.trials import actions, steps
from images_app.trials.models import Trial
from images_app.trials.offers import Offer, offers


class AskForm(forms.Form):
    """Which model is to make the picture; its value names the price that was shown."""

    submission = forms.UUIDField(widget=forms.HiddenInput)
    offer = forms.ChoiceField(label="Make one picture with", widget=forms.RadioSelect)

    def __init__(self, found: list[Offer], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.found = {offer.value: offer for offer in found}
        field = self.fields["offer"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(offer.value, offer.words) for offer in found]
        field.error_messages |= {
            "invalid_choice": "Its price has changed meanwhile. Look at it, and press again."
        }

    def chosen(self) -> Offer:
        return self.found[self.cleaned_data["offer"]]


class KeyForm(forms.Form):
    provider = forms.ModelChoiceField(Provider.objects.all())
    which = forms.ChoiceField(choices=Trial.Which.choices)
    submission = forms.UUIDField()


@admin.register(Trial)
class TrialAdmin(ReadOnly, admin.ModelAdmin[Trial]):
    list_display = ("asked_at", "provider", "kind", "model_name", "state", "cost_words", "actor")
    list_display_links = ("asked_at", "provider")
    list_filter = ("asked_at", "state", "kind", "cost", "provider")
    list_select_related = ("provider", "actor")
    search_fields = ("=id", "provider__name", "provider__slug", "model_name", "actor__email", "actor__name")
    search_help_text = "Provider, model, whoever asked"
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return request.user.has_perm("images_app.add_trial")

    @admin.display(description="Cost", ordering="cost")
    def cost_words(self, trial: Trial) -> str:
        return trial.cost_words if trial.finished else "Not known yet"

    def get_urls(self) -> list[URLPattern]:
        door = self.admin_site.admin_view
        return [
            path("key/", door(require_POST(self.key_view)), name="images_app_trial_key"),
            path("<uuid:id>/picture/", door(self.picture_view), name="images_app_trial_picture"),
            *super().get_urls(),
        ]

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The question: what a test makes and what it costs."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        provider = _named(request)
        found = offers(provider)
        if request.method == "POST":
            form = AskForm(found, request.POST)
            if form.is_valid():
                return self._ask(request, form)
        else:
            form = AskForm(found, initial={"submission": uuid4(), "offer": found[0].value if found else ""})
        context = {
            **self.admin_site.each_context(request),
            "title": f"Test {provider}" if provider else "Test a provider",
            "opts": self.opts,
            "provider": provider,
            "form": form,
            "found": found,
        }
        return TemplateResponse(request, "admin/images_app/trial/ask.html", context)

    def _ask(self, request: HttpRequest, form: AskForm) -> HttpResponse:
        offer = form.chosen()
        assert isinstance(request.user, User)
        trial = actions.ask_picture(
            offer.model.provider, request.user, offer, form.cleaned_data["submission"]
        )
        return HttpResponseRedirect(reverse("admin:images_app_trial_change", args=[trial.pk]))

    def key_view(self, request: HttpRequest) -> HttpResponse:
        """A try of a key, from the page of keys."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = KeyForm(request.POST)
        if not form.is_valid():
            messages.error(request, "That key cannot be tried.")
            return HttpResponseRedirect(reverse("admin:images_app_provider_changelist"))
        assert isinstance(request.user, User)
        asked = form.cleaned_data
        trial = actions.ask_key(
            asked["provider"], request.user, Trial.Which(asked["which"]), asked["submission"]
        )
        return HttpResponseRedirect(reverse("admin:images_app_trial_change", args=[trial.pk]))

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """How far a trial is; the page asks again by itself until it has ended."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        trial = self.get_object(request, object_id)
        if trial is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)  # type: ignore[attr-defined, no-any-return]
        context = {
            **self.admin_site.each_context(request),
            "title": str(trial),
            "opts": self.opts,
            "trial": trial,
            "lines": steps.lines(trial),
            "may_ask": self.has_add_permission(request),
        }
        return TemplateResponse(request, "admin/images_app/trial/trial.html", context)

    def picture_view(self, request: HttpRequest, id: UUID) -> StreamingHttpResponse:
        """The copy to look at, which is of our own making."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        trial = get_object_or_404(Trial, pk=id)
        if not trial.preview_key:
            raise Http404("this trial has no picture")
        storage: Any = storages["previews"]
        try:
            size, parts = storage.stream(trial.preview_key)
        except FileNotFoundError:
            raise Http404("its picture is gone") from None
        response = StreamingHttpResponse(parts, content_type="image/webp")
        response["Content-Length"] = str(size)
        response["Cache-Control"] = "private, max-age=3600"
        response["Content-Security-Policy"] = "sandbox; default-src 'none'"
        request.META.pop("HTTP_ACCEPT_ENCODING", None)  # packed already
        return response


def _named(request: HttpRequest) -> Provider | None:
    """The provider the address names; all of them otherwise."""
    try:
        return Provider.objects.filter(pk=UUID(request.GET.get("provider", ""))).first()
    except ValueError:
        return None
