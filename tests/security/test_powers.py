"""Staff with a few permissions, who would like to have more."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from images_app.providers.models import Provider
from images_app.teams.models import User

PEOPLE = "/admin/images_app/user/"
PROVIDERS = "/admin/images_app/provider/"
NO_SETS = {f"{s}-{k}_FORMS": "0" for s in ("memberships", "emailaddress_set") for k in ("TOTAL", "INITIAL")}


@pytest.fixture
def clerk(bob: User) -> User:
    """May look after people and providers, and no more."""
    bob.is_staff = True
    bob.save()
    names = [
        f"{verb}_{what}" for what in ("user", "provider") for verb in ("view", "add", "change", "delete")
    ]
    bob.user_permissions.set(Permission.objects.filter(codename__in=names))
    return bob


@pytest.fixture
def browser(clerk: User, client_of: Callable[[User], Client]) -> Client:
    return client_of(clerk)


def test_a_clerk_looks_after_people(browser: Client, alice: User) -> None:
    form = {"email": alice.email, "name": "Alice Anew", "is_active": "on", **NO_SETS}
    assert browser.post(f"{PEOPLE}{alice.pk}/change/", form).status_code == 302
    alice.refresh_from_db()
    assert alice.name == "Alice Anew"


@pytest.mark.parametrize("power", ["is_staff", "is_superuser"])
def test_a_clerk_gives_nobody_powers(browser: Client, alice: User, power: str) -> None:
    form = {"email": alice.email, "is_active": "on", power: "on", **NO_SETS}
    browser.post(f"{PEOPLE}{alice.pk}/change/", form)
    alice.refresh_from_db()
    assert not getattr(alice, power)


def test_a_clerk_gives_nobody_permissions(browser: Client, alice: User) -> None:
    every = list(Permission.objects.values_list("pk", flat=True))
    form = {"email": alice.email, "is_active": "on", "user_permissions": every, **NO_SETS}
    browser.post(f"{PEOPLE}{alice.pk}/change/", form)
    assert not alice.user_permissions.exists()


def test_a_clerk_does_not_raise_themselves(browser: Client, clerk: User) -> None:
    form = {"email": clerk.email, "is_active": "on", "is_superuser": "on", **NO_SETS}
    assert browser.post(f"{PEOPLE}{clerk.pk}/change/", form).status_code == 403
    clerk.refresh_from_db()
    assert not clerk.is_superuser


@pytest.mark.parametrize("page", ["change/", "password/", "delete/"])
def test_a_clerk_leaves_a_superuser_alone(browser: Client, admin: User, page: str) -> None:
    before = admin.password
    new = {
        "password1": "a stolen place 1",
        "password2": "a stolen place 1",
        "usable_password": "true",
        "post": "yes",
    }
    form = {"email": "stolen@example.com", "is_active": "on", **new, **NO_SETS}
    assert browser.post(f"{PEOPLE}{admin.pk}/{page}", form).status_code == 403
    admin.refresh_from_db()
    assert (admin.email, admin.password) == ("admin@example.com", before)


def test_a_clerk_deletes_no_superuser_from_the_list(browser: Client, admin: User) -> None:
    browser.post(PEOPLE, {"action": "delete_selected", "_selected_action": [str(admin.pk)], "post": "yes"})
    assert User.objects.filter(pk=admin.pk).exists()


def test_a_superuser_still_gives_powers(
    admin: User, alice: User, client_of: Callable[[User], Client]
) -> None:
    form = {"email": alice.email, "is_active": "on", "is_staff": "on", **NO_SETS}
    client_of(admin).post(f"{PEOPLE}{alice.pk}/change/", form)
    alice.refresh_from_db()
    assert alice.is_staff


@pytest.fixture
def own(db: None) -> Provider:
    return Provider.objects.create(
        slug="acme", name="Acme", base_url="https://acme.example/v1", api_key="sk-planted-key"
    )


def provider_form(**changes: Any) -> dict[str, Any]:
    form = {"name": "Acme", "slug": "acme", "base_url": "https://acme.example/v1", "enabled": "on"}
    return (
        form | {"images_per_minute": "", "max_in_flight": "64", "timeout_s": "600", "new_key": ""} | changes
    )


@pytest.mark.parametrize(
    "address", ["https://evil.example/v1", "http://acme.example/v1", "https://acme.example:8443/v1"]
)
def test_a_kept_key_is_not_sent_to_a_new_host(browser: Client, own: Provider, address: str) -> None:
    page = browser.post(f"{PROVIDERS}{own.pk}/change/", provider_form(base_url=address))
    assert "belongs to the old address" in page.text and "sk-planted-key" not in page.text
    own.refresh_from_db()
    assert own.base_url == "https://acme.example/v1"


def test_a_new_host_comes_with_its_own_key(browser: Client, own: Provider) -> None:
    form = provider_form(base_url="https://new.example/v1", new_key="sk-of-the-new-host")
    assert browser.post(f"{PROVIDERS}{own.pk}/change/", form).status_code == 302
    own.refresh_from_db()
    assert (own.base_url, own.api_key) == ("https://new.example/v1", "sk-of-the-new-host")


def test_another_path_of_the_same_host_keeps_the_key(browser: Client, own: Provider) -> None:
    form = provider_form(base_url="https://acme.example/openai/v1")
    assert browser.post(f"{PROVIDERS}{own.pk}/change/", form).status_code == 302


def test_a_key_cannot_be_searched_for(browser: Client, own: Provider) -> None:
    for query in ("api_key__startswith=sk", "api_key=sk-planted-key", "o=api_key", "q=sk-planted"):
        response = browser.get(f"{PROVIDERS}?{query}")
        assert "sk-planted-key" not in response.text.replace("q=sk-planted", "")
        assert response.status_code != 500
    assert browser.get(f"{PROVIDERS}?api_key__startswith=sk").status_code in {302, 400}
