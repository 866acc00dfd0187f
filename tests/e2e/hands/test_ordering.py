"""A collection, by keyboard only."""

import re

from playwright.sync_api import Page, expect

from tests.e2e.hands.steps import bar, counts, pictures, tab_to, toast


def test_a_collection_is_made_filled_ordered_and_emptied_by_keyboard(library: Page) -> None:
    page = library
    pictures(page).first.focus()
    page.keyboard.press("x")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Shift+ArrowRight")
    counts(page, "3 selected")
    tab_to(page, bar(page).get_by_role("button", name="Add to collection"))
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_label("New collection"))
    page.keyboard.type("Wall")
    page.keyboard.press("Enter")
    toast(page, "3 pictures added to Wall.")

    page.goto("/collections/")
    tab_to(page, page.get_by_role("link", name=re.compile("^Wall")))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Wall")
    order = [link.get_attribute("href") for link in pictures(page).all()]
    assert len(order) == 3
    tab_to(page, page.get_by_role("link", name="Arrange"))
    page.keyboard.press("Enter")
    later = page.get_by_role("button", name=re.compile("^Later: ")).first
    tab_to(page, later)
    with page.expect_response(re.compile("/order/")):
        page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="Now number 2 of 3.")).to_be_attached()
    tab_to(page, page.get_by_role("link", name="Done"), back=True)
    page.keyboard.press("Enter")
    expect(pictures(page).first).to_have_attribute("href", order[1] or "")

    pictures(page).first.focus()
    page.keyboard.press("x")
    tab_to(page, bar(page).get_by_role("button", name="Take out"))
    page.keyboard.press("Enter")
    note = toast(page, "1 picture taken out of Wall.")
    expect(pictures(page)).to_have_count(2)
    tab_to(page, note.get_by_role("button", name="Undo"))
    page.keyboard.press("Enter")
    expect(pictures(page)).to_have_count(3)
    page.reload()
    expect(pictures(page).first).to_have_attribute("href", order[1] or "")
