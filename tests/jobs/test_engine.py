"""One job through the real engine against a real endpoint: every outcome class, and what the person is left with."""

import hashlib
import itertools
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.files.storage import storages
from django.utils import timezone

from images_app.images.models import StoredImage
from images_app.jobs.models import Attempt, Generation, ImageJob
from images_app.jobs.states import State
from images_app.providers.models import ImageModel, Provider
from images_app.teams.models import User
from tests.endpoint import ScriptedEndpoint
from tests.jobs.conftest import only_job, spooled

pytestmark = pytest.mark.django_db(transaction=True)

Ask = Callable[..., Generation]
Work = Callable[[], None]


def test_a_prompt_becomes_a_stored_picture(
    endpoint: ScriptedEndpoint, alice: User, ask: Ask, work: Work
) -> None:
    ask(alice)
    work()
    job = only_job()
    assert job.state == State.SUCCEEDED
    assert job.charged_usd == Decimal("0.04")
    image = StoredImage.objects.get()
    stored = storages["originals"].open(image.original_key).read()
    assert [hashlib.sha256(stored).hexdigest()] == endpoint.pictures() == [image.sha256]
    assert endpoint.calls(job.attempts.get().pk) == 1
    assert spooled() == []


def test_a_url_is_fetched_and_stored(
    endpoint: ScriptedEndpoint, model: ImageModel, alice: User, ask: Ask, work: Work
) -> None:
    ImageModel.objects.update(response_formats=["url", "b64_json"])
    ask(alice)
    work()
    assert only_job().state == State.SUCCEEDED
    assert StoredImage.objects.get().sha256 == endpoint.pictures()[0]


def test_every_change_has_its_event(endpoint: ScriptedEndpoint, alice: User, ask: Ask, work: Work) -> None:
    ask(alice)
    work()
    changes = list(only_job().events.values_list("from_state", "to_state"))
    states = ["", "queued", "claimed", "sent", "received", "succeeded"]
    assert changes == list(itertools.pairwise(states))


def test_eight_pictures_are_eight_calls(
    endpoint: ScriptedEndpoint, alice: User, ask: Ask, work: Work
) -> None:
    ask(alice, n=8)
    work()
    assert ImageJob.objects.filter(state=State.SUCCEEDED).count() == 8
    assert endpoint.calls() == 8


def test_all_pictures_of_one_reply_are_kept(
    endpoint: ScriptedEndpoint, alice: User, ask: Ask, work: Work
) -> None:
    endpoint.script("many 3")
    ask(alice)
    work()
    assert StoredImage.objects.count() == 3


def test_a_refusal_shows_the_endpoints_words_and_costs_nothing(
    endpoint: ScriptedEndpoint, alice: User, ask: Ask, work: Work
) -> None:
    endpoint.script("status 400 code=content_policy_violation message=Not_this_one.")
    ask(alice)
    work()
    job = only_job()
    assert (job.state, job.charged_usd) == (State.REJECTED, Decimal(0))
    assert "Not this one." in job.message
    assert endpoint.calls() == 1


def test_a_rate_limit_is_waited_out_by_the_whole_line(
    endpoint: ScriptedEndpoint, alice: User, ask: Ask, work: Work
) -> None:
    endpoint.script("status 429 retry-after=30 code=rate_limit_exceeded")
    ask(alice, n=3)
    work()
    assert endpoint.calls() == 1
    assert set(ImageJob.objects.values_list("state", flat=True)) == {State.QUEUED}
    until = Provider.objects.get().cooldown_until
    assert until is not None
    assert timedelta(seconds=25) < until - timezone.now() <= timedelta(seconds=30)

    Provider.objects.update(cooldown_until=timezone.now())
    ImageJob.objects.update(run_after=timezone.now())
    work()
    assert ImageJob.objects.filter(state=State.SUCCEEDED).count() == 3
    assert endpoint.charged() == 3


def test_rate_limits_without_a_time_back_off_further_each_time(
    endpoint: ScriptedEndpoint, alice: User, ask: Ask, work: Work
) -> None:
    waits = []
    ask(alice)
    for _ in range(4):
        endpoint.script("status 429 retry-after=soon code=rate_limit_exceeded")
        Provider.objects.update(cooldown_until=None)
        ImageJob.objects.update(run_after=timezone.now())
        work()
        until = Provider.objects.get().cooldown_until
        assert until is not None
        waits.append((until - timezone.now()).total_seconds())
    assert waits[3] > waits[0] * 2
    assert only_job().state == State.QUEUED


