"""The two kinds of storage, and a job whose paid picture is about to be stored."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from images_app.images.actions import store
from images_app.images.models import StoredImage
from images_app.jobs.models import Attempt, Generation, ImageJob
from images_app.providers.models import ImageModel
from images_app.teams.access import current_team
from images_app.teams.models import User
from project import settings as project_settings
from tests import parts
from tests.images import corpus

Stored = Callable[..., StoredImage]


@pytest.fixture(scope="session")
def s3() -> Iterator[dict[str, str]]:
    """AWS_* settings of a running S3 server: the whole suite's where it has one."""
    if bucket := os.environ.get("AWS_STORAGE_BUCKET_NAME"):
        yield {name: value for name, value in os.environ.items() if name.startswith("AWS_")} | {
            "AWS_STORAGE_BUCKET_NAME": bucket
        }
        return
    with parts.start_s3() as found:
        yield found


@pytest.fixture
def on_files(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(project_settings, "AWS_STORAGE_BUCKET_NAME", "")
    monkeypatch.setattr(project_settings, "DATA_DIR", tmp_path)
    _use_pictures(settings)


@pytest.fixture
def on_s3(settings: Any, s3: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in s3.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(project_settings, "AWS_STORAGE_BUCKET_NAME", s3["AWS_STORAGE_BUCKET_NAME"])
    _use_pictures(settings)


@pytest.fixture(params=["files", "s3"])
def storage(request: pytest.FixtureRequest) -> str:
    """Runs the test once on each kind, both set up by the project's own settings."""
    request.getfixturevalue(f"on_{request.param}")
    return str(request.param)


def _use_pictures(settings: Any) -> None:
    pictures = {alias: project_settings._pictures(alias) for alias in ("originals", "previews")}
    settings.STORAGES = {**settings.STORAGES, **pictures}


@pytest.fixture
def attempt_of(model: ImageModel) -> Callable[..., Attempt]:
    """A paid call of a person whose answer has come."""

    def make(person: User, prompt: str = "A lighthouse in the fog") -> Attempt:
        team = current_team(person)
        generation = Generation.objects.create(
            team=team,
            person=person,
            model=model,
            prompt=prompt,
            size="1024x1024",
            n=1,
            idempotency_key=os.urandom(8).hex(),
            body_hash="",
        )
        job = ImageJob.objects.create(
            generation=generation,
            team=team,
            person=person,
            provider=model.provider,
            position=0,
            turn=0,
            state="received",
        )
        return Attempt.objects.create(
            job=job, provider=model.provider, number=1, cause="submit", outcome="done"
        )

    return make


@pytest.fixture
def stored(attempt_of: Callable[..., Attempt], tmp_path: Path) -> Stored:
    """Stores a picture of a person, through the same door as a media worker."""

    def make(person: User, data: bytes | None = None, prompt: str = "A lighthouse in the fog") -> StoredImage:
        attempt = attempt_of(person, prompt)
        path = tmp_path / "received"
        path.write_bytes(data or corpus.png())
        return store(path, job=attempt.job, attempt=attempt, position=0, revised_prompt="")

    return make
