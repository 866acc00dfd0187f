"""Jobs in the admin: to read and to search, never to edit (the state machine owns them)."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from images_app.audit.watched import ReadOnly, ReadsPrivate
from images_app.jobs.models import Attempt, Generation, ImageJob, JobEvent
from images_app.lib.finding import FoundById, fixed_filter


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
class ImageJobAdmin(FoundById, ReadsPrivate, ReadOnly, admin.ModelAdmin[ImageJob]):
    list_display = ["id", "state", "reason", "person", "team", "provider", "created_at", "charged_usd"]
    list_filter = ["state", "created_at", "provider", "generation__model", "quiet"]
    ids = ("pk", "generation_id", "attempts__pk")
    search_fields = ["reason", "message", "person__name", "team__slug", "team__name", "generation__prompt"]
    search_help_text = "Id of job, press or call, person, team, reason, words of the prompt"
    show_full_result_count = False
    inlines = [AttemptInline, EventInline]

    def get_queryset(self, request: HttpRequest) -> QuerySet[ImageJob]:
        return super().get_queryset(request).select_related("person", "team", "provider", "generation")


@admin.register(Generation)
class GenerationAdmin(FoundById, ReadsPrivate, ReadOnly, admin.ModelAdmin[Generation]):
    list_display = ["id", "person", "team", "model", "size", "quality", "style", "n", "source", "created_at"]
    list_filter = [
        *("created_at", "model", "audience"),
        fixed_filter("source", "asked from", [("studio", "Studio"), ("api", "API")]),
    ]
    list_select_related = ["person", "team", "model"]
    ids = ("pk", "batch", "parent_image_id")
    search_fields = ["person__name", "team__slug", "team__name", "prompt"]
    search_help_text = "Id of press or of the picture it began with, person, team, words of the prompt"
    show_full_result_count = False
