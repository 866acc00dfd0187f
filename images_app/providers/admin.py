"""Providers, their models and prices in the admin."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format

from images_app.audit.watched import Audited
from images_app.lib.crypto import SealError
from images_app.providers.actions import KEY_REASONS, resume_if_paused_for
from images_app.providers.forms import ImageModelForm, ProviderForm
from images_app.providers.models import ImageModel, ModelPrice, Provider


class WithReason(ActionForm):
    reason = forms.CharField(
        required=False, max_length=200, widget=forms.TextInput(attrs={"placeholder": "Reason, for a pause"})
    )


@admin.register(Provider)
class ProviderAdmin(Audited, admin.ModelAdmin[Provider]):
    form = ProviderForm
    action_form = WithReason
    actions = ("pause", "resume")
    list_display = ("name", "status", "base_url", "model_count", "images_per_minute", "max_in_flight")
    list_filter = ("enabled", ("paused_at", admin.EmptyFieldListFilter))
    search_fields = ("name", "slug", "base_url")
    readonly_fields = ("status", "key_kept", "origin_note")
    # What IMAGE_API_* says, in step at every start.
    environment_fields = ("name", "slug", "base_url", "timeout_s")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Provider]:
        return super().get_queryset(request).annotate(n_models=Count("models"))

    def get_fieldsets(self, request: HttpRequest, obj: Provider | None = None) -> Any:
        key = ["key_kept"] if obj else []
        if not (obj and obj.from_environment):
            key.append("new_key")
        return [
            (None, {"fields": ["status", "origin_note", "enabled"] if obj else ["enabled"]}),
            ("Connection", {"fields": ["name", "slug", "base_url", *key, "timeout_s"]}),
            ("Limits", {"fields": ["images_per_minute", "max_in_flight"]}),
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: Provider | None = None) -> tuple[str, ...]:
        if obj and obj.from_environment:
            return (*self.readonly_fields, *self.environment_fields)
        return self.readonly_fields

    def has_delete_permission(self, request: HttpRequest, obj: Provider | None = None) -> bool:
        # The next start would make it again.
        if obj and obj.from_environment:
            return False
        return super().has_delete_permission(request, obj)

    def save_model(self, request: HttpRequest, obj: Provider, form: Any, change: bool) -> None:
        new_key = form.cleaned_data.get("new_key")
        if new_key:
            obj.api_key = new_key
        if not change:
            obj.save()
            return
        columns = [name for name in form.changed_data if name != "new_key"]
        # Only what was changed here: the workers write the other columns meanwhile.
        obj.save(update_fields=[*columns, *(["api_key"] if new_key else [])])
        if new_key and resume_if_paused_for(obj, KEY_REASONS):
            self.message_user(request, "The new key resumes the provider; its jobs run now.")

    @admin.display(description="Status")
    def status(self, provider: Provider) -> str:
        now = timezone.now()
        if not provider.enabled:
            return "Off"
        if provider.paused_at:
            return f"Paused since {_moment(provider.paused_at)}: {provider.pause_reason or 'no reason given'}"
        if provider.cooldown_until and provider.cooldown_until > now:
            return f"Cooling down until {_moment(provider.cooldown_until)}: its rate limit is reached"
        return "Ready"

    @admin.display(description="Models", ordering="n_models")
    def model_count(self, provider: Provider) -> int:
        return int(getattr(provider, "n_models", 0))

    @admin.display(description="Key")
    def key_kept(self, provider: Provider) -> str:
        try:
            return "One is kept." if provider.api_key else "None."
        except SealError:
            return (
                "One is kept, but FIELD_KEY does not open it. Write it again or put the old FIELD_KEY back."
            )

    @admin.display(description="Comes from")
    def origin_note(self, provider: Provider) -> str:
        if provider.is_demo:
            return "The built-in demo endpoint; nothing is charged."
        if provider.from_environment:
            return "The environment: IMAGE_API_BASE_URL, IMAGE_API_KEY and IMAGE_API_TIMEOUT, read at every start."
        return "The admin."

    @admin.action(description="Pause: no more calls, jobs wait", permissions=["change"])
    def pause(self, request: HttpRequest, chosen: QuerySet[Provider]) -> None:
        reason = request.POST.get("reason", "").strip() or "no reason given"
        # The name in front keeps it apart from the endpoint's own reasons, which a new key or address may lift.
        paused = [provider for provider in chosen if provider.pause(f"By {request.user}: {reason}")]
        for provider in paused:
            self.log_change(request, provider, f"Paused: {reason}")
        self._say(request, paused, "Paused", "was running")

    @admin.action(description="Resume: waiting jobs run", permissions=["change"])
    def resume(self, request: HttpRequest, chosen: QuerySet[Provider]) -> None:
        resumed = [provider for provider in chosen if provider.resume()]
        for provider in resumed:
            self.log_change(request, provider, "Resumed")
        self._say(request, resumed, "Resumed", "was paused")

    def _say(self, request: HttpRequest, done: list[Provider], verb: str, otherwise: str) -> None:
        if done:
            self.message_user(request, f"{verb}: {', '.join(str(provider) for provider in done)}.")
        else:
            self.message_user(request, f"Nothing to do: none {otherwise}.", messages.WARNING)


class ModelPriceInline(admin.TabularInline[ModelPrice, ImageModel]):
    model = ModelPrice
    extra = 1
    verbose_name = "price"
    verbose_name_plural = "US dollars for one picture (a price that is not here is shown as unknown)"


@admin.register(ImageModel)
class ImageModelAdmin(Audited, admin.ModelAdmin[ImageModel]):
    form = ImageModelForm
    inlines = (ModelPriceInline,)
    list_display = ("label", "name", "provider", "enabled", "position", "price_count", "shutdown_on")
    list_filter = ("enabled", "provider")
    list_select_related = ("provider",)
    search_fields = ("label", "name", "provider__name")
    fieldsets = (
        (None, {"fields": ("provider", "name", "label", "note", "enabled", "position", "shutdown_on")}),
        ("What it accepts", {"fields": ("prompt_limit", "max_n", "sizes", "qualities", "styles")}),
        ("How it is called", {"fields": ("response_formats", "extras")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[ImageModel]:
        return super().get_queryset(request).annotate(n_prices=Count("prices"))

    @admin.display(description="Prices", ordering="n_prices")
    def price_count(self, model: ImageModel) -> int:
        return int(getattr(model, "n_prices", 0))


def _moment(at: Any) -> str:
    return date_format(timezone.localtime(at), "j M Y, H:i")
