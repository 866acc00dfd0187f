"""Picking on a phone."""

from typing import Any

from playwright.sync_api import Page, expect

from tests.e2e.browser import stayed
from tests.e2e.conftest import FEW
from tests.e2e.hands.steps import bar, counts, pictures, press, ticked, toast
from tests.e2e.looks import fits_the_screen, has_no_barrier

REST_MS = 900
THUMB_PX = 44


def rest(page: Page, at: int, move: int = 0) -> None:
    """A finger that stays on a tile, or first moves up by so many pixels."""
    touch = page.context.new_cdp_session(page)
    box = pictures(page).nth(at).bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
    for step in range(0, move, 8):
        touch.send(
            "Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [{"x": x, "y": y - step}]}
        )
        page.wait_for_timeout(16)
    page.wait_for_timeout(REST_MS)
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def test_a_finger_that_rests_picks_and_from_then_on_a_tap_does(phone: Page) -> None:
    rest(phone, 1)
    counts(phone, "1 selected")
    assert ticked(phone) == [1]
    expect(phone.get_by_role("button", name="Select", exact=True)).to_have_attribute("aria-pressed", "true")
    phone.locator("main .tile").nth(2).tap()
    assert ticked(phone) == [1, 2]
    phone.locator("main .tile").nth(1).tap()
    assert ticked(phone) == [2]
    assert stayed(phone)
    fits_the_screen(phone)
    has_no_barrier(phone)
    press(phone, "Select none")
    expect(bar(phone)).to_be_hidden()
    phone.locator("main .tile").nth(2).tap()
    expect(phone.get_by_role("dialog")).to_be_visible()


def test_a_resting_finger_opens_no_menu_and_carries_nothing_away(phone: Page) -> None:
    phone.evaluate("""['contextmenu', 'dragstart'].forEach((kind) => addEventListener(kind, (event) =>
        (window.answered ??= []).push(event.defaultPrevented)))""")
    rest(phone, 0)
    # Chromium sends its menu's event where there is a menu; it is sent here in any case, as Android would.
    phone.evaluate("""() => {
        const link = document.querySelectorAll('main .tile-a')[3];
        const at = {bubbles: true, cancelable: true, isPrimary: true, pointerType: 'touch', clientX: 5, clientY: 5};
        link.dispatchEvent(new PointerEvent('pointerdown', at));
        link.dispatchEvent(new MouseEvent('contextmenu', at));
        link.dispatchEvent(new DragEvent('dragstart', at));
    }""")
    answered = phone.evaluate("window.answered")
    assert len(answered) >= 2
    assert all(answered)
    assert ticked(phone) == [0, 3]


def test_a_finger_that_moves_scrolls_and_picks_nothing(phone: Page) -> None:
    phone.set_viewport_size({"width": 390, "height": 420})
    rest(phone, 0, move=160)
    assert phone.evaluate("scrollY") > 50
    assert ticked(phone) == []
    expect(bar(phone)).to_be_hidden()


def test_select_is_there_for_those_who_do_not_know_it(phone: Page) -> None:
    switch = phone.get_by_role("button", name="Select", exact=True)
    box = switch.bounding_box()
    assert box
    assert min(box["width"], box["height"]) >= THUMB_PX
    switch.tap()
    phone.locator("main .tile").nth(0).tap()
    phone.locator("main .tile").nth(3).tap()
    assert ticked(phone) == [0, 3]
    small: list[Any] = phone.evaluate("""[...document.querySelectorAll('#bulk .bb')]
        .filter((button) => button.checkVisibility()).map((button) => button.getBoundingClientRect())
        .filter((box) => Math.min(box.width, box.height) < 44 || box.right > innerWidth || box.left < 0)""")
    assert small == []
    bar(phone).get_by_role("button", name="Remove").tap()
    toast(phone, "2 pictures moved to the trash.").get_by_role("button", name="Undo").tap()
    expect(pictures(phone)).to_have_count(FEW)
    assert stayed(phone)
