"""What a careless operator and an unlucky network do to the engine, one mishap a test."""

import itertools
import os
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import storages
from django.db import OperationalError
from django.utils import timezone

from images_app.images.models import StoredImage
from images_app.jobs import actions, collect, hints, runner, settle, spool, sweeper
from images_app.jobs.claim import claim_next
from images_app.jobs.models import Attempt, Generation, ImageJob
from images_app.jobs.states import State
from images_app.jobs.transition import move
from images_app.jobs.worker import Engine
from images_app.lib.download import DownloadError, fetch
from images_app.providers.models import ImageModel, Provider
from images_app.teams.models import User
from tests.endpoint import ScriptedEndpoint
from tests.jobs.conftest import only_job, spooled
from tests.jobs.test_sweeper import answered, claimed, lease_over, sent

pytestmark = pytest.mark.django_db(transaction=True)

Ask = Callable[..., Generation]
Work = Callable[[], None]


def due_now() -> None:
    ImageJob.objects.update(run_after=timezone.now() - timedelta(seconds=1))


def received(ask: Ask, person: User) -> ImageJob:
    ask(person)
    Engine().run_until_dry()
    job = only_job()
    assert (job.state, job.reason) == (State.RECEIVED, "store")
    return job


# --- results by url -----------------------------------------------------------------------------------------------
def test_a_url_that_always_brings_garbage_is_asked_ever_more_rarely_and_given_up(
    endpoint: ScriptedEndpoint, model: ImageModel, alice: User, ask: Ask
) -> None:
    ImageModel.objects.update(response_formats=["url"])
    endpoint.script("url-html")
    job = received(ask, alice)
    waits = []
    for age_s in (0, 100, 300, 700):
        Attempt.objects.update(answered_at=timezone.now() - timedelta(seconds=age_s))
        collect.store_pictures(job.pk)
        job = only_job()
        if job.state == State.LOST:
            break
        assert job.reason == "collect"
        waits.append((job.run_after - timezone.now()).total_seconds())
        due_now()
        collect.collect(job.pk)
    assert job.state == State.LOST
    assert waits[0] < 10 < 90 < waits[1] < 200 < waits[2]


def test_one_url_that_is_gone_does_not_lose_the_other_pictures(
    endpoint: ScriptedEndpoint, model: ImageModel, alice: User, ask: Ask, work: Work, monkeypatch: Any
) -> None:
    ImageModel.objects.update(response_formats=["url"])
    endpoint.script("many 3")
    asked: list[str] = []

    def gone_once(url: str, **options: Any) -> Any:
        asked.append(url)
        if len(asked) == 2:
            raise DownloadError("status", "The server answered 410.", status=410)
        return fetch(url, **options)

    monkeypatch.setattr("images_app.jobs.collect.fetch", gone_once)
    ask(alice)
    work()
    assert only_job().state == State.SUCCEEDED
    assert StoredImage.objects.count() == 2
    assert len(list((spool.folder() / "unclear").glob("*.reply"))) == 1


def test_one_bad_picture_of_several_does_not_lose_the_others(
    endpoint: ScriptedEndpoint, alice: User, ask: Ask, work: Work
) -> None:
    ImageModel.objects.update(response_formats=["url"])
    endpoint.script("many 8")
    job = received(ask, alice)
    attempt = job.attempts.get()
    spool.bytes_path(attempt.pk, 3).write_bytes(b"no picture")
    work()
    assert only_job().state == State.SUCCEEDED
    assert StoredImage.objects.count() == 7


# --- a spool or a storage that is away ------------------------------------------------------------------------------
def test_a_spool_that_looks_empty_loses_nothing(
    endpoint: ScriptedEndpoint, alice: User, ask: Ask, work: Work, settings: Any
) -> None:
    job = received(ask, alice)
    mounted: Path = settings.SPOOL_DIR
    mounted.rename(mounted.with_name("away"))
    collect.store_pictures(job.pk)
    assert only_job().state == State.RECEIVED
    mounted.rmdir()
    mounted.with_name("away").rename(mounted)
    due_now()
    work()
    assert only_job().state == State.SUCCEEDED


def test_fetched_bytes_that_vanished_are_fetched_again(
    endpoint: ScriptedEndpoint, model: ImageModel, alice: User, ask: Ask, work: Work
) -> None:
    ImageModel.objects.update(response_formats=["url"])
    job = received(ask, alice)
    spool.bytes_path(job.attempts.get().pk, 0).unlink()
    collect.store_pictures(job.pk)
    assert (only_job().state, only_job().reason) == (State.RECEIVED, "collect")
    due_now()
    collect.collect(job.pk)
    work()
    assert only_job().state == State.SUCCEEDED


def test_a_picture_that_came_with_its_reply_is_made_from_it_whatever_a_power_cut_left_beside_it(
    endpoint: ScriptedEndpoint, alice: User, ask: Ask, work: Work
) -> None:
    job = received(ask, alice)
    spool.bytes_path(job.attempts.get().pk, 0).write_bytes(b"")
    work()
    assert only_job().state == State.SUCCEEDED


