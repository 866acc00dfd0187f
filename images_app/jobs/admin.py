"""Jobs in the admin: to read and to search, never to edit (the state machine owns them)."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from images_app.audit.watched import ReadOnly, ReadsPrivate
from images_app.jobs.models import Attempt, Generation, ImageJob, JobEvent


class AttemptInline(ReadOnly, admin.TabularInline[Attempt, ImageJob]):
    model = Attempt
    extra = 0
    fields = [
        "number",
        "cause",
        "actor",
        "outcome",
        "reason",
        "status",
        "price_usd",
        "sent_at",
        "answered_at",
    ]


class EventInline(ReadOnly, admin.TabularInline[JobEvent, ImageJob]):
    model = JobEvent
    extra = 0
    fields = ["at", "from_state", "to_state", "actor", "reason"]


@admin.register(ImageJob)
class ImageJobAdmin(ReadsPrivate, ReadOnly, admin.ModelAdmin[ImageJob]):
    list_display = ["id", "state", "reason", "person", "team", "provider", "created_at", "charged_usd"]
    list_filter = ["state", "provider", "created_at"]
    search_fields = ["id", "person__email", "team__slug", "reason", "generation__prompt"]
    date_hierarchy = "created_at"
    show_full_result_count = False
    inlines = [AttemptInline, EventInline]

    def get_queryset(self, request: HttpRequest) -> QuerySet[ImageJob]:
        return super().get_queryset(request).select_related("person", "team", "provider", "generation")


@admin.register(Generation)
class GenerationAdmin(ReadsPrivate, ReadOnly, admin.ModelAdmin[Generation]):
    list_display = ["id", "person", "team", "model", "size", "quality", "style", "n", "source", "created_at"]
    list_filter = ["model", "source", "created_at"]
    list_select_related = ["person", "team", "model"]
    search_fields = ["id", "person__email", "team__slug", "prompt"]
    date_hierarchy = "created_at"
    show_full_result_count = False
