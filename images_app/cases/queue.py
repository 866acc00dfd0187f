"""The desk's pages: what waits, the most urgent and oldest first, and what a tile shows of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.http import Http404
from django.utils import timezone

from images_app.cases.access import waiting
from images_app.cases.models import Case, Opening, Reason, Report
from images_app.lib.keyset import Place
from images_app.lib.words import about
from images_app.teams.models import User

PAGE_SIZE = 60
QUOTED = 3  # reports whose words are shown


@dataclass
class CaseTile:
    """A case as a moderator sees it; what it is about only once they have asked for it (``opened``)."""

    case: Case
    opened: bool = False
    reports: int = 0
    reasons: list[str] = field(default_factory=list)
    code: str = ""  # of most reports: offered where somebody hides it
    quotes: list[str] = field(default_factory=list)

    @property
    def seen(self) -> str:
        """What a form sends of it."""
        return f"{self.case.pk}:{self.case.version}"

    @property
    def clock(self) -> str:
        """ "5 h left", "2 h late"."""
        left = (self.case.due_at - timezone.now()).total_seconds()
        return f"{about(left)} left" if left >= 0 else f"{about(-left)} late"

    @property
    def words(self) -> str:
        """What somebody wrote: the comment, or the prompt. Only for who has opened it."""
        if self.case.comment is not None:
            return self.case.comment.text
        return str(self.case.flag.generation.prompt) if self.case.flag is not None else ""


def page(person: User, state: Case.State, after: Place | None) -> tuple[list[CaseTile], Place | None]:
    """A page, and where the next begins. Two walks of one index: the rest of the urgency in hand, and what is less
    urgent."""
    rows = waiting(person, state).order_by("-urgency", "opened_at", "id")
    if after is None:
        found = list(_joined(rows)[: PAGE_SIZE + 1])
    else:
        if after.count is None:
            raise Http404("no such page")
        alike = rows.filter(urgency=after.count, opened_at__gte=after.at)
        later = Q(opened_at__gt=after.at) | Q(id__gt=after.id)
        found = list(_joined(alike.filter(later))[: PAGE_SIZE + 1])
        found += list(_joined(rows.filter(urgency__lt=after.count))[: PAGE_SIZE + 1 - len(found)])
    shown = found[:PAGE_SIZE]
    last = shown[-1] if len(found) > PAGE_SIZE else None
    return tiles_of(person, shown), Place(last.opened_at, last.pk, last.urgency) if last else None


def _joined(rows: QuerySet[Case]) -> QuerySet[Case]:
    joined = rows.select_related("image", "comment", "flag__generation", "team", "escalated_by", "removal_by")
    return joined.defer("image__revised_prompt")


def tiles_of(person: User, cases: Sequence[Case]) -> list[CaseTile]:
    """In their order; three queries however many."""
    tiles = {case.pk: CaseTile(case) for case in cases}
    for pk in Opening.objects.filter(person=person, case__in=list(tiles)).values_list("case", flat=True):
        tiles[pk].opened = True
    said = Report.objects.filter(case__in=list(tiles)).order_by().values_list("case", "code")
    for pk, code, count in said.annotate(count=Count("pk")).order_by("-count", "code"):
        tile = tiles[pk]
        tile.reports += count
        tile.code = tile.code or code
        tile.reasons.append(Reason(code).label)
    _quote(tiles)
    return list(tiles.values())


def _quote(tiles: dict[UUID, CaseTile]) -> None:
    opened = [pk for pk, tile in tiles.items() if tile.opened]
    written = Report.objects.filter(case__in=opened).exclude(text="").order_by("-at")
    for pk, text in written.values_list("case", "text")[: PAGE_SIZE * QUOTED]:
        if len(tiles[pk].quotes) < QUOTED:
            tiles[pk].quotes.append(text)
