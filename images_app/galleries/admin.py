"""What people ask to show to everybody: looked at and decided on."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponseBase
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from images_app.audit.watched import ReadOnly
from images_app.galleries import publications
from images_app.galleries.models import Publication
from images_app.images.views import serve
from images_app.lib.finding import FoundById
from images_app.teams.models import User


class DecisionForm(ActionForm):
    reason = forms.CharField(
        required=False,
        max_length=300,
        label="Reason",
        widget=forms.TextInput(attrs={"placeholder": "Its maker reads it", "size": 40}),
    )


class StateFilter(admin.SimpleListFilter):
    """What waits, unless somebody asks for more."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("all", "All"), *((str(state), str(state.label)) for state in Publication.State)]

    def choices(self, changelist: Any) -> Any:
        return (choice for choice in list(super().choices(changelist))[1:])  # without Django's own "All"

    def value(self) -> str:
        return super().value() or Publication.State.ASKED

    def queryset(self, request: HttpRequest, queryset: QuerySet[Publication]) -> QuerySet[Publication]:
        if self.value() == "all":
            return queryset
        if self.value() == Publication.State.ASKED:
            return queryset.filter(publications.wished("image"), state=Publication.State.ASKED)
        return queryset.filter(state=self.value())


@admin.register(Publication)
class PublicationAdmin(FoundById, ReadOnly, admin.ModelAdmin[Publication]):
    list_display = ["picture", "words", "maker", "read", "asked_at", "decision"]
    list_display_links = ["picture"]
    list_filter = [StateFilter, "asked_at"]
    list_select_related = ["image__person", "image__team", "image__job__generation", "decided_by"]
    list_per_page = 50
    show_full_result_count = False
    ids = ("pk", "image_id")
    addresses = ("image__person__email",)
    search_fields = ["image__person__name", "image__team__slug", "image__team__name", "alt"]
    search_help_text = "Id of the picture or its public page, its maker, team, what everybody reads"
    ordering = ["state", "asked_at", "id"]
    actions = ["let_through", "refuse"]
    action_form = DecisionForm
    fields = [
        *("picture", "maker", "words", "told", "prompt", "credit", "alt", "state", "public_page"),
        *("asked_at", "decided_by", "decided_at", "reason"),
    ]

    @admin.display(description="Picture")
    def picture(self, publication: Publication) -> SafeString:
        address = reverse("admin:images_app_publication_picture", args=[publication.pk])
        alt = publication.alt or "Picture"
        return format_html('<img src="{}" alt="{}" height="160" loading="lazy">', address, alt)

    @admin.display(description="Maker")
    def maker(self, publication: Publication) -> str:
        return f"{publication.image.person}, {publication.image.team}"

    @admin.display(description="Prompt")
    def words(self, publication: Publication) -> str:
        return str(publication.image.job.generation.prompt)

    @admin.display(description="What the model was told")
    def told(self, publication: Publication) -> str:
        return publication.image.revised_prompt

    @admin.display(description="Everybody reads")
    def read(self, publication: Publication) -> str:
        parts = ["the prompt"] * publication.prompt + [f"“{publication.credited}”"] * bool(
            publication.credited
        )
        return ", ".join([*parts, *([publication.alt] if publication.alt else [])]) or "nothing"

    @admin.display(description="State", ordering="decided_at")
    def decision(self, publication: Publication) -> str:
        by = f" by {publication.decided_by}" if publication.decided_by else ""
        return f"{publication.get_state_display()}{by}{': ' * bool(publication.reason)}{publication.reason}"

    @admin.display(description="Public page")
    def public_page(self, publication: Publication) -> SafeString | str:
        if not publications.shown().filter(pk=publication.pk).exists():
            return "none now"
        address = reverse("public_picture", args=[publication.pk])
        return format_html('<a href="{}">{}</a>', address, address)

    def has_decide_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("images_app.decide_publication")

    @admin.action(description="Show to everybody", permissions=["decide"])
    def let_through(self, request: HttpRequest, asked: QuerySet[Publication]) -> None:
        done = publications.show(_staff(request), asked.values_list("pk", flat=True))
        self._note(request, done, "Shown to everybody")

    @admin.action(description="Do not show (with a reason)", permissions=["decide"])
    def refuse(self, request: HttpRequest, asked: QuerySet[Publication]) -> None:
        reason = request.POST.get("reason", "").strip()[:300]
        if not reason:
            messages.error(request, "Write a reason: whoever made the picture reads it.")
            return
        done = publications.refuse(_staff(request), asked.values_list("pk", flat=True), reason)
        self._note(request, done, f"Not shown: {reason}")

    def _note(self, request: HttpRequest, done: list[Publication], words: str) -> None:
        """A line in the admin's history for each, under the name of whoever decided."""
        for publication in done:
            self.log_change(request, publication, words)
        left = len(request.POST.getlist("_selected_action")) - len(done)
        passed = f" {left} passed over: decided on or taken back meanwhile." if left > 0 else ""
        self.message_user(request, f"{words}: {len(done)}.{passed}")

    def get_urls(self) -> list[URLPattern]:
        door = self.admin_site.admin_view(self.serve_picture)
        return [
            path("<uuid:id>/picture/", door, name="images_app_publication_picture"),
            *super().get_urls(),
        ]

    def serve_picture(self, request: HttpRequest, id: UUID) -> HttpResponseBase:
        """The admin's own door to the bytes, of what somebody wants everybody to see."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        publication = Publication.objects.select_related("image").filter(pk=id).first()
        if publication is None:
            raise Http404(publications.NONE)
        return serve(request, publication.image, "preview")


def _staff(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user
