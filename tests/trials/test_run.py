"""A trial makes one call at most, and says of each step how it went."""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from cryptography.fernet import Fernet
from django.core.files.storage import storages
from django.utils import timezone

from images_app.images.actions import purge
from images_app.providers import probe
from images_app.providers.models import ImageModel, ModelPrice, Provider
from images_app.teams.models import User
from images_app.trials import actions, run
from images_app.trials.models import Trial
from images_app.trials.offers import offers
from tests.endpoint import ScriptedEndpoint
from tests.trials.conftest import again, outcomes, see_through, words

ALL_OK = dict.fromkeys(("reach", "authenticate", "generate", "download", "store"), "ok")


def test_every_step_is_written_down_and_the_picture_is_kept(trial: Trial, endpoint: ScriptedEndpoint) -> None:
    done = see_through(trial)
    assert (done.state, done.cost, outcomes(done)) == ("done", "paid", ALL_OK)
    assert all(row["ms"] is not None for row in done.steps)
    assert "lists 1 models, among them dall-e-3" in words(done)
    assert endpoint.calls(trial.pk) == 1
    assert storages["originals"].exists(done.original_key) and storages["previews"].exists(done.preview_key)
    assert not list((run.spool_path(trial.pk)).parent.glob("*.bin"))
    assert done.cost_words == "It cost about $0.04."


def test_a_picture_behind_an_address_is_fetched(trial: Trial, endpoint: ScriptedEndpoint) -> None:
    endpoint.script("url")
    done = see_through(trial)
    assert outcomes(done) == ALL_OK and "from the address" in words(done)


def test_a_second_hint_makes_no_second_call(trial: Trial, endpoint: ScriptedEndpoint) -> None:
    for _ in range(2):
        see_through(trial)
    assert endpoint.calls() == 1


def test_the_same_form_twice_is_one_trial(
    endpoint: ScriptedEndpoint, provider: Provider, model: ImageModel, admin: User
) -> None:
    number, offer = uuid4(), offers(provider)[0]
    first, second = (actions.ask_picture(provider, admin, offer, number) for _ in range(2))
    assert first.pk == second.pk and Trial.objects.count() == 1


@pytest.mark.parametrize(
    ("step", "state", "cost", "said"),
    [
        ("status 401", "failed", "none", "Write another key"),
        ("status 400 message=No_such_size", "failed", "none", "No such size"),
        ("status 402", "failed", "none", "Pay or raise"),
        ("status 429", "failed", "none", "Wait a minute"),
        ("status 500 charged=1", "unknown", "maybe", "list of usage"),
        ("reset-after-body", "unknown", "maybe", "list of usage"),
    ],
)
def test_what_the_endpoint_says_is_told_with_its_mend(
    step: str, state: str, cost: str, said: str, trial: Trial, endpoint: ScriptedEndpoint
) -> None:
    endpoint.script(step)
    ended = see_through(trial)
    assert (ended.state, ended.cost) == (state, cost)
    assert list(outcomes(ended)) == ["reach", "authenticate", "generate"]
    assert said in words(ended)
    assert endpoint.calls() == 1


def test_an_unknown_end_says_what_it_may_have_cost(trial: Trial, endpoint: ScriptedEndpoint) -> None:
    endpoint.script("status 500")
    assert see_through(trial).cost_words == "It may have cost $0.04."


def test_a_dead_address_of_a_paid_picture_is_a_download_that_failed(
    trial: Trial, endpoint: ScriptedEndpoint
) -> None:
    endpoint.script("url-404")
    ended = see_through(trial)
    assert (ended.state, ended.cost, outcomes(ended)["download"]) == ("failed", "paid", "failed")
    assert "b64_json" in words(ended)


def test_bytes_that_are_no_picture_fail_at_storing(trial: Trial, endpoint: ScriptedEndpoint) -> None:
    endpoint.script("url-html")
    ended = see_through(trial)
    assert (ended.state, ended.cost, outcomes(ended)["store"]) == ("failed", "paid", "failed")


