"""The first provider follows the environment, and its models are seeded once."""

from datetime import timedelta
from decimal import Decimal

import pytest
from cryptography.fernet import Fernet
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django.fixtures import Settings

from images_app.providers.actions import sync_environment_provider, usable_models
from images_app.providers.models import ImageModel, ModelPrice, Provider

pytestmark = pytest.mark.django_db
REAL = "https://img.example.com/v1"
DEMO = "http://127.0.0.1:8100/v1"


@pytest.fixture(autouse=True)
def _bare(settings: Settings) -> None:
    settings.IMAGE_API_BASE_URL = settings.IMAGE_API_KEY = settings.DEMO_URL = settings.DEMO_API_KEY = ""
    settings.IMAGE_API_TIMEOUT = 600


def real(settings: Settings, url: str = REAL, key: str = "sk-one") -> Provider:
    settings.IMAGE_API_BASE_URL, settings.IMAGE_API_KEY = url, key
    provider = sync_environment_provider()
    assert provider
    return Provider.objects.get(pk=provider.pk)


def demo(settings: Settings, url: str = DEMO) -> Provider:
    settings.IMAGE_API_BASE_URL, settings.IMAGE_API_KEY = "", ""
    settings.DEMO_URL, settings.DEMO_API_KEY = url, "demo-key"
    provider = sync_environment_provider()
    assert provider
    return Provider.objects.get(pk=provider.pk)


def test_nothing_configured_changes_nothing() -> None:
    assert sync_environment_provider() is None
    assert not Provider.objects.exists()


def test_a_real_endpoint_is_made_as_the_environment_says(settings: Settings) -> None:
    settings.IMAGE_API_TIMEOUT = 90
    provider = real(settings)
    assert (provider.base_url, provider.api_key, provider.timeout_s) == (REAL, "sk-one", 90)
    assert (provider.name, provider.from_environment, provider.is_demo) == ("img.example.com", True, False)


def test_the_demo_stands_in_where_no_endpoint_is_named(settings: Settings) -> None:
    provider = demo(settings)
    assert (provider.base_url, provider.is_demo, provider.allow_private) == (DEMO, True, True)


def test_a_second_start_changes_nothing_and_makes_nothing(settings: Settings) -> None:
    first, second = real(settings), real(settings)
    assert first.pk == second.pk
    assert (Provider.objects.count(), ImageModel.objects.count()) == (1, 2)


def test_a_new_address_and_key_are_taken_over_in_the_same_row(settings: Settings) -> None:
    first = real(settings)
    second = real(settings, "https://other.example.com/v1", "sk-two")
    assert first.pk == second.pk
    assert (second.base_url, second.api_key) == ("https://other.example.com/v1", "sk-two")
    assert second.name == "other.example.com"


def test_the_demo_is_switched_off_and_kept_when_an_endpoint_comes(settings: Settings) -> None:
    stand_in = demo(settings)
    provider = real(settings)
    stand_in.refresh_from_db()
    assert provider.enabled and not stand_in.enabled
    assert stand_in.models.count() == 2


def test_the_endpoint_is_switched_off_and_kept_when_the_demo_comes_back(settings: Settings) -> None:
    provider = real(settings)
    stand_in = demo(settings)
    provider.refresh_from_db()
    assert stand_in.enabled and not provider.enabled
    assert real(settings).enabled


def test_the_demo_may_move_to_another_port(settings: Settings) -> None:
    assert demo(settings).pk == demo(settings, "http://127.0.0.1:8200/v1").pk
    assert Provider.objects.get().allow_private


def test_an_endpoint_an_admin_switched_off_stays_off(settings: Settings) -> None:
    Provider.objects.filter(pk=real(settings).pk).update(enabled=False)
    assert not real(settings).enabled


def test_providers_of_the_admin_are_left_alone(settings: Settings) -> None:
    other = Provider.objects.create(
        slug="acme", name="Acme", base_url="https://acme.example/v1", api_key="sk-a"
    )
    real(settings)
    demo(settings)
    other.refresh_from_db()
    assert (other.enabled, other.api_key, other.models.count()) == (True, "sk-a", 0)


@pytest.mark.parametrize("reason", ["api_key: not accepted", "forbidden: no", "account: not active"])
def test_a_new_key_resumes_what_the_old_one_stopped(reason: str, settings: Settings) -> None:
    real(settings).pause(reason)
    assert real(settings).paused_at is not None
    assert real(settings, key="sk-two").paused_at is None


