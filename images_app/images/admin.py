"""Pictures in the admin: to be found, looked at and hidden from everybody; nothing else is changed there."""

from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponseBase
from django.template.defaultfilters import filesizeformat
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from images_app.audit.actions import record
from images_app.audit.watched import ReadOnly, ReadsPrivate
from images_app.images import actions
from images_app.images.models import StoredImage
from images_app.images.views import serve
from images_app.lib.finding import FoundById, fixed_filter


class HidingForm(ActionForm):
    reason = forms.CharField(
        required=False,
        max_length=300,
        label="Reason",
        widget=forms.TextInput(attrs={"placeholder": "Its maker reads it", "size": 40}),
    )


@admin.register(StoredImage)
class StoredImageAdmin(FoundById, ReadsPrivate, ReadOnly, admin.ModelAdmin[StoredImage]):
    audit_lists = True  # it shows the pictures
    list_display = ["thumbnail", "id", "person", "team", "format", "shape", "weight", "created_at"]
    list_display_links = ["thumbnail", "id"]
    list_select_related = ["person", "team"]
    list_filter = [
        *("created_at", "audience", ("hidden_at", admin.EmptyFieldListFilter)),
        *(("trashed_at", admin.EmptyFieldListFilter), "model"),
        fixed_filter("format", "format", [("png", "PNG"), ("jpeg", "JPEG"), ("webp", "WebP")]),
    ]
    actions = ["hide", "show_again"]
    action_form = HidingForm
    list_per_page = 50
    show_full_result_count = False
    ids = ("pk", "job_id", "job__generation_id")
    digests = ("sha256",)
    search_fields = ["person__name", "team__slug", "team__name", "job__generation__prompt"]
    search_help_text = "Id of picture, job or press, SHA-256, person, team, words of the prompt"

    @admin.display(description="Picture")
    def thumbnail(self, image: StoredImage) -> SafeString:
        return format_html(
            '<img src="{}" alt="Picture" height="64" loading="lazy">',
            reverse("admin:images_app_storedimage_thumbnail", args=[image.pk]),
        )

    @admin.display(description="Size")
    def shape(self, image: StoredImage) -> str:
        return f"{image.width} × {image.height}"

    @admin.display(description="Bytes", ordering="bytes")
    def weight(self, image: StoredImage) -> str:
        return filesizeformat(image.bytes)

    def has_hide_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("images_app.hide_storedimage")

    @admin.action(description="Hide from everybody (with a reason)", permissions=["hide"])
    def hide(self, request: HttpRequest, chosen: QuerySet[StoredImage]) -> None:
        """Those that others made: nobody decides on their own."""
        reason = request.POST.get("reason", "").strip()[:300]
        if not reason:
            messages.error(request, "Write a reason: whoever made the picture reads it.")
            return
        others = list(chosen.exclude(person=request.user.pk).select_related("team"))
        with transaction.atomic():
            hidden = set(actions.withhold([image.pk for image in others], reason))
            for image in others:
                if image.pk in hidden:
                    record("image.hidden", actor=request.user, target=image, team=image.team, reason=reason)
        self._say(request, "Hidden", len(hidden))

    @admin.action(description="Show again to whoever saw it", permissions=["hide"])
    def show_again(self, request: HttpRequest, chosen: QuerySet[StoredImage]) -> None:
        others, shown = list(chosen.exclude(person=request.user.pk).select_related("team")), 0
        with transaction.atomic():
            for image in others:
                if actions.release([image.pk]):
                    shown += 1
                    before = {"reason": image.hidden_reason}
                    record(
                        "image.shown_again", actor=request.user, target=image, team=image.team, before=before
                    )
        self._say(request, "Shown again", shown)

    def _say(self, request: HttpRequest, words: str, done: int) -> None:
        left = len(request.POST.getlist("_selected_action")) - done
        passed = f" {left} passed over: your own, or as they were to be already." if left > 0 else ""
        self.message_user(request, f"{words}: {done}.{passed}")

    def get_urls(self) -> list[URLPattern]:
        door = self.admin_site.admin_view(self.serve_thumbnail)
        return [
            path("<uuid:image_id>/thumbnail/", door, name="images_app_storedimage_thumbnail"),
            *super().get_urls(),
        ]

    def serve_thumbnail(self, request: HttpRequest, image_id: UUID) -> HttpResponseBase:
        """The admin's own door to the bytes: access.py answers only a picture's person."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        image = StoredImage.objects.filter(pk=image_id).first()
        if image is None:
            raise Http404("no such picture")
        return serve(request, image, "thumbnail")
