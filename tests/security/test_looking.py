"""Whoever looks as somebody else changes nothing, whatever address they send a form to."""

import re
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.apps import apps
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from images_app.people import looking
from images_app.teams.models import User

VALUES = {"uuid": str(uuid4()), "int": "1", "slug": "northwind", "str": "word", "path": "a/b", "": "word"}
ENDING = "/looking/ending/"


def addresses(patterns: Any, before: str = "/") -> Iterator[str]:
    for one in patterns:
        here = before + _filled(str(one.pattern))
        if isinstance(one, URLResolver):
            yield from addresses(one.url_patterns, here)
        elif isinstance(one, URLPattern):
            yield here


def _filled(route: str) -> str:
    named = re.sub(r"\(\?P<\w+>[^)]*\)", "1", route)
    named = re.sub(r"<(?:(\w+):)?\w+>", lambda found: VALUES.get(found[1] or "", "word"), named)
    return re.sub(r"[\^$\\?]", "", named)


def rows() -> dict[str, list[Any]]:
    """Every row of every table but those that are about the looking itself."""
    about = {"auditentry", "session"}
    models = [model for model in apps.get_models() if model._meta.model_name not in about]
    return {model._meta.label: list(model._base_manager.order_by("pk").values()) for model in models}


@pytest.mark.django_db
def test_every_address_refuses_every_method_that_changes(
    admin: User, alice: User, client_of: Callable[[User], Client]
) -> None:
    client = client_of(admin)
    client.post(f"/admin/images_app/user/{alice.pk}/looking/", {"reason": "To see"})
    found = set(addresses(get_resolver().url_patterns)) - {ENDING}
    assert len(found) > 200 and "/accounts/name/" in found and "/admin/logout/" in found
    before = rows()
    for address in sorted(found):
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            answer = client.generic(method, address)
            assert answer.status_code == 403, (method, address)
    assert "nothing can be changed" in answer.text
    assert client.generic("PUT", ENDING).status_code == 403
    assert rows() == before
    assert looking.KEY in client.session


@pytest.mark.django_db
def test_no_address_changes_anything_by_being_opened(
    admin: User, alice: User, client_of: Callable[[User], Client]
) -> None:
    client = client_of(admin)
    client.post(f"/admin/images_app/user/{alice.pk}/looking/", {"reason": "To see"})
    before = rows()
    for address in sorted(set(addresses(get_resolver().url_patterns)) - {"/metrics"}):
        assert client.get(address).status_code < 500, address
    for page in ("/", "/library/", "/jobs/", "/notices/", "/notices/settings/", "/teams/", "/trash/"):
        assert client.get(page).status_code == 200, page
    assert rows() == before