@pytest.mark.parametrize(
    "step",
    [
        "status 401 code=invalid_api_key",
        "status 400 code=billing_hard_limit_reached",
        "status 429 code=insufficient_quota",
        "status 404 code=model_not_found",
    ],
)
def test_a_billing_or_key_failure_stops_the_line_not_the_jobs(
    step: str, endpoint: ScriptedEndpoint, alice: User, ask: Ask, work: Work
) -> None:
    endpoint.script(step)
    ask(alice, n=3)
    work()
    provider = Provider.objects.get()
    assert provider.paused_at is not None
    assert provider.pause_reason
    assert endpoint.calls() == 1
    assert ImageJob.objects.filter(state=State.QUEUED).count() == 3

    assert provider.resume()
    work()
    assert ImageJob.objects.filter(state=State.SUCCEEDED).count() == 3


@pytest.mark.parametrize(
    "step",
    [
        "status 500",
        "status 502 charged=1",
        "reset-after-body",
        "truncate",
        "html",
        "empty-data",
        "error-in-success",
        "stall",
        "not-utf8",
        "deep",
    ],
)
def test_an_unclear_outcome_asks_for_a_decision_and_is_never_repeated(
    step: str, endpoint: ScriptedEndpoint, alice: User, ask: Ask, work: Work
) -> None:
    endpoint.script(step)
    ask(alice)
    work()
    work()
    job = only_job()
    assert (job.state, job.charged_usd) == (State.UNKNOWN, None)
    assert job.reason
    assert endpoint.calls() == 1


def test_the_raw_reply_of_an_unclear_outcome_is_kept(
    endpoint: ScriptedEndpoint, alice: User, ask: Ask, work: Work
) -> None:
    endpoint.script("raw what-is-this")
    ask(alice)
    work()
    assert "what-is-this" in Attempt.objects.get().raw_excerpt
    assert spooled() == []


def test_a_team_may_retry_once_by_rule(endpoint: ScriptedEndpoint, alice: User, ask: Ask, work: Work) -> None:
    generation = ask(alice)
    generation.team.retry_unknown_once = True
    generation.team.save()
    endpoint.script("status 500", "status 500")
    work()
    assert only_job().state == State.UNKNOWN
    assert list(only_job().attempts.values_list("cause", flat=True)) == ["submit", "policy"]


def test_an_endpoint_that_cannot_be_reached_is_tried_again_later(
    endpoint: ScriptedEndpoint, alice: User, ask: Ask, work: Work
) -> None:
    base_url = Provider.objects.get().base_url
    Provider.objects.update(base_url="http://127.0.0.1:9/v1")
    ask(alice)
    work()
    job = only_job()
    assert (job.state, job.requeues) == (State.QUEUED, 1)
    assert job.run_after > timezone.now()

    Provider.objects.update(base_url=base_url)
    ImageJob.objects.update(run_after=timezone.now())
    work()
    assert only_job().state == State.SUCCEEDED
    assert list(only_job().attempts.values_list("cause", flat=True)) == ["submit", "requeue"]


def test_a_dead_result_url_is_tried_over_its_life_and_then_lost(
    endpoint: ScriptedEndpoint, model: ImageModel, alice: User, ask: Ask, work: Work
) -> None:
    ImageModel.objects.update(response_formats=["url"])
    endpoint.script("url-404")
    ask(alice)
    work()
    job = only_job()
    assert (job.state, job.reason) == (State.RECEIVED, "collect")

    Attempt.objects.update(answered_at=timezone.now() - timedelta(hours=2))
    ImageJob.objects.update(run_after=timezone.now() - timedelta(seconds=1))
    from images_app.jobs.collect import collect

    collect(job.pk)
    job = only_job()
    assert (job.state, job.charged_usd) == (State.LOST, Decimal("0.04"))


def test_bytes_that_are_no_picture_are_lost_with_the_reply_kept(
    endpoint: ScriptedEndpoint, alice: User, ask: Ask, work: Work, settings: object
) -> None:
    endpoint.script("bad-base64")
    ask(alice)
    work()
    assert only_job().state in {State.LOST, State.UNKNOWN}
    kept = list((settings.SPOOL_DIR / "unclear").glob("*.reply"))  # type: ignore[attr-defined]
    assert len(kept) == 1
