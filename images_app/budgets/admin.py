"""Limits and the ledger in the admin: limits to be set, the ledger to be read."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError

from images_app.audit.watched import Audited, ReadOnly
from images_app.budgets.models import Budget, LedgerEntry, Scope, key_of
from images_app.lib.finding import FoundById
from images_app.lib.words import money


class BudgetForm(forms.ModelForm[Budget]):
    """A team's limit names the team, a person's both; the site's neither."""

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        scope, team, person = data.get("scope"), data.get("team"), data.get("person")
        if not scope:
            return data
        if scope != Scope.SITE and team is None:
            self.add_error("team", "Choose the team.")
        if scope == Scope.PERSON and person is None:
            self.add_error("person", "Choose the person.")
        data["team"] = team if scope != Scope.SITE else None
        data["person"] = person if scope == Scope.PERSON else None
        if data.get("usd") is None and data.get("pictures") is None:
            raise ValidationError("Set a limit in dollars, in pictures or in both.")
        if not self.errors:
            key = key_of(Scope(scope), data["team"] and data["team"].pk, data["person"] and data["person"].pk)
            alike = Budget.objects.filter(key=key, period=data.get("period")).exclude(pk=self.instance.pk)
            if alike.exists():
                raise ValidationError("There is such a limit already. Change that one.")
        return data


@admin.register(Budget)
class BudgetAdmin(Audited, admin.ModelAdmin[Budget]):
    form = BudgetForm
    list_display = ["whose", "period", "dollars", "most_pictures", "hard", "active"]
    list_filter = ["scope", "period", "hard", "active"]
    list_select_related = ["team", "person"]
    search_fields = ["team__name", "team__slug", "person__email", "person__name"]
    search_help_text = "Team, person"
    autocomplete_fields = ["team", "person"]

    @admin.display(description="Limit of", ordering="scope")
    def whose(self, budget: Budget) -> str:
        if budget.person:
            return f"{budget.person} in {budget.team}"
        return f"Team {budget.team}" if budget.team else "Everybody together"

    @admin.display(description="Money", ordering="usd", empty_value="No limit")
    def dollars(self, budget: Budget) -> str | None:
        return None if budget.usd is None else money(budget.usd)

    @admin.display(description="Pictures", ordering="pictures", empty_value="No limit")
    def most_pictures(self, budget: Budget) -> int | None:
        return budget.pictures


@admin.register(LedgerEntry)
class LedgerAdmin(FoundById, ReadOnly, admin.ModelAdmin[LedgerEntry]):
    list_display = ["at", "kind", "team", "person", "model", "held", "spent", "pictures", "reason", "job"]
    list_display_links = ["at", "kind"]
    list_filter = ["day", "kind", "provider", "model"]
    list_select_related = ["team", "person", "model"]
    ids = ("job", "attempt")
    search_fields = ["team__slug", "team__name", "person__name"]
    search_help_text = "Id of job or call, team, person"
    ordering = ["-id"]  # the newest first; as it was written, by its command
    show_full_result_count = False
