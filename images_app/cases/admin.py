"""Cases, reports and decisions in the admin: to be found and read. They are decided at the desk."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from images_app.audit.watched import ReadOnly
from images_app.cases import attention
from images_app.cases.models import Case, Decision, Report

__all__ = [
    "CaseAdmin",
    "DecisionAdmin",
    "ReportAdmin",
    "attention",
]  # importing the last one registers its lines


@admin.register(Case)
class CaseAdmin(ReadOnly, admin.ModelAdmin[Case]):
    date_hierarchy = "opened_at"
    show_full_result_count = False
    list_display = ["id", "kind", "cause", "state", "urgency", "opened_at", "due_at", "verdict", "decided_by"]
    list_filter = ["state", "cause", "urgency", "verdict", "code", "opened_at"]
    list_select_related = ["decided_by"]
    search_fields = ["id", "=image__id", "maker__email", "decided_by__email", "team__slug"]
    search_help_text = "Id of the case or the picture, address of its maker or of who decided, team"
    ordering = ["-opened_at", "-id"]
    fields = [
        *("kind", "cause", "state", "urgency", "opened_at", "due_at", "maker", "team", "verdict", "code"),
        *("text", "decided_by", "decided_at", "escalated_by", "removal_by", "appealed_at", "appeal"),
    ]


@admin.register(Report)
class ReportAdmin(ReadOnly, admin.ModelAdmin[Report]):
    date_hierarchy = "at"
    show_full_result_count = False
    list_display = ["number", "at", "code", "by", "case"]
    list_filter = ["code", "at"]
    list_select_related = ["by", "case"]
    search_fields = ["number", "by__email", "=case__id"]
    search_help_text = "Number, address of who reported, id of the case"
    fields = ["number", "at", "code", "text", "by", "case"]


@admin.register(Decision)
class DecisionAdmin(ReadOnly, admin.ModelAdmin[Decision]):
    date_hierarchy = "at"
    show_full_result_count = False
    list_display = ["at", "word", "code", "by_name", "case_id", "on_appeal"]
    list_filter = ["word", "code", "on_appeal", "at"]
    search_fields = ["=case_id", "by_name"]
    search_help_text = "Id of the case, name or address of who decided"
    fields = ["at", "word", "code", "text", "by_name", "case_id", "on_appeal"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Decision]:
        return super().get_queryset(request).defer("before", "did")
