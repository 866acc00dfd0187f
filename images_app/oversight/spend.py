"""What the whole site spent. Sums by day, team and person are read from the tallies, which are always what the ledger
sums up to: a page must not walk a million entries. Only the sums by model are the ledger's."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cached_property
from typing import Any, ClassVar
from uuid import UUID

from django.db.models import Model, QuerySet, Sum

from images_app.budgets.actions import today
from images_app.budgets.limits import Left, in_order, with_tallies
from images_app.budgets.models import Budget, LedgerEntry, Period, Scope, Tally, key_of
from images_app.budgets.units import dollars
from images_app.jobs.models import ImageJob
from images_app.jobs.spending import HEADINGS, ROWS, Books, Row, row_of
from images_app.teams.models import Team, User

PARTS = ("spent", "held", "pictures", "unknown")


class SiteSpend(Books):
    """The books of every team together."""

    headings: ClassVar[list[str]] = [*HEADINGS, "team", "team address"]

    def of_ours(self, rows: QuerySet[LedgerEntry]) -> QuerySet[LedgerEntry]:
        return rows

    def of_our_jobs(self, jobs: QuerySet[ImageJob]) -> QuerySet[ImageJob]:
        return jobs

    @cached_property
    def total(self) -> Row:
        return row_of("All", _dollars(self._tallies(Period.MONTH, SITE).aggregate(**_TALLIED)))

    def monthly(self) -> dict[date, Mapping[str, Any]]:
        return {row["begins"]: _dollars(row) for row in self._by_day(Period.MONTH)}

    def daily(self) -> dict[date, Mapping[str, Any]]:
        return {row["begins"]: _dollars(row) for row in self._by_day(Period.DAY)}

    @cached_property
    def teams(self) -> list[Row]:
        return self._of_scope(Scope.TEAM, Team.objects.all())

    @cached_property
    def people(self) -> list[Row]:
        return self._of_scope(Scope.PERSON, User.objects.all())

    @cached_property
    def limits(self) -> list[Left]:
        """What is left today of every limit, the site's first."""
        budgets = Budget.objects.filter(active=True).select_related("team", "person")
        return with_tallies(sorted(budgets, key=in_order), today())

    def cells(self, entry: LedgerEntry) -> list[object]:
        return [*super().cells(entry), entry.team.name, entry.team.slug]

    def _tallies(self, period: Period, key: str) -> "QuerySet[Tally]":
        return Tally.objects.filter(
            key=key, period=period, begins__gte=self.range.begins, begins__lt=self.range.ends
        ).order_by()

    def _by_day(self, period: Period) -> Iterable[Mapping[str, Any]]:
        rows: Iterable[Any] = self._tallies(period, SITE).values("begins").annotate(**_TALLIED)
        return rows

    def _of_scope(self, scope: Scope, owners: QuerySet[Any]) -> list[Row]:
        """The ROWS that spent most; the last part of a tally's key is whose it is."""
        found: Iterable[Any] = (
            Tally.objects.filter(
                key__startswith=f"{scope.value}:",
                period=Period.MONTH,
                begins__gte=self.range.begins,
                begins__lt=self.range.ends,
            )
            .order_by()
            .values("key")
            .annotate(**_TALLIED)
        )
        sums: dict[str, Counter[str]] = defaultdict(Counter)
        for row in found:
            # Somebody has a tally in each of their teams.
            sums[row["key"].rpartition(":")[2]].update({name: row[name] or 0 for name in _TALLIED})
        most = sorted(sums, key=lambda owner: (-sums[owner]["spent_sum"], owner))[:ROWS]
        named: dict[UUID, Model] = owners.in_bulk([UUID(owner) for owner in most])
        return [row_of(_name(named.get(UUID(owner))), _dollars(sums[owner])) for owner in most]


SITE = key_of(Scope.SITE)
_TALLIED = {f"{name}_sum": Sum(name) for name in PARTS}


def _dollars(sums: Mapping[str, Any]) -> dict[str, Any]:
    """The same sums, whose money is counted in ten-thousandths, in dollars."""
    money = {f"{part}_sum": dollars(sums[f"{part}_sum"] or 0) for part in ("spent", "held")}
    return {**sums, **money}


def _name(owner: Model | None) -> str:
    if isinstance(owner, User):
        return owner.display_name
    return str(owner.name) if isinstance(owner, Team) else "Removed"
