"""What is done with a whole generation in the studio, and with one picture of it."""

import re

from playwright.sync_api import Locator, Page, expect

from tests.e2e.browser import mark, prompt_box, run, stayed, tile
from tests.e2e.conftest import Made
from tests.e2e.product import Product


def generate_two(page: Page, prompt: str) -> Locator:
    page.goto("/")
    prompt_box(page).fill(prompt)
    page.locator("[name=n][value='2']").check(force=True)
    page.get_by_role("button", name="Generate").click()
    made = run(page, prompt)
    expect(made.locator(".tile")).to_have_count(2)
    return made


def open_menu(page: Page, run: Locator) -> Locator:
    """Its entries are chosen by keyboard: a click may scroll, and the menu does not go with the page."""
    run.get_by_role("button", name="More to do with this prompt").press("Enter")
    return page.locator(".run-menu:popover-open")


def test_all_pictures_of_a_run_are_favoured_collected_downloaded_and_removed_at_once(
    page: Page, studio: Product
) -> None:
    made = generate_two(page, "Two to keep")
    studio.until_states("Two to keep", "succeeded", "succeeded")
    expect(tile(made, "succeeded")).to_have_count(2)
    mark(page)

    open_menu(page, made).get_by_role("button", name="Favourite all 2").press("Enter")
    expect(page.locator(".toasts")).to_contain_text("2 pictures marked as favourite")
    expect(made.locator("[data-do=favourite][aria-pressed=true]")).to_have_count(2)

    open_menu(page, made).get_by_role("link", name="Add all 2 to a collection").press("Enter")
    asks = page.get_by_role("dialog", name="Add to a collection")
    asks.get_by_label("New collection").fill("Kept")
    page.keyboard.press("Enter")
    expect(page.locator(".toasts")).to_contain_text("2 pictures added to Kept")
    expect(asks).to_have_count(0)

    with page.expect_download() as coming:
        open_menu(page, made).get_by_role("button", name="Download all 2").press("Enter")
    assert coming.value.suggested_filename.endswith(".zip")

    open_menu(page, made).get_by_role("button", name="Remove all 2").press("Enter")
    expect(tile(made, "succeeded")).to_have_count(0)
    page.locator(".toast").filter(has_text="moved to the trash").get_by_role("button", name="Undo").click()
    expect(tile(made, "succeeded")).to_have_count(2)
    assert stayed(page)


def test_one_picture_is_collected_and_made_again_from_its_menu(
    page: Page, studio: Product, picture: Made
) -> None:
    prompt = "One to make again"
    made = generate_two(page, prompt)
    studio.until_states(prompt, "succeeded", "succeeded")
    expect(tile(made, "succeeded")).to_have_count(2)
    mark(page)
    more = made.get_by_role("link", name="More to do with this picture").first
    more.press("Enter")
    page.get_by_role("link", name="Add to a collection").press("Enter")
    asks = page.get_by_role("dialog", name="Add to a collection")
    asks.get_by_label("New collection").fill("Single")
    asks.get_by_role("button", name="Make", exact=True).last.click()
    expect(page.locator(".toasts")).to_contain_text("1 picture added to Single")
    expect(more).to_be_focused()

    for count in (2, 3):  # each opening of the menu is a wish of its own
        tile(made, "succeeded").first.get_by_role("link", name="More to do with this picture").press("Enter")
        again = page.locator("#tile-menu:popover-open [data-again]")
        expect(again).to_have_text(re.compile("^Run again, about "))
        expect(again).not_to_have_class(re.compile("htmx-request"))  # its last press is answered
        again.evaluate("button => { button.click(); button.click(); }")
        expect(page.get_by_role("heading", name=prompt, exact=True)).to_have_count(count)
        made = run(page, prompt)
        expect(tile(made, "succeeded")).to_have_count(1)
    studio.until_states(prompt, *["succeeded"] * 4)
    assert stayed(page)


def test_what_waits_of_a_run_is_cancelled_or_put_off_at_once(page: Page, studio: Product) -> None:
    prompt = "Two that wait"
    with studio.paused():
        waiting = generate_two(page, prompt)
        expect(tile(waiting, "queued")).to_have_count(2)
        mark(page)
        quiet, now = "Make it whenever it is quiet", "Make it now"
        for words, other in ((quiet, now), (now, quiet)):
            open_menu(page, waiting).get_by_role("button", name=words).press("Enter")
            expect(waiting.get_by_role("button", name=other, include_hidden=True)).to_be_attached()
            expect(page.locator(".run-menu:popover-open")).to_have_count(0)
        expect(tile(waiting, "queued")).to_have_count(2)
        waiting.get_by_role("button", name="Cancel waiting").click()
        expect(tile(waiting, "cancelled")).to_have_count(2)
        assert stayed(page)
    assert studio.states(prompt) == ["cancelled"] * 2


def test_one_decision_settles_all_unclear_pictures_of_a_run(page: Page, studio: Product) -> None:
    prompt = "Two unclear [demo:server-error]"
    unclear = generate_two(page, prompt)
    expect(tile(unclear, "unknown")).to_have_count(2)
    mark(page)
    unclear.get_by_role("button", name="Decide on 2").click()
    page.get_by_role("button", name="Give up: write them off").click()
    expect(tile(unclear, "failed")).to_have_count(2)
    # What has failed is asked for anew by one press, at the price it says.
    unclear.get_by_role("button", name=re.compile(r"^Retry 2, about \$")).click()
    studio.until_states(prompt, "failed", "failed", "unknown", "unknown")
    assert stayed(page)
