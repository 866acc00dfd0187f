"""Limits and the ledger in the admin: limits to be set, the ledger to be read."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError

from images_app.audit.watched import Audited, ReadOnly
from images_app.budgets.models import Budget, LedgerEntry, Scope, key_of


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
    list_display = ["scope", "team", "person", "period", "usd", "pictures", "hard", "active"]
    list_filter = ["scope", "period", "hard", "active"]
    list_select_related = ["team", "person"]
    search_fields = ["team__name", "team__slug", "person__email", "person__name"]
    autocomplete_fields = ["team", "person"]


@admin.register(LedgerEntry)
class LedgerAdmin(ReadOnly, admin.ModelAdmin[LedgerEntry]):
    list_display = ["at", "kind", "team", "person", "model", "held", "spent", "pictures", "reason", "job"]
    list_filter = ["kind", "provider", "day"]
    list_select_related = ["team", "person", "model"]
    search_fields = ["=job", "=attempt", "team__slug", "person__email"]
    date_hierarchy = "day"
    show_full_result_count = False
