"""A real endpoint under a test's control, and a worker's steps without Celery."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import Client

from images_app.jobs import collect
from images_app.jobs.models import ImageJob
from images_app.jobs.states import State
from images_app.jobs.worker import Engine
from images_app.providers.models import Provider
from images_app.teams.models import User
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
        yield scripted


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
