"""Pictures are picked: by mouse, by keyboard, in one stretch."""

from playwright.sync_api import Page, expect

from tests.e2e.browser import stayed
from tests.e2e.conftest import FEW, MANY
from tests.e2e.hands.steps import bar, boxes, counts, pictures, press, tick, ticked, toast


def test_a_click_on_a_box_picks_and_the_picture_still_opens(library: Page) -> None:
    tick(library, 1)
    tick(library, 3)
    counts(library, "2 selected")
    assert ticked(library) == [1, 3]
    pictures(library).nth(2).click()
    expect(library.get_by_role("dialog")).to_be_visible()
    library.keyboard.press("Escape")
    counts(library, "2 selected")


def test_shift_and_a_click_pick_all_between(library: Page) -> None:
    tick(library, 2)
    pictures(library).nth(6).click(modifiers=["Shift"])
    counts(library, "5 selected")
    assert ticked(library) == [2, 3, 4, 5, 6]
    pictures(library).nth(0).hover()
    boxes(library).nth(0).click(modifiers=["Shift"])
    assert ticked(library) == [0, 1, 2, 3, 4, 5, 6]


def test_the_keyboard_picks_extends_and_lets_go(library: Page) -> None:
    pictures(library).nth(1).focus()
    library.keyboard.press("x")
    assert ticked(library) == [1]
    for _ in range(3):
        library.keyboard.press("Shift+ArrowRight")
    assert ticked(library) == [1, 2, 3, 4]
    library.keyboard.press("Shift+ArrowLeft")
    assert ticked(library) == [1, 2, 3]
    library.keyboard.press("Control+a")
    counts(library, f"{FEW} selected")
    library.keyboard.press("Escape")
    expect(bar(library)).to_be_hidden()
    assert ticked(library) == []


def test_select_makes_every_picture_its_own_box(library: Page) -> None:
    switch = library.get_by_role("button", name="Select", exact=True)
    switch.click()
    expect(switch).to_have_attribute("aria-pressed", "true")
    counts(library, "None selected")
    library.locator("main .tile").nth(4).click()
    library.locator("main .tile").nth(7).click(modifiers=["Shift"])
    assert ticked(library) == [4, 5, 6, 7]
    assert stayed(library)
    switch.click()
    expect(bar(library)).to_be_hidden()
    assert ticked(library) == []


def test_what_was_picked_stays_picked_where_the_page_was_emptied(desk: Page) -> None:
    desk.goto("/library/")
    tick(desk, 0)
    desk.evaluate("document.activeElement.blur()")  # what has the focus is never emptied
    while desk.locator("main .more").count():
        desk.mouse.wheel(0, 2500)
        desk.wait_for_timeout(60)
    desk.evaluate("scrollTo(0, document.scrollingElement.scrollHeight)")
    expect(desk.locator("[data-leaf][data-away]").first).to_be_attached()
    expect(desk.locator("[data-leaf]").last).not_to_have_attribute("data-away", "")
    pictures(desk).last.click(modifiers=["Shift"])
    counts(desk, f"{MANY} selected")
    press(desk, "Remove")
    toast(desk, f"{MANY} pictures moved to the trash.").get_by_role("button", name="Undo").click()
    expect(pictures(desk).first).to_be_visible()
