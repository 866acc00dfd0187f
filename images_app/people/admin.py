"""Suspending people and giving strikes in the admin: actions on the list of people, and lists of what happened."""

from datetime import timedelta
from typing import Any, cast
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm
from django.core.exceptions import PermissionDenied
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.html import format_html, format_html_join

from images_app.audit.watched import ReadOnly
from images_app.people import looking, strikes
from images_app.people.actions import LastOne, restore, suspend
from images_app.people.models import Impersonation, Strike, StrikeLift, Suspension
from images_app.people.reasons import Reason
from images_app.teams.admin import PersonAdmin
from images_app.teams.models import User

SHOWN = 100


class LookingForm(forms.Form):
    reason = forms.CharField(max_length=300, label="Reason")


class LiftingForm(ActionForm):
    reason = forms.CharField(required=False, max_length=300, label="Reason")


class SuspendingForm(LiftingForm):
    code = forms.ChoiceField(required=False, choices=[("", "Strike for…"), *Reason.choices], label="For")
    days = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=3650,
        label="Days",
        widget=forms.NumberInput(attrs={"placeholder": "until restored"}),
    )


@admin.action(description="Suspend (with a reason; for some days, or until restored)", permissions=["change"])
def suspend_chosen(site: Any, request: HttpRequest, chosen: QuerySet[User]) -> None:
    reason = request.POST.get("reason", "").strip()
    if not reason:
        messages.error(request, "Write a reason: the list of suspensions keeps it.")
        return
    days = request.POST.get("days", "").strip()  # Django runs no action whose form is not sound
    until = timezone.now() + timedelta(days=int(days)) if days else None
    done, refused = 0, []
    for person in chosen:
        try:
            done += suspend(person, cast(User, request.user), reason, until=until)
        except (PermissionDenied, LastOne):
            refused.append(person.email)
    if refused:
        messages.error(
            request,
            f"Not suspended: {', '.join(refused)}. Nobody suspends themselves or the last superuser, and only a"
            " superuser suspends staff.",
        )
    messages.info(request, f"Suspended: {done}.")


@admin.action(description="Restore (let in again)", permissions=["change"])
def restore_chosen(site: Any, request: HttpRequest, chosen: QuerySet[User]) -> None:
    done, refused = 0, []
    for person in chosen:
        try:
            done += restore(person, cast(User, request.user), request.POST.get("reason", "").strip())
        except PermissionDenied:
            refused.append(person.email)
    if refused:
        messages.error(request, f"Not restored: {', '.join(refused)}. Only a superuser restores staff.")
    messages.info(request, f"Restored: {done}.")


@admin.action(description="Give a strike (with a reason and what for)", permissions=["change"])
def strike_chosen(site: Any, request: HttpRequest, chosen: QuerySet[User]) -> None:
    code, text = request.POST.get("code", ""), request.POST.get("reason", "").strip()
    if code not in Reason.values:
        messages.error(request, "Choose what the strike is for.")
        return
    done, refused = 0, []
    for person in chosen:
        try:
            strikes.give(person, cast(User, request.user), code, text)
            done += 1
        except PermissionDenied:
            refused.append(person.email)
    if refused:
        messages.error(
            request,
            f"No strike: {', '.join(refused)}. Nobody gives themselves one, and only a superuser gives staff one.",
        )
    messages.info(request, f"Strikes given: {done}.")


# The list of people is the teams room's; this room, above it, adds what it knows of them.
admin.site.unregister(User)


