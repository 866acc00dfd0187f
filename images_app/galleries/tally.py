"""What the guests of a review round said, for the team: picture by picture, guest by guest, and as files."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Avg, Count, Exists, Max, OuterRef, Q, QuerySet
from django.utils import timezone

from images_app.galleries.access import tiles_of
from images_app.galleries.links import hung_on
from images_app.galleries.models import Guest, ShareLink, Vote
from images_app.galleries.rounds import PICKS, SAID, SCORED, SCORES, answered
from images_app.galleries.shelf import cut
from images_app.images.access import seen_by
from images_app.images.models import StoredImage
from images_app.lib.sheets import BEGINNING, line
from images_app.teams.audience import Audience
from images_app.teams.models import Membership, User

SORTS = ("order", "picks", "score")
HEADINGS = ["number", "picture", "prompt", "guest", "name", "picked", "score", "comment", "answered at"]


@dataclass
class Line:
    """A picture with what all said about it. ``number`` counts from 1 in the link's order, as guests see it."""

    image: StoredImage
    number: int
    picks: int
    scores: list[int]  # how often 1, 2, 3, 4, 5
    average: float | None
    votes: list[Vote] = field(default_factory=list)

    @property
    def scored(self) -> int:
        return sum(self.scores)

    @property
    def bars(self) -> list[tuple[int, int, int]]:
        """Score, how often, and its share of the tallest bar in tenths."""
        most = max(self.scores) or 1
        return [
            (score, count, round(10 * count / most)) for score, count in zip(SCORES, self.scores, strict=True)
        ]

    @property
    def comments(self) -> list[Vote]:
        return [vote for vote in self.votes if vote.comment]


@dataclass(frozen=True)
class Progress:
    """How many guests came, began to answer, and said that they are done."""

    guests: int
    began: int
    done: int


def rounds_of(seat: Membership) -> QuerySet[ShareLink]:
    """The review rounds of a team, open and closed, for everybody who belongs to it; those whose link died too."""
    asks = Q(asks_pick=True) | Q(asks_score=True) | Q(asks_comment=True)
    rows = ShareLink.objects.filter(asks, team=seat.team_id)
    return rows.select_related("team", "made_by", "image__job__generation", "collection")


def with_progress(reader: User, links: list[ShareLink]) -> list[tuple[ShareLink, str, Progress]]:
    """Each with what the team calls it and how far its guests are; one query for all."""
    told = Vote.objects.filter(guest=OuterRef("pk")).filter(PICKS | SCORED | SAID)
    rows = Guest.objects.filter(link__in=links).annotate(said=Exists(told)).order_by().values("link")
    counts = rows.annotate(
        guests=Count("pk"),
        began=Count("pk", filter=Q(said=True)),
        done=Count("pk", filter=Q(done_at__isnull=False)),
    )
    found = {row["link"]: Progress(row["guests"], row["began"], row["done"]) for row in counts}
    return [(link, title_of(reader, link), found.get(link.pk, Progress(0, 0, 0))) for link in links]


def pictures_for(person: User, link: ShareLink) -> QuerySet[StoredImage]:
    """The link's pictures in its order, of those the person may look at: also when the link itself is dead."""
    return hung_on(link, StoredImage.objects.filter(seen_by(person), team=link.team_id))


def lines(person: User, link: ShareLink, *, sort: str, first: int, most: int) -> list[Line]:
    """``most`` pictures from the place ``first`` on, with all that was said about them: three queries, however many
    guests there are. ``sort``: "picks" or "score" puts the most and the best first, else the link's order holds."""
    order = {
        pk: number for number, pk in enumerate(pictures_for(person, link).values_list("pk", flat=True), 1)
    }
    counts, nothing = _counts(link), dict.fromkeys(["picks", *(f"score_{score}" for score in SCORES)], 0)

    def place(pk: UUID) -> tuple[float, float, int]:
        row = counts.get(pk, nothing)
        picks, average = float(row["picks"]), float(row.get("average") or 0)
        return (*{"picks": (-picks, -average), "score": (-average, -picks)}.get(sort, (0.0, 0.0)), order[pk])

    chosen = sorted(order, key=place)[first : first + most]
    images = tiles_of(StoredImage.objects.all()).in_bulk(chosen)
    found = {}
    for pk in chosen:
        row = counts.get(pk, nothing)
        scores = [row[f"score_{score}"] for score in SCORES]
        found[pk] = Line(images[pk], order[pk], row["picks"], scores, row.get("average"))
    for vote in _votes(link).filter(image__in=chosen):
        found[vote.image_id].votes.append(vote)
    return list(found.values())


