"""manage.py jobs, doctor and rotate_field_key."""

import json
import os
import time
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command
from django.db import connection
from redis import Redis

from images_app.jobs import doctor, health, spool
from images_app.jobs.states import State
from images_app.providers.models import Provider
from images_app.teams.models import User
from tests.endpoint import ScriptedEndpoint
from tests.ops.conftest import MakeJob

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_spool(settings: Any, tmp_path: Path) -> None:
    settings.SPOOL_DIR = tmp_path / "spool"


def run(*command: str) -> str:
    output = StringIO()
    call_command(*command, stdout=output, no_color=True)
    return output.getvalue()


# --- jobs ----------------------------------------------------------------------------------------------
def told() -> Any:
    return json.loads(run("jobs", "--json"))


def test_jobs_in_json_has_every_state(make_job: MakeJob) -> None:
    make_job(State.QUEUED, 2)
    make_job(State.SUCCEEDED)
    answer = told()
    assert list(answer) == ["states", "oldest_waiting_s", "stuck"]
    assert set(answer["states"]) == {
        *("queued", "claimed", "sent", "received", "succeeded"),
        *("rejected", "failed", "cancelled", "unknown", "lost"),
    }
    assert answer["states"]["queued"] == answer["states"]["succeeded"] == 1
    assert sum(answer["states"].values()) == 2
    assert 119 <= answer["oldest_waiting_s"] < 180
    assert answer["stuck"] == 0


def test_an_empty_database_waits_for_nothing() -> None:
    assert told()["oldest_waiting_s"] == 0


@pytest.mark.parametrize(
    ("state", "minutes", "stuck"),
    [
        (State.SENT, 1, 0),
        (State.SENT, 3, 1),
        (State.CLAIMED, 3, 1),
        (State.RECEIVED, 9, 0),
        (State.RECEIVED, 11, 1),
        (State.QUEUED, 9, 0),
        (State.QUEUED, 11, 1),
        (State.UNKNOWN, 600, 0),
    ],
)
def test_stuck_is_what_nothing_moves_on(make_job: MakeJob, state: State, minutes: int, stuck: int) -> None:
    make_job(state, minutes)
    assert told()["stuck"] == stuck


@pytest.mark.parametrize("why", ["a worker is alive", "paused", "disabled", "its time has not come"])
def test_a_job_that_waits_for_a_reason_is_not_stuck(make_job: MakeJob, settings: Any, why: str) -> None:
    job = make_job(State.QUEUED, 30)
    provider = Provider.objects.filter(pk=job.provider_id)
    with Redis.from_url(settings.REDIS_URL) as redis:
        if why == "a worker is alive":
            sign = {"queue": "generate", "host": "here", "pid": 7, "in_flight": 0, "at": time.time()}
            redis.set("easel:worker:test", json.dumps(sign), ex=30)
        elif why == "paused":
            provider.get().pause("billing")
        elif why == "disabled":
            provider.update(enabled=False)
        else:
            type(job).objects.update(run_after=job.created_at.replace(year=job.created_at.year + 1))
        try:
            assert told()["stuck"] == 0
        finally:
            redis.delete("easel:worker:test")


def test_an_old_reply_in_the_spool_is_stuck() -> None:
    reply = spool.folder() / "x.reply"
    reply.write_bytes(b"")
    assert told()["stuck"] == 0
    os.utime(reply, (time.time() - 700,) * 2)
    assert told()["stuck"] == 1


def test_jobs_says_in_words_what_is_stuck_and_the_mend(make_job: MakeJob) -> None:
    assert "Nothing is stuck." in run("jobs")
    make_job(State.SENT, 5)
    assert "Stuck: 1 calls whose worker is gone; start an upkeep worker" in run("jobs")


# --- doctor --------------------------------------------------------------------------------------------
@pytest.fixture
def all_well(settings: Any, provider: Provider, tmp_path: Path, admin: User) -> Iterator[ScriptedEndpoint]:
    """Every part there: workers' signs, an endpoint, an admin."""
    settings.IMAGE_API_ALLOW_PRIVATE = True
    sign = {"queue": "generate,media,upkeep", "host": "here", "pid": 7, "in_flight": 0, "at": time.time()}
    with (
        Redis.from_url(settings.REDIS_URL) as redis,
        ScriptedEndpoint(ledger=tmp_path / "ledger") as endpoint,
    ):
        Provider.objects.filter(pk=provider.pk).update(base_url=endpoint.base_url)
        redis.set("easel:worker:test", json.dumps(sign), ex=30)
        yield endpoint
        redis.delete("easel:worker:test")


def diagnosis() -> tuple[int, dict[str, str]]:
    """Exit code, and each check's line."""
    output = StringIO()
    code = 0
    try:
        call_command("doctor", stdout=output, no_color=True)
    except SystemExit as end:
        code = int(str(end.code))
    lines = [line for line in output.getvalue().splitlines() if line.startswith(("ok", "fail"))]
    return code, {line.split(":")[0].split()[1]: line for line in lines}


