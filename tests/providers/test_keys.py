"""A spare key is added, put in use and taken back; none is ever shown."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from cryptography.fernet import Fernet
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from images_app.audit.models import AuditEntry
from images_app.providers import keys
from images_app.providers.models import Provider
from images_app.teams.models import User
from tests.providers.test_admin import PROVIDERS, form


@pytest.fixture
def browser(admin: User, client_of: Callable[[User], Client]) -> Client:
    return client_of(admin)


@pytest.fixture
def own(db: None) -> Provider:
    return Provider.objects.create(
        slug="acme", name="Acme", base_url="https://acme.example/v1", api_key="sk-planted-one"
    )


@pytest.fixture
def spared(own: Provider, admin: User) -> Provider:
    """With a spare key."""
    assert keys.add_spare(own, "sk-planted-two", admin)
    return Provider.objects.get(pk=own.pk)


def both(provider: Provider) -> tuple[str, str]:
    row = Provider.objects.get(pk=provider.pk)
    return str(row.api_key), str(row.spare_key)


def shown(provider: Provider) -> dict[str, str]:
    assert provider.spare_key_at
    return {"shown": provider.spare_key_at.isoformat()}


def test_a_spare_key_is_added_on_the_page_and_shown_nowhere(browser: Client, own: Provider) -> None:
    page = browser.post(f"{PROVIDERS}{own.pk}/keys/spare/", {"key": " sk-planted-two "}, follow=True)
    assert both(own) == ("sk-planted-one", "sk-planted-two")
    assert "Put it in use" in page.text and "planted" not in page.text
    assert "planted" not in browser.get(f"{PROVIDERS}{own.pk}/change/").text
    for entry in AuditEntry.objects.all():
        assert "planted" not in f"{entry.before}{entry.after}{entry.reason}"


def test_an_empty_key_is_asked_for_again(browser: Client, own: Provider) -> None:
    assert browser.post(f"{PROVIDERS}{own.pk}/keys/spare/", {"key": " "}).status_code == 422


def test_the_spare_key_is_put_in_use_and_the_other_one_kept(browser: Client, spared: Provider) -> None:
    page = browser.post(f"{PROVIDERS}{spared.pk}/keys/exchange/", shown(spared), follow=True)
    assert both(spared) == ("sk-planted-two", "sk-planted-one")
    assert "From the next call on" in page.text
    entry = AuditEntry.objects.get(verb="provider.key_changed")
    assert entry.target_id == str(spared.pk) and "planted" not in str(entry.after)


def test_pressing_twice_does_not_change_them_back(browser: Client, spared: Provider) -> None:
    for _ in range(2):
        page = browser.post(f"{PROVIDERS}{spared.pk}/keys/exchange/", shown(spared), follow=True)
    assert both(spared) == ("sk-planted-two", "sk-planted-one")
    assert "Nothing was changed" in page.text


def test_the_key_that_was_in_use_can_come_back(spared: Provider, admin: User) -> None:
    assert spared.spare_key_at and keys.exchange(spared, spared.spare_key_at, admin)
    spared.refresh_from_db()
    assert spared.spare_key_at and keys.exchange(spared, spared.spare_key_at, admin)
    assert both(spared) == ("sk-planted-one", "sk-planted-two")


def test_another_key_resumes_what_the_old_one_stopped(browser: Client, spared: Provider) -> None:
    spared.pause("api_key: The endpoint does not accept the API key.")
    browser.post(f"{PROVIDERS}{spared.pk}/keys/exchange/", shown(spared))
    assert Provider.objects.get().paused_at is None


def test_a_pause_by_hand_stands(browser: Client, spared: Provider) -> None:
    spared.pause("By Ada: too dear")
    browser.post(f"{PROVIDERS}{spared.pk}/keys/exchange/", shown(spared))
    assert Provider.objects.get().paused_at is not None


def test_the_spare_key_is_removed(browser: Client, spared: Provider) -> None:
    browser.post(f"{PROVIDERS}{spared.pk}/keys/removal/", shown(spared))
    assert both(spared) == ("sk-planted-one", "")
    assert AuditEntry.objects.filter(verb="provider.spare_key_removed").exists()


@pytest.mark.parametrize("moment", ["", "nonsense", "2026-13-40T00:00:00+00:00"])
def test_a_page_of_another_key_removes_nothing(moment: str, browser: Client, spared: Provider) -> None:
    browser.post(f"{PROVIDERS}{spared.pk}/keys/removal/", {"shown": moment})
    old = timezone.now() - timedelta(days=1)
    browser.post(f"{PROVIDERS}{spared.pk}/keys/removal/", {"shown": old.isoformat()})
    assert both(spared) == ("sk-planted-one", "sk-planted-two")


def test_a_second_spare_key_does_not_replace_the_first(browser: Client, spared: Provider) -> None:
    browser.post(f"{PROVIDERS}{spared.pk}/keys/spare/", {"key": "sk-planted-three"})
    assert both(spared) == ("sk-planted-one", "sk-planted-two")


def test_keys_that_cannot_be_opened_are_changed_all_the_same(
    spared: Provider, admin: User, settings: Settings
) -> None:
    old = settings.FIELD_KEY
    settings.FIELD_KEY = Fernet.generate_key().decode()
    assert spared.spare_key_at and keys.exchange(spared, spared.spare_key_at, admin)
    settings.FIELD_KEY = old
    assert both(spared) == ("sk-planted-two", "sk-planted-one")


def test_another_host_is_not_sent_the_spare_key(browser: Client, spared: Provider) -> None:
    posted = form(base_url="https://other.example/v1", new_key="sk-other")
    browser.post(f"{PROVIDERS}{spared.pk}/change/", posted)
    assert both(spared) == ("sk-other", "")


def test_another_path_of_the_same_host_keeps_it(browser: Client, spared: Provider) -> None:
    browser.post(f"{PROVIDERS}{spared.pk}/change/", form(base_url="https://acme.example/v2"))
    assert both(spared) == ("sk-planted-one", "sk-planted-two")


def test_the_environments_key_is_not_changed_here(browser: Client, provider: Provider) -> None:
    page = browser.get(f"{PROVIDERS}{provider.pk}/keys/").text
    assert "IMAGE_API_KEY" in page and 'name="key"' not in page
    for name in ("spare", "exchange", "removal"):
        assert browser.post(f"{PROVIDERS}{provider.pk}/keys/{name}/", {"key": "sk-x"}).status_code == 403
    assert both(provider) == ("sk-test", "")


def test_looking_changes_nothing(browser: Client, spared: Provider) -> None:
    for name in ("spare", "exchange", "removal"):
        assert browser.get(f"{PROVIDERS}{spared.pk}/keys/{name}/").status_code == 405


def test_a_new_key_is_written_down_without_it(browser: Client, own: Provider) -> None:
    browser.post(f"{PROVIDERS}{own.pk}/change/", form(new_key="sk-planted-three"))
    assert AuditEntry.objects.filter(verb="provider.key_changed").count() == 1
    assert not any("planted" in f"{one.before}{one.after}" for one in AuditEntry.objects.all())
