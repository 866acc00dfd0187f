"""Providers, models and prices in the admin: keys are written and never shown."""

import io
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.contrib.admin.models import LogEntry
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django.fixtures import Settings

from images_app.providers.models import ImageModel, ModelPrice, Provider
from images_app.teams.models import User

PROVIDERS = "/admin/images_app/provider/"
MODELS = "/admin/images_app/imagemodel/"


@pytest.fixture
def browser(admin: User, client_of: Callable[[User], Client]) -> Client:
    return client_of(admin)


@pytest.fixture
def own(db: None) -> Provider:
    """A provider the admin made."""
    return Provider.objects.create(
        slug="acme", name="Acme", base_url="https://acme.example/v1", api_key="sk-planted-key"
    )


def form(**changes: Any) -> dict[str, Any]:
    return {
        "name": "Acme",
        "slug": "acme",
        "base_url": "https://acme.example/v1",
        "enabled": "on",
        "images_per_minute": "",
        "max_in_flight": "64",
        "timeout_s": "600",
        "new_key": "",
    } | changes


def model_form(model: ImageModel, **changes: Any) -> dict[str, Any]:
    return {
        "provider": model.provider_id,
        "name": model.name,
        "label": model.label,
        "note": "",
        "enabled": "on",
        "position": "0",
        "prompt_limit": "4000",
        "max_n": "1",
        "sizes": "1024x1024\n1792x1024\n1024x1792",
        "qualities": "standard\r\nhd",
        "styles": "vivid\nnatural",
        "response_formats": "b64_json\nurl",
        "extras": "",
        "shutdown_on": "",
        "prices-TOTAL_FORMS": "0",
        "prices-INITIAL_FORMS": "0",
    } | changes


def test_the_key_is_on_no_page(browser: Client, own: Provider) -> None:
    for path in (PROVIDERS, f"{PROVIDERS}{own.pk}/change/", f"{PROVIDERS}{own.pk}/history/"):
        page = browser.get(path)
        assert page.status_code == 200 and "planted" not in page.text
    assert "One is kept." in browser.get(f"{PROVIDERS}{own.pk}/change/").text


def test_a_new_key_is_kept_sealed_and_shown_nowhere(browser: Client, own: Provider) -> None:
    response = browser.post(f"{PROVIDERS}{own.pk}/change/", form(new_key="sk-second-key"), follow=True)
    assert Provider.objects.get(pk=own.pk).api_key == "sk-second-key"
    assert "sk-second-key" not in response.text
    dump = io.StringIO()
    call_command("dumpdata", "images_app", "admin", stdout=dump)
    assert "acme.example" in dump.getvalue() and "second-key" not in dump.getvalue()


def test_a_mistake_elsewhere_does_not_send_the_key_back(browser: Client, own: Provider) -> None:
    page = browser.post(f"{PROVIDERS}{own.pk}/change/", form(new_key="sk-second-key", base_url="no"))
    assert page.status_code == 200 and "second-key" not in page.text


def test_an_empty_new_key_leaves_the_key(browser: Client, own: Provider) -> None:
    browser.post(f"{PROVIDERS}{own.pk}/change/", form(name="Acme two"))
    assert (Provider.objects.get().name, Provider.objects.get().api_key) == ("Acme two", "sk-planted-key")


def test_a_provider_is_added_with_its_key(browser: Client) -> None:
    browser.post(f"{PROVIDERS}add/", form(new_key="sk-new", base_url="https://acme.example/v1/"))
    provider = Provider.objects.get()
    assert (provider.base_url, provider.api_key) == ("https://acme.example/v1", "sk-new")


def test_a_new_key_resumes_what_the_old_one_stopped(browser: Client, own: Provider) -> None:
    own.pause("api_key: The endpoint does not accept the API key.")
    browser.post(f"{PROVIDERS}{own.pk}/change/", form(new_key="sk-new"))
    assert Provider.objects.get().paused_at is None


