"""Cancelling and deciding: what people may do, and what it costs."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext

from images_app.jobs import actions, collect, runner, settle
from images_app.jobs.access import undecided
from images_app.jobs.actions import Choice
from images_app.jobs.claim import claim_next
from images_app.jobs.models import Attempt, Generation, ImageJob
from images_app.jobs.states import State
from images_app.providers.models import ImageModel
from images_app.teams.models import User
from tests.endpoint import ScriptedEndpoint
from tests.jobs.conftest import only_job
from tests.rows import make_generation, make_job

pytestmark = pytest.mark.django_db(transaction=True)

Ask = Callable[..., Generation]
Work = Callable[[], None]


def test_a_waiting_job_is_cancelled_for_free(alice: User, ask: Ask) -> None:
    ask(alice)
    assert actions.cancel(only_job(), alice)
    job = only_job()
    assert (job.state, job.charged_usd) == (State.CANCELLED, Decimal(0))
    assert job.finished_at is not None


def test_a_call_already_made_is_only_marked_and_its_picture_kept(
    endpoint: ScriptedEndpoint, alice: User, ask: Ask, work: Work
) -> None:
    ask(alice)
    claim = claim_next("tester", 60)
    assert claim is not None
    call = runner.mark_sent(claim)
    assert call is not None
    assert actions.cancel(only_job(), alice) is False
    assert only_job().cancel_requested
    reply = runner.make_call(call)
    assert reply is not None
    runner.keep(call.attempt, reply)
    assert settle.settle(call.attempt, reply)
    collect.collect(claim.job.pk)
    work()
    assert only_job().state == State.SUCCEEDED


def test_a_claimed_job_is_cancelled_before_it_is_sent(
    endpoint: ScriptedEndpoint, alice: User, ask: Ask
) -> None:
    ask(alice)
    claim = claim_next("tester", 60)
    assert claim is not None
    actions.cancel(only_job(), alice)
    runner.run(claim)
    assert only_job().state == State.CANCELLED
    assert endpoint.calls() == 0


def test_a_stranger_may_neither_cancel_nor_decide(alice: User, bob: User, ask: Ask) -> None:
    ask(alice)
    with pytest.raises(PermissionDenied):
        actions.cancel(only_job(), bob)
    with pytest.raises(PermissionDenied):
        actions.decide(only_job(), bob, Choice.RETRY)
    assert only_job().state == State.QUEUED


def test_making_it_again_is_recorded_with_person_and_amount(
    endpoint: ScriptedEndpoint, alice: User, ask: Ask, work: Work
) -> None:
    endpoint.script("status 500")
    ask(alice)
    work()
    assert actions.decide(only_job(), alice, Choice.RETRY)
    work()
    job = only_job()
    assert job.state == State.SUCCEEDED
    second = job.attempts.get(number=2)
    assert (second.cause, second.actor) == ("decision", alice)
    assert "$0.04" in job.events.get(from_state=State.UNKNOWN).reason
    assert endpoint.calls() == 2


def test_a_decision_can_be_taken_once(endpoint: ScriptedEndpoint, alice: User, ask: Ask, work: Work) -> None:
    endpoint.script("status 500")
    ask(alice)
    work()
    job = only_job()
    assert actions.decide(job, alice, Choice.CHARGED)
    assert not actions.decide(only_job(), alice, Choice.RETRY)
    assert (only_job().state, only_job().charged_usd) == (State.FAILED, Decimal("0.04"))


def test_writing_it_off_charges_nothing(
    endpoint: ScriptedEndpoint, alice: User, ask: Ask, work: Work
) -> None:
    endpoint.script("status 500")
    ask(alice)
    work()
    actions.decide(only_job(), alice, Choice.WRITTEN_OFF, "the invoice does not list it")
    assert only_job().charged_usd == 0
    assert "the invoice" in only_job().events.get(to_state=State.FAILED).reason


def test_a_retry_cancelled_before_it_was_sent_still_owes_the_unclear_call(
    endpoint: ScriptedEndpoint, alice: User, ask: Ask, work: Work
) -> None:
    endpoint.script("status 500")
    ask(alice)
    work()
    actions.decide(only_job(), alice, Choice.RETRY)
    actions.cancel(only_job(), alice)
    assert only_job().charged_usd == Decimal("0.04")


def test_cancelling_a_submission_cancels_all_that_waits(alice: User, bob: User, ask: Ask) -> None:
    generation = ask(alice, n=3)
    ask(bob)
    assert actions.cancel_generation(generation, alice) == 3
    assert ImageJob.objects.filter(state=State.QUEUED).count() == 1
    assert Attempt.objects.count() == 0


def test_what_waits_for_a_decision_is_counted_by_its_own_index(
    alice: User, bob: User, model: ImageModel
) -> None:
    generation = make_generation(alice, model)
    for position, state in enumerate((State.UNKNOWN, State.UNKNOWN, State.FAILED, State.SUCCEEDED)):
        make_job(generation, state, position=position)
    make_job(make_generation(bob, model), State.UNKNOWN)
    with CaptureQueriesContext(connection) as asked:
        assert undecided(alice) == 2
    if connection.vendor == "sqlite":  # PostgreSQL reads so few rows without any
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN QUERY PLAN {asked.captured_queries[0]['sql']}")
            assert "job_person_message" in str(cursor.fetchall())
