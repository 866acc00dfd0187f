"""What the library shows, read from the address: pictures, or the messages in place of pictures that were not made."""

from collections.abc import Iterable
from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.http import QueryDict

from images_app.images.models import StoredImage
from images_app.jobs.filters import GROUPS, ListFilter, text_field
from images_app.jobs.models import ImageJob

# The groups of jobs that stand in the library as a message where a picture would be.
MESSAGES = ["decide", "refused", "failed", "lost"]


class ShelfFilter(ListFilter):
    """``text``, ``model`` and ``state``."""

    # The way from a row to its generation.
    generation = "job__generation__"

    text = django_filters.CharFilter(
        method="with_text",
        label="Search prompts",
        **text_field(placeholder="Search prompts", **{"aria-keyshortcuts": "/"}),
    )
    model = django_filters.ChoiceFilter(method="of_model", label="Model", empty_label="Every model")
    state = django_filters.ChoiceFilter(
        method="in_group",
        label="State",
        empty_label="Pictures",
        choices=[(group, GROUPS[group][0]) for group in MESSAGES],
    )

    def __init__(self, data: QueryDict, queryset: QuerySet[Any], models: Iterable[tuple[str, str]]) -> None:
        super().__init__(data, queryset)
        self.filters["model"].extra["choices"] = list(models)

    def with_text(self, rows: QuerySet[Any], name: str, text: str) -> QuerySet[Any]:
        return rows.filter(Q(**{f"{self.generation}prompt__icontains": text}))

    def of_model(self, rows: QuerySet[Any], name: str, model: str) -> QuerySet[Any]:
        return rows.filter(**{f"{self.generation}model__name": model})

    def in_group(self, rows: QuerySet[Any], name: str, group: str) -> QuerySet[Any]:
        return rows


class PictureFilter(ShelfFilter):
    """Over StoredImage; the text is looked for in what the person wrote and in what the model was told."""

    class Meta:
        model = StoredImage
        fields: list[str] = []

    def with_text(self, rows: QuerySet[Any], name: str, text: str) -> QuerySet[Any]:
        return rows.filter(Q(job__generation__prompt__icontains=text) | Q(revised_prompt__icontains=text))


class MessageFilter(ShelfFilter):
    """Over ImageJob."""

    generation = "generation__"

    class Meta:
        model = ImageJob
        fields: list[str] = []

    def in_group(self, rows: QuerySet[Any], name: str, group: str) -> QuerySet[Any]:
        return rows.filter(state__in=GROUPS[group][1])
