"""Many pictures at once, the trash, and collections: by mouse, keyboard, finger and without a script."""

import csv
import hashlib
import io
import re
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Download, Locator, Page, expect

from tests.e2e.browser import PHONE, mark, stayed
from tests.e2e.conftest import Made, Somebody, Visit, _somebody
from tests.e2e.looks import fits_the_screen, has_no_barrier
from tests.e2e.product import Product

MANY, FEW = 150, 12  # pictures of hers: more than two pages of the library; those with a swan
# Each has the bytes of the first picture there is.
SEED = f"""
from tests.rows import make_generation, make_picture
from images_app.models import ImageModel, StoredImage, User
person, model = User.objects.get(email="dora@example.com"), ImageModel.objects.first()
first = StoredImage.objects.first()
names = ("original_key", "preview_key", "thumbnail_key", "width", "height", "sha256", "bytes")
for number in range({MANY}):
    animals = ("fox" if number % 2 else "heron") + (" and a swan" if number < {FEW} else "")
    generation = make_generation(person, model, f"Number {{number}}, a {{animals}}")
    make_picture(generation, **{{name: getattr(first, name) for name in names}})
"""
SWANS = "/library/?text=swan"
REST_MS = 900
THUMB_PX = 44


@pytest.fixture(scope="package")
def dora(studio: Product, chromium: Browser, picture: Made) -> Somebody:
    """Somebody with many pictures."""
    somebody = _somebody(studio, chromium, "dora@example.com", "Dora Dale")
    studio.manage("shell", "-c", SEED)
    return somebody


@pytest.fixture
def desk(visit: Visit, dora: Somebody) -> Page:
    return visited(visit(dora))


@pytest.fixture
def library(desk: Page) -> Page:
    desk.goto(SWANS)
    mark(desk)
    return desk


@pytest.fixture
def phone(visit: Visit, dora: Somebody) -> Page:
    page = visited(visit(dora, **PHONE))
    page.goto(SWANS)
    mark(page)
    return page


@pytest.fixture
def plain(visit: Visit, dora: Somebody) -> Page:
    page = visited(visit(dora, java_script_enabled=False))
    page.goto(SWANS)
    return page


def visited(page: Page) -> Page:
    """Whatever the test before did: nothing of hers is in the trash, and nothing has a heart."""
    page.goto("/library/")
    token = page.locator("#hands input[name=csrfmiddlewaretoken]").get_attribute("value") or ""
    for address, form in [
        ("/images/restore/", {"everything": "1"}),
        ("/images/favourite/", {"all": "1", "on": "0"}),
    ]:
        answer = page.request.post(
            address,
            form={**form, "csrfmiddlewaretoken": token},
            headers={"HX-Request": "true", "Referer": page.url},
        )
        assert answer.ok
    return page


def pictures(page: Page) -> Locator:
    return page.locator("main .tile-a")


def boxes(page: Page) -> Locator:
    return page.get_by_role("checkbox", name=re.compile("^Select: "))


def bar(page: Page) -> Locator:
    return page.get_by_role("form", name="Selected pictures")


def ticked(page: Page) -> list[int]:
    """Numbers of the tiles that are picked."""
    found: list[int] = page.evaluate(
        "[...document.querySelectorAll('main .pick input')].flatMap((box, at) => box.checked ? [at] : [])"
    )
    return found


def counts(page: Page, words: str) -> None:
    expect(page.locator(".bulk-n")).to_have_text(words)
    expect(page.get_by_role("status").filter(has_text=words)).to_be_attached()


def tick(page: Page, at: int) -> None:
    pictures(page).nth(at).hover()
    boxes(page).nth(at).click()


def toast(page: Page, words: str) -> Locator:
    note = page.locator(".toast").filter(has_text=words)
    expect(note).to_be_visible()
    return note


def press(page: Page, button: str) -> None:
    bar(page).get_by_role("button", name=button).click()


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


