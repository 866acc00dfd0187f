"""Words stay words."""

from playwright.sync_api import Page, expect

from tests.e2e.browser import generate
from tests.e2e.conftest import address_of
from tests.e2e.product import Product

HOSTILE = "</script><img src=x onerror=alert(1)>{{7*7}}"


def test_a_hostile_prompt_is_text_everywhere(page: Page, studio: Product) -> None:
    address = address_of(generate(page, HOSTILE))
    for place in (
        "/",
        "/library/",
        address,
        "/jobs/",
        f"/jobs/{studio.job(HOSTILE)}/",
        f"/?from={address.split('/')[2]}",
    ):
        page.goto(place)
        expect(page.locator("#main").get_by_text(HOSTILE, exact=True).first).to_be_attached()
        expect(page.locator("img[src=x]")).to_have_count(0)
        expect(page.get_by_text("{{7*7}}").first).to_be_attached()
