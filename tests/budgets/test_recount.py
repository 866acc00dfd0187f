"""manage.py recount finds what is not right, says it, and mends it where it is asked to."""

from collections.abc import Callable
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import call_command

from images_app.budgets.models import Tally
from images_app.jobs.models import Generation
from images_app.jobs.states import State
from images_app.providers.models import ImageModel
from images_app.teams.models import User
from tests.budgets.books import assert_balanced, balance
from tests.rows import make_attempt, make_generation, make_job, make_picture

Ask = Callable[..., Generation]
pytestmark = pytest.mark.django_db


def recount(*arguments: str) -> tuple[int, str]:
    """Exit code and output."""
    out = StringIO()
    try:
        call_command("recount", *arguments, stdout=out)
    except SystemExit as end:
        return int(str(end.code)), out.getvalue()
    return 0, out.getvalue()


def test_right_books_are_said_to_be_right(alice: User, bob: User, ask: Ask) -> None:
    ask(alice, n=2)
    ask(bob)
    assert recount() == (0, "The books are right.\n")


@pytest.mark.parametrize("key", ["site", "team", "person"])
def test_a_tally_that_is_wrong_is_found_and_mended(key: str, alice: User, bob: User, ask: Ask) -> None:
    ask(alice, n=2)
    ask(bob)
    Tally.objects.filter(key__startswith=key, period="day").update(held=7)
    code, words = recount()
    assert code == 1 and "counted $0.0007 held" in words
    assert recount("--fix")[0] == 0
    assert recount() == (0, "The books are right.\n")
    assert_balanced()


def test_a_tally_that_is_gone_is_found(alice: User, ask: Ask) -> None:
    ask(alice)
    Tally.objects.all().delete()
    assert recount()[0] == 1
    recount("--fix")
    assert_balanced()


def test_what_was_made_before_there_were_books_is_entered(alice: User, model: ImageModel) -> None:
    make_picture(make_generation(alice, model))
    unclear = make_job(make_generation(alice, model), State.UNKNOWN)
    make_attempt(unclear, unclear.attempts.model.Outcome.UNKNOWN)
    make_job(make_generation(alice, model), State.CANCELLED, charged_usd=Decimal(0))
    code, words = recount()
    assert code == 1 and words.count("not booked as held ($0.0400)") == 3
    recount("--fix")
    assert balance() == (Decimal("0.04"), Decimal("0.04"))
    assert recount() == (0, "The books are right.\n")
    assert_balanced()