# Picking


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
    pictures(desk).last.scroll_into_view_if_needed()
    desk.wait_for_timeout(500)  # until what comes near is filled
    pictures(desk).last.click(modifiers=["Shift"])
    counts(desk, f"{MANY} selected")
    press(desk, "Remove")
    toast(desk, f"{MANY} pictures moved to the trash.").get_by_role("button", name="Undo").click()
    expect(pictures(desk).first).to_be_visible()


# What is done to them


def test_all_that_match_go_into_the_trash_and_come_back(desk: Page) -> None:
    desk.goto("/library/?text=fox")
    tick(desk, 0)
    bar(desk).get_by_label("All that match").check()
    counts(desk, "All selected")
    press(desk, "Remove")
    note = toast(desk, "75 pictures moved to the trash.")
    expect(desk.get_by_text("Nothing here matches.")).to_be_visible()
    note.get_by_role("button", name="Undo").click()
    expect(desk.locator(".amount")).to_have_text("75 pictures")
    desk.goto("/trash/")
    expect(desk.get_by_text("The trash is empty.")).to_be_visible()


def test_unticking_one_of_all_leaves_the_others_of_the_page(library: Page) -> None:
    tick(library, 0)
    bar(library).get_by_label("All that match").check()
    assert len(ticked(library)) == FEW
    tick(library, 5)
    counts(library, "11 selected")
    expect(bar(library).get_by_label("All that match")).not_to_be_checked()


def test_the_archive_holds_the_originals_and_says_what_they_were_made_with(
    library: Page, studio: Product
) -> None:
    for at in (0, 2, 4):
        tick(library, at)
    with library.expect_download() as coming:
        press(library, "Download")
    has_originals(coming.value, studio, 3)
    assert stayed(library)


def test_the_archive_of_all_that_match_holds_pages_nobody_scrolled_to(desk: Page, studio: Product) -> None:
    desk.goto("/library/?text=heron")
    tick(desk, 0)
    bar(desk).get_by_label("All that match").check()
    with desk.expect_download() as coming:
        press(desk, "Download")
    rows = has_originals(coming.value, studio, 75)
    assert all("heron" in row["prompt"] for row in rows)


def has_originals(download: Download, studio: Product, count: int) -> list[dict[str, str]]:
    """Opens the archive; its manifest's rows."""
    with zipfile.ZipFile(download.path()) as archive:
        assert archive.testzip() is None
        text = archive.read("manifest.csv").decode("utf-8-sig")
        rows = list(csv.DictReader(io.StringIO(text, newline="")))
        assert len(rows) == len(archive.namelist()) - 1 == count
        for row in rows:
            digest = hashlib.sha256(archive.read(row["file"])).hexdigest()
            there = studio.one(
                "SELECT sha256 FROM images_app_storedimage WHERE id = ?", row["picture"].replace("-", "")
            )
            assert digest == row["sha256"] == there
            assert re.fullmatch(r"Number \d+, a (fox|heron)( and a swan)?", row["prompt"])
            assert (row["model"], row["size asked for"], row["note"]) == ("DALL·E 3", "1024x1024", "")
    return rows


def test_a_removal_is_undone_from_its_toast(library: Page) -> None:
    gone = pictures(library).nth(2).get_attribute("href")
    tick(library, 2)
    tick(library, 3)
    press(library, "Remove")
    note = toast(library, "2 pictures moved to the trash.")
    expect(library.locator(f".tile-a[href='{gone}']")).to_have_count(0)
    expect(bar(library)).to_be_hidden()
    expect(library.get_by_role("status").filter(has_text="10 pictures")).to_be_visible()
    note.get_by_role("button", name="Undo").click()
    expect(pictures(library)).to_have_count(FEW)
    expect(pictures(library).nth(2)).to_have_attribute("href", gone or "")
    assert stayed(library)
    library.reload()
    expect(pictures(library)).to_have_count(FEW)


