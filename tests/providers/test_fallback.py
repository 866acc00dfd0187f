"""A refused key gives way to the spare one by itself: once, for nothing, and never back."""

from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from images_app.audit.models import AuditEntry
from images_app.jobs import settle
from images_app.jobs.models import Attempt
from images_app.jobs.states import State
from images_app.providers import attention, fallback, probe
from images_app.providers.client import Reply
from images_app.providers.errors import Outcome
from images_app.providers.models import ImageModel, Provider
from images_app.teams.models import User
from tests.endpoint import ScriptedEndpoint
from tests.rows import make_attempt, make_generation, make_job

TAKEN = probe.Probe(status=200, models=("dall-e-3",))


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The keys that were asked about; the endpoint takes them unless a test says otherwise."""
    keys: list[str] = []
    monkeypatch.setattr("images_app.providers.fallback.connections.close_all", lambda: None)
    answers(monkeypatch, keys, TAKEN)
    return keys


def answers(monkeypatch: pytest.MonkeyPatch, keys: list[str], answer: probe.Probe) -> None:
    def ask(endpoint: Any) -> probe.Probe:
        keys.append(endpoint.api_key)
        return answer

    monkeypatch.setattr("images_app.providers.fallback.probe.ask", ask)


@pytest.fixture
def refused(provider: Provider) -> Provider:
    """Stands still over its key, and has a spare one."""
    Provider.objects.filter(pk=provider.pk).update(from_environment=False)
    row = Provider.objects.get(pk=provider.pk)
    row.api_key, row.spare_key = "sk-planted-one", "sk-planted-two"
    row.spare_key_at, row.spare_key_note = timezone.now(), "Added by Ada"
    row.save()
    row.pause("api_key: The endpoint does not accept the API key.")
    return Provider.objects.get(pk=row.pk)


def keys_of(provider: Provider) -> tuple[str, str]:
    row = Provider.objects.get(pk=provider.pk)
    return str(row.api_key), str(row.spare_key)


def test_the_spare_key_is_tried_for_nothing_and_put_in_use(refused: Provider, asked: list[str]) -> None:
    assert fallback.look() == 1
    assert asked == ["sk-planted-two"] and keys_of(refused) == ("sk-planted-two", "sk-planted-one")
    assert Provider.objects.get(pk=refused.pk).paused_at is None
    entry = AuditEntry.objects.get(verb="provider.key_changed")
    assert entry.actor_id is None and "refused" in entry.reason and "planted" not in str(vars(entry))
    [line] = [line for line in attention.providers() if "spare key" in line.text]
    assert line.address.endswith(f"{refused.pk}/keys/")


def test_it_happens_once_and_never_back(refused: Provider, asked: list[str]) -> None:
    fallback.look()
    refused.pause("api_key: refused as well")
    assert fallback.look() == 0
    assert len(asked) == 1 and keys_of(refused) == ("sk-planted-two", "sk-planted-one")


def test_a_spare_key_that_is_refused_stays_spare_and_is_asked_about_once(
    refused: Provider, asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    answers(monkeypatch, asked, probe.Probe(status=401))
    assert [fallback.look(), fallback.look()] == [0, 0]
    assert len(asked) == 1 and keys_of(refused) == ("sk-planted-one", "sk-planted-two")
    assert Provider.objects.get(pk=refused.pk).paused_at


@pytest.mark.parametrize(
    "answer", [probe.Probe(trouble="connect_failed"), probe.Probe(status=500), probe.Probe(status=404)]
)
def test_what_no_free_question_can_tell_is_left_to_a_person(
    refused: Provider, asked: list[str], monkeypatch: pytest.MonkeyPatch, answer: probe.Probe
) -> None:
    answers(monkeypatch, asked, answer)
    assert fallback.look() == 0 and keys_of(refused) == ("sk-planted-one", "sk-planted-two")


@pytest.mark.parametrize(
    "changes",
    [
        {"pause_reason": "billing: pay first"},
        {"pause_reason": "By Ada: api_key is old"},
        {"paused_at": None},
        {"enabled": False},
        {"from_environment": True},
        {"spare_key": ""},
    ],
)
def test_other_lines_are_left_alone(refused: Provider, asked: list[str], changes: dict[str, Any]) -> None:
    Provider.objects.filter(pk=refused.pk).update(**changes)
    assert fallback.look() == 0 and asked == []


def test_somebody_who_changes_them_meanwhile_is_first(
    refused: Provider, asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def meanwhile(endpoint: Any) -> probe.Probe:
        Provider.objects.filter(pk=refused.pk).update(spare_key_at=timezone.now(), paused_at=None)
        return TAKEN

    monkeypatch.setattr("images_app.providers.fallback.probe.ask", meanwhile)
    assert fallback.look() == 0 and keys_of(refused) == ("sk-planted-one", "sk-planted-two")


def test_the_job_that_was_refused_waits_and_its_attempt_is_not_called_again(
    refused: Provider, asked: list[str], alice: User, model: ImageModel
) -> None:
    refused.resume()
    job = make_job(make_generation(alice, model), State.SENT)
    attempt = make_attempt(job, Attempt.Outcome.OPEN)
    assert settle.settle(attempt, Reply(outcome=Outcome.BLOCKED, reason="api_key", message="No", status=401))
    assert fallback.look() == 1
    job.refresh_from_db()
    assert (job.state, job.attempts.count(), job.charged_usd) == (State.QUEUED, 1, None)
    assert Attempt.objects.get().outcome == "blocked"


def test_a_real_endpoint_is_asked_for_its_models_only(
    transactional_db: None, refused: Provider, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Provider, "allow_private", True)
    with ScriptedEndpoint(ledger=tmp_path / "ledger") as scripted:
        Provider.objects.filter(pk=refused.pk).update(base_url=scripted.base_url)
        assert fallback.look() == 1
        assert scripted.calls() == 0
