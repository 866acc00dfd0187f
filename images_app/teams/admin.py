"""People and teams in the admin."""

from typing import Any, ClassVar

from allauth.account.decorators import secure_admin_login
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.contrib.auth.admin import UserAdmin
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse

from images_app.audit.watched import Audited
from images_app.teams.actions import give_personal_team, vouch_for_email
from images_app.teams.forms import PersonChangeForm, PersonCreationForm
from images_app.teams.models import Membership, Team, User

admin.site.site_header = "Easel"
admin.site.site_title = "Easel admin"
admin.site.index_title = "Admin"
# The admin has no door of its own: allauth's counts the tries. Strangers are led there, others are refused.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
# Addresses are edited with their person; second steps and sessions are theirs alone; single sign-on is configured
# in the environment.
admin.site.unregister([EmailAddress, Authenticator, UserSession, SocialAccount, SocialApp, SocialToken])


class MembershipOfPerson(admin.TabularInline[Membership, User]):
    model = Membership
    extra = 0
    autocomplete_fields = ("team",)


class AddressOfPerson(admin.TabularInline[EmailAddress, User]):
    model = EmailAddress
    extra = 0


@admin.register(User)
class PersonAdmin(Audited, UserAdmin[User]):
    form = PersonChangeForm
    add_form = PersonCreationForm
    inlines = (MembershipOfPerson, AddressOfPerson)
    list_display: tuple[str, ...] = (
        "email",
        "name",
        "is_active",
        "is_staff",
        "last_login",
        "date_joined",
    )
    list_filter = ("is_active", "is_staff", "is_superuser", "groups", "last_login", "date_joined")
    search_fields = ("email", "name")
    search_help_text = "Address, name"
    ordering = ("email",)
    # Suspending does more than a tick: it has a reason, and ends what is under way.
    readonly_fields: ClassVar[tuple[str, ...]] = ("is_active", "last_login", "date_joined")
    filter_horizontal = ("groups", "user_permissions")
    fieldsets: ClassVar[Any] = (
        (None, {"fields": ("email", "name", "password", "is_active")}),
        ("May do", {"fields": ("is_staff", "is_superuser", "groups", "user_permissions")}),
        ("Times", {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = ((None, {"classes": ("wide",), "fields": ("email", "name", "password1", "password2")}),)

    # Only a superuser makes others mighty: who may edit people could otherwise take the whole place over, by a tick
    # of their own or by a superuser's password or address.
    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        powers = (
            () if request.user.is_superuser else ("is_staff", "is_superuser", "groups", "user_permissions")
        )
        return (*self.readonly_fields, *powers)

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return super().has_change_permission(request, obj) and self._may_touch(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return super().has_delete_permission(request, obj) and self._may_touch(request, obj)

    def _may_touch(self, request: HttpRequest, obj: User | None) -> bool:
        # Other staff too: their permissions may be more than one's own.
        return request.user.is_superuser or obj is None or not (obj.is_staff or obj.is_superuser)

    def get_inlines(self, request: HttpRequest, obj: User | None) -> Any:
        return self.inlines if obj else ()

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if not change or "email" in form.changed_data:
            vouch_for_email(obj)
        give_personal_team(obj)

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:
        person = self.get_object(request, unquote(id)) if request.method == "POST" else None
        with self.comparing(request, User, [person.pk] if person else []):
            return super().user_change_password(request, id, form_url)


class MembershipOfTeam(admin.TabularInline[Membership, Team]):
    model = Membership
    extra = 0
    autocomplete_fields = ("person",)


@admin.register(Team)
class TeamAdmin(Audited, admin.ModelAdmin[Team]):
    inlines = (MembershipOfTeam,)
    list_display = ("name", "slug", "personal", "people", "created_at")
    list_filter = ("personal", "may_publish", ("ends_at", admin.EmptyFieldListFilter), "created_at")
    search_fields = ("name", "slug", "memberships__person__email", "memberships__person__name")
    search_help_text = "Name, short name, somebody in it"
    prepopulated_fields = {"slug": ("name",)}
    fields = ("name", "slug", "retry_unknown_once", "prompt_in_files", "personal", "created_at")
    readonly_fields = ("personal", "created_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Team]:
        return super().get_queryset(request).annotate(n_people=Count("memberships"))

    @admin.display(description="People", ordering="n_people")
    def people(self, team: Team) -> int:
        return int(getattr(team, "n_people", 0))
