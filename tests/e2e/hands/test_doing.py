"""What is done to pictures that are picked, and taken back."""

import re

from playwright.sync_api import Page, expect

from tests.e2e.browser import stayed
from tests.e2e.conftest import FEW
from tests.e2e.hands.steps import SWANS, bar, counts, has_originals, pictures, press, tick, ticked, toast
from tests.e2e.looks import has_no_barrier
from tests.e2e.product import Product


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
