"""A new installation, from the printed address to the first picture."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.browser import PHONE, Complaints, mark, open_context, prompt_box, run, stayed, tile
from tests.e2e.looks import fits_the_screen, has_no_barrier, has_targets_for_thumbs
from tests.e2e.product import PASSWORD, Product, product


@pytest.fixture(scope="module")
def new(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """Nobody has an account here until the last test makes one: the tests stand in this order."""
    with product(tmp_path_factory.mktemp("new")) as running:
        yield running


@pytest.fixture
def newcomer(
    new: Product, chromium: Browser, complaints: Complaints, request: pytest.FixtureRequest
) -> Iterator[Page]:
    options = getattr(request, "param", {})
    with open_context(chromium, complaints, base_url=new.url, **options) as context:
        yield context.new_page()


@pytest.mark.parametrize("newcomer", [PHONE], indirect=True, ids=["phone"])
def test_the_welcome_fits_a_phone(new: Product, newcomer: Page) -> None:
    newcomer.goto(new.welcome)
    expect(newcomer.get_by_role("button", name="Make the account")).to_be_visible()
    fits_the_screen(newcomer)
    has_targets_for_thumbs(newcomer)


@pytest.mark.parametrize(
    "newcomer", [{"color_scheme": "light"}, {"color_scheme": "dark"}], indirect=True, ids=["light", "dark"]
)
def test_the_welcome_has_no_barrier(new: Product, newcomer: Page) -> None:
    newcomer.goto(new.welcome)
    has_no_barrier(newcomer)


def test_the_first_account_sees_its_first_picture_come_without_a_reload(new: Product, newcomer: Page) -> None:
    newcomer.goto(new.welcome)
    newcomer.get_by_label("Name").fill("Ada First")
    newcomer.get_by_label("Email").fill("ada@example.com")
    newcomer.get_by_label("Password").fill(PASSWORD)
    newcomer.get_by_role("button", name="Make the account").click()
    expect(newcomer.get_by_role("heading", name="What shall we make first?")).to_be_visible()
    expect(newcomer.get_by_text("come from the built-in demo endpoint")).to_be_visible()

    prompt = "A fox on a snowy hill [demo:slow 3]"
    prompt_box(newcomer).fill(prompt)
    newcomer.get_by_role("button", name="Generate").click()
    first = run(newcomer, prompt)
    expect(first.locator(".tile")).to_have_count(1)
    expect(tile(first, "succeeded")).to_have_count(0)
    mark(newcomer)
    expect(tile(first, "succeeded").get_by_role("link", name=prompt)).to_be_visible()
    expect(newcomer.locator("#status p")).to_have_text("Nothing under way")
    assert stayed(newcomer)
