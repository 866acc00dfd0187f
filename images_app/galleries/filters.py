"""What the library shows, read from the address: pictures, or the messages in place of pictures that were not made."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import django_filters
from django import forms
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils import timezone

from images_app.galleries.access import gallery_of, left_behind, models_used_by, pictures_of
from images_app.images.models import StoredImage
from images_app.images.search import matching, owner_of, person_word, team_word
from images_app.jobs.filters import GROUPS, ListFilter, text_field
from images_app.jobs.models import ImageJob
from images_app.lib.drawing import PlainSelect
from images_app.lib.ratio import SHAPES
from images_app.providers.models import ImageModel
from images_app.teams.models import Team, User

# The groups of jobs that stand in the library as a message where a picture would be.
MESSAGES = ["decide", "refused", "failed", "lost"]
# Spans of time counted back from today, so that a saved view stays true.
SPANS = {
    "today": ("Today", 0),
    "week": ("Last 7 days", 6),
    "month": ("Last 30 days", 29),
    "year": ("Last 12 months", 364),
}
_FIRST_DAY, _LAST_DAY = date(1970, 1, 1), date(2999, 12, 31)


class ShelfFilter(ListFilter):
    """``text``, ``model``, ``when`` or ``since`` and ``until`` (days, both included), ``state``."""

    # The way from a row to its generation.
    generation = "job__generation__"

    text = django_filters.CharFilter(
        method="with_text",
        label="Search prompts",
        **text_field(placeholder="Search prompts", **{"aria-keyshortcuts": "/"}),
    )
    model = django_filters.ChoiceFilter(method="of_model", label="Model", empty_label="Every model")
    when = django_filters.ChoiceFilter(
        method="within",
        label="Made",
        empty_label="Any time",
        choices=[(name, label) for name, (label, _) in SPANS.items()],
    )
    since = django_filters.DateFilter(
        method="made_since", label="From", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    until = django_filters.DateFilter(
        method="made_until", label="To", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
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
        return rows.filter(**{f"{self.generation}prompt__icontains": text})

    def of_model(self, rows: QuerySet[Any], name: str, model: str) -> QuerySet[Any]:
        return rows.filter(**{f"{self.generation}model__name": model})

    def within(self, rows: QuerySet[Any], name: str, span: str) -> QuerySet[Any]:
        return self.made_since(rows, name, timezone.localdate() - timedelta(days=SPANS[span][1]))

    def made_since(self, rows: QuerySet[Any], name: str, day: date) -> QuerySet[Any]:
        return rows.filter(created_at__gte=_moment(day, time.min))

    def made_until(self, rows: QuerySet[Any], name: str, day: date) -> QuerySet[Any]:
        return rows.filter(created_at__lte=_moment(day, time.max))

    def in_group(self, rows: QuerySet[Any], name: str, group: str) -> QuerySet[Any]:
        return rows


class PictureFilter(ShelfFilter):
    """Over a person's StoredImages; ``shape``, ``favourite`` and ``person`` beside the others.

    ``text`` is what images/search.py understands: with it the rows have a ``number`` and stand in its order.
    """

    shape = django_filters.ChoiceFilter(
        method="of_shape",
        label="Shape",
        empty_label="Every shape",
        choices=[(name, name.title()) for name in SHAPES],
    )
    favourite = django_filters.BooleanFilter(
        method="is_favourite", label="Favourites", widget=forms.CheckboxInput
    )
    person = django_filters.ChoiceFilter(
        method="by_person",
        label="Person",
        empty_label="Everybody",
        choices=[("me", "Me")],
        widget=PlainSelect,
    )

    class Meta:
        model = StoredImage
        fields: list[str] = []

    def __init__(
        self, data: QueryDict, person: User, models: Iterable[tuple[str, str]], before: int | None = None
    ) -> None:
        super().__init__(data, pictures_of(person), models)
        self._person, self._before, self._owner = person, before, person_word(person.pk)

    @property
    def rows(self) -> QuerySet[Any]:
        rows = super().rows
        text = self.form.cleaned_data.get("text") if self.in_use and self.is_valid() else ""
        return matching(rows, self._owner, text, before=self._before) if text else rows

    def with_text(self, rows: QuerySet[Any], name: str, text: str) -> QuerySet[Any]:
        return rows

    def of_model(self, rows: QuerySet[Any], name: str, model: str) -> QuerySet[Any]:
        # One id, which nearly every name has, lets the index hand the pictures out in their order.
        ids = list(ImageModel.objects.filter(name=model).values_list("pk", flat=True))
        return rows.filter(model=ids[0]) if len(ids) == 1 else rows.filter(model__in=ids)

    def of_shape(self, rows: QuerySet[Any], name: str, shape: str) -> QuerySet[Any]:
        return rows.filter(shape=shape)

    def is_favourite(self, rows: QuerySet[Any], name: str, wanted: bool) -> QuerySet[Any]:
        if not wanted:
            return rows
        # Joined, not asked whether each is among them: SQLite would look through a million for a dozen hearts.
        return rows.filter(favourites__person=self._person)

    def by_person(self, rows: QuerySet[Any], name: str, person: str) -> QuerySet[Any]:
        return rows.filter(person=self._person)


class GalleryFilter(PictureFilter):
    """Over what a team sees of itself; ``person`` is one of its people by id, or ``me``."""

    def __init__(
        self,
        data: QueryDict,
        reader: User,
        team: Team,
        models: Iterable[tuple[str, str]],
        people: Iterable[User],
        before: int | None = None,
    ) -> None:
        people = list(people)
        ShelfFilter.__init__(self, data, self.pictures(reader, team, people), models)
        self._person, self._before, self._team = reader, before, team.pk
        self._owner = team_word(team.pk)
        mine = reader.pk
        others = [(str(person.pk), person.display_name) for person in people if person.pk != mine]
        me = [("me", "Me")] if len(others) < len(people) else []
        self.filters["person"].extra["choices"] = [*me, *others]

    def pictures(self, reader: User, team: Team, people: list[User]) -> QuerySet[StoredImage]:
        return gallery_of(reader, team)

    def by_person(self, rows: QuerySet[Any], name: str, person: str) -> QuerySet[Any]:
        whose = self._person.pk if person == "me" else UUID(person)
        self._owner = owner_of(whose, self._team)  # words are looked for last
        return rows.filter(person=whose)


class LeftFilter(GalleryFilter):
    """Over what ``people``, who left the team, have in it; ``person`` is one of them by id."""

    def pictures(self, reader: User, team: Team, people: list[User]) -> QuerySet[StoredImage]:
        return left_behind(reader, team, people)


class MessageFilter(ShelfFilter):
    """Over ImageJob; ``text`` as jobs/filters.py has it: the index of words knows pictures only."""

    generation = "generation__"

    class Meta:
        model = ImageJob
        fields: list[str] = []

    def in_group(self, rows: QuerySet[Any], name: str, group: str) -> QuerySet[Any]:
        return rows.filter(state__in=GROUPS[group][1])


def pictures_asked(person: User, asked: QueryDict) -> QuerySet[StoredImage]:
    """Every picture of the person that the library shows at the address ``asked``, whatever its page."""
    if asked.get("state"):  # messages, no pictures
        return StoredImage.objects.none()
    return PictureFilter(asked, person, models_used_by(person)).rows


def _moment(day: date, at: time) -> datetime:
    """Days beyond what databases and time zones can count are the last they can."""
    return timezone.make_aware(datetime.combine(min(max(day, _FIRST_DAY), _LAST_DAY), at))
