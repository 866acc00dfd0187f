"""The standing cast: two strangers, an admin, a provider and its models."""

from tests import environment

# isort: split
import itertools
from collections.abc import Callable, Iterator
from decimal import Decimal

import pytest
from django.test import Client, TransactionTestCase

from images_app.jobs import actions
from images_app.jobs.models import Generation
from images_app.jobs.request import JobRequest
from images_app.lib import append_only
from images_app.providers.models import ImageModel, ModelPrice, Provider
from images_app.teams.access import current_team
from images_app.teams.actions import make_person
from images_app.teams.models import Team, User

__all__ = ["environment"]

PASSWORD = "correct horse battery"
_keys = itertools.count()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What does not depend on the database, or touches none, is the same in both shapes: only the plain one runs it."""
    if environment.SHAPE == "plain":
        return
    left = [item for item in items if item.get_closest_marker("pages") or not _touches_the_database(item)]
    config.hook.pytest_deselected(items=left)
    items[:] = [item for item in items if item not in set(left)]


@pytest.fixture(autouse=True, scope="session")
def emptied_between_tests() -> Iterator[None]:
    """Tests that commit are followed by a flush, which has to empty the tables that only grow too. The triggers are back
    after it: a flush ends with what follows a migration."""
    with pytest.MonkeyPatch.context() as patch:
        empty = TransactionTestCase._fixture_teardown  # type: ignore[attr-defined]

        def take_down_and_empty(self: TransactionTestCase) -> None:
            append_only.take_down()
            empty(self)

        patch.setattr(TransactionTestCase, "_fixture_teardown", take_down_and_empty)
        yield


def _touches_the_database(item: pytest.Item) -> bool:
    fixtures = set(getattr(item, "fixturenames", ()))
    return item.get_closest_marker("django_db") is not None or not fixtures.isdisjoint(
        {"db", "transactional_db"}
    )


@pytest.fixture
def alice(db: None) -> User:
    return make_person("alice@example.com", PASSWORD, name="Alice Ardent")


@pytest.fixture
def bob(db: None) -> User:
    """A stranger to Alice."""
    return make_person("bob@example.com", PASSWORD, name="Bob Bright")


@pytest.fixture
def admin(db: None) -> User:
    return make_person("admin@example.com", PASSWORD, name="Ada Admin", superuser=True)


@pytest.fixture
def client_of() -> Callable[[User], Client]:
    def signed_in(person: User) -> Client:
        client = Client()
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return signed_in


@pytest.fixture
def provider(db: None) -> Provider:
    """The only provider; its address leads nowhere unless a test changes it."""
    Provider.objects.all().delete()
    return Provider.objects.create(
        slug="stub", name="Stub", base_url="http://127.0.0.1:9/v1", api_key="sk-test", from_environment=True
    )


@pytest.fixture
def model(provider: Provider) -> ImageModel:
    model = ImageModel.objects.create(
        provider=provider,
        name="dall-e-3",
        label="DALL·E 3",
        sizes=["1024x1024", "1792x1024", "1024x1792"],
        qualities=["standard", "hd"],
        styles=["vivid", "natural"],
        response_formats=["b64_json", "url"],
    )
    for size in model.sizes:
        square = size == "1024x1024"
        ModelPrice.objects.create(
            model=model, size=size, quality="standard", usd=Decimal("0.04" if square else "0.08")
        )
        ModelPrice.objects.create(
            model=model, size=size, quality="hd", usd=Decimal("0.08" if square else "0.12")
        )
    return model


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