@admin.register(User)
class KnownPersonAdmin(PersonAdmin):
    actions = (suspend_chosen, restore_chosen, strike_chosen)
    action_form = SuspendingForm
    list_display = (*PersonAdmin.list_display, "in_force")
    readonly_fields = (*PersonAdmin.readonly_fields, "all_strikes")
    fieldsets = (*PersonAdmin.fieldsets, ("Strikes", {"fields": ("all_strikes",)}))

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        own = strikes.active().filter(person_id=OuterRef("pk")).order_by().values("person_id")
        count = Subquery(own.annotate(n=Count("pk")).values("n"))
        return super().get_queryset(request).annotate(n_strikes=Coalesce(count, 0))

    def get_urls(self) -> list[URLPattern]:
        door = self.admin_site.admin_view
        view = door(self.looking_view)
        return [path("<uuid:id>/looking/", view, name="images_app_user_looking"), *super().get_urls()]

    def looking_view(self, request: HttpRequest, id: UUID) -> HttpResponse:
        """The question why somebody looks as this person, and the beginning of it."""
        person, by = get_object_or_404(User, pk=id), cast(User, request.user)
        if not looking.may(by, person):
            raise PermissionDenied
        form = LookingForm(request.POST if request.method == "POST" else None)
        if form.is_bound and form.is_valid():
            begun = looking.start(by, person, form.cleaned_data["reason"])
            request.session[looking.KEY] = str(begun.pk)
            return redirect("studio")
        context = {**self.admin_site.each_context(request), "title": f"Look as {person}", "form": form}
        answer = {**context, "person": person, "minutes": looking.LONGEST.seconds // 60}
        status = 422 if form.is_bound else 200
        return render(request, "admin/images_app/user/looking.html", answer, status=status)

    @admin.display(description="Strikes", ordering="n_strikes")
    def in_force(self, person: User) -> int:
        return int(getattr(person, "n_strikes", 0))

    @admin.display(description="Strikes")
    def all_strikes(self, person: User) -> str:
        rows = ((one.reason, one.stands, f"{one.expires_at:%Y-%m-%d}") for one in strikes.of(person)[:SHOWN])
        found = format_html_join("", "<li>{} ({}, ends {})</li>", rows)
        return format_html("<ul>{}</ul>", found) if found else "None"


@admin.action(description="Lift (with a reason)", permissions=["lift"])
def lift_chosen(site: Any, request: HttpRequest, chosen: QuerySet[Strike]) -> None:
    done, refused = 0, 0
    for strike in chosen:
        try:
            done += strikes.lift(strike, cast(User, request.user), request.POST.get("reason", "").strip())
        except PermissionDenied:
            refused += 1
    if refused:
        messages.error(request, "Nobody lifts their own strike.")
    messages.info(request, f"Lifted: {done}.")


@admin.register(Strike)
class StrikeAdmin(ReadOnly, admin.ModelAdmin[Strike]):
    actions = (lift_chosen,)
    action_form = LiftingForm
    list_display = ("person_name", "code", "text", "by_name", "given_at", "expires_at", "how_it_stands")
    list_select_related = ("lift",)
    list_filter = (("lift", admin.EmptyFieldListFilter), "code", "given_at", "expires_at")
    search_fields = ("person_name", "text")
    search_help_text = "Address or name of the person, words of the reason"
    show_full_result_count = False

    def has_lift_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("images_app.change_user")

    @admin.display(description="Stands")
    def how_it_stands(self, strike: Strike) -> str:
        return strike.stands


@admin.register(StrikeLift)
class StrikeLiftAdmin(ReadOnly, admin.ModelAdmin[StrikeLift]):
    list_display = ("strike", "by_name", "reason", "at")
    list_select_related = ("strike",)
    list_filter = ("at",)
    search_fields = ("strike__person_name", "reason")
    search_help_text = "Address or name of the person, words of the reason"
    show_full_result_count = False


@admin.register(Impersonation)
class ImpersonationAdmin(ReadOnly, admin.ModelAdmin[Impersonation]):
    list_display = ("by", "person", "reason", "begun_at", "until", "ended_at")
    list_select_related = ("person", "by")
    list_filter = (("ended_at", admin.EmptyFieldListFilter), "begun_at")
    search_fields = ("person__email", "person__name", "by__email", "reason")
    search_help_text = "Address or name of the person, words of the reason"
    show_full_result_count = False


@admin.register(Suspension)
class SuspensionAdmin(ReadOnly, admin.ModelAdmin[Suspension]):
    list_display = ["person", "reason", "by", "begun_at", "until", "ended_at"]
    list_select_related = ["person", "by"]
    list_filter = [("ended_at", admin.EmptyFieldListFilter), "begun_at"]
    search_fields = ["person__email", "person__name", "reason"]
    search_help_text = "Address or name of the person, words of the reason"
    show_full_result_count = False
