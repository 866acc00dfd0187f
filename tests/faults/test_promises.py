"""The promises under real faults: real processes, real servers, and a ledger that is not ours."""

import signal
import threading
import time
import uuid

import httpx
import pytest

from tests.faults.stack import LEASE_S, Person, Stack

pytestmark = [pytest.mark.faults, pytest.mark.timeout(240)]

POINTS = ["claimed", "sent", "answered", "spooled", "settled", "collected"]


def sha_in_storage(stack: Stack, prompt: str) -> list[str]:
    query = (
        "SELECT i.sha256 FROM images_app_storedimage i JOIN images_app_imagejob j ON i.job_id = j.id "
        f"JOIN images_app_generation g ON j.generation_id = g.id WHERE g.prompt LIKE '{prompt}%'"
    )
    return sorted(row[0] for row in stack.rows(query))


def sha_in_ledger(stack: Stack, prompt: str) -> list[str]:
    entries = [entry for entry in stack.endpoint.entries() if entry["prompt"].startswith(prompt)]
    return sorted(sha256 for entry in entries for sha256 in entry["sha256"])


def test_a_prompt_becomes_a_picture(stack: Stack, person: Person) -> None:
    assert person.ask("plain sailing", n=2).status_code == 302
    assert stack.settled("plain sailing") == ["succeeded"] * 2
    assert sha_in_storage(stack, "plain sailing") == sha_in_ledger(stack, "plain sailing")


# 1. An accepted job is never lost.
def test_killing_the_web_between_commit_and_hint_loses_nothing(stack: Stack, person: Person) -> None:
    stack.kill("web")
    stack.start("web", FAIL="submitted:kill")
    stack.until(stack.web_answers, 60, "the web answers")
    with pytest.raises(httpx.HTTPError):
        person.ask("web killed")
    stack.until(lambda: stack.died("web"), 10, "the web dies")
    stack.heal()
    assert stack.settled("web killed") == ["succeeded"]


def test_work_goes_on_when_redis_forgets_everything(stack: Stack, person: Person) -> None:
    import redis

    stack.kill("generate")
    assert person.ask("redis flushed", n=3).status_code == 302
    redis.Redis(port=stack.redis_port).flushall()
    stack.heal()
    assert stack.settled("redis flushed") == ["succeeded"] * 3
    assert stack.calls("redis flushed") == 3


def test_jobs_are_taken_while_redis_is_away_and_done_when_it_is_back(stack: Stack, person: Person) -> None:
    stack.stop_redis()
    assert person.ask("redis away", n=2).status_code == 302
    time.sleep(3)
    stack.start_redis()
    stack.heal()
    assert stack.settled("redis away", 90) == ["succeeded"] * 2
    assert stack.calls("redis away") == 2


# 2. One authorisation, at most one executed call; 4. a paid picture is never dropped.
@pytest.mark.parametrize("point", POINTS)
def test_a_worker_killed_at_any_step_never_pays_twice_nor_drops_a_picture(
    point: str, stack: Stack, person: Person
) -> None:
    prompt = f"killed at {point}"
    stack.kill("generate")
    stack.start("generate", FAIL=f"{point}:kill")
    person.ask(prompt)
    stack.until(lambda: stack.died("generate"), 30, "the worker dies")
    stack.heal()
    states = stack.settled(prompt)
    if point in {"sent", "answered"}:
        # Nobody can say whether it was executed: the person decides.
        assert states == ["unknown"]
        assert stack.calls(prompt) == (0 if point == "sent" else 1)
    else:
        assert states == ["succeeded"]
        assert stack.calls(prompt) == 1
        assert sha_in_storage(stack, prompt) == sha_in_ledger(stack, prompt)


@pytest.mark.parametrize("point", ["stored", "succeeded"])
def test_a_media_worker_killed_while_storing_stores_it_again(
    point: str, stack: Stack, person: Person
) -> None:
    prompt = f"media killed at {point}"
    stack.kill("media")
    stack.start("media", FAIL=f"{point}:kill")
    person.ask(prompt)
    stack.until(lambda: stack.calls(prompt) == 1, 30, "the call is made")
    time.sleep(3)
    stack.kill("media")
    stack.heal()
    assert stack.settled(prompt, 90) == ["succeeded"]
    assert sha_in_storage(stack, prompt) == sha_in_ledger(stack, prompt)


def test_two_schedulers_and_two_workers_do_no_harm(stack: Stack, person: Person) -> None:
    stack.start("beat2")
    stack.start("generate2")
    person.ask("doubled", n=8)
    assert stack.settled("doubled") == ["succeeded"] * 8
    assert stack.calls("doubled") == 8
    stack.kill("beat2")
    stack.kill("generate2")


