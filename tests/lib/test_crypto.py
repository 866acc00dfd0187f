"""Secrets at rest: sealed, opened by any key of ours, never shown."""

from pathlib import Path

import pytest
from django.core import serializers
from django.core.exceptions import FieldError
from django.db import connection, models
from pytest_django import Settings

from images_app.lib.crypto import SealError, Secret, new_key, reseal, seal, unseal
from images_app.lib.fields import SealedTextField
from images_app.providers.models import Provider


@pytest.fixture
def key(settings: Settings) -> str:
    settings.FIELD_KEY = new_key()
    key: str = settings.FIELD_KEY
    return key


@pytest.mark.parametrize("text", ["sk-1", "", "ключ 🔑", "a" * 10_000])
def test_what_is_sealed_opens_again(text: str, key: str) -> None:
    token = seal(text)
    assert unseal(token) == text
    assert token.isascii()
    assert text not in token or not text


def test_no_two_tokens_are_alike(key: str) -> None:
    assert seal("sk-1") != seal("sk-1")


def test_a_new_key_in_front_opens_old_tokens_and_seals_new_ones(key: str, settings: Settings) -> None:
    old = seal("sk-1")
    newer = new_key()
    settings.FIELD_KEY = f"{newer}, {key}"
    renewed = reseal(old)
    assert unseal(old) == unseal(renewed) == "sk-1"
    settings.FIELD_KEY = newer
    assert unseal(renewed) == "sk-1"
    with pytest.raises(SealError):
        unseal(old)


@pytest.mark.parametrize("token", ["", "sk-1", "ключ", "gAAAAAB" + "A" * 100])
def test_what_we_did_not_seal_does_not_open(token: str, key: str) -> None:
    with pytest.raises(SealError):
        unseal(token)


@pytest.mark.parametrize("bad", ["", " , ", "short", "x" * 44])
def test_a_bad_key_is_explained_without_quoting_it(bad: str, settings: Settings) -> None:
    settings.FIELD_KEY = bad
    with pytest.raises(SealError, match="FIELD_KEY") as caught:
        seal("sk-1")
    assert "short" not in str(caught.value)


def test_a_secret_works_as_text_and_hides_in_a_repr() -> None:
    secret = Secret("sk-planted")
    assert f"Bearer {secret}" == "Bearer sk-planted"
    assert "planted" not in repr([secret])


@pytest.fixture
def keyed(db: None) -> Provider:
    return Provider.objects.create(
        slug="keyed", name="Keyed", base_url="https://a.example/v1", api_key="sk-planted"
    )


def stored(provider: Provider) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT api_key FROM images_app_provider WHERE slug = %s", [provider.slug])
        value: str = cursor.fetchone()[0]
    return value


def test_the_database_holds_a_token_and_python_the_text(keyed: Provider) -> None:
    assert "planted" not in stored(keyed)
    assert unseal(stored(keyed)) == "sk-planted"
    assert Provider.objects.get(pk=keyed.pk).api_key == "sk-planted"
    assert Provider.objects.only("name").get(pk=keyed.pk).api_key == "sk-planted"


def test_an_update_seals_too(keyed: Provider) -> None:
    Provider.objects.filter(pk=keyed.pk).update(api_key="sk-other")
    assert "other" not in stored(keyed)
    keyed.refresh_from_db()
    assert keyed.api_key == "sk-other"


def test_no_key_is_stored_as_nothing(keyed: Provider) -> None:
    keyed.api_key = ""
    keyed.save()
    assert stored(keyed) == ""
    assert Provider.objects.get(pk=keyed.pk).api_key == ""


def test_an_object_never_shows_its_secret(keyed: Provider) -> None:
    assert "planted" not in repr(keyed) + repr(vars(keyed)) + repr(vars(Provider.objects.get(pk=keyed.pk)))
    assert "planted" not in repr(keyed.endpoint())


def test_a_dump_holds_no_secret(keyed: Provider) -> None:
    assert "planted" not in serializers.serialize("json", [keyed])


def test_a_sealed_field_cannot_be_searched(keyed: Provider) -> None:
    with pytest.raises(FieldError):
        Provider.objects.filter(api_key="sk-planted").exists()


def test_the_field_deconstructs_for_migrations() -> None:
    field = SealedTextField(blank=True, default="")
    _, path, arguments, options = field.deconstruct()
    assert path == "images_app.lib.fields.SealedTextField"
    again = SealedTextField(*arguments, **options)
    assert again.deconstruct()[1:] == field.deconstruct()[1:]
    assert isinstance(again, models.TextField)


def test_a_database_file_holds_no_secret(keyed: Provider) -> None:
    if connection.vendor == "sqlite":
        name = Path(str(connection.settings_dict["NAME"]))
        files = [path for path in name.parent.glob(f"{name.name}*") if path.is_file()]
        assert files
        assert not any(b"sk-planted" in path.read_bytes() for path in files)
