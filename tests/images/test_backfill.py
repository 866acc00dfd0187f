"""Pictures that were there before the library: the migration makes them found, by words, model and shape."""

from collections.abc import Iterator

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from images_app.images.models import StoredImage
from images_app.images.search import matching, person_word
from images_app.teams.models import User
from tests.rows import PLACEHOLDER

APP = "images_app"
BEFORE, AFTER = (APP, "0001_initial"), (APP, "0002_library_and_composer")


@pytest.fixture
def old_library(transactional_db: None) -> Iterator[None]:
    """The schema of the first version."""
    MigrationExecutor(connection).migrate([BEFORE])
    yield
    now = MigrationExecutor(connection)
    now.migrate(now.loader.graph.leaf_nodes(APP))


def test_pictures_from_before_are_found(old_library: None) -> None:
    old = MigrationExecutor(connection).loader.project_state([BEFORE]).apps
    person = old.get_model(APP, "User").objects.create(email="old@example.com")
    team = old.get_model(APP, "Team").objects.create(slug="old", name="Old", personal=True)
    provider = old.get_model(APP, "Provider").objects.create(slug="old", base_url="http://127.0.0.1:9")
    model = old.get_model(APP, "ImageModel").objects.create(provider=provider, name="old", label="Old")
    own = {"team": team, "person": person}
    for number, (width, height) in enumerate([(1792, 1024), (1024, 1024), (1024, 1792)]):
        generation = old.get_model(APP, "Generation").objects.create(
            **own, model=model, prompt=f"Boat number{number}", n=1, idempotency_key=str(number)
        )
        job = old.get_model(APP, "ImageJob").objects.create(
            **own, generation=generation, provider=provider, position=0, turn=0, state="succeeded"
        )
        attempt = old.get_model(APP, "Attempt").objects.create(
            job=job, provider=provider, number=1, outcome="done"
        )
        old.get_model(APP, "StoredImage").objects.create(
            **own, job=job, attempt=attempt, bytes=1, width=width, height=height, placeholder=PLACEHOLDER
        )

    now = MigrationExecutor(connection)
    now.migrate(now.loader.graph.leaf_nodes(APP))

    alice = User.objects.get(email="old@example.com")
    assert [image.shape for image in StoredImage.objects.order_by("created_at")] == ["wide", "square", "tall"]
    assert {image.model_id for image in StoredImage.objects.all()} == {model.pk}
    assert matching(StoredImage.objects.all(), person_word(alice.pk), "number1").get().shape == "square"
    assert matching(StoredImage.objects.all(), person_word(alice.pk), "boat").count() == 3
