"""Prices begin at their time and are never edited afterwards."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone

from images_app.jobs.choices import choices
from images_app.providers.actions import usable_models
from images_app.providers.models import ImageModel, ModelPrice, price_table
from images_app.teams.models import User
from tests.providers.test_admin import MODELS, model_form

SQUARE = ("1024x1024", "standard")


@pytest.fixture
def browser(admin: User, client_of: Callable[[User], Client]) -> Client:
    return client_of(admin)


@pytest.fixture
def bare(model: ImageModel) -> ImageModel:
    """A model with one price, of a day ago."""
    ModelPrice.objects.all().delete()
    add(model, "0.04", timezone.now() - timedelta(days=1))
    return model


def add(model: ImageModel, usd: str | None, begins: datetime) -> ModelPrice:
    size, quality = SQUARE
    return ModelPrice.objects.create(
        model=model, size=size, quality=quality, usd=usd and Decimal(usd), valid_from=begins
    )


def now(model: ImageModel) -> Decimal | None:
    return ImageModel.objects.get(pk=model.pk).price(*SQUARE)


def test_a_later_price_takes_effect_by_itself(bare: ImageModel, monkeypatch: pytest.MonkeyPatch) -> None:
    later = timezone.now() + timedelta(days=2)
    add(bare, "0.05", later)
    assert now(bare) == Decimal("0.04")
    monkeypatch.setattr("images_app.providers.models.timezone.now", lambda: later)
    assert now(bare) == Decimal("0.05")


def test_the_newest_that_has_begun_counts(bare: ImageModel) -> None:
    add(bare, "0.07", timezone.now() - timedelta(hours=1))
    add(bare, "0.01", timezone.now() - timedelta(days=9))
    assert now(bare) == Decimal("0.07")
    assert price_table(ImageModel.objects.get()) == {"1024x1024/standard": "0.0700"}


def test_a_price_without_dollars_ends_the_one_before_and_is_unknown(bare: ImageModel) -> None:
    add(bare, None, timezone.now() - timedelta(hours=1))
    assert now(bare) is None
    [choice] = choices(list(usable_models()), {})
    assert choice.from_price == "price unknown" and choice.sizes[0].price == "price unknown"


def test_what_was_in_force_at_a_moment_is_known(bare: ImageModel) -> None:
    add(bare, "0.07", timezone.now() - timedelta(hours=1))
    at = timezone.now() - timedelta(hours=2)
    assert bare.known_prices(at) == {SQUARE: Decimal("0.04")}


def row(number: int, price: ModelPrice | None = None, /, **fields: str) -> dict[str, str]:
    """What the page posts for one price."""
    size, quality = SQUARE
    values = {"size": size, "quality": quality, "usd": "0.05", **fields}
    if price:
        values["id"] = str(price.pk)
    return {f"prices-{number}-{name}": value for name, value in values.items()}


def post(browser: Client, model: ImageModel, *rows: dict[str, str], initial: int = 0) -> str:
    form = model_form(model) | {"prices-TOTAL_FORMS": str(len(rows)), "prices-INITIAL_FORMS": str(initial)}
    for one in rows:
        form |= one
    answer = browser.post(f"{MODELS}{model.pk}/change/", form)
    return answer.text if answer.status_code == 200 else ""


def test_a_new_price_begins_now_where_nothing_is_said(browser: Client, bare: ImageModel) -> None:
    assert post(browser, bare, row(0)) == ""
    assert now(bare) == Decimal("0.05") and ModelPrice.objects.count() == 2


def test_a_new_price_may_begin_later(browser: Client, bare: ImageModel) -> None:
    later = {"valid_from_0": "2999-01-01", "valid_from_1": "00:00:00"}
    assert post(browser, bare, row(0, None, **later)) == ""
    assert now(bare) == Decimal("0.04") and ModelPrice.objects.count() == 2


def test_no_price_begins_in_the_past(browser: Client, bare: ImageModel) -> None:
    earlier = {"valid_from_0": "2020-01-01", "valid_from_1": "00:00:00"}
    assert "cannot begin in the past" in post(browser, bare, row(0, None, **earlier))
    assert ModelPrice.objects.count() == 1


def test_a_price_that_has_begun_is_neither_edited_nor_deleted(browser: Client, bare: ImageModel) -> None:
    price = ModelPrice.objects.get()
    post(browser, bare, row(0, price, usd="9.00"), initial=1)
    assert now(bare) == Decimal("0.04")
    post(browser, bare, row(0, price, DELETE="on"), initial=1)
    assert ModelPrice.objects.get().usd == Decimal("0.04")
    page = browser.get(f"{MODELS}{bare.pk}/change/").text
    assert re.search(r'name="prices-0-usd"[^>]*disabled', page)
    assert not re.search(r'name="prices-1-usd"[^>]*disabled', page)


def test_a_price_to_come_may_still_be_changed_and_deleted(browser: Client, bare: ImageModel) -> None:
    ModelPrice.objects.all().delete()
    price = add(bare, "0.05", timezone.now() + timedelta(days=2))
    later = {"valid_from_0": "2999-01-01", "valid_from_1": "00:00:00"}
    assert post(browser, bare, row(0, price, usd="0.06", **later), initial=1) == ""
    assert ModelPrice.objects.get().usd == Decimal("0.06")
    assert post(browser, bare, row(0, price, DELETE="on", **later), initial=1) == ""
    assert not ModelPrice.objects.exists()


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"size": "7x7"}, "The model offers no size"),
        ({"quality": "best"}, "The model offers no quality"),
        ({"quality": ""}, "Name a quality."),
        ({"usd": "-1"}, "greater than or equal to 0"),
    ],
)
def test_a_price_is_of_something_the_model_offers(
    fields: dict[str, str], said: str, browser: Client, bare: ImageModel
) -> None:
    assert said in post(browser, bare, row(0, None, **fields))
