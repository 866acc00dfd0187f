"""A bad configuration is explained, with the mend."""

import pytest
from pytest_django.fixtures import Settings

from images_app.providers.checks import endpoint_settings, first_account_settings, key_settings


@pytest.fixture(autouse=True)
def _sound(settings: Settings) -> None:
    settings.IMAGE_API_BASE_URL, settings.IMAGE_API_KEY = "https://img.example.com/v1", "sk-one"
    settings.IMAGE_API_ALLOW_PRIVATE = False
    settings.ADMIN_EMAIL = settings.ADMIN_PASSWORD = ""


def test_a_sound_configuration_passes() -> None:
    assert not [*endpoint_settings(), *key_settings(), *first_account_settings()]


@pytest.mark.parametrize(
    ("name", "value", "found"),
    [
        ("IMAGE_API_BASE_URL", "", "easel.W001"),
        ("IMAGE_API_KEY", "", "easel.W002"),
        ("IMAGE_API_BASE_URL", "https://img.example.com", "easel.W003"),
        ("IMAGE_API_BASE_URL", "https://img.example.com/v1/images/generations", "easel.W003"),
        ("IMAGE_API_BASE_URL", "http://img.example.com/v1", "easel.W004"),
        ("IMAGE_API_BASE_URL", "http://localhost:9/v1", "easel.W005"),
        ("IMAGE_API_BASE_URL", "img.example.com/v1", "easel.E001"),
        ("IMAGE_API_BASE_URL", "https://user:pw@img.example.com/v1", "easel.E001"),
    ],
)
def test_the_endpoint(name: str, value: str, found: str, settings: Settings) -> None:
    setattr(settings, name, value)
    [message] = endpoint_settings()
    assert message.id == found and message.hint


def test_an_endpoint_on_this_machine_is_fine_where_the_operator_says_so(settings: Settings) -> None:
    settings.IMAGE_API_BASE_URL, settings.IMAGE_API_ALLOW_PRIVATE = "http://localhost:9/v1", True
    assert not endpoint_settings()


@pytest.mark.parametrize("value", ["", "planted", "planted,planted"])
def test_a_field_key_that_seals_nothing(value: str, settings: Settings) -> None:
    settings.FIELD_KEY = value
    [message] = key_settings()
    assert message.id == "easel.E002" and "planted" not in f"{message.msg}{message.hint}"


def test_one_key_for_both_purposes(settings: Settings) -> None:
    settings.SECRET_KEY = settings.FIELD_KEY
    assert [message.id for message in key_settings()] == ["easel.E003"]


def test_half_a_first_account(settings: Settings) -> None:
    settings.ADMIN_EMAIL = "ada@example.com"
    assert [message.id for message in first_account_settings()] == ["easel.W006"]