def _counts(link: ShareLink) -> dict[UUID, dict[str, Any]]:
    """What the guests' answers come to, by picture; one query."""
    each = {f"score_{score}": Count("pk", filter=Q(score=score)) for score in SCORES}
    votes = Vote.objects.filter(guest__link=link).order_by()
    rows = votes.values("image").annotate(picks=Count("pk", filter=PICKS), average=Avg("score"), **each)
    return {row["image"]: dict(row) for row in rows}


def _votes(link: ShareLink) -> QuerySet[Vote]:
    rows = answered(Vote.objects.filter(guest__link=link)).select_related("guest")
    return rows.order_by("guest__created_at", "guest__id")


@dataclass(frozen=True)
class Voice:
    """A guest with how much they said."""

    guest: Guest
    picks: int
    scores: int
    comments: int
    last: datetime | None

    @property
    def said(self) -> bool:
        """Whether there is an answer of theirs."""
        return bool(self.picks or self.scores or self.comments)


def voices(link: ShareLink) -> list[Voice]:
    """Every guest of the round, the first who came first; one query. There are no more than LINK_GUESTS."""
    rows = Guest.objects.filter(link=link).annotate(
        picks=Count("votes", filter=Q(votes__picked=True)),
        scores=Count("votes", filter=Q(votes__score__isnull=False)),
        comments=Count("votes", filter=~Q(votes__comment="") & Q(votes__isnull=False)),
        last=Max("votes__updated_at"),
    )
    return [Voice(one, one.picks, one.scores, one.comments, one.last) for one in rows]


# --- as files


def as_csv(person: User, link: ShareLink) -> Iterator[bytes]:
    """A line for each answer, in the pictures' order; names and comments as words, never as formulas."""
    yield BEGINNING
    yield line(HEADINGS)
    for number, image, votes in _all(person, link):
        for vote in votes:
            yield line(
                [
                    number,
                    image.pk,
                    image.prompt,
                    vote.guest_id,
                    vote.guest.name,
                    "yes" if vote.picked else "",
                    vote.score or "",
                    vote.comment,
                    vote.updated_at.isoformat(timespec="seconds"),
                ]
            )


def as_json(person: User, link: ShareLink) -> dict[str, Any]:
    """The round with its guests, and its pictures with what each guest said. Guests are numbered; names may repeat."""
    counts = _counts(link)
    guests = [
        {"guest": one.pk, "name": one.name, "came_at": one.created_at, "done_at": one.done_at}
        for one in Guest.objects.filter(link=link)
    ]
    return {
        "round": {"title": title_of(person, link), "closes_at": link.closes_at, "asked": asked_of(link)},
        "exported_at": timezone.now(),
        "guests": guests,
        "pictures": [
            {
                "number": number,
                "picture": image.pk,
                "prompt": image.prompt,
                "picks": counts.get(image.pk, {}).get("picks", 0),
                "average_score": counts.get(image.pk, {}).get("average"),
                "scores": {score: counts.get(image.pk, {}).get(f"score_{score}", 0) for score in SCORES},
                "answers": [
                    {
                        "guest": vote.guest_id,
                        "picked": vote.picked,
                        "score": vote.score,
                        "comment": vote.comment,
                        "at": vote.updated_at,
                    }
                    for vote in votes
                ],
            }
            for number, image, votes in _all(person, link)
        ],
    }


def _all(person: User, link: ShareLink) -> Iterator[tuple[int, StoredImage, list[Vote]]]:
    """Every picture with its number and its answers; two queries."""
    said: dict[UUID, list[Vote]] = {}
    for vote in _votes(link):
        said.setdefault(vote.image_id, []).append(vote)
    for number, image in enumerate(tiles_of(pictures_for(person, link)), 1):
        yield number, image, said.get(image.pk, [])


def asked_of(link: ShareLink) -> list[str]:
    asked = {"pick": link.asks_pick, "score": link.asks_score, "comment": link.asks_comment}
    return [name for name, on in asked.items() if on]


def title_of(reader: User, link: ShareLink) -> str:
    """What somebody of the team knows a link by: its own title, else what it leads to, in words they may read now."""
    if link.title:
        return link.title
    if link.collection is not None:
        seen = link.collection.audience >= Audience.TEAM or link.collection.person_id == reader.pk
        return link.collection.title if seen or link.made_by_id == reader.pk else "A collection"
    if link.image is None:
        return "A selection"
    own = link.image.person_id == reader.pk
    seen = link.image.audience >= Audience.TEAM and not (link.image.trashed_at or link.image.hidden_at)
    return cut(link.image.prompt, 80) if own or seen else "A picture"


def titled(reader: User, links: Iterable[ShareLink]) -> list[ShareLink]:
    """The same links, each with that as its ``words``."""
    found = list(links)
    for link in found:
        link.words = title_of(reader, link)  # type: ignore[attr-defined]
    return found
