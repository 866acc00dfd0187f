"""Which of a person's jobs a list shows, read from the address."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import django_filters
from django import forms
from django.db.models import QuerySet
from django.http import QueryDict

from images_app.jobs.models import ImageJob
from images_app.jobs.states import PENDING, State

# What people ask for; several states of the machine may be one of theirs.
GROUPS: dict[str, tuple[str, frozenset[State]]] = {
    "under-way": ("Under way", PENDING),
    "decide": ("Needs your decision", frozenset({State.UNKNOWN})),
    "done": ("Done", frozenset({State.SUCCEEDED})),
    "refused": ("Refused", frozenset({State.REJECTED})),
    "failed": ("Failed", frozenset({State.FAILED})),
    "lost": ("Lost", frozenset({State.LOST})),
    "cancelled": ("Cancelled", frozenset({State.CANCELLED})),
}
TEXT_AT_MOST = 200


def text_field(**attributes: str) -> dict[str, Any]:
    """The options of a search box over what people wrote."""
    return {
        "max_length": TEXT_AT_MOST,
        "widget": forms.TextInput(attrs={"type": "search", "autocomplete": "off", **attributes}),
    }


@dataclass(frozen=True)
class Tab:
    label: str
    address: str  # a query, to follow from the page it stands on
    current: bool


def tabs(asked: QueryDict, choices: Iterable[tuple[str, str]], *, name: str = "state") -> list[Tab]:
    """Links that choose ``name`` and keep the other filters; the first page of each."""
    kept = [(other, value) for other, value in asked.items() if other not in {name, "before"} and value]
    now = asked.get(name, "")
    return [
        Tab(label, f"?{urlencode([*kept, *([(name, choice)] if choice else [])])}", choice == now)
        for choice, label in choices
    ]


class ListFilter(django_filters.FilterSet):  # type: ignore[misc]  # it has no types
    """A list's filters, read from the address; what they do not understand finds nothing."""

    @property
    def rows(self) -> QuerySet[Any]:
        found: QuerySet[Any] = self.queryset
        if self.in_use:  # reading a form that says nothing takes longer than finding the rows
            found = self.qs if self.is_valid() else found.none()
        return found

    @property
    def in_use(self) -> bool:
        return any(self.data.get(name) for name in self.filters)


class JobFilter(ListFilter):
    """``text`` within the prompt; ``state`` one of GROUPS.

    ``text`` is looked for as it stands, not by the library's index of words: that has a row for each picture, and this
    list is where one finds what never became a picture.
    """

    text = django_filters.CharFilter(
        field_name="generation__prompt",
        lookup_expr="icontains",
        label="Search prompts",
        **text_field(placeholder="Search prompts"),
    )
    state = django_filters.ChoiceFilter(
        method="in_group",
        label="State",
        empty_label="Every state",
        choices=[(value, label) for value, (label, _) in GROUPS.items()],
    )

    class Meta:
        model = ImageJob
        fields: list[str] = []

    def in_group(self, jobs: QuerySet[ImageJob], name: str, value: str) -> QuerySet[ImageJob]:
        return jobs.filter(state__in=GROUPS[value][1])
