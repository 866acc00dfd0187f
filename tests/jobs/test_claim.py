"""Whose turn it is, and how many may run."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from images_app.jobs.actions import cancel_waiting
from images_app.jobs.claim import claim_next
from images_app.jobs.models import Attempt, Generation, ImageJob
from images_app.jobs.states import State
from images_app.providers.models import Provider
from images_app.teams.access import current_team
from images_app.teams.actions import make_person
from images_app.teams.models import Membership, User

pytestmark = pytest.mark.django_db

Ask = Callable[..., Generation]


def claim_all(count: int) -> list[str]:
    """Emails of the people whose jobs are claimed, one after the other."""
    order = []
    for _ in range(count):
        claim = claim_next("tester", 60)
        if claim is None:
            break
        order.append(claim.job.person.email)
        ImageJob.objects.filter(pk=claim.job.pk).update(state=State.SUCCEEDED, lease_until=None)
    return order


def test_a_flood_delays_another_person_by_one_slot_at_most(alice: User, bob: User, ask: Ask) -> None:
    ask(alice, n=500)
    assert claim_all(3) == ["alice@example.com"] * 3
    ask(bob)
    assert "bob@example.com" in claim_all(2)


def test_two_people_take_turns(alice: User, bob: User, ask: Ask) -> None:
    ask(alice, n=20)
    ask(bob, n=20)
    order = claim_all(20)
    assert 9 <= order.count("alice@example.com") <= 11


def test_a_team_of_many_gets_no_more_than_a_team_of_one(alice: User, bob: User, ask: Ask) -> None:
    team = current_team(alice)
    crowd = [make_person(f"p{number}@example.com", None) for number in range(5)]
    for person in crowd:
        Membership.objects.filter(person=person).delete()
        Membership.objects.create(person=person, team=team)
        ask(person, n=20, team=team)
    ask(bob, n=20)
    order = claim_all(40)
    assert order.count("bob@example.com") >= 12


def test_cancelled_jobs_use_up_no_turns(alice: User, bob: User, ask: Ask) -> None:
    ask(alice, n=100)
    cancel_waiting(alice)
    ask(bob, n=4)
    ask(alice, n=4)
    assert claim_all(4).count("alice@example.com") >= 1


def test_one_persons_jobs_run_in_the_order_they_were_asked_for(alice: User, ask: Ask) -> None:
    first, second = ask(alice, n=2), ask(alice, n=2)
    claims = [claim_next("tester", 60) for _ in range(4)]
    assert [claim.job.generation_id for claim in claims if claim] == [first.pk] * 2 + [second.pk] * 2


def test_no_more_than_the_provider_allows_run_at_once(alice: User, ask: Ask) -> None:
    Provider.objects.update(max_in_flight=2)
    ask(alice, n=5)
    claims = [claim_next("tester", 60) for _ in range(5)]
    assert [claim is not None for claim in claims] == [True, True, False, False, False]


def test_images_per_minute_are_kept_over_the_last_minute(alice: User, ask: Ask) -> None:
    Provider.objects.update(images_per_minute=3)
    job = ask(alice, n=5).jobs.first()
    assert job is not None
    for number, age in enumerate([10, 30, 61], start=1):
        Attempt.objects.create(
            job=job,
            provider_id=job.provider_id,
            number=number,
            cause="submit",
            sent_at=timezone.now() - timedelta(seconds=age),
        )
    claims = [claim_next("tester", 60) for _ in range(3)]
    assert [claim is not None for claim in claims] == [True, False, False]


@pytest.mark.parametrize(
    "change",
    [
        lambda: {"paused_at": timezone.now()},
        lambda: {"enabled": False},
        lambda: {"cooldown_until": timezone.now() + timedelta(minutes=1)},
    ],
)
def test_nothing_is_claimed_from_a_closed_provider(
    change: Callable[[], dict[str, object]], alice: User, ask: Ask
) -> None:
    ask(alice)
    Provider.objects.update(**change())
    assert claim_next("tester", 60) is None


def test_a_job_that_waits_for_its_time_is_not_claimed(alice: User, ask: Ask) -> None:
    ask(alice)
    ImageJob.objects.update(run_after=timezone.now() + timedelta(seconds=30))
    assert claim_next("tester", 60) is None


@pytest.mark.django_db(transaction=True)
def test_claimers_at_once_never_share_a_job_nor_pass_the_limit(alice: User, ask: Ask) -> None:
    Provider.objects.update(max_in_flight=12)
    ask(alice, n=40)
    claimed, lock = [], threading.Lock()

    def claim() -> None:
        try:
            for _ in range(4):
                if got := claim_next(threading.current_thread().name, 60):
                    with lock:
                        claimed.append(got.job.pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=claim) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(claimed) == len(set(claimed)) == 12