# 3. A paused worker cannot cause a second charge.
def test_a_worker_asleep_past_its_lease_costs_one_call_and_its_result_is_kept(
    stack: Stack, person: Person
) -> None:
    person.ask("asleep [[delay 3]]")
    stack.until(lambda: stack.calls("asleep") == 1, 30, "the call is made")
    stack.send("generate", signal.SIGSTOP)
    stack.until(lambda: stack.states("asleep") == ["unknown"], LEASE_S + 20, "a decision is asked for")
    stack.send("generate", signal.SIGCONT)
    stack.until(lambda: stack.states("asleep") == ["succeeded"], 30, "the late result is kept")
    assert stack.calls("asleep") == 1


# 5. Ambiguity is visible and costed.
@pytest.mark.parametrize(
    "step", ["reset-after-body", "status 502", "truncate", "error-in-success", "empty-data"]
)
def test_an_unclear_outcome_waits_for_a_person(step: str, stack: Stack, person: Person) -> None:
    prompt = f"unclear {step}"
    person.ask(f"{prompt} [[{step}]]")
    assert stack.settled(prompt) == ["unknown"]
    assert stack.calls(prompt) == 1


def test_a_person_may_have_it_made_again_and_that_is_a_second_call(stack: Stack, person: Person) -> None:
    person.ask("decided [[status 500 times=1]]")
    assert stack.settled("decided") == ["unknown"]
    query = "SELECT j.id FROM images_app_imagejob j JOIN images_app_generation g ON g.id = j.generation_id "
    [[job]] = stack.rows(query + "WHERE g.prompt LIKE 'decided%'")
    assert person.decide(str(uuid.UUID(str(job))), "retry").status_code == 302
    stack.until(lambda: stack.states("decided") == ["succeeded"], 30, "it is made again")
    assert stack.calls("decided") == 2


# 6. Double click and replay make one job.
def test_fifty_posts_of_one_form_make_one_job(stack: Stack, person: Person) -> None:
    answers: list[int] = []
    key = "2d1cf0e4-65a3-4a4a-9c1e-0f2a33a8a001"

    def post() -> None:
        answers.append(stack.person().ask("double click", key=key).status_code)

    threads = [threading.Thread(target=post) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [302] * 50
    assert stack.settled("double click") == ["succeeded"]
    assert stack.calls("double click") == 1


# 7. Rate limits are waited out.
def test_a_rate_limit_is_waited_out_and_nobody_sees_a_failure(stack: Stack, person: Person) -> None:
    begun = time.monotonic()
    person.ask("limited [[status 429 retry-after=3 code=rate_limit_exceeded times=1]]")
    assert stack.settled("limited") == ["succeeded"]
    first, second = [
        entry["at"] for entry in stack.endpoint.entries() if entry["prompt"].startswith("limited")
    ]
    assert second - first >= 3
    assert time.monotonic() - begun < 30


# 8. A billing or key failure stops the line, not the jobs.
def test_a_billing_failure_pauses_the_provider_until_it_is_resumed(stack: Stack, person: Person) -> None:
    person.ask("billing [[status 400 code=billing_hard_limit_reached times=1]]", n=1)
    stack.until(
        lambda: bool(stack.rows("SELECT 1 FROM images_app_provider WHERE paused_at IS NOT NULL")),
        30,
        "it is paused",
    )
    person.ask("after billing", n=3)
    time.sleep(3)
    assert stack.states("after billing") == ["queued"] * 3
    assert stack.calls("after billing") == 0
    stack.manage(
        "shell",
        "-v0",
        "-c",
        "from images_app.providers.models import *; [p.resume() for p in Provider.objects.all()]",
    )
    assert stack.settled("after billing") == ["succeeded"] * 3
    assert stack.settled("billing") == ["succeeded"]


# 11. A deploy loses nothing.
def test_a_warm_stop_during_thirty_calls_resends_none(stack: Stack, person: Person) -> None:
    for _ in range(4):
        person.ask("deploy [[delay 4]]", n=8)
    stack.until(lambda: stack.calls("deploy") >= 25, 30, "most calls are under way")
    stack.send("generate", signal.SIGTERM)
    stack.until(lambda: stack.died("generate"), 30, "the worker ends by itself")
    under_way = stack.calls("deploy")
    stack.heal()
    assert stack.settled("deploy") == ["succeeded"] * 32
    assert under_way >= 25
    assert stack.calls("deploy") == 32
    assert sha_in_storage(stack, "deploy") == sha_in_ledger(stack, "deploy")
