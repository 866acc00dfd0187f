"""A FIELD_KEY that was lost stops calls to providers, and no page."""

from collections.abc import Callable
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.test import Client

from images_app.jobs.models import Generation
from images_app.teams.models import User


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
