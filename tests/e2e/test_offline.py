"""News that nobody heard."""

from playwright.sync_api import Page, expect

from tests.e2e.browser import Complaints, generate, mark, stayed, tile
from tests.e2e.product import Product


def test_a_page_that_was_offline_catches_up(page: Page, studio: Product, complaints: Complaints) -> None:
    complaints.expect("ERR_INTERNET_DISCONNECTED")
    complaints.expect("ERR_NETWORK_CHANGED")
    prompt = "Seen later [demo:slow 4]"
    developing = generate(page, prompt)
    expect(developing.locator(".tile")).to_have_count(1)
    mark(page)
    page.context.set_offline(True)
    studio.until_states(prompt, "succeeded")
    expect(tile(developing, "succeeded")).to_have_count(0)
    page.context.set_offline(False)
    expect(tile(developing, "succeeded")).to_be_visible()
    assert stayed(page)
