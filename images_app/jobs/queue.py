"""The queue as a person sees it: their own pictures under way, and their teams' without a word of the prompts."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from django.db.models import QuerySet

from images_app.jobs.choices import quality_name
from images_app.jobs.expect import Line, expected_s, lines
from images_app.jobs.models import Generation, ImageJob
from images_app.jobs.states import IN_FLIGHT, PENDING, State
from images_app.jobs.tiles import waiting_words
from images_app.lib.ratio import ratio_of, shape_name
from images_app.lib.words import about, ordinal
from images_app.teams.access import own, teams_of
from images_app.teams.models import User

MOST = 400  # pictures of one's own, and of the others, that a page shows


@dataclass(frozen=True)
class Row:
    """One submission: what of it develops, what of it waits, and where. ``at`` of ``among`` of one's own in its line."""

    generation: Generation
    jobs: Sequence[ImageJob]
    lines: Mapping[UUID, Line]
    at: int = 0
    among: int = 1

    @cached_property
    def waiting(self) -> list[ImageJob]:
        """In the order of their turns."""
        return [job for job in self.jobs if job.state == State.QUEUED]

    @property
    def developing(self) -> int:
        return len(self.jobs) - len(self.waiting)

    @property
    def person(self) -> User:
        return self.jobs[0].person

    @property
    def quiet(self) -> bool:
        return bool(self.waiting) and self.waiting[0].quiet

    @property
    def place(self) -> str:
        """ "Next", "2nd", "2nd to 5th"; "" where nothing of it waits."""
        places = [self.lines[job.pk].place for job in self.waiting]
        if not places:
            return ""
        first, last = min(places), max(places)
        words = "Next" if first == 1 else ordinal(first)
        return words if first == last else f"{words} to {ordinal(last)}"

    @property
    def sentence(self) -> str:
        """Why its first picture waits, or when it starts."""
        return waiting_words(self.lines[self.waiting[0].pk]) if self.waiting else ""

    @property
    def done(self) -> str:
        """When its last picture may be there; "" where nobody can say."""
        starts = [self.lines[job.pk].starts_in_s for job in self.waiting]
        known = [seconds for seconds in starts if seconds is not None]
        if not known or len(known) < len(starts):
            return ""
        generation = self.generation
        return about(max(known) + expected_s(generation.model, generation.size, generation.quality))

    @property
    def shape(self) -> str:
        return shape_name(*self.generation.shape)

    @property
    def ratio(self) -> str:
        return ratio_of(*self.generation.shape)

    @property
    def settings(self) -> list[str]:
        named = (self.generation.model.label, self.shape, quality_name(self.generation.quality))
        return [name for name in named if name]

    @property
    def first(self) -> bool:
        return self.at == 0

    @property
    def last(self) -> bool:
        return self.at == self.among - 1


@dataclass(frozen=True)
class Queue:
    """``elsewhere`` counts what waits of people who are in none of one's teams."""

    mine: list[Row]
    team: list[Row]
    elsewhere: int

    @property
    def waiting(self) -> int:
        return sum(len(row.waiting) for row in self.mine)


def queue_of(person: User) -> Queue:
    """What is under way; the number of queries grows with the providers, not with the pictures."""
    under_way = (
        ImageJob.objects.filter(state__in=PENDING)
        .select_related("generation__model__provider", "provider", "person")
        .order_by("quiet", "turn", "id")
    )
    mine = list(under_way.filter(own(person))[:MOST])
    others = _others(under_way, person)
    known = list(others.filter(team__in=teams_of(person))[:MOST])
    elsewhere = others.filter(state=State.QUEUED).exclude(team__in=teams_of(person))
    places = lines([*mine, *known])
    return Queue(_placed(_rows(mine, places)), _rows(known, places), elsewhere.order_by().count())


def _others(under_way: QuerySet[ImageJob], person: User) -> QuerySet[ImageJob]:
    """Other people's, without what they wrote: it is not even read."""
    states = [State.QUEUED, *IN_FLIGHT]
    return under_way.filter(state__in=states).exclude(person=person).defer("generation__prompt")


def _rows(jobs: Iterable[ImageJob], places: Mapping[UUID, Line]) -> list[Row]:
    """By submission, what develops first, then in the order of the line."""
    grouped: dict[tuple[UUID, bool], list[ImageJob]] = {}
    for job in jobs:
        quiet = job.quiet and job.state == State.QUEUED
        grouped.setdefault((job.generation_id, quiet), []).append(job)
    rows = [Row(jobs[0].generation, jobs, places) for jobs in grouped.values()]
    return sorted(rows, key=_order)


def _order(row: Row) -> tuple[bool, int]:
    places = [row.lines[job.pk].place for job in row.waiting]
    return bool(places), min(places, default=0)


def _placed(rows: list[Row]) -> list[Row]:
    """Each with its place among one's own of the same provider and kind of line: that far it can be moved."""
    own: dict[tuple[UUID, bool], list[Row]] = {}
    for row in rows:
        if row.waiting:
            own.setdefault((row.waiting[0].provider_id, row.quiet), []).append(row)
    return [
        Row(row.generation, row.jobs, row.lines, line.index(row), len(line))
        if row.waiting and (line := own[row.waiting[0].provider_id, row.quiet])
        else row
        for row in rows
    ]