def test_saving_leaves_what_the_workers_wrote_meanwhile(
    browser: Client, own: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    clean = "images_app.providers.forms.ProviderForm.clean_base_url"

    def meanwhile(form: Any) -> str:
        own.pause("billing: a limit is reached")
        return "https://acme.example/v1"

    monkeypatch.setattr(clean, meanwhile)
    browser.post(f"{PROVIDERS}{own.pk}/change/", form(name="Acme two"))
    assert Provider.objects.get().name == "Acme two"
    assert Provider.objects.get().pause_reason == "billing: a limit is reached"


def test_the_environments_provider_is_not_edited_here(browser: Client, provider: Provider) -> None:
    page = browser.get(f"{PROVIDERS}{provider.pk}/change/").text
    assert 'name="base_url"' not in page and 'name="new_key"' not in page
    assert "IMAGE_API_BASE_URL" in page
    browser.post(f"{PROVIDERS}{provider.pk}/change/", form(new_key="sk-x", max_in_flight="3"))
    kept = Provider.objects.get()
    assert (kept.max_in_flight, kept.base_url, kept.api_key) == (3, provider.base_url, "sk-test")
    assert browser.post(f"{PROVIDERS}{provider.pk}/delete/", {"post": "yes"}).status_code == 403


def act(browser: Client, verb: str, *chosen: Provider, reason: str = "") -> str:
    form = {"action": verb, "_selected_action": [one.pk for one in chosen], "reason": reason, "index": "0"}
    return browser.post(PROVIDERS, form, follow=True).text


def test_pausing_takes_a_reason_and_is_written_down(browser: Client, own: Provider) -> None:
    act(browser, "pause", own, reason="too dear this week")
    assert Provider.objects.get().pause_reason == "By Ada Admin: too dear this week"
    assert "too dear this week" in LogEntry.objects.get().change_message


def test_resuming_lets_the_line_run(browser: Client, own: Provider) -> None:
    own.pause("billing: a limit is reached")
    assert "Resumed: Acme." in act(browser, "resume", own)
    assert Provider.objects.get().paused_at is None


def test_pausing_twice_keeps_the_first_reason(browser: Client, own: Provider) -> None:
    act(browser, "pause", own, reason="first")
    assert "Nothing to do" in act(browser, "pause", own, reason="second")
    assert Provider.objects.get().pause_reason.endswith("first")


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({}, "Ready"),
        ({"enabled": False}, "Off"),
        ({"paused_at": timezone.now(), "pause_reason": "billing: no money"}, "billing: no money"),
        ({"cooldown_until": timezone.now() + timedelta(hours=1)}, "Cooling down until"),
        ({"cooldown_until": timezone.now() - timedelta(hours=1)}, "Ready"),
    ],
    ids=["ready", "off", "paused", "cooling", "cooled"],
)
def test_the_list_says_how_each_provider_is(
    columns: dict[str, Any], said: str, browser: Client, own: Provider
) -> None:
    Provider.objects.filter(pk=own.pk).update(**columns)
    cell = re.search(r'<td class="field-status">([^<]*)', browser.get(PROVIDERS).text)
    assert cell and said in cell[1]


def test_a_key_that_cannot_be_opened_breaks_no_page(
    browser: Client, own: Provider, model: ImageModel, settings: Settings
) -> None:
    own = Provider.objects.create(slug="two", name="Two", base_url="https://two.example/v1", api_key="sk-two")
    settings.FIELD_KEY = Fernet.generate_key().decode()
    assert "FIELD_KEY does not open it" in browser.get(f"{PROVIDERS}{own.pk}/change/").text
    for path in (
        PROVIDERS,
        MODELS,
        f"{MODELS}?provider__id__exact={model.provider_id}",
        f"{MODELS}{model.pk}/change/",
    ):
        assert browser.get(path).status_code == 200, path
    browser.post(
        f"{PROVIDERS}{own.pk}/change/",
        form(slug="two", base_url="https://two.example/v1", new_key="sk-again"),
    )
    assert Provider.objects.get(pk=own.pk).api_key == "sk-again"


def test_lists_are_written_one_a_line(browser: Client, model: ImageModel) -> None:
    page = browser.get(f"{MODELS}{model.pk}/change/").text
    assert "1024x1024\n1792x1024\n1024x1792</textarea>" in page and "[&quot;" not in page
    browser.post(
        f"{MODELS}{model.pk}/change/",
        model_form(
            model, sizes="512x512\r\n\r\n auto ", styles="", extras="background: transparent\nlevel: 3"
        ),
    )
    model.refresh_from_db()
    assert (model.sizes, model.styles) == (["512x512", "auto"], [])
    assert model.extras == {"background": "transparent", "level": 3}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"sizes": "1024"}, "is not a size"),
        ({"sizes": "1024x1024\n1024x1024"}, "stands here twice"),
        ({"response_formats": "jpeg"}, "is not one of b64_json and url"),
        ({"extras": "background"}, "as name: value"),
    ],
    ids=["size", "twice", "format", "pair"],
)
def test_mistakes_in_a_list_are_said_beside_it(
    changes: dict[str, str], said: str, browser: Client, model: ImageModel
) -> None:
    page = browser.post(f"{MODELS}{model.pk}/change/", model_form(model, **changes))
    assert page.status_code == 200 and said in page.text


def test_a_price_is_written_with_its_model(browser: Client, model: ImageModel) -> None:
    ModelPrice.objects.all().delete()
    price = {"prices-0-size": "1024x1024", "prices-0-quality": "hd", "prices-0-usd": "0.09"}
    browser.post(f"{MODELS}{model.pk}/change/", model_form(model, **price, **{"prices-TOTAL_FORMS": "1"}))
    assert str(ModelPrice.objects.get().usd) == "0.0900"


@pytest.mark.parametrize("path", [PROVIDERS, MODELS])
def test_lists_take_as_many_queries_for_twenty_rows_as_for_one(
    path: str, browser: Client, model: ImageModel
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert browser.get(path).status_code == 200
        return len(seen)

    queries()
    few = queries()
    for number in range(19):
        other = Provider.objects.create(slug=f"p{number}", name=f"P{number}", base_url="https://p.example/v1")
        ImageModel.objects.create(provider=other, name="m", label=f"M{number}", sizes=["1024x1024"])
    assert queries() == few


def test_models_are_found_by_their_providers_name(browser: Client, model: ImageModel) -> None:
    assert "DALL" in browser.get(f"{MODELS}?q=stub").text
    assert "0 image models" in browser.get(f"{MODELS}?q=nothing").text