def test_a_reply_found_after_its_job_was_given_up_is_used(
    endpoint: ScriptedEndpoint, alice: User, ask: Ask, work: Work, settings: Any
) -> None:
    job = received(ask, alice)
    mounted: Path = settings.SPOOL_DIR
    mounted.rename(mounted.with_name("away"))
    Attempt.objects.update(answered_at=timezone.now() - timedelta(hours=1))
    collect.store_pictures(job.pk)
    assert (only_job().state, only_job().reason) == (State.LOST, "reply_gone")
    shutil.rmtree(mounted)
    mounted.with_name("away").rename(mounted)
    sweeper.adopt(older_than_s=0)
    collect.collect(job.pk)
    work()
    assert only_job().state == State.SUCCEEDED


def test_a_storage_that_is_not_mounted_does_not_use_up_the_tries(
    endpoint: ScriptedEndpoint, alice: User, ask: Ask, monkeypatch: Any
) -> None:
    job = received(ask, alice)

    def away(*_: Any, **__: Any) -> None:
        raise FileNotFoundError("media")

    monkeypatch.setattr(storages["originals"], "save", away)
    for _ in range(collect.MOST_TRIES + 2):
        due_now()
        with pytest.raises(FileNotFoundError):
            collect.store_pictures(job.pk)
    assert only_job().state == State.RECEIVED


def test_a_full_disk_while_collecting_is_tried_again_soon(
    endpoint: ScriptedEndpoint, model: ImageModel, alice: User, ask: Ask, monkeypatch: Any
) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device")

    ImageModel.objects.update(response_formats=["url"])
    ask(alice)
    call, reply = answered()
    runner.keep(call.attempt, reply)
    sweeper.adopt(older_than_s=0)
    monkeypatch.setattr("images_app.jobs.collect.fetch", full)
    with pytest.raises(OSError, match="No space"):
        collect.collect(only_job().pk)
    assert only_job().run_after < timezone.now() + timedelta(seconds=15)


# --- the adopter and the sweeper ------------------------------------------------------------------------------------
@pytest.mark.parametrize("head", [b"[]\n", b"{}\n", b'{"attempt": 1}\n', b"\xff\n", b""])
def test_one_poisoned_file_does_not_keep_the_others_from_being_adopted(
    head: bytes, endpoint: ScriptedEndpoint, alice: User, ask: Ask
) -> None:
    (spool.folder() / "0-poison.reply").write_bytes(head)
    ask(alice)
    call, reply = answered()
    runner.keep(call.attempt, reply)
    assert sweeper.adopt(older_than_s=0) == 1
    assert only_job().state == State.RECEIVED


def test_one_job_that_cannot_be_released_does_not_keep_the_others(
    endpoint: ScriptedEndpoint, alice: User, ask: Ask, monkeypatch: Any
) -> None:
    ask(alice, n=3)
    first = claimed()
    claimed()
    claimed()
    lease_over()

    def poisoned(job: ImageJob, *rest: Any, **options: Any) -> bool:
        if job.pk == first.job.pk:
            raise RuntimeError("poison")
        return move(job, *rest, **options)

    monkeypatch.setattr(sweeper, "move", poisoned)
    assert sweeper.sweep()["released"] == 2


def test_settled_replies_that_wait_for_storage_are_not_read_again(
    endpoint: ScriptedEndpoint, alice: User, ask: Ask, monkeypatch: Any
) -> None:
    received(ask, alice)
    read: list[Path] = []
    monkeypatch.setattr(spool, "read", read.append)
    assert sweeper.adopt(older_than_s=0) == 0
    assert read == []


def test_hints_nobody_reads_do_not_pile_up(
    endpoint: ScriptedEndpoint, alice: User, ask: Ask, monkeypatch: Any
) -> None:
    received(ask, alice)
    monkeypatch.setattr(sweeper, "BATCH", hints.backlog("media") + 2)
    before = hints.backlog("media")
    for _ in range(5):
        sweeper.sweep()
    assert hints.backlog("media") == before + 2


def test_after_an_outage_of_the_database_calls_under_way_are_not_taken_for_lost(
    endpoint: ScriptedEndpoint, alice: User, ask: Ask, monkeypatch: Any
) -> None:
    monkeypatch.setattr(sweeper, "_judge_from", 0.0)
    ask(alice)
    sent()
    lease_over()
    with monkeypatch.context() as outage:
        outage.setattr(sweeper, "_expired", _database_away)
        with pytest.raises(OperationalError):
            sweeper.sweep()
    sweeper.sweep()
    assert only_job().state == State.SENT
    monkeypatch.setattr(sweeper, "_judge_from", 0.0)  # the heartbeats had their time
    sweeper.sweep()
    assert only_job().state == State.UNKNOWN


