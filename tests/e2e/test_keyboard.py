"""Without a mouse."""

from playwright.sync_api import Locator, Page, expect

from tests.e2e.browser import generate, prompt_box, run, tile
from tests.e2e.looks import has_no_barrier
from tests.e2e.product import Product

MOST_TABS = 40


def test_a_picture_is_made_from_the_keyboard(page: Page, studio: Product) -> None:
    prompt = "A boat by keyboard"
    page.goto("/")
    page.keyboard.press("/")
    expect(prompt_box(page)).to_be_focused()
    page.keyboard.type(prompt)

    chip = page.get_by_role("button", name="Shape:")
    tab_to(page, chip)
    page.keyboard.press("Enter")
    square = page.get_by_role("radio", name="Square").and_(page.locator(":enabled"))
    tab_to(page, square)
    page.keyboard.press("ArrowRight")
    expect(chip).to_contain_text("Wide")
    page.keyboard.press("Escape")
    expect(page.locator("#p-size")).to_be_hidden()
    expect(chip).to_be_focused()

    page.keyboard.press("/")
    page.keyboard.press("Control+Enter")
    expect(tile(run(page, prompt), "succeeded")).to_be_visible()
    assert studio.one("SELECT size FROM images_app_generation WHERE prompt = ?", prompt) == "1792x1024"


def test_space_opens_a_chip_too(page: Page) -> None:
    page.goto("/")
    tab_to(page, page.get_by_role("button", name="Quality:"))
    page.keyboard.press("Space")
    expect(page.locator("#p-quality")).to_be_visible()


def test_the_focus_stays_where_it_was_when_counts_change(page: Page) -> None:
    expect(tile(generate(page, "Nobody knows [demo:server-error]"), "unknown")).to_be_visible()
    developing = generate(page, "Counted [demo:slow 4]")
    expect(tile(developing, "sent")).to_be_visible()
    expect(page.locator("#status")).to_contain_text("1 developing")
    queue = page.get_by_role("link", name="Queue")
    queue.focus()
    expect(tile(developing, "succeeded")).to_be_visible()
    expect(page.locator("#status")).not_to_contain_text("developing")
    expect(queue).to_be_focused()


def test_arrows_lead_to_a_picture_and_enter_opens_it(page: Page) -> None:
    for prompt in ("The left one", "The right one"):
        page.goto("/")
        page.keyboard.press("/")
        page.keyboard.type(prompt)
        page.keyboard.press("Control+Enter")
        expect(tile(run(page, prompt), "succeeded")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.keyboard.press("l")
    first = page.locator(".tile-a").first
    tab_to(page, first)
    page.keyboard.press("ArrowRight")
    expect(page.locator(".tile-a").nth(1)).to_be_focused()
    page.keyboard.press("Enter")
    opened = page.get_by_role("dialog", name="The left one")
    expect(opened.get_by_role("heading", level=1)).to_have_text("The left one")


def test_a_question_mark_lists_the_keys_and_escape_puts_them_away(page: Page) -> None:
    page.goto("/")
    page.keyboard.press("?")
    sheet = page.get_by_role("dialog", name="Keyboard")
    expect(sheet).to_be_visible()
    box, screen = sheet.bounding_box(), page.viewport_size
    assert box and screen
    assert box["x"] > 0 and box["x"] + box["width"] < screen["width"]
    assert box["y"] > 0 and box["y"] + box["height"] < screen["height"]
    assert sheet.evaluate("sheet => sheet.scrollHeight <= sheet.clientHeight")
    has_no_barrier(page)
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()


def tab_to(page: Page, there: Locator) -> None:
    """Tab until the focus is there."""
    expect(there).to_be_visible()
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if there.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError(f"Tab does not lead to {there}")
