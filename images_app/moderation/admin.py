"""Rules for prompts in the admin: written, tried, and looked at for what they did."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Case, CharField, QuerySet, Value, When
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path

from images_app.audit.actions import record
from images_app.audit.watched import Audited, ReadOnly, ReadsPrivate
from images_app.lib.finding import FoundById
from images_app.lib.words import tame
from images_app.moderation.forms import LOOK_BACK, ModerationEndpointForm, PromptRuleForm, Runs, TryForm
from images_app.moderation.models import (
    CategoryThreshold,
    FlaggedPrompt,
    ModerationEndpoint,
    PromptRule,
    RefusedPrompt,
)
from images_app.moderation.past import LookBack, look_back
from images_app.moderation.trying import Tried, try_prompt, try_with
from images_app.teams.models import Team

SHOWN = 160  # characters of a prompt in a list


class RunsFilter(admin.SimpleListFilter):
    title = "whether it runs"
    parameter_name = "runs"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(Runs.ON, "On"), (Runs.TRIAL, "Tried out"), (Runs.OFF, "Off")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[PromptRule]) -> QuerySet[PromptRule]:
        wanted = self.value()
        if wanted == Runs.OFF:
            return queryset.filter(active=False)
        if wanted in (Runs.ON, Runs.TRIAL):
            return queryset.filter(active=True, trial_since__isnull=wanted == Runs.ON)
        return queryset


class ScopeFilter(admin.SimpleListFilter):
    title = "scope"
    parameter_name = "scope"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("site", "Every team"), ("team", "One team")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[PromptRule]) -> QuerySet[PromptRule]:
        if self.value() in ("site", "team"):
            return queryset.filter(team__isnull=self.value() == "site")
        return queryset


@admin.register(PromptRule)
class PromptRuleAdmin(Audited, admin.ModelAdmin[PromptRule]):
    form = PromptRuleForm
    change_form_template = "admin/images_app/promptrule/rule.html"
    change_list_template = "admin/images_app/promptrule/rules.html"
    list_display = ("name", "kind", "pattern", "action", "scope", "runs")
    list_filter = (RunsFilter, "action", "kind", ScopeFilter)
    list_select_related = ("team",)
    search_fields = ("name", "pattern", "advice", "team__name", "team__slug")
    search_help_text = "Name, pattern, what to do instead, team"
    autocomplete_fields = ("team",)
    fieldsets = (
        (None, {"fields": ("name", "team", "runs")}),
        ("What it searches for", {"fields": ("kind", "pattern")}),
        ("What it does", {"fields": ("action", "replacement", "advice")}),
        ("Try it", {"fields": ("tried",)}),
    )

    @admin.display(description="Scope", ordering="team__name")
    def scope(self, rule: PromptRule) -> str:
        return str(rule.team) if rule.team else "Every team"

    @admin.display(
        description="It is",
        ordering=Case(
            When(active=False, then=Value("2")),
            When(trial_since=None, then=Value("0")),
            default=Value("1"),
            output_field=CharField(),
        ),
    )
    def runs(self, rule: PromptRule) -> str:
        if not rule.active:
            return "Off"
        return f"Tried out since {rule.trial_since:%d.%m.%Y}" if rule.trial_since else "On"

    def get_urls(self) -> list[URLPattern]:
        door = self.admin_site.admin_view(self.try_page)
        return [path("try/", door, name="images_app_promptrule_try"), *super().get_urls()]

    def try_page(self, request: HttpRequest) -> HttpResponse:
        """POST: what the rules that run would do to a prompt. Nothing is kept, and no endpoint is asked."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        form = TryForm(request.POST or None)
        tried: Tried | None = None
        if form.is_valid():
            tried = try_prompt(form.cleaned_data["prompt"], form.cleaned_data["team"])
        context = {
            **self.admin_site.each_context(request),
            "title": "Try a prompt",
            "opts": self.opts,
            "form": form,
            "result": tried,
        }
        return TemplateResponse(request, "admin/images_app/promptrule/try.html", context)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **options: Any
    ) -> HttpResponse:
        form = context["adminform"].form
        if isinstance(form, PromptRuleForm) and form.trying and not form.errors:
            rule = form.instance  # as it is filled in; it was not saved
            if form.trying == LOOK_BACK:
                context["past"] = self._look_back(request, rule)
            else:
                context["result"] = try_with(rule, form.cleaned_data["tried"])
        return super().render_change_form(request, context, *args, **options)

    def _look_back(self, request: HttpRequest, rule: PromptRule) -> LookBack:
        """Other people's prompts are shown: who looked for what is written down, and how much was there."""
        found = look_back(rule)
        record(
            "promptrule.looked_back",
            actor=request.user,
            target=rule,
            team=rule.team,
            after={
                "kind": rule.kind,
                "pattern": rule.pattern,
                "looked_at": found.looked_at,
                "met": found.met,
            },
            request=request,
        )
        return found


