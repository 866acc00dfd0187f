"""A picture goes out to everybody and comes back: asked for, let through, seen by nobody in particular, taken back."""

import pytest
from playwright.sync_api import Browser, Page, StorageState, expect

from tests.e2e.browser import TIMEOUT_MS, Complaints, generate, sign_in
from tests.e2e.conftest import Somebody, Visit, address_of
from tests.e2e.looks import fits_the_screen, has_no_barrier, has_targets_for_thumbs
from tests.e2e.product import PASSWORD, Product

PROMPT = "A paper boat on a still pond"
ALT = "A folded boat of white paper on dark water"


@pytest.fixture(scope="module")
def staff(studio: Product, chromium: Browser) -> StorageState:
    studio.manage("create_user", "staff@example.com", "--password", PASSWORD, "--superuser")
    with chromium.new_context(base_url=studio.url) as context:
        context.set_default_timeout(TIMEOUT_MS)
        sign_in(context.new_page(), "staff@example.com", PASSWORD)
        return context.storage_state()


def test_a_picture_for_everybody(
    visit: Visit, bob: Somebody, staff: StorageState, complaints: Complaints
) -> None:
    page = visit(bob)
    page.goto(address_of(generate(page, PROMPT)))
    page.get_by_role("link", name="Show to everybody").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Show it to everybody")
    page.get_by_label("Everybody may read its prompt").check()
    page.get_by_label("Everybody may read that Bob Bright made it").check()
    page.get_by_label("For people who cannot see it").fill(ALT)
    page.get_by_role("button", name="Ask for it").click()
    expect(page.get_by_role("heading", name="Asked for")).to_be_visible()

    nobody = visit(java_script_enabled=False)
    nobody.goto("/gallery/")
    expect(nobody.get_by_role("img", name=ALT)).to_have_count(0)

    decide(visit(storage_state=staff))

    nobody.reload()
    tile = nobody.get_by_role("link", name=ALT)
    expect(tile).to_be_visible()
    drawn(nobody, ".tile .pic")
    tile.click()
    expect(nobody.locator(".guest-words")).to_have_text(PROMPT)
    expect(nobody.locator(".guest-note")).to_contain_text("By Bob Bright")
    drawn(nobody, ".guest-hero img")
    for width, height in ((1440, 900), (390, 844)):
        nobody.set_viewport_size({"width": width, "height": height})
        fits_the_screen(nobody)
        has_targets_for_thumbs(nobody)
    public = nobody.url
    bytes_of = [f"{public}{variant}/" for variant in ("thumbnail", "preview")]
    assert [nobody.request.get(address).status for address in bytes_of] == [200, 200]

    page.reload()
    page.get_by_role("button", name="Take it back").click()
    expect(page.get_by_role("heading", name="In the public gallery")).to_be_visible()

    complaints.expect("the server responded with a status of 404")
    answer = nobody.goto(public)
    assert answer is not None and answer.status == 404
    assert [nobody.request.get(address).status for address in bytes_of] == [404, 404]
    for lists in ("/gallery/", "/gallery/feed/", "/sitemap-pictures.xml"):
        text = nobody.request.get(lists).text()
        assert PROMPT not in text and public.rstrip("/").rsplit("/", 1)[-1] not in text


def decide(page: Page) -> None:
    """As staff do: in the admin's list, by one action."""
    page.goto("/admin/images_app/publication/")
    row = page.get_by_role("row").filter(has_text=PROMPT)
    row.get_by_role("checkbox").check()
    page.get_by_label("Action:").select_option("let_through")
    page.get_by_role("button", name="Run").or_(page.get_by_role("button", name="Go")).click()
    expect(page.get_by_text("Shown to everybody: 1.")).to_be_visible()


def drawn(page: Page, image: str) -> None:
    loaded = "async (image) => { await image.decode(); return image.naturalWidth }"
    assert page.locator(image).first.evaluate(loaded) > 0


def test_the_list_of_staff_has_no_barrier(visit: Visit, staff: StorageState, complaints: Complaints) -> None:
    for words in ["Applying inline style", "CSP: style-src", "Couldn't load preload assets"]:
        complaints.expect(words)
    page = visit(storage_state=staff)
    page.goto("/admin/images_app/publication/?state=all")
    has_no_barrier(page)
