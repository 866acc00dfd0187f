"""Random histories of a job (tests/jobs/test_state_machine.py), with the books balanced after every step."""

import pytest
from hypothesis import HealthCheck, Verbosity
from hypothesis import settings as hypothesis_settings
from hypothesis.stateful import invariant, run_state_machine_as_test

from images_app.budgets.models import LedgerEntry
from images_app.providers.models import ImageModel
from images_app.teams.actions import make_person
from tests.budgets.books import assert_balanced
from tests.jobs.test_state_machine import JobHistory


class BookedHistory(JobHistory):
    """One job and everything that may happen to it; the ledger keeps the entries of all histories."""

    @invariant()
    def the_books_balance(self) -> None:
        if hasattr(self, "calls"):
            assert_balanced()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_no_history_unbalances_the_books(model: ImageModel, tmp_path: object, settings: object) -> None:
    settings.SPOOL_DIR = tmp_path / "spool"  # type: ignore[attr-defined, operator]
    make_person("history@example.com", None)
    run_state_machine_as_test(
        BookedHistory,
        settings=hypothesis_settings(
            max_examples=40,
            derandomize=True,
            stateful_step_count=30,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
            verbosity=Verbosity.quiet,
        ),
    )
    booked = set(LedgerEntry.objects.values_list("kind", flat=True))
    assert {"held", "settled", "released"} <= booked, f"only {booked}: the histories tested too little"
