"""Everything that matters works where no script runs."""

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.browser import generate, prompt_box, sign_in, tile
from tests.e2e.conftest import Made, Somebody, Visit, address_of
from tests.e2e.product import PASSWORD, Product

REFRESH = "meta[http-equiv=refresh]"


@pytest.fixture
def plain(visit: Visit, alice: Somebody, picture: Made) -> Page:
    return visit(alice, java_script_enabled=False)


def test_one_signs_in(visit: Visit, alice: Somebody) -> None:
    page = visit(java_script_enabled=False)
    sign_in(page, alice.email, PASSWORD)
    expect(prompt_box(page)).to_be_visible()


def test_a_picture_is_made_watched_and_opened(plain: Page) -> None:
    prompt = "A plain picture"
    made = generate(plain, prompt)
    expect(made.locator(".tile")).to_have_count(1)
    # The page refreshes by itself while something is under way.
    made.locator(f".tile-a[href='{address_of(made)}']").click()
    expect(plain.get_by_role("heading", level=1)).to_have_text(prompt)


def test_no_refresh_takes_away_what_one_writes_or_opens(plain: Page, studio: Product) -> None:
    prompt = "Plainly waiting"
    with studio.paused():
        waiting = generate(plain, prompt)
        expect(tile(waiting, "queued")).to_be_visible()
        expect(plain.locator(REFRESH)).to_have_count(1)
        expect(prompt_box(plain)).to_be_hidden()
        plain.get_by_role("link", name="Back to the composer").click()
        expect(prompt_box(plain)).to_be_visible()
        expect(plain.locator(REFRESH)).to_have_count(0)
        plain.get_by_role("link", name="Watch them develop").click()
        expect(plain.locator(REFRESH)).to_have_count(1)
    studio.until_states(prompt, "succeeded")


def test_an_unclear_call_is_decided_in_the_studio(plain: Page, studio: Product) -> None:
    prompt = "Plainly unclear [demo:server-error]"
    unclear = generate(plain, prompt)
    studio.until_states(prompt, "unknown")
    plain.goto("/")
    tile(unclear, "unknown").get_by_role("button", name="Decide").click()
    plain.get_by_role("button", name="Give up: write it off").click()
    expect(tile(unclear, "failed")).to_contain_text("counted as not charged")


def test_an_unclear_call_is_decided_on_its_own_page(plain: Page) -> None:
    unclear = generate(plain, "Unclear in detail [demo:server-error]")
    tile(unclear, "unknown").get_by_role("link", name="Details").click()
    plain.get_by_role("radio", name="Give up: it was charged").check()
    plain.get_by_role("button", name="Decide").click()
    expect(plain.locator("#now")).to_contain_text("Given up, and counted as charged")