@pytest.mark.parametrize(
    "reason", ["billing: a limit is reached", "quota: used up", "By Ada: api_key: look at it"]
)
def test_a_new_key_lifts_no_other_pause(reason: str, settings: Settings) -> None:
    real(settings).pause(reason)
    assert real(settings, key="sk-two").pause_reason == reason


def test_a_new_address_resumes_what_the_old_one_stopped(settings: Settings) -> None:
    real(settings).pause("not_found: the endpoint does not know the address")
    assert real(settings).paused_at is not None
    assert real(settings, "https://img.example.com/api/v1").paused_at is None


def test_a_refused_address_is_tried_again_at_the_next_start(settings: Settings) -> None:
    """IMAGE_API_ALLOW_PRIVATE may have been set meanwhile."""
    real(settings).pause("address_refused: it is private")
    assert real(settings).paused_at is None


def test_a_key_sealed_with_a_lost_field_key_is_written_anew(settings: Settings) -> None:
    real(settings)
    settings.FIELD_KEY = Fernet.generate_key().decode()
    assert real(settings).api_key == "sk-one"


def test_what_the_workers_write_meanwhile_stands(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    until = timezone.now() + timedelta(minutes=5)

    def meanwhile(provider: Provider) -> str:
        Provider.objects.filter(pk=provider.pk).update(cooldown_until=until, virtual_time=7.5)
        return "sk-one"

    real(settings)
    monkeypatch.setattr("images_app.providers.actions._key_of", meanwhile)
    again = real(settings, key="sk-two")
    assert (again.api_key, again.cooldown_until, again.virtual_time) == ("sk-two", until, 7.5)


def test_both_profiles_are_seeded_with_their_prices(settings: Settings) -> None:
    provider = real(settings)
    dalle, gpt = provider.models.order_by("position")
    assert (dalle.name, dalle.sizes[0], dalle.qualities[0], dalle.max_n) == (
        "dall-e-3",
        "1024x1024",
        "standard",
        1,
    )
    assert dalle.price("1024x1024", "standard") == Decimal("0.040")
    assert dalle.price("1024x1792", "hd") == Decimal("0.120")
    assert (gpt.name, gpt.qualities[0], gpt.styles, gpt.response_formats) == ("gpt-image-1", "medium", [], [])
    assert (gpt.prompt_limit, gpt.max_n) == (32000, 10)
    assert gpt.price("1024x1024", "medium") == Decimal("0.042")
    assert gpt.price("1536x1024", "high") == Decimal("0.25")


@pytest.mark.parametrize(("size", "quality"), [("auto", "medium"), ("1024x1024", "auto"), ("auto", "auto")])
def test_the_price_of_auto_is_unknown(size: str, quality: str, settings: Settings) -> None:
    assert real(settings).models.get(name="gpt-image-1").price(size, quality) is None


def test_what_an_admin_did_to_the_models_stands(settings: Settings) -> None:
    real(settings).models.get(name="gpt-image-1").delete()
    ModelPrice.objects.all().delete()
    models = real(settings).models.all()
    assert [model.name for model in models] == ["dall-e-3"]
    assert not ModelPrice.objects.exists()


def test_usable_models_leave_out_what_cannot_be_called(settings: Settings) -> None:
    demo(settings)
    provider = real(settings)
    gpt = provider.models.get(name="gpt-image-1")
    assert [model.name for model in usable_models()] == ["dall-e-3", "gpt-image-1"]
    gpt.shutdown_on = timezone.localdate()
    gpt.save()
    assert [model.name for model in usable_models()] == ["dall-e-3"]
    provider.models.filter(name="dall-e-3").update(enabled=False)
    assert not usable_models()


def test_usable_models_take_two_queries(settings: Settings) -> None:
    real(settings)
    with CaptureQueriesContext(connection) as queries:
        for model in usable_models():
            model.price("1024x1024", "hd")
            assert model.provider.name
    assert len(queries) == 2


def test_the_key_is_nowhere_in_the_database_in_the_clear(settings: Settings) -> None:
    real(settings, key="sk-planted-key")
    with connection.cursor() as cursor:
        cursor.execute("SELECT api_key FROM images_app_provider")
        [(kept,)] = cursor.fetchall()
    assert kept and "planted" not in kept
