"""Submitting: one submission per key, and prices as they were known."""

import threading
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db import connection

from images_app.jobs import actions
from images_app.jobs.models import Generation, ImageJob
from images_app.providers.models import ModelPrice
from images_app.teams.models import User

Ask = Callable[..., Generation]


@pytest.mark.django_db(transaction=True)
def test_fifty_submits_with_one_key_make_one_job(alice: User, ask: Ask) -> None:
    made, errors = [], []

    def submit() -> None:
        try:
            made.append(ask(alice, key="one").pk)
        except Exception as error:  # noqa: BLE001  (whatever a thread meets is the test's business)
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=submit) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    assert len(made) == 50
    assert len(set(made)) == 1
    assert ImageJob.objects.count() == 1


@pytest.mark.django_db
def test_the_same_key_for_another_prompt_is_refused(alice: User, ask: Ask) -> None:
    ask(alice, "a red door", key="one")
    with pytest.raises(actions.KeyReused):
        ask(alice, "a blue door", key="one")
    assert Generation.objects.count() == 1


@pytest.mark.django_db
def test_two_people_may_use_the_same_key(alice: User, bob: User, ask: Ask) -> None:
    assert ask(alice, key="one") != ask(bob, key="one")


@pytest.mark.django_db
def test_the_price_is_kept_as_it_was_when_submitted(alice: User, ask: Ask) -> None:
    ask(alice)
    ModelPrice.objects.update(usd=Decimal(9))
    assert ImageJob.objects.get().price_usd == Decimal("0.04")


@pytest.mark.django_db
def test_an_unknown_price_is_not_zero(alice: User, ask: Ask) -> None:
    ModelPrice.objects.all().delete()
    ask(alice)
    assert ImageJob.objects.get().price_usd is None


@pytest.mark.django_db
def test_running_again_is_a_new_submission_of_the_same_recipe(alice: User, ask: Ask) -> None:
    first = ask(alice, "a red door", n=4)
    second = actions.again(first, alice, key="again").generation
    assert second.pk != first.pk
    assert (second.prompt, second.size, second.n) == ("a red door", "1024x1024", 4)
    assert actions.again(first, alice, key="again").created is False


@pytest.mark.django_db
@pytest.mark.parametrize("quiet", [True, False])
def test_running_again_waits_as_the_first_time_did(alice: User, ask: Ask, quiet: bool) -> None:
    second = actions.again(ask(alice, quiet=quiet), alice, key="again").generation
    assert set(second.jobs.values_list("quiet", flat=True)) == {quiet}
