"""What is left behind is found: claims, calls, replies and pictures whose worker is gone."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from images_app.images.models import StoredImage
from images_app.jobs import actions, collect, runner, settle, spool, sweeper
from images_app.jobs.actions import Choice
from images_app.jobs.claim import Claim, claim_next
from images_app.jobs.models import Attempt, Generation, ImageJob
from images_app.jobs.runner import Call
from images_app.jobs.states import State
from images_app.jobs.worker import Engine
from images_app.providers.client import Reply
from images_app.teams.models import User
from tests.endpoint import ScriptedEndpoint
from tests.jobs.conftest import only_job, spooled

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("asked")]

Ask = Callable[..., Generation]
Work = Callable[[], None]
Answered = tuple[Call, Reply]


@pytest.fixture
def asked(endpoint: ScriptedEndpoint, alice: User, ask: Ask) -> None:
    """One job waits, and its endpoint answers."""
    ask(alice)


@pytest.fixture
def finish(work: Work) -> Work:
    """What is left to do for a job that has its reply."""

    def run() -> None:
        collect.collect(only_job().pk)
        work()

    return run


def claimed() -> Claim:
    claim = claim_next("tester", 60)
    assert claim is not None
    return claim


def sent() -> Call:
    call = runner.mark_sent(claimed())
    assert call is not None
    return call


def answered() -> Answered:
    """A call whose worker has the reply, and has not yet told anybody."""
    call = sent()
    reply = runner.make_call(call)
    assert reply is not None
    return call, reply


def lease_over() -> None:
    """The worker is not heard of for longer than its lease."""
    ImageJob.objects.exclude(lease_until=None).update(lease_until=timezone.now() - timedelta(seconds=1))


def lease_passes() -> None:
    """The lease is over, and the sweep looks."""
    lease_over()
    sweeper.sweep()


def adopted(late: Answered) -> int:
    """The worker wrote the reply down after all; how many replies were then adopted."""
    call, reply = late
    runner.keep(call.attempt, reply)
    return sweeper.adopt(older_than_s=0)


def test_a_claim_nobody_holds_waits_again_at_its_place() -> None:
    turn = only_job().turn
    claimed()
    sweeper.sweep()
    assert only_job().state == State.CLAIMED  # the lease is alive
    lease_passes()
    assert (only_job().state, only_job().turn) == (State.QUEUED, turn)


def test_an_old_claim_cannot_send() -> None:
    old = claimed()
    lease_passes()
    new = claimed()
    assert runner.mark_sent(old) is None
    assert runner.mark_sent(new) is not None
    assert Attempt.objects.count() == 1


def test_a_call_nobody_waits_for_needs_a_decision_and_is_not_resent(
    endpoint: ScriptedEndpoint, work: Work
) -> None:
    sent()
    lease_passes()
    work()
    assert (only_job().state, only_job().reason) == (State.UNKNOWN, "worker_lost")
    assert endpoint.calls() == 0


def test_a_spooled_reply_is_adopted(endpoint: ScriptedEndpoint, finish: Work) -> None:
    assert adopted(answered()) == 1
    finish()
    assert only_job().state == State.SUCCEEDED
    assert StoredImage.objects.get().sha256 == endpoint.pictures()[0]
    assert endpoint.calls() == 1
    assert spooled() == []


def test_the_sweeper_adopts_rather_than_asks() -> None:
    call, reply = answered()
    runner.keep(call.attempt, reply)
    lease_passes()
    assert only_job().state == State.RECEIVED


def test_a_late_reply_of_a_paused_worker_is_kept(finish: Work) -> None:
    call, reply = answered()
    lease_passes()
    assert only_job().state == State.UNKNOWN
    runner.keep(call.attempt, reply)
    assert settle.settle(call.attempt, reply)
    finish()
    assert only_job().state == State.SUCCEEDED


def test_a_late_reply_makes_a_retry_that_was_not_sent_needless(
    endpoint: ScriptedEndpoint, alice: User, finish: Work
) -> None:
    late = answered()
    lease_passes()
    actions.decide(only_job(), alice, Choice.RETRY)
    adopted(late)
    finish()
    assert only_job().state == State.SUCCEEDED
    assert endpoint.calls() == 1


def test_a_late_reply_beside_a_retrys_picture_is_kept_too(alice: User, work: Work) -> None:
    late = answered()
    lease_passes()
    actions.decide(only_job(), alice, Choice.RETRY)
    work()
    assert only_job().state == State.SUCCEEDED
    adopted(late)
    assert StoredImage.objects.count() == 2
    assert only_job().charged_usd == 2 * (only_job().price_usd or 0) > 0
    assert spooled() == []


def test_a_refused_retry_does_not_hide_a_late_result(
    endpoint: ScriptedEndpoint, alice: User, finish: Work
) -> None:
    late = answered()
    lease_passes()
    actions.decide(only_job(), alice, Choice.RETRY)
    second = sent()
    adopted(late)
    endpoint.script("status 400 code=content_policy_violation")
    refused = runner.make_call(second)
    assert refused is not None
    settle.settle(second.attempt, refused)
    finish()
    assert only_job().state == State.SUCCEEDED


def test_storing_that_was_interrupted_is_done_again() -> None:
    Engine().run_until_dry()
    job = only_job()
    assert (job.state, job.reason) == (State.RECEIVED, "store")
    # A media worker took it and died.
    ImageJob.objects.update(run_after=timezone.now() - timedelta(seconds=1), media_tries=1)
    assert sweeper.sweep()["hinted"] == 1
    collect.store_pictures(job.pk)
    collect.store_pictures(job.pk)
    assert only_job().state == State.SUCCEEDED
    assert StoredImage.objects.count() == 1


def test_a_file_that_is_no_reply_is_left_and_harms_nothing() -> None:
    (spool.folder() / "junk.reply").write_bytes(b"not json\n")
    assert sweeper.adopt(older_than_s=0) == 0
    assert spooled() == ["junk.reply"]


def test_a_decision_nobody_takes_ends_as_charged(endpoint: ScriptedEndpoint, work: Work) -> None:
    endpoint.script("status 500")
    work()
    Attempt.objects.update(answered_at=timezone.now() - timedelta(days=13))
    sweeper.sweep()
    assert only_job().state == State.UNKNOWN
    Attempt.objects.update(answered_at=timezone.now() - timedelta(days=15))
    sweeper.sweep()
    assert (only_job().state, only_job().charged_usd) == (State.FAILED, only_job().price_usd)


def test_the_heartbeat_renews_only_live_leases_of_its_own(alice: User, ask: Ask) -> None:
    ask(alice)
    engine = Engine()
    live, dead = claim_next(engine.owner, 60), claim_next(engine.owner, 60)
    assert live and dead
    engine._active = {live.job.pk, dead.job.pk}
    ImageJob.objects.filter(pk=dead.job.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    assert engine.renew_leases() == 1
