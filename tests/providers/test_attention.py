"""What needs attention is said where those look who can mend it."""

import html
from collections.abc import Callable
from datetime import timedelta

import pytest
from cryptography.fernet import Fernet
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django.fixtures import Settings

from images_app.jobs import doctor
from images_app.providers.models import ImageModel, ModelPrice, Provider
from images_app.teams.models import User

ClientOf = Callable[[User], Client]


@pytest.fixture
def first_page(admin: User, client_of: ClientOf, model: ImageModel) -> Callable[[], str]:
    return lambda: html.unescape(client_of(admin).get("/admin/").text)


def shut_down_in(days: int) -> None:
    ImageModel.objects.update(shutdown_on=timezone.localdate() + timedelta(days=days))


def test_where_all_is_well_nothing_is_said(first_page: Callable[[], str]) -> None:
    assert "Needs attention" not in first_page()


def test_a_paused_provider_is_named_with_its_reason(
    first_page: Callable[[], str], provider: Provider
) -> None:
    provider.pause("billing: a limit is reached.")
    assert "Stub is paused: a limit is reached." in first_page()


def test_a_key_that_fails_leads_to_the_keys(first_page: Callable[[], str], provider: Provider) -> None:
    provider.pause("api_key: The endpoint does not accept the API key.")
    page = first_page()
    assert "its key fails" in page and f"/admin/images_app/provider/{provider.pk}/keys/" in page


def test_a_key_that_cannot_be_opened_is_said(first_page: Callable[[], str], settings: Settings) -> None:
    settings.FIELD_KEY = Fernet.generate_key().decode()
    assert "FIELD_KEY does not open" in first_page()


@pytest.mark.parametrize(("days", "said"), [(31, False), (30, True), (1, True)])
def test_a_model_that_ends_within_thirty_days_is_named(
    days: int, said: bool, first_page: Callable[[], str]
) -> None:
    shut_down_in(days)
    assert ("DALL·E 3 at Stub ends on" in first_page()) is said


def test_a_model_that_has_ended_is_named(first_page: Callable[[], str]) -> None:
    shut_down_in(-1)
    assert "DALL·E 3 at Stub ended on" in first_page()


def test_a_model_without_a_price_is_named(first_page: Callable[[], str]) -> None:
    ModelPrice.objects.all().delete()
    assert "DALL·E 3 at Stub has no price" in first_page()


def test_what_is_switched_off_needs_no_attention(first_page: Callable[[], str], provider: Provider) -> None:
    provider.pause("billing: a limit is reached.")
    shut_down_in(1)
    Provider.objects.update(enabled=False)
    assert "Needs attention" not in first_page()


def test_staff_read_only_what_they_may_mend(bob: User, client_of: ClientOf, model: ImageModel) -> None:
    bob.is_staff = True
    bob.save()
    bob.user_permissions.set(Permission.objects.filter(codename="change_imagemodel"))
    model.provider.pause("billing: a limit is reached.")
    shut_down_in(3)
    page = html.unescape(client_of(bob).get("/admin/").text)
    assert "DALL·E 3 at Stub ends on" in page and "is paused" not in page


def test_many_models_take_no_more_queries(first_page: Callable[[], str], model: ImageModel) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            first_page()
        return len(seen)

    queries()
    few = queries()
    for number in range(20):
        other = Provider.objects.create(slug=f"p{number}", name=f"P{number}", base_url="https://p.example")
        ImageModel.objects.create(provider=other, name="m", label=f"M{number}", sizes=["auto"])
    assert queries() == few


def test_the_doctor_warns_and_does_not_fail(model: ImageModel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("images_app.jobs.doctor._reach", lambda provider: "stub answers 200")
    assert doctor.providers() == "stub answers 200"
    shut_down_in(20)
    assert "hint: dall-e-3 at stub ends on" in doctor.providers()


@pytest.mark.parametrize(("days", "said"), [(15, False), (14, True)])
def test_the_composer_says_it_within_fourteen_days(
    days: int, said: bool, alice: User, client_of: ClientOf, model: ImageModel
) -> None:
    shut_down_in(days)
    assert ("DALL·E 3 ends on" in html.unescape(client_of(alice).get("/").text)) is said
