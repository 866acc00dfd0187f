"""What a team spent, and its limits: of all for those who keep the team's money, of oneself for the others."""

from functools import cached_property

from django.db.models import Q, QuerySet

from images_app.budgets.actions import today
from images_app.budgets.limits import Left, in_order, lefts, with_tallies
from images_app.budgets.models import Budget, LedgerEntry, Scope
from images_app.jobs.models import ImageJob
from images_app.jobs.spending import Books, Range
from images_app.teams.models import Membership
from images_app.teams.roles import Can


class Spend(Books):
    """What the holder of ``seat`` may see of the team's books in a range: keepers everything, others their own."""

    def __init__(self, seat: Membership, range: Range) -> None:
        super().__init__(range)
        self.seat = seat

    @property
    def keeps(self) -> bool:
        return self.seat.may(Can.KEEP)

    def of_ours(self, rows: QuerySet[LedgerEntry]) -> QuerySet[LedgerEntry]:
        rows = rows.filter(team=self.seat.team)
        return rows if self.keeps else rows.filter(person=self.seat.person)

    def of_our_jobs(self, jobs: QuerySet[ImageJob]) -> QuerySet[ImageJob]:
        jobs = jobs.filter(team=self.seat.team)
        return jobs if self.keeps else jobs.filter(person=self.seat.person)

    @cached_property
    def limits(self) -> list[Left]:
        """What is left today: for keepers of every limit of the team, for others of those they count in."""
        if not self.keeps:
            return lefts(self.seat.team, self.seat.person, today())
        team = Q(team=self.seat.team) | Q(scope=Scope.SITE)
        budgets = Budget.objects.filter(team, active=True).select_related("team", "person")
        return with_tallies(sorted(budgets, key=in_order), today())
