"""Suspending people in the admin: actions on the list of people, and a list of what happened."""

from datetime import timedelta
from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from images_app.audit.watched import ReadOnly
from images_app.people.actions import LastOne, restore, suspend
from images_app.people.models import Suspension
from images_app.teams.admin import PersonAdmin
from images_app.teams.models import User


class SuspendingForm(ActionForm):
    reason = forms.CharField(required=False, max_length=300, label="Reason")
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


# The list of people is the teams room's; this room, above it, adds what it knows of them.
setattr(PersonAdmin, "actions", [suspend_chosen, restore_chosen])  # noqa: B010 - generic for the type checker
PersonAdmin.action_form = SuspendingForm


@admin.register(Suspension)
class SuspensionAdmin(ReadOnly, admin.ModelAdmin[Suspension]):
    list_display = ["person", "reason", "by", "begun_at", "until", "ended_at"]
    list_select_related = ["person", "by"]
    list_filter = [("ended_at", admin.EmptyFieldListFilter), "begun_at"]
    search_fields = ["person__email", "person__name", "reason"]
    search_help_text = "Address or name of the person, words of the reason"
    show_full_result_count = False
