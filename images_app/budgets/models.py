"""The books: a ledger that only grows, what is set as a limit, and one row for each limit's count."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from images_app.budgets.units import dollars
from images_app.lib.append_only import OnlyGrows
from images_app.providers.models import ImageModel, Provider
from images_app.teams.models import Team


class Scope(models.TextChoices):
    """Whose money; the order is the one in which their tallies are changed (budgets/actions.py)."""

    SITE = "site", "The whole site"
    TEAM = "team", "A team"
    PERSON = "person", "A person in a team"


class Period(models.TextChoices):
    """Both begin at midnight UTC."""

    DAY = "day", "Day"
    MONTH = "month", "Month"

    def begins(self, day: date) -> date:
        """The first day of the period that ``day`` lies in."""
        return day.replace(day=1) if self is Period.MONTH else day

    def ends(self, day: date) -> date:
        """The first day of the next period."""
        if self is Period.DAY:
            return date.fromordinal(day.toordinal() + 1)
        return date(day.year + day.month // 12, day.month % 12 + 1, 1)


class LedgerEntry(OnlyGrows):
    """One booking. Rows are added and never changed; what was booked wrongly is booked again, the other way round.

    ``held`` and ``spent`` are US dollars that the entry adds to the money held and spent, None where the price is not
    known: such a picture is counted by ``unknown`` instead. What it names it outlives: no key of it cascades, and the
    job and the attempt are only their ids. ``day`` is the day (UTC) of the hold, for all entries of one call.
    """

    class Kind(models.TextChoices):
        HELD = "held", "Held"
        SETTLED = "settled", "Settled"
        RELEASED = "released", "Released"
        WRITTEN_OFF = "written_off", "Written off"
        ADJUSTED = "adjusted", "Adjusted"

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(default=timezone.now)
    day = models.DateField()
    kind = models.CharField(max_length=12, choices=Kind)
    job = models.UUIDField()
    round = models.PositiveSmallIntegerField(help_text="Which of the job's authorised calls, from 1.")
    attempt = models.UUIDField(null=True)
    team = models.ForeignKey(Team, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    provider = models.ForeignKey(
        Provider, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    model = models.ForeignKey(
        ImageModel, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    held = models.DecimalField(max_digits=12, decimal_places=4, null=True)
    spent = models.DecimalField(max_digits=12, decimal_places=4, null=True)
    pictures = models.SmallIntegerField(default=0)
    unknown = models.SmallIntegerField(default=0)
    reason = models.CharField(max_length=60, blank=True, default="")

    class Meta:
        ordering = ["id"]
        verbose_name_plural = "ledger entries"
        constraints = [
            # Booked twice is booked once.
            models.UniqueConstraint(
                fields=["job", "round", "kind"],
                condition=Q(kind__in=["held", "settled", "released", "written_off"]),
                name="one_booking_per_call",
            ),
            models.UniqueConstraint(
                fields=["attempt"], condition=Q(kind="settled"), name="one_settlement_per_attempt"
            ),
        ]
        indexes = [
            models.Index(fields=["team", "day"], name="ledger_team_day"),
            models.Index(fields=["day"], name="ledger_day"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.job} {self.round}"


class Budget(models.Model):
    """A limit in money, in pictures or in both, for a day or a month."""

    scope = models.CharField(max_length=10, choices=Scope, default=Scope.SITE)
    team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.CASCADE, related_name="budgets")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    key = models.CharField(max_length=90, editable=False, help_text="Whose tally it limits.")
    period = models.CharField(max_length=5, choices=Period, default=Period.MONTH)
    usd = models.DecimalField(
        "US dollars",
        max_digits=10,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal(0))],
        help_text="Empty: no limit in money.",
    )
    pictures = models.PositiveIntegerField(null=True, blank=True, help_text="Empty: no limit in pictures.")
    hard = models.BooleanField(default=True, help_text="Refuse what goes beyond it; else only say so.")
    allow_unknown = models.BooleanField(
        "unknown prices",
        default=False,
        help_text="Let pictures through whose price is not known. A limit in money cannot count them.",
    )
    active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["scope", "key", "period"]
        constraints = [
            models.UniqueConstraint(fields=["key", "period"], name="one_budget_per_period"),
            models.CheckConstraint(
                condition=Q(usd__isnull=False) | Q(pictures__isnull=False), name="a_budget_limits_something"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.whose}: {Period(self.period).label.lower()}"

    def save(self, *args: Any, **options: Any) -> None:
        self.key = key_of(Scope(self.scope), self.team_id, self.person_id)
        super().save(*args, **options)

    @property
    def whose(self) -> str:
        """To stand in front of "budget": "the site's", "Northwind's", "Mia's in Northwind"."""
        if self.scope == Scope.SITE or self.team is None:
            return "the site's"
        if self.scope == Scope.TEAM or self.person is None:
            return f"{self.team.name}'s"
        return f"{self.person.display_name}'s in {self.team.name}"


class BudgetAlarm(models.Model):
    """That so much of a budget was used up in a period, once for each: what its keepers are told of."""

    budget = models.ForeignKey(Budget, on_delete=models.CASCADE, related_name="alarms")
    begins = models.DateField()
    percent = models.PositiveSmallIntegerField()
    at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["budget", "begins", "percent"], name="one_alarm_per_period")
        ]

    def __str__(self) -> str:
        return f"{self.percent}% of {self.budget}"


class Tally(models.Model):
    """What one scope has held and spent in one period, in ten-thousandths of a dollar. Always what the ledger sums up
    to (manage.py recount), but for what was granted; here as well because a guarded UPDATE of one row cannot be
    overrun."""

    key = models.CharField(max_length=90)
    period = models.CharField(max_length=5, choices=Period)
    begins = models.DateField()
    held = models.BigIntegerField(default=0)
    spent = models.BigIntegerField(default=0)
    pictures = models.IntegerField(default=0)
    unknown = models.IntegerField(default=0, help_text="Pictures whose price is not known.")
    # Not of the ledger: what the keepers let through beyond the limit, in this period alone.
    granted = models.BigIntegerField(default=0)
    granted_pictures = models.IntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key", "period", "begins"], name="one_tally_per_period")
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.begins}"

    @property
    def held_usd(self) -> Decimal:
        return dollars(self.held)

    @property
    def spent_usd(self) -> Decimal:
        return dollars(self.spent)

    @property
    def used_usd(self) -> Decimal:
        """What no other picture may be made of: held and spent."""
        return dollars(self.held + self.spent)


def key_of(scope: Scope, team_id: object = None, person_id: object = None) -> str:
    """The text that names one tally's owner."""
    if scope is Scope.SITE:
        return "site"
    return f"team:{team_id}" if scope is Scope.TEAM else f"person:{team_id}:{person_id}"


def keys_of(team_id: object, person_id: object) -> list[str]:
    """Whose tallies a person's picture in a team counts in, in the order of ``Scope``."""
    return [key_of(scope, team_id, person_id) for scope in Scope]


def scope_of(key: str) -> Scope:
    """The inverse of ``key_of``, as far as it goes."""
    return Scope(key.partition(":")[0])
