"""Budgets that are nearly used up, or are: told to those who keep them, once for each period.

A duty of its own as presses.py is, so that no notice delays a press: it reads the tallies that submissions have left.
"""

from datetime import date

from django.db import transaction

from images_app.budgets.actions import today
from images_app.budgets.keeping import keepers
from images_app.budgets.limits import Left, with_tallies
from images_app.budgets.models import Budget, BudgetAlarm, Period
from images_app.notices.actions import tell
from images_app.notices.models import Kind

AT = (80, 100)  # percent


def look(day: date | None = None) -> int:
    """Tells of every mark that was passed and not told of; how many."""
    now = day or today()
    budgets = list(Budget.objects.filter(active=True).select_related("team", "person"))
    return sum(_look_at(left, now) for left in with_tallies(budgets, now) if left.percent >= min(AT))


def _look_at(left: Left, day: date) -> int:
    budget, begins = left.budget, Period(left.budget.period).begins(day)
    passed = {percent for percent in AT if left.percent >= percent}
    known = set(BudgetAlarm.objects.filter(budget=budget, begins=begins).values_list("percent", flat=True))
    new = passed - known
    with transaction.atomic():
        for percent in sorted(new):
            alarm, made = BudgetAlarm.objects.get_or_create(budget=budget, begins=begins, percent=percent)
            # Both at once: the greater says it all.
            if made and percent == max(passed):
                tell(Kind.BUDGET, keepers(budget), team=budget.team, alarm=alarm)
    return len(new)
