"""The pages of those who look after the whole site, in every look: axe finds nothing, nothing reaches over the side."""

from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, FilePayload, StorageState, expect

from tests.e2e.browser import TIMEOUT_MS, Complaints, sign_in
from tests.e2e.conftest import Made, Visit
from tests.e2e.product import PASSWORD, Product
from tests.e2e.test_barriers import narrow_and_wide

COUNT = "from images_app.oversight.actions import count_hours, count_storage; count_hours(); count_storage()"

# A day of a model that Alice does not use: whatever else was made today, it is charged and not booked.
EXPORT: FilePayload = {
    "name": "usage.csv",
    "mimeType": "text/csv",
    "buffer": f"day,model,usd\n{datetime.now(UTC):%Y-%m-%d},dall-e-2,12.50\n".encode(),
}


@pytest.fixture(scope="module")
def overseer(studio: Product, chromium: Browser) -> StorageState:
    studio.manage("create_user", "overseer@example.com", "--password", PASSWORD, "--superuser")
    with chromium.new_context(base_url=studio.url) as context:
        context.set_default_timeout(TIMEOUT_MS)
        sign_in(context.new_page(), "overseer@example.com", PASSWORD)
        return context.storage_state()


def test_looking_after_the_site_has_no_barrier(
    studio: Product, visit: Visit, overseer: StorageState, picture: Made, complaints: Complaints
) -> None:
    # The axe's own, where it measures tables and reads sheets that import others; the pages themselves have none.
    for words in ["Applying inline style", "CSP: style-src", "Couldn't load preload assets"]:
        complaints.expect(words)
    studio.manage("shell", "-c", COUNT)
    page = visit(storage_state=overseer)
    page.goto("/")
    page.locator("[popovertarget=account]").first.click()
    page.get_by_role("link", name="The whole site").click()
    expect(page.get_by_role("heading", name="How long it takes")).to_be_visible()
    page.get_by_label("When", exact=True).last.select_option("7d")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page).to_have_url(f"{studio.url}/oversight/?range=7d")
    page.get_by_text("By time, as a table").click()
    narrow_and_wide(page)
    page.get_by_role("link", name="Spend", exact=True).click()
    expect(page.get_by_role("heading", name="By team")).to_be_visible()
    narrow_and_wide(page)
    page.get_by_role("link", name="Reconcile", exact=True).click()
    page.get_by_label("The provider's export").set_input_files(files=[EXPORT])
    page.get_by_role("button", name="Put them in").click()
    expect(page.get_by_text("The numbers of 1 day are in.")).to_be_visible()
    expect(page.get_by_role("row", name="dall-e-2")).to_contain_text("more than booked")
    narrow_and_wide(page)
