"""A FIELD_KEY that was lost stops calls to providers, and no page."""

from collections.abc import Callable
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.test import Client

from images_app.jobs import runner, sweeper
from images_app.jobs.models import Attempt, Generation, ImageJob
from images_app.jobs.states import State
from images_app.jobs.worker import Engine
from images_app.providers.models import Provider
from images_app.teams.models import User
from tests.endpoint import ScriptedEndpoint
from tests.jobs.test_sweeper import answered


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/", "/jobs/", "/library/", "/admin/images_app/imagejob/"])
def test_pages_do_not_need_the_providers_keys(
    address: str,
    admin: User,
    ask: Callable[..., Generation],
    client_of: Callable[[User], Client],
    settings: Any,
) -> None:
    ask(admin, n=2)
    settings.FIELD_KEY = Fernet.generate_key().decode()
    assert client_of(admin).get(address).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_a_key_that_cannot_be_opened_pauses_the_provider_before_anything_is_sent(
    alice: User, ask: Callable[..., Generation], settings: Any
) -> None:
    ask(alice, n=2)
    settings.FIELD_KEY = Fernet.generate_key().decode()
    Engine().run_until_dry()
    assert set(ImageJob.objects.values_list("state", flat=True)) == {State.QUEUED}
    assert Attempt.objects.count() == 0
    assert "FIELD_KEY" in Provider.objects.get().pause_reason


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("step", ["", "status 429", "status 401 code=invalid_api_key"])
def test_a_reply_that_lies_in_the_spool_is_adopted_without_the_key(
    step: str, endpoint: ScriptedEndpoint, alice: User, ask: Callable[..., Generation], settings: Any
) -> None:
    endpoint.script(*filter(None, [step]))
    ask(alice)
    call, reply = answered()
    runner.keep(call.attempt, reply)
    settings.FIELD_KEY = Fernet.generate_key().decode()
    assert sweeper.adopt(older_than_s=0) == 1


@pytest.mark.django_db
def test_a_provider_can_be_resumed_and_saved_without_the_key(provider: Provider, settings: Any) -> None:
    Provider.objects.update(api_key="sk-kept")
    old = settings.FIELD_KEY
    settings.FIELD_KEY = Fernet.generate_key().decode()
    reread = Provider.objects.get()
    reread.name = "Another name"
    reread.save()
    settings.FIELD_KEY = old
    assert Provider.objects.get().api_key == "sk-kept"
