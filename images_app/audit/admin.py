"""The log in the admin: to search, to read, to take along as a file."""

import json
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.urls import URLPattern, path
from django.utils import timezone

from images_app.audit.actions import record
from images_app.audit.export import as_csv
from images_app.audit.models import AuditEntry, AuditSeal
from images_app.audit.watched import ReadOnly
from images_app.lib.handoff import hand_over

DAYS = 14
MOST_TEAMS = 100


class VerbFilter(admin.SimpleListFilter):
    """One verb, or all of one subject ("team.")."""

    title = "verb"
    parameter_name = "verb"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        verbs = list(AuditEntry.objects.order_by("verb").values_list("verb", flat=True).distinct())
        subjects = sorted({f"{verb.partition('.')[0]}." for verb in verbs})
        return [(one, f"{one}*" if one.endswith(".") else one) for one in sorted([*verbs, *subjects])]

    def queryset(self, request: HttpRequest, queryset: QuerySet[AuditEntry]) -> QuerySet[AuditEntry]:
        wanted = self.value()
        if not wanted:
            return queryset
        return (
            queryset.filter(verb__startswith=wanted) if wanted.endswith(".") else queryset.filter(verb=wanted)
        )


class DayFilter(admin.SimpleListFilter):
    """One of the last days; the address takes any other (``?day=2026-11-23``)."""

    title = "day (UTC)"
    parameter_name = "day"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        today = timezone.now().date()
        days = [(today - timedelta(days=back)).isoformat() for back in range(DAYS)]
        asked = self.value()
        return [(day, day) for day in ([*days, asked] if asked and asked not in days else days)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[AuditEntry]) -> QuerySet[AuditEntry]:
        try:
            day = date.fromisoformat(self.value() or "")
            begin = datetime.combine(day, time.min, UTC)
            return queryset.filter(at__gte=begin, at__lt=begin + timedelta(days=1))
        except (ValueError, OverflowError):
            return queryset.none() if self.value() else queryset


class TeamFilter(admin.SimpleListFilter):
    title = "team"
    parameter_name = "team"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        named = (
            AuditEntry.objects.exclude(team_slug="").order_by("team_slug").values_list("team_slug", flat=True)
        )
        return [(slug, slug) for slug in named.distinct()[:MOST_TEAMS]]

    def queryset(self, request: HttpRequest, queryset: QuerySet[AuditEntry]) -> QuerySet[AuditEntry]:
        return queryset.filter(team_slug=self.value()) if self.value() else queryset


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnly, admin.ModelAdmin[AuditEntry]):
    list_display = ["at", "verb", "actor", "target", "team_slug", "from_address", "reason"]
    list_display_links = ["at", "verb"]
    list_filter = [VerbFilter, DayFilter, TeamFilter]
    search_fields = [
        "verb",
        "actor_name",
        "target_name",
        "=target_id",
        "=team_slug",
        "=from_address",
        "=session",
    ]
    search_help_text = "Verb, person, name or id of what it was about, team, address or session it came from"
    ordering = ["-id"]
    sortable_by = []
    list_per_page = 100
    show_full_result_count = False
    fields = [
        *("id", "at", "verb", "actor", "actor_id", "impersonator_name", "team_slug", "target", "target_id"),
        *("values_before", "values_after", "reason", "from_address", "session"),
    ]

    @admin.display(description="Who")
    def actor(self, entry: AuditEntry) -> str:
        return entry.actor_name or (
            "Somebody not signed in" if entry.session or entry.from_address else "Easel"
        )

    @admin.display(description="What")
    def target(self, entry: AuditEntry) -> str:
        kind = entry.target_kind.rpartition(".")[2]
        return f"{kind} {entry.target_name or entry.target_id}".strip()

    @admin.display(description="Before")
    def values_before(self, entry: AuditEntry) -> str:
        return _words(entry.before)

    @admin.display(description="After")
    def values_after(self, entry: AuditEntry) -> str:
        return _words(entry.after)

    def get_urls(self) -> list[URLPattern]:
        door = self.admin_site.admin_view(self.export)
        return [path("export/", door, name="images_app_auditentry_export"), *super().get_urls()]

    def export(self, request: HttpRequest) -> HttpResponseBase:
        """What the list shows with these filters, whole; that it was taken is an entry itself."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        rows = self.get_changelist_instance(request).queryset
        asked = {name: ", ".join(request.GET.getlist(name)) for name in request.GET}
        own = record("audit.exported", actor=request.user, after=asked, request=request)
        name = f"audit-{timezone.now():%Y%m%d-%H%M}.csv"
        headers = {
            "Content-Type": "text/csv; charset=utf-8",
            "Content-Disposition": f'attachment; filename="{name}"',
        }
        return hand_over(request, as_csv(rows, before=own.pk), headers)


@admin.register(AuditSeal)
class AuditSealAdmin(ReadOnly, admin.ModelAdmin[AuditSeal]):
    """What closes the log; `manage.py verify_audit` reckons the chain anew."""

    list_display = ["number", "at", "count", "upto", "hash"]
    list_filter = ["at"]
    search_fields = ["=hash"]
    search_help_text = "Hash that somebody noted"
    show_full_result_count = False
    fields = ["number", "at", "count", "upto", "previous", "hash"]


def _words(values: dict[str, Any]) -> str:
    """A line each; "-" for nothing."""
    lines = [f"{name}: {json.dumps(value, ensure_ascii=False)}" for name, value in values.items()]
    return "\n".join(lines) or "-"
