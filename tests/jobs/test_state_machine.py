"""Random histories of one job, two workers, a sweeper and a person, over the real transition code and database.

The reference is small: what was authorised, what was called, what was kept. After every step no call is without its
authorisation; after quiet every kept reply is a stored picture and nothing is stuck.
"""

import base64
import json
import shutil
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from django.conf import settings
from django.utils import timezone
from hypothesis import HealthCheck, Verbosity
from hypothesis import settings as hypothesis_settings
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from hypothesis.strategies import integers, sampled_from

from images_app.images.models import StoredImage
from images_app.jobs import actions, collect, runner, settle, spool, sweeper
from images_app.jobs.actions import Choice
from images_app.jobs.claim import Claim, claim_next
from images_app.jobs.models import Attempt, Generation, ImageJob, JobEvent, Turn
from images_app.jobs.request import JobRequest
from images_app.jobs.runner import Call
from images_app.jobs.states import ARROWS, FINAL, State
from images_app.providers.client import Reply, sort_reply
from images_app.providers.errors import Outcome
from images_app.providers.models import ImageModel, Provider
from images_app.teams.access import current_team
from images_app.teams.actions import make_person
from images_app.teams.models import User
from tests.pictures import picture

WORKERS = 2
KEPT = {Outcome.DONE, Outcome.UNKNOWN}
SEEN: Counter[str] = Counter()
ANSWERS = ["picture", "picture", "refusal", "rate limit", "server error", "not sent"]


@dataclass
class Worker:
    """How far one worker has got with its job."""

    claim: Claim | None = None
    call: Call | None = None
    reply: Reply | None = None
    kept: bool = False


class JobHistory(RuleBasedStateMachine):
    """One job and everything that may happen to it."""

    @initialize()
    def submit(self) -> None:
        self.workers = [Worker() for _ in range(WORKERS)]
        self.calls: Counter[UUID] = Counter()
        self.kept: set[UUID] = set()
        self.unsure = 0  # decisions to make it again
        self.free = 0  # answers that say nothing was executed
        self.person = User.objects.get(email="history@example.com")
        self.model = ImageModel.objects.get()
        request = JobRequest(
            person=self.person,
            team=current_team(self.person),
            model=self.model,
            prompt="a history",
            size="1024x1024",
            quality="standard",
            style="vivid",
            n=1,
            idempotency_key="history",
        )
        assert actions.submit(request).created
        assert not actions.submit(request).created

    # --- workers ------------------------------------------------------------------------------------------------
    def work(self, who: int, answer: str) -> None:
        """The next step of one worker."""
        worker = self.workers[who]
        if worker.claim is None:
            worker.claim = claim_next(f"worker-{who}", 60)
        elif worker.call is None:
            worker.call = runner.mark_sent(worker.claim)
            if worker.call is None:
                self.workers[who] = Worker()
        elif worker.reply is None:
            self.post(worker, worker.call, answer)
        elif worker.reply.status is not None and not worker.kept and worker.reply.outcome in KEPT:
            runner.keep(worker.call.attempt, worker.reply)
            worker.kept = True
            if worker.reply.outcome is Outcome.DONE:
                self.kept.add(worker.call.attempt.pk)
        else:
            settle.settle(worker.call.attempt, worker.reply)
            self.workers[who] = Worker()

    @rule(answer=sampled_from(ANSWERS))
    def first_works(self, answer: str) -> None:
        self.work(0, answer)

    @rule(answer=sampled_from(ANSWERS))
    def first_goes_on_working(self, answer: str) -> None:
        for _ in range(3):
            self.work(0, answer)

    @rule(answer=sampled_from(ANSWERS))
    def second_works(self, answer: str) -> None:
        self.work(1, answer)

    def post(self, worker: Worker, call: Call, answer: str) -> None:
        worker.reply = reply_for(answer, sum(self.calls.values()))
        SEEN[answer] += 1
        if answer != "not sent":
            self.calls[call.attempt.pk] += 1
        if answer in {"not sent", "rate limit"}:
            self.free += 1

    @rule(who=integers(0, WORKERS - 1))
    def kill(self, who: int) -> None:
        self.workers[who] = Worker()

    # --- time, sweeper, media, person ---------------------------------------------------------------------------
    @rule()
    def leases_run_out(self) -> None:
        past = timezone.now() - timedelta(seconds=1)
        ImageJob.objects.exclude(lease_until=None).update(lease_until=past)

    @rule()
    def time_passes(self) -> None:
        ImageJob.objects.update(run_after=timezone.now() - timedelta(seconds=1))
        Provider.objects.update(cooldown_until=None, paused_at=None)

    @rule()
    def sweep(self) -> None:
        sweeper.sweep()

    @rule()
    def adopt(self) -> None:
        sweeper.adopt(older_than_s=0)

    @rule()
    def store(self) -> None:
        collect.collect(self.job.pk)
        collect.store_pictures(self.job.pk)

    @precondition(lambda self: self.unsure < 3)
    @rule(choice=sampled_from([Choice.RETRY, Choice.RETRY, Choice.CHARGED, Choice.WRITTEN_OFF]))
    def decide(self, choice: Choice) -> None:
        if actions.decide(self.job, self.person, choice) and choice is Choice.RETRY:
            self.unsure += 1

    @rule(chance=integers(0, 9))
    def cancel(self, chance: int) -> None:
        if chance:
            return
        actions.cancel(self.job, self.person)

    # --- what must hold -----------------------------------------------------------------------------------------
    @property
    def job(self) -> ImageJob:
        return ImageJob.objects.get()

    @invariant()
    def no_attempt_is_called_twice(self) -> None:
        assert all(count == 1 for count in self.calls.values())

    @invariant()
    def no_call_is_without_its_authorisation(self) -> None:
        if hasattr(self, "calls"):
            assert sum(self.calls.values()) <= 1 + self.unsure + self.free
            assert set(self.calls) <= set(Attempt.objects.values_list("pk", flat=True))

    @invariant()
    def every_change_took_an_arrow(self) -> None:
        if not hasattr(self, "calls"):
            return
        state = ""
        for event in JobEvent.objects.order_by("id"):
            assert event.from_state == state
            if state:
                assert State(event.to_state) in ARROWS[State(state)]
            state = event.to_state
        assert state == self.job.state

    def teardown(self) -> None:
        """All workers die; after quiet nothing is stuck, nothing kept is lost, and the books say so."""
        if not hasattr(self, "calls"):
            return
        self.leases_run_out()
        for _ in range(3):
            sweeper.sweep()
            sweeper.adopt(older_than_s=0)
            self.time_passes()
            self.store()
        assert self.job.state in FINAL | {State.UNKNOWN, State.QUEUED}
        stored = set(StoredImage.objects.values_list("attempt_id", flat=True))
        assert stored == self.kept
        if self.kept and self.job.state == State.SUCCEEDED:
            assert self.job.charged_usd == Decimal("0.04") * len(self.kept)
        assert not list(spool.folder().glob("*.reply"))
        forget()


