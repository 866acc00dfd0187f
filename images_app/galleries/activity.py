"""What happened in a team, as one of its people may see it: who showed, said, gathered and loved what, who came and went.

Read from rows that were written as it happened (teams/activity.py), because no other row says when a picture was shown,
or that somebody left. What is no longer to be seen, a picture kept to oneself again or thrown away, is passed over.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import django_filters
from django.db.models import F, Q, QuerySet
from django.http import QueryDict

from images_app.collections.access import collections_seen_by
from images_app.galleries.shelf import Tile
from images_app.images.access import met
from images_app.images.models import StoredImage
from images_app.jobs.filters import ListFilter
from images_app.lib.drawing import PlainSelect
from images_app.teams.audience import Audience
from images_app.teams.models import Deed, Happening, Team, User

PICTURES_SHOWN = 8  # of one entry

GROUPS: dict[str, tuple[str, frozenset[Deed]]] = {
    "pictures": ("Pictures", frozenset({Deed.SHOWN})),
    "comments": ("Comments", frozenset({Deed.COMMENT})),
    "hearts": ("Hearts", frozenset({Deed.HEART})),
    "collections": ("Collections", frozenset({Deed.COLLECTION})),
    "people": ("Who came and went", frozenset({Deed.JOINED, Deed.LEFT})),
}
_SUMMED_UP = frozenset({Deed.SHOWN, Deed.HEART})


def happenings(reader: User, team: Team) -> QuerySet[Happening]:
    """Everything the reader, who belongs to the team, may see of it."""
    shown = Q(met("image"), image__team=team, image__audience__gte=Audience.TEAM)
    gathered = Q(collection=None) | Q(collection__in=collections_seen_by(reader).values("pk"))
    said = Q(comment=None) | Q(comment__hidden_at=None)
    rows = Happening.objects.filter(Q(image=None) | shown, gathered, said, team=team)
    return rows.select_related("person", "image", "comment", "collection").annotate(
        prompt=F("image__job__generation__prompt")
    )


class ActivityFilter(ListFilter):
    """``person`` is one of the team's people by id; ``kind`` one of GROUPS."""

    person = django_filters.ChoiceFilter(
        method="by_person", label="Person", empty_label="Everybody", choices=[], widget=PlainSelect
    )
    kind = django_filters.ChoiceFilter(
        method="of_kind",
        label="What",
        empty_label="Everything",
        choices=[(name, label) for name, (label, _) in GROUPS.items()],
    )

    class Meta:
        model = Happening
        fields: list[str] = []

    def __init__(self, data: QueryDict, reader: User, team: Team, people: Iterable[User]) -> None:
        super().__init__(data, happenings(reader, team))
        self.filters["person"].extra["choices"] = [(str(one.pk), one.display_name) for one in people]

    def by_person(self, rows: QuerySet[Any], name: str, person: str) -> QuerySet[Any]:
        return rows.filter(person=person)

    def of_kind(self, rows: QuerySet[Any], name: str, kind: str) -> QuerySet[Any]:
        return rows.filter(kind__in=GROUPS[kind][1])


@dataclass
class Entry:
    """Something somebody did; a day's pictures of theirs, and a day's hearts, are one entry."""

    rows: list[Happening]

    @property
    def first(self) -> Happening:
        return self.rows[0]

    @property
    def words(self) -> str:
        """What follows the person's name."""
        count = len(self.rows)
        pictures = "a picture" if count == 1 else f"{count} pictures"
        match Deed(self.first.kind):
            case Deed.SHOWN:
                return f"showed {pictures}"
            case Deed.HEART:
                return f"loves {pictures}"
            case Deed.COMMENT:
                return "commented on a picture"
            case Deed.COLLECTION:
                return "made a collection"
            case Deed.JOINED:
                return "joined the team"
            case Deed.LEFT:
                return "left the team"

    @property
    def tiles(self) -> list[Tile]:
        return [Tile(_picture(row)) for row in self.rows[:PICTURES_SHOWN] if row.image]

    @property
    def more(self) -> int:
        return max(0, len(self.rows) - PICTURES_SHOWN)


def _picture(row: Happening) -> StoredImage:
    assert row.image is not None
    row.image.prompt = getattr(row, "prompt", "")
    return row.image


def summed_up(rows: Iterable[Happening]) -> list[Entry]:
    """The rows of one day, newest first, as entries: each stands where its newest row does."""
    return list(_entries(rows))


def _entries(rows: Iterable[Happening]) -> Iterator[Entry]:
    open_ones: dict[tuple[Any, str], Entry] = {}
    for row in rows:
        key = (row.person_id, row.kind)
        if row.kind in _SUMMED_UP and key in open_ones:
            open_ones[key].rows.append(row)
        else:
            open_ones[key] = Entry([row])
            yield open_ones[key]
