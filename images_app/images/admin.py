"""Pictures in the admin: to be found and looked at, never changed there."""

from uuid import UUID

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase
from django.template.defaultfilters import filesizeformat
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from images_app.audit.watched import ReadOnly, ReadsPrivate
from images_app.images.models import StoredImage
from images_app.images.views import serve


@admin.register(StoredImage)
class StoredImageAdmin(ReadsPrivate, ReadOnly, admin.ModelAdmin[StoredImage]):
    audit_lists = True  # it shows the pictures
    list_display = ["thumbnail", "id", "person", "team", "format", "shape", "weight", "created_at"]
    list_display_links = ["thumbnail", "id"]
    list_select_related = ["person", "team"]
    list_filter = ["format", "created_at"]
    list_per_page = 50
    show_full_result_count = False
    search_fields = ["id", "=job__id", "=sha256", "person__email", "team__slug", "job__generation__prompt"]
    search_help_text = "Id of picture or job, SHA-256, address of the person, team, words of the prompt"

    @admin.display(description="Picture")
    def thumbnail(self, image: StoredImage) -> SafeString:
        return format_html(
            '<img src="{}" alt="" height="64" loading="lazy">',
            reverse("admin:images_app_storedimage_thumbnail", args=[image.pk]),
        )

    @admin.display(description="Size")
    def shape(self, image: StoredImage) -> str:
        return f"{image.width} × {image.height}"

    @admin.display(description="Bytes", ordering="bytes")
    def weight(self, image: StoredImage) -> str:
        return filesizeformat(image.bytes)

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