class Kept(FoundById, ReadsPrivate, ReadOnly):
    """What is kept of prompts: read by who has the permission, which is written down, and changed by nobody."""

    audit_lists = True

    @admin.display(description="Prompt")
    def words(self, row: Any) -> str:
        text = tame(self.prompt_of(row))
        return f"{text[:SHOWN]}…" if len(text) > SHOWN else text

    def prompt_of(self, row: Any) -> str:
        raise NotImplementedError


@admin.register(RefusedPrompt)
class RefusedPromptAdmin(Kept, admin.ModelAdmin[RefusedPrompt]):
    date_hierarchy = "at"
    show_full_result_count = False
    list_display = ("at", "reason", "words", "person", "team")
    list_filter = ("at", ("rule", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("person", "team")
    search_fields = ("reason", "person__name", "team__slug", "team__name", "text")
    search_help_text = "Rule, who wrote it, team, words of the prompt"
    fields = ("at", "reason", "person", "team", "text")

    def prompt_of(self, row: RefusedPrompt) -> str:
        return row.text


@admin.register(FlaggedPrompt)
class FlaggedPromptAdmin(Kept, admin.ModelAdmin[FlaggedPrompt]):
    date_hierarchy = "at"
    show_full_result_count = False
    list_display = ("at", "reason", "would", "words", "person", "team")
    list_filter = ("at", "would", ("rule", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("generation__person", "generation__team")
    ids = ("pk", "generation_id")
    addresses = ("generation__person__email",)
    search_fields = (
        *("reason", "generation__person__name", "generation__team__slug", "generation__team__name"),
        "generation__prompt",
    )
    search_help_text = "Rule, who wrote it, team, words of the prompt"
    fields = ("at", "reason", "would", "person", "team", "whole")

    def prompt_of(self, row: FlaggedPrompt) -> str:
        return str(row.generation.prompt)

    @admin.display(description="Prompt")
    def whole(self, row: FlaggedPrompt) -> str:
        return tame(self.prompt_of(row))

    @admin.display(description="Person", ordering="generation__person__email")
    def person(self, row: FlaggedPrompt) -> str:
        return str(row.generation.person)

    @admin.display(description="Team", ordering="generation__team__name")
    def team(self, row: FlaggedPrompt) -> Team:
        return row.generation.team


class ThresholdInline(admin.TabularInline[CategoryThreshold, ModerationEndpoint]):
    model = CategoryThreshold
    extra = 1
    verbose_name = "threshold"
    verbose_name_plural = "Thresholds (a category that is not here counts when the endpoint says so)"


@admin.register(ModerationEndpoint)
class ModerationEndpointAdmin(Audited, admin.ModelAdmin[ModerationEndpoint]):
    form = ModerationEndpointForm
    inlines = (ThresholdInline,)
    list_display = ("model", "provider", "enabled", "action", "fail_open")
    list_filter = ("enabled", "action")
    list_select_related = ("provider",)
    search_fields = ("model", "provider__name")
    search_help_text = "Model, provider"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and not ModerationEndpoint.objects.exists()