def test_a_sweeper_that_has_only_begun_takes_no_call_for_lost(
    endpoint: ScriptedEndpoint, alice: User, ask: Ask, monkeypatch: Any
) -> None:
    """It may have been started behind a migration that kept every heartbeat waiting."""
    monkeypatch.setattr(sweeper, "_judge_from", 0.0)
    monkeypatch.setattr(Engine, "_steadily", lambda *_: None)
    ask(alice)
    sent()
    lease_over()
    Engine().start({"upkeep"})
    sweeper.sweep()
    assert only_job().state == State.SENT


def _database_away(*_: Any) -> list[ImageJob]:
    raise OperationalError("the server closed the connection")


def test_a_worker_takes_up_its_call_again_after_an_outage(
    endpoint: ScriptedEndpoint, alice: User, ask: Ask
) -> None:
    ask(alice)
    engine = Engine()
    claim = claim_next(engine.owner, 60)
    assert claim
    assert runner.mark_sent(claim)
    engine._active = {claim.job.pk}
    lease_over()
    assert engine.renew_leases() == 1
    sweeper.sweep()
    assert only_job().state == State.SENT


def test_what_died_half_written_is_cleared_away_in_the_end(
    endpoint: ScriptedEndpoint, alice: User, ask: Ask
) -> None:
    job = received(ask, alice)
    lone = spool.folder() / "6e7d3c1e-0000-4000-8000-000000000000-0.bin"
    for path in (spool.folder() / ".draft.reply.abc", lone):
        path.write_bytes(b"x")
        os.utime(path, (0, 0))
    wanted = spool.bytes_path(job.attempts.get().pk, 0)  # its reply is still there
    wanted.write_bytes(b"x")
    os.utime(wanted, (0, 0))
    assert sweeper.tidy() == 2
    assert len(spooled()) == 2


# --- races ----------------------------------------------------------------------------------------------------------
def test_a_job_given_back_while_it_is_being_cancelled_is_cancelled(
    endpoint: ScriptedEndpoint, alice: User, ask: Ask, monkeypatch: Any
) -> None:
    ask(alice)
    claim = claimed()
    tries: list[bool] = []

    def move_then_release(*arguments: Any, **options: Any) -> bool:
        moved = move(*arguments, **options)
        tries.append(moved)
        if len(tries) == 1:
            runner.release(claim, "the provider is paused")
        return moved

    monkeypatch.setattr("images_app.jobs.actions.move", move_then_release)
    assert actions.cancel(only_job(), alice)
    assert only_job().state == State.CANCELLED


def test_a_claim_made_before_a_rate_limit_is_not_sent_during_it(
    endpoint: ScriptedEndpoint, alice: User, ask: Ask
) -> None:
    ask(alice)
    claim = claimed()
    Provider.objects.update(cooldown_until=timezone.now() + timedelta(seconds=30))
    runner.run(claim)
    assert only_job().state == State.QUEUED
    assert endpoint.calls() == 0


def test_a_refusal_that_comes_while_the_database_is_away_is_no_riddle_later(
    endpoint: ScriptedEndpoint, alice: User, ask: Ask, monkeypatch: Any
) -> None:
    endpoint.script("status 400 code=content_policy_violation")
    ask(alice)
    with monkeypatch.context() as outage:
        outage.setattr(runner, "DATABASE_TRIES", 1)
        outage.setattr("images_app.jobs.runner.time.sleep", lambda _: None)
        outage.setattr(settle, "settle", _database_away)
        runner.run(claimed())
    lease_over()
    sweeper.sweep()
    assert only_job().state == State.REJECTED


def test_a_call_that_was_never_made_asks_for_no_decision_however_long_the_database_is_away(
    endpoint: ScriptedEndpoint, alice: User, ask: Ask, monkeypatch: Any
) -> None:
    ask(alice)
    claim = claimed()
    Provider.objects.update(base_url="http://127.0.0.1:1/v1")  # nobody listens
    settled, tries = settle.settle, itertools.count()

    def away_for_long(*arguments: Any) -> bool:
        if next(tries) < 3 * runner.DATABASE_TRIES:
            raise OperationalError("the server closed the connection")
        return settled(*arguments)

    with monkeypatch.context() as outage:
        outage.setattr("images_app.jobs.runner.time.sleep", lambda _: None)
        outage.setattr(settle, "settle", away_for_long)
        runner.run(claim)
    assert (only_job().state, only_job().reason) == (State.QUEUED, "connect_failed")


def test_a_refused_retry_still_counts_what_the_unclear_call_may_have_cost(
    endpoint: ScriptedEndpoint, alice: User, ask: Ask, work: Work
) -> None:
    endpoint.script("status 500", "status 400 code=content_policy_violation")
    ask(alice)
    work()
    actions.decide(only_job(), alice, actions.Choice.RETRY)
    work()
    assert only_job().state == State.REJECTED
    assert only_job().charged_usd == only_job().price_usd
