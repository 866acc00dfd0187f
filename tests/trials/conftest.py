"""A real endpoint, and what the workers do for a trial, without Celery."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from images_app.providers.models import ImageModel, Provider
from images_app.teams.models import User
from images_app.trials import actions, run
from images_app.trials.models import Trial
from images_app.trials.offers import offers
from tests.endpoint import ScriptedEndpoint


@pytest.fixture
def endpoint(
    transactional_db: None, provider: Provider, tmp_path: Path, settings: Any
) -> Iterator[ScriptedEndpoint]:
    """The provider's endpoint: scripted, with a ledger."""
    settings.IMAGE_API_ALLOW_PRIVATE = True
    settings.SPOOL_DIR = tmp_path / "spool"
    with ScriptedEndpoint(ledger=tmp_path / "ledger") as scripted:
        Provider.objects.filter(pk=provider.pk).update(base_url=scripted.base_url, timeout_s=2)
        provider.refresh_from_db()
        yield scripted


@pytest.fixture
def chief(admin: User, client_of: Callable[[User], Client]) -> Client:
    """The admin's browser."""
    return client_of(admin)


@pytest.fixture
def trial(endpoint: ScriptedEndpoint, provider: Provider, model: ImageModel, admin: User) -> Trial:
    """One asked for, of the cheapest picture ($0.04)."""
    return actions.ask_picture(provider, admin, offers(provider)[0], uuid4())


def see_through(trial: Trial) -> Trial:
    """What both workers do."""
    run.call(trial.pk)
    run.store(trial.pk)
    return again(trial)


def again(trial: Trial) -> Trial:
    return Trial.objects.get(pk=trial.pk)


def outcomes(trial: Trial) -> dict[str, str]:
    return {row["name"]: row["outcome"] for row in trial.steps}


def words(trial: Trial) -> str:
    return json.dumps(trial.steps, ensure_ascii=False)
