"""On a small screen, with a thumb."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.browser import PHONE, prompt_box, run, tile
from tests.e2e.conftest import Made, Somebody, Visit
from tests.e2e.looks import fits_the_screen, has_targets_for_thumbs
from tests.e2e.product import Product
from tests.e2e.test_barriers import address, hung
from tests.pages import DOORS, PAGES

__all__ = ["hung"]


@pytest.fixture
def phone(visit: Visit, alice: Somebody, picture: Made) -> Page:
    return visit(alice, **PHONE)


@pytest.mark.parametrize("route", sorted(PAGES | DOORS))
def test_a_page_fits(
    visit: Visit, phone: Page, picture: Made, hung: str, studio: Product, route: str
) -> None:
    """At 390 and 320 px, and with letters twice as large."""
    page = visit(**PHONE) if route in DOORS else phone
    page.goto(address(route, picture, hung, studio))
    expect(page.get_by_role("heading", level=1)).to_be_attached()
    fits_the_screen(page)
    has_targets_for_thumbs(page)
    page.set_viewport_size({"width": 320, "height": 800})
    fits_the_screen(page)
    page.set_viewport_size(PHONE["viewport"])
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    fits_the_screen(page)


@pytest.mark.parametrize("width", [768, 1024])
def test_no_page_scrolls_sideways_at_the_widths_between(
    phone: Page, picture: Made, studio: Product, width: int
) -> None:
    phone.set_viewport_size({"width": width, "height": 800})
    for place in ["/", "/library/", picture.address, "/jobs/", f"/jobs/{studio.job(picture.prompt)}/"]:
        phone.goto(place)
        fits_the_screen(phone)


def test_the_composer_works_with_a_thumb(phone: Page, studio: Product) -> None:
    prompt = "From the bus"
    phone.goto("/")
    prompt_box(phone).tap()
    prompt_box(phone).fill(prompt)
    chip = phone.get_by_role("button", name=re.compile("^Shape: "))
    chip.tap()
    phone.locator(".pop:popover-open label").filter(has_text="Tall").tap()
    phone.keyboard.press("Escape")
    phone.get_by_role("button", name="Generate").tap()
    expect(tile(run(phone, prompt), "succeeded")).to_be_visible()
    fits_the_screen(phone)
    assert studio.one("SELECT size FROM images_app_generation WHERE prompt = ?", prompt) == "1024x1792"
