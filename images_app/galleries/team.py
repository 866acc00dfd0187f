"""What a team sees of itself: everything shown to it, what is loved most, and who is making what just now."""

from dataclasses import dataclass

from django.db.models import Count, Exists, Max, OuterRef, Q
from django.http import QueryDict
from django.urls import reverse

from images_app.images.access import leavers, shown_in
from images_app.jobs.filters import Tab, tabs
from images_app.jobs.models import Generation, ImageJob
from images_app.jobs.states import PENDING, written_out
from images_app.providers.models import ImageModel
from images_app.teams.audience import Audience
from images_app.teams.models import Membership, Team, User
from images_app.teams.roles import Can

BUSY_SHOWN = 8
_PENDING = written_out(sorted(PENDING))  # as the index job_under_way has it

# The lists of a gallery, by what the address calls them.
LISTS = [("", "Everything"), ("loved", "Most loved"), ("mine", "Mine")]
LEFT = "People who left"


def tabs_for(seat: Membership, asked: QueryDict) -> list[Tab]:
    """The lists of the gallery, to be followed from it; the last is only for those who keep the team, while there is
    anything in it."""
    lists = tabs(asked, LISTS, name="list")
    if seat.may(Can.INHERIT) and leavers(seat.team).order_by().exists():
        lists.append(Tab(LEFT, reverse("team_left", args=[seat.team.slug]), current=False))
    return lists


def tabs_beside(team: Team) -> list[Tab]:
    """The same, to be followed from the last of them."""
    gallery = reverse("team", args=[team.slug])
    lists = [
        Tab(tab.label, f"{gallery}{tab.address}", current=False)
        for tab in tabs(QueryDict(), LISTS, name="list")
    ]
    return [*lists, Tab(LEFT, reverse("team_left", args=[team.slug]), current=True)]


@dataclass(frozen=True)
class Maker:
    """Somebody who is making pictures in the team now. What they wrote is told where its pictures will be shown."""

    person: User
    count: int  # pictures under way
    prompt: str


def makers(team: Team) -> list[Maker]:
    """The latest first, each person once."""
    under_way = ImageJob.objects.filter(team=team).extra(where=[_PENDING])  # noqa: S610 - our own words
    counts = dict(
        under_way.order_by()
        .values("person")
        .annotate(count=Count("pk"), last=Max("created_at"))
        .order_by("-last")
        .values_list("person", "count")[:BUSY_SHOWN]
    )
    latest: dict[object, Generation] = {}
    # From the jobs to their generations: the other way leads through all that these people ever asked for.
    busy = Generation.objects.filter(pk__in=under_way.filter(person__in=list(counts)).values("generation"))
    for generation in busy.select_related("person").order_by("-created_at", "-id")[: BUSY_SHOWN * 8]:
        latest.setdefault(generation.person_id, generation)
    return [
        Maker(
            latest[pk].person,
            count,
            latest[pk].prompt if latest[pk].audience >= Audience.TEAM else "",
        )
        for pk, count in counts.items()
        if pk in latest
    ]


def models_shown(team: Team) -> list[tuple[str, str]]:
    """Name and label of every model that made a picture the team sees, for a choice."""
    used = shown_in(team).filter(model=OuterRef("pk")).order_by()
    found = ImageModel.objects.filter(Exists(used)).order_by("position", "label")
    return list(dict(found.values_list("name", "label")).items())


def people_shown(team: Team) -> list[User]:
    """The team's people, and whoever left pictures in it that it sees."""
    left = shown_in(team).filter(person=OuterRef("pk")).order_by()
    people = User.objects.filter(Q(memberships__team=team) | Q(Exists(left))).distinct()
    return list(people.only("name", "email").order_by("name", "email"))
