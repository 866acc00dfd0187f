"""A real endpoint under a test's control, and a worker's steps without Celery."""

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import Client

from images_app.jobs import actions, collect
from images_app.jobs.models import Generation, ImageJob
from images_app.jobs.request import JobRequest
from images_app.jobs.states import State
from images_app.jobs.worker import Engine
from images_app.providers.models import ImageModel, Provider
from images_app.teams.access import current_team
from images_app.teams.models import Team, User
from tests.endpoint import ScriptedEndpoint

_keys = itertools.count()


@pytest.fixture
def endpoint(
    transactional_db: None, provider: Provider, tmp_path: Path, settings: Any
) -> Iterator[ScriptedEndpoint]:
    """The provider's endpoint: scripted, with a ledger."""
    settings.IMAGE_API_ALLOW_PRIVATE = True
    settings.SPOOL_DIR = tmp_path / "spool"
    with ScriptedEndpoint(ledger=tmp_path / "ledger") as scripted:
        Provider.objects.filter(pk=provider.pk).update(base_url=scripted.base_url, timeout_s=2)
        yield scripted


@pytest.fixture
def ask(model: ImageModel) -> Callable[..., Generation]:
    """Submit a prompt for a person."""

    def submit(
        person: User,
        prompt: str = "a red door",
        n: int = 1,
        key: str | None = None,
        team: Team | None = None,
        quiet: bool = False,
    ) -> Generation:
        model.refresh_from_db()
        request = JobRequest(
            person=person,
            team=team or current_team(person),
            model=model,
            prompt=prompt,
            size="1024x1024",
            quality="standard",
            style="vivid",
            n=n,
            idempotency_key=key or f"key-{next(_keys)}",
            quiet=quiet,
        )
        return actions.submit(request).generation

    return submit


@pytest.fixture
def browser(alice: User, client_of: Callable[[User], Client]) -> Client:
    """Alice's, signed in."""
    return client_of(alice)


@pytest.fixture
def work(endpoint: ScriptedEndpoint) -> Callable[[], None]:
    """What the workers do until nothing may run now: calls, then storing."""

    def run() -> None:
        Engine().run_until_dry()
        for job in ImageJob.objects.filter(state=State.RECEIVED, reason="store"):
            collect.store_pictures(job.pk)

    return run


def only_job() -> ImageJob:
    return ImageJob.objects.get()


def spooled() -> list[str]:
    """Names of the files in the spool."""
    folder: Path = django_settings.SPOOL_DIR
    return sorted(path.name for path in folder.glob("*.*")) if folder.exists() else []