def test_one_and_then_all_come_back_from_the_trash(library: Page) -> None:
    for at in (0, 1, 2):
        tick(library, at)
    press(library, "Remove")
    toast(library, "3 pictures moved")
    library.goto("/trash/")
    thrown = library.locator(".thrown li")
    expect(thrown).to_have_count(3)
    expect(thrown.first).to_contain_text("29 days left")
    has_no_barrier(library)
    thrown.first.get_by_role("button", name="Restore").click()
    expect(thrown).to_have_count(2)
    library.get_by_role("button", name="Restore all").click()
    expect(library.get_by_text("The trash is empty.")).to_be_visible()
    library.goto(SWANS)
    expect(pictures(library)).to_have_count(FEW)


def test_a_heart_goes_on_and_off(library: Page) -> None:
    pictures(library).first.hover()
    heart = library.locator("main .tile").first.get_by_role("button", name="Favourite")
    for pressed in ("true", "false", "true"):
        with library.expect_response(re.compile("/favourite/")):
            heart.click()
        expect(heart).to_have_attribute("aria-pressed", pressed)
    library.goto("/library/?favourite=on")
    expect(pictures(library)).to_have_count(1)


def test_many_hearts_at_once(library: Page) -> None:
    tick(library, 1)
    tick(library, 2)
    press(library, "Favourite")
    toast(library, "2 pictures marked")
    assert library.locator("main .heart[aria-pressed=true]").count() == 2


def test_two_pictures_are_compared(library: Page) -> None:
    tick(library, 1)
    expect(bar(library).get_by_role("button", name="Compare")).to_be_hidden()
    tick(library, 2)
    press(library, "Compare")
    expect(library.locator("compare-slider")).to_be_visible()


# Collections, by keyboard only


@pytest.fixture
def keyboard(library: Page) -> Iterator[Page]:
    """The library, and no mouse."""
    yield library
    assert library.evaluate("window.clicked ?? 0") == 0


def tab_to(page: Page, there: Locator, *, back: bool = False) -> None:
    for _ in range(60):
        page.keyboard.press("Shift+Tab" if back else "Tab")
        if there.count() and there.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError(f"Tab does not lead to {there}")


def test_a_collection_is_made_filled_ordered_and_emptied_by_keyboard(keyboard: Page) -> None:
    page = keyboard
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


# A phone


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


# Without a script


def test_boxes_and_a_button_remove_and_the_next_page_offers_the_undo(plain: Page) -> None:
    expect(plain.get_by_role("button", name="Select", exact=True)).to_be_hidden()
    boxes(plain).nth(0).check()
    boxes(plain).nth(4).check()
    press(plain, "Remove")
    expect(pictures(plain)).to_have_count(FEW - 2)
    plain.locator(".notices").get_by_role("button", name="Undo").click()
    expect(pictures(plain)).to_have_count(FEW)


def test_boxes_and_a_button_download(plain: Page, studio: Product) -> None:
    boxes(plain).nth(1).check()
    with plain.expect_download() as coming:
        press(plain, "Download")
    has_originals(coming.value, studio, 1)


def test_boxes_and_a_button_fill_a_collection_and_steps_order_it(plain: Page) -> None:
    for at in (0, 1):
        boxes(plain).nth(at).check()
    bar(plain).get_by_role("button", name="Add to collection").click()
    plain.get_by_label("New collection").fill("Plain wall")
    plain.get_by_role("button", name="Make", exact=True).click()
    expect(plain.locator(".notices")).to_contain_text("2 pictures added to Plain wall.")
    plain.goto("/collections/")
    plain.get_by_role("link", name=re.compile("^Plain wall")).click()
    first = pictures(plain).first.get_attribute("href")
    plain.get_by_role("link", name="Arrange").click()
    plain.get_by_role("button", name=re.compile("^Later: ")).first.click()
    plain.get_by_role("link", name="Done").click()
    expect(pictures(plain).nth(1)).to_have_attribute("href", first or "")