def test_a_sound_installation_passes(all_well: ScriptedEndpoint) -> None:
    code, lines = diagnosis()
    assert [line for line in lines.values() if not line.startswith("ok ")] == []
    assert code == 0
    assert list(lines) == list(doctor.CHECKS)


def test_the_doctor_spends_nothing(all_well: ScriptedEndpoint) -> None:
    diagnosis()
    assert all_well.calls() == 0


def test_what_fails_is_named_with_its_mend_and_the_rest_is_still_looked_at(
    all_well: ScriptedEndpoint, settings: Any
) -> None:
    settings.REDIS_URL = "redis://:hunter2@127.0.0.1:1/0"
    code, lines = diagnosis()
    assert code == 1
    assert lines["redis"].startswith("fail redis: Redis does not answer")
    assert "Mend: check REDIS_URL" in lines["redis"]
    assert lines["storage"].startswith("ok ")
    assert "hunter2" not in str(lines)


def test_missing_workers_are_named() -> None:
    code, lines = diagnosis()
    assert code == 1
    assert "no sign of life from generate, media, upkeep" in lines["workers"]


def test_an_endpoint_out_of_reach_is_named(provider: Provider, settings: Any) -> None:
    settings.IMAGE_API_ALLOW_PRIVATE = True
    _, lines = diagnosis()
    assert lines["providers"].startswith("fail providers: stub cannot be reached")


def test_a_private_endpoint_needs_the_operators_word(provider: Provider) -> None:
    _, lines = diagnosis()
    assert lines["providers"].startswith("fail providers: stub: the address is refused")


def test_a_paused_provider_is_named(all_well: ScriptedEndpoint) -> None:
    Provider.objects.get().pause("billing")
    _, lines = diagnosis()
    assert "stub is paused: billing" in lines["providers"]


def test_a_secret_no_key_opens_is_named(all_well: ScriptedEndpoint, settings: Any) -> None:
    settings.FIELD_KEY = Fernet.generate_key().decode()
    _, lines = diagnosis()
    assert lines["providers"].startswith("fail providers: a stored secret cannot be opened")


def test_the_doctor_leaves_nothing_behind(all_well: ScriptedEndpoint, settings: Any) -> None:
    diagnosis()
    assert list(spool.folder().iterdir()) == []
    if not settings.AWS_STORAGE_BUCKET_NAME:
        left = [path for path in (settings.DATA_DIR / "media").rglob("doctor/*") if path.is_file()]
        assert left == []


def test_a_full_disk_is_named(all_well: ScriptedEndpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "LEAST_FREE", 10**18)
    _, lines = diagnosis()
    assert lines["disk"].startswith("fail disk:")


# --- rotate_field_key ----------------------------------------------------------------------------------
def stored() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT api_key FROM images_app_provider")
        return str(cursor.fetchone()[0])


def test_secrets_outlive_their_old_key(provider: Provider, settings: Any) -> None:
    old, new = settings.FIELD_KEY, Fernet.generate_key().decode()
    before = stored()
    settings.FIELD_KEY = f"{new},{old}"
    assert "Sealed 1 row " in run("rotate_field_key")
    assert "Sealed 1 row " in run("rotate_field_key")  # harmless to repeat
    settings.FIELD_KEY = new
    assert stored() != before
    assert Provider.objects.get().api_key == "sk-test"


def test_one_secret_that_cannot_be_opened_leaves_all_as_they_were(provider: Provider, settings: Any) -> None:
    old = settings.FIELD_KEY
    settings.FIELD_KEY = Fernet.generate_key().decode()
    Provider.objects.create(
        slug="other", name="A first", base_url="http://127.0.0.1:9/v1", api_key="sk-other"
    )
    before = list(Provider.objects.order_by("slug").values_list("slug", flat=True))
    with pytest.raises(CommandError, match="put back its old key"):
        run("rotate_field_key")
    settings.FIELD_KEY = old
    assert before == ["other", "stub"]
    assert Provider.objects.get(slug="stub").api_key == "sk-test"


def test_a_new_key_can_be_asked_for(provider: Provider) -> None:
    before = stored()
    Fernet(run("rotate_field_key", "--new-key").strip())
    assert stored() == before


def test_the_signs_of_workers_are_read_as_they_are_written(settings: Any) -> None:
    from images_app.jobs.worker import Engine

    engine = Engine()
    engine._say_alive({"generate"})
    with Redis.from_url(settings.REDIS_URL) as redis:
        try:
            assert [(worker.queues, worker.pid) for worker in health.workers()] == [
                (("generate",), os.getpid())
            ]
        finally:
            redis.delete(f"easel:worker:{engine.owner}")