def test_a_storage_that_refuses_is_named_by_its_kind(
    trial: Trial, endpoint: ScriptedEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> None:
        raise PermissionError("/secret/path?signature=planted")

    monkeypatch.setattr("images_app.trials.run.keep", refuse)
    ended = see_through(trial)
    assert (ended.state, outcomes(ended)["store"]) == ("failed", "failed")
    assert "PermissionError" in words(ended) and "planted" not in words(ended) and "doctor" in words(ended)


def test_nobody_at_the_address_costs_nothing(trial: Trial, provider: Provider) -> None:
    Provider.objects.filter(pk=provider.pk).update(base_url="http://127.0.0.1:9/v1")
    ended = see_through(trial)
    assert (ended.state, ended.cost, outcomes(ended)) == ("failed", "none", {"reach": "failed"})
    assert "Check the host" in words(ended)


def test_a_private_address_is_refused(trial: Trial, endpoint: ScriptedEndpoint, settings: Any) -> None:
    settings.IMAGE_API_ALLOW_PRIVATE = False
    ended = see_through(trial)
    assert (ended.state, outcomes(ended)) == ("failed", {"reach": "failed"})
    assert "IMAGE_API_ALLOW_PRIVATE" in words(ended)
    assert endpoint.calls() == 0


@pytest.mark.parametrize("status", [401, 403, 429, 500])
def test_a_key_refused_for_nothing_is_not_tried_for_money(
    status: int, trial: Trial, endpoint: ScriptedEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("images_app.trials.run.probe.ask", lambda _: probe.Probe(status=status))
    ended = see_through(trial)
    assert (ended.state, ended.cost) == ("failed", "none")
    assert outcomes(ended) == {"reach": "ok", "authenticate": "failed"}
    assert endpoint.calls() == 0


def test_an_endpoint_without_a_list_is_asked_for_the_picture(
    trial: Trial, endpoint: ScriptedEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("images_app.trials.run.probe.ask", lambda _: probe.Probe(status=404))
    assert outcomes(see_through(trial)) == {**ALL_OK, "authenticate": "unclear"}


def test_a_lost_field_key_is_said(trial: Trial, settings: Any) -> None:
    settings.FIELD_KEY = Fernet.generate_key().decode()
    ended = see_through(trial)
    assert (ended.state, ended.cost) == ("failed", "none") and "FIELD_KEY" in words(ended)


# --- workers that die -----------------------------------------------------------------------------------------------
def leave_in(trial: Trial, state: str, **fields: Any) -> None:
    past = timezone.now() - timedelta(seconds=30)
    columns = {"state": state, "lease_until": past, "token": uuid4(), "tries": 1, **fields}
    Trial.objects.filter(pk=trial.pk).update(**columns)


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """The hints that were sent."""
    hints: list[tuple[str, ...]] = []
    monkeypatch.setattr("images_app.trials.actions.send", lambda *words: hints.append(words))
    return hints


def test_a_worker_that_died_in_the_paid_call_leaves_an_unknown_end(
    trial: Trial, endpoint: ScriptedEndpoint, sent: list[tuple[str, ...]]
) -> None:
    leave_in(trial, "sent")
    actions.sweep()
    ended = again(trial)
    assert (ended.state, ended.cost, ended.cost_words) == ("unknown", "maybe", "It may have cost $0.04.")
    see_through(trial)
    actions.sweep()
    assert (endpoint.calls(), sent) == (0, [])


def test_a_call_under_way_is_left_alone(trial: Trial, sent: list[tuple[str, ...]]) -> None:
    leave_in(trial, "sent", lease_until=timezone.now() + timedelta(seconds=30))
    actions.sweep()
    assert again(trial).state == "sent"


def test_a_result_that_turns_up_late_is_kept(
    trial: Trial, endpoint: ScriptedEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    bring = run._bring

    def after_the_sweep(mine: Trial, *rest: Any) -> bool:
        Trial.objects.filter(pk=mine.pk).update(lease_until=timezone.now() - timedelta(seconds=30))
        actions.sweep()
        assert again(mine).state == "unknown"
        return bring(mine, *rest)

    monkeypatch.setattr("images_app.trials.run._bring", after_the_sweep)
    done = see_through(trial)
    assert (done.state, done.cost, outcomes(done)) == ("done", "paid", ALL_OK)


def test_a_worker_that_died_before_the_call_is_followed_by_another(
    trial: Trial, endpoint: ScriptedEndpoint, sent: list[tuple[str, ...]]
) -> None:
    leave_in(trial, "reaching")
    actions.sweep()
    assert sent == [("trials.call", "generate", str(trial.pk))]
    assert see_through(trial).state == "done"
    assert endpoint.calls() == 1


def test_a_media_worker_that_died_is_followed_by_another(
    trial: Trial, endpoint: ScriptedEndpoint, sent: list[tuple[str, ...]]
) -> None:
    run.call(trial.pk)
    leave_in(trial, "received")
    actions.sweep()
    assert sent == [("trials.store", "media", str(trial.pk))]
    run.store(trial.pk)
    assert again(trial).state == "done"


def test_bytes_on_another_machine_are_waited_for_and_then_missed(
    trial: Trial, endpoint: ScriptedEndpoint
) -> None:
    run.call(trial.pk)
    away = run.spool_path(trial.pk).rename(run.spool_path(trial.pk).with_suffix(".away"))
    run.store(trial.pk)
    assert again(trial).state == "received"
    Trial.objects.update(lease_until=timezone.now() - timedelta(seconds=30))
    away.rename(run.spool_path(trial.pk))
    run.store(trial.pk)
    assert again(trial).state == "done"


def test_bytes_that_stay_away_are_said_to_be_missing(trial: Trial, endpoint: ScriptedEndpoint) -> None:
    run.call(trial.pk)
    run.spool_path(trial.pk).unlink()
    for _ in range(actions.MOST_TRIES):
        run.store(trial.pk)
        Trial.objects.filter(state="received").update(lease_until=timezone.now() - timedelta(seconds=30))
    assert (again(trial).state, outcomes(again(trial))["store"]) == ("failed", "failed")


@pytest.mark.parametrize("state", ["reaching", "received"])
def test_what_kills_every_worker_ends(state: str, trial: Trial, sent: list[tuple[str, ...]]) -> None:
    leave_in(trial, state, tries=actions.MOST_TRIES)
    actions.sweep()
    assert (again(trial).state, sent) == ("failed", [])


def test_a_lost_hint_is_sent_again(trial: Trial, sent: list[tuple[str, ...]]) -> None:
    actions.sweep()
    assert sent == []
    Trial.objects.update(asked_at=timezone.now() - timedelta(minutes=1))
    actions.sweep()
    assert sent == [("trials.call", "generate", str(trial.pk))]


def test_old_trials_go_with_their_pictures(trial: Trial) -> None:
    done = see_through(trial)
    actions.sweep()
    assert Trial.objects.exists()
    Trial.objects.update(asked_at=timezone.now() - timedelta(days=actions.KEPT_DAYS + 1))
    actions.sweep()
    purge()
    assert not Trial.objects.exists() and not storages["originals"].exists(done.original_key)


def test_the_pictures_of_a_deleted_provider_s_trials_leave_the_storage(
    trial: Trial, provider: Provider
) -> None:
    done = see_through(trial)
    provider.delete()
    assert storages["originals"].exists(done.original_key)
    purge()
    assert not Trial.objects.exists()
    for alias, key in (("originals", done.original_key), ("previews", done.preview_key)):
        assert key and not storages[alias].exists(key)


# --- what is offered ------------------------------------------------------------------------------------------------
def test_the_cheapest_picture_of_each_model_is_offered(provider: Provider, model: ImageModel) -> None:
    [offer] = offers(provider)
    assert (offer.size, offer.quality, offer.usd) == ("1024x1024", "standard", Decimal("0.04"))


def test_a_model_without_prices_says_that_nobody_knows(provider: Provider, model: ImageModel) -> None:
    ModelPrice.objects.all().delete()
    [offer] = offers(provider)
    assert offer.usd is None and "price unknown" in offer.words


def test_the_spool_is_one_folder(settings: Any, tmp_path: Path) -> None:
    settings.SPOOL_DIR = tmp_path / "spool"
    assert run.spool_path(uuid4()).parent == tmp_path / "spool" / "trials"
