"""axe finds nothing, by day and by night."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, StorageState, expect

from tests.e2e.browser import TIMEOUT_MS, Complaints, generate, sign_in, tile
from tests.e2e.conftest import Made, Somebody, Visit
from tests.e2e.looks import has_no_barrier
from tests.e2e.product import PASSWORD, Product

UNCLEAR = "For the axe [demo:server-error]"


@pytest.fixture(scope="module")
def busy(studio: Product, chromium: Browser, alice: Somebody, picture: Made) -> Iterator[None]:
    """Alice's studio with tiles in many states; the line stands still meanwhile."""
    with chromium.new_context(base_url=studio.url, storage_state=alice.state) as context:
        context.set_default_timeout(TIMEOUT_MS)
        page = context.new_page()
        expect(tile(generate(page, "For the axe [demo:refused]"), "rejected")).to_be_visible()
        expect(tile(generate(page, UNCLEAR), "unknown")).to_be_visible()
        # In flight while the first pages are looked at; it ends by itself.
        expect(tile(generate(page, "For the axe [demo:slow 15]"), "sent")).to_be_visible()
        with studio.paused():
            waiting = "For the axe, waiting"
            expect(tile(generate(page, waiting), "queued")).to_be_visible()
            cancelled = generate(page, "For the axe, cancelled")
            cancelled.get_by_role("button", name="Cancel this picture").click()
            expect(tile(cancelled, "cancelled")).to_be_visible()
            yield
        studio.until_states(waiting, "succeeded")


@pytest.fixture(scope="module")
def chief(studio: Product, chromium: Browser) -> StorageState:
    studio.manage("create_user", "chief@example.com", "--password", PASSWORD, "--superuser")
    with chromium.new_context(base_url=studio.url) as context:
        context.set_default_timeout(TIMEOUT_MS)
        sign_in(context.new_page(), "chief@example.com", PASSWORD)
        return context.storage_state()


@pytest.mark.parametrize("table", ["imagemodel", "team"])
def test_the_administration_has_no_barrier(
    visit: Visit, chief: StorageState, complaints: Complaints, table: str
) -> None:
    # The axe's own, where it measures tables and reads sheets that import others; the pages themselves have none.
    for words in ["Applying inline style", "CSP: style-src", "Couldn't load preload assets"]:
        complaints.expect(words)
    page = visit(storage_state=chief)
    page.goto(f"/admin/images_app/{table}/")
    has_no_barrier(page)
    page.locator("#result_list tbody th a").first.click()
    expect(page.locator(".tabular").first).to_be_visible()
    has_no_barrier(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["studio", "library", "image", "jobs", "job", "decision", "sign-in"])
@pytest.mark.usefixtures("busy")
def test_a_page_has_no_barrier(
    visit: Visit, alice: Somebody, picture: Made, studio: Product, name: str, scheme: str
) -> None:
    page = visit(None if name == "sign-in" else alice, color_scheme=scheme)
    page.goto(
        {
            "studio": "/",
            "library": "/library/",
            "image": picture.address,
            "jobs": "/jobs/",
            "job": f"/jobs/{studio.job(picture.prompt)}/",
            "decision": f"/jobs/{studio.job(UNCLEAR)}/",
            "sign-in": "/accounts/login/",
        }[name]
    )
    expect(page.get_by_role("heading", level=1)).to_be_attached()
    has_no_barrier(page)