def reply_for(answer: str, number: int) -> Reply:
    if answer == "picture":
        data = base64.b64encode(picture(number, 0, "8x8")).decode()
        body = json.dumps({"created": 1, "data": [{"b64_json": data, "revised_prompt": "more"}]}).encode()
        return sort_reply(200, {"content-type": "application/json"}, body)
    if answer == "refusal":
        return sort_reply(400, {}, b'{"error": {"code": "content_policy_violation", "message": "no"}}')
    if answer == "rate limit":
        return sort_reply(429, {"retry-after": "1"}, b'{"error": {"code": "rate_limit_exceeded"}}')
    if answer == "server error":
        return sort_reply(500, {}, b"oops")
    return Reply(outcome=Outcome.NOT_SENT, reason="connect", message="")


def forget() -> None:
    StoredImage.objects.all().delete()
    JobEvent.objects.all().delete()
    Attempt.objects.all().delete()
    ImageJob.objects.all().delete()
    Generation.objects.all().delete()
    Turn.objects.all().delete()
    Provider.objects.update(virtual_time=0)
    shutil.rmtree(settings.SPOOL_DIR, ignore_errors=True)


@pytest.mark.django_db(transaction=True)
def test_no_history_pays_twice_or_drops_a_picture(
    model: ImageModel, tmp_path: object, settings: object
) -> None:
    settings.SPOOL_DIR = tmp_path / "spool"  # type: ignore[attr-defined, operator]
    make_person("history@example.com", None)
    run_state_machine_as_test(
        JobHistory,
        settings=hypothesis_settings(
            max_examples=60,
            derandomize=True,  # the soak looks for new histories; this one must not fail by luck
            stateful_step_count=30,
            deadline=None,
            database=None,
            print_blob=True,
            suppress_health_check=list(HealthCheck),
            verbosity=Verbosity.quiet,
        ),
    )
    assert set(ANSWERS) <= set(SEEN), f"{SEEN}: the histories never came so far as to test anything"
