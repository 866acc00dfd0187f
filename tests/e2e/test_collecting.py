"""One picture into a collection: by key in the lightbox, on a phone, and without a script."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.browser import PHONE, mark, stayed
from tests.e2e.conftest import Made, Somebody, Visit
from tests.e2e.looks import fits_the_screen, has_no_barrier


def hangs_in(page: Page, title: str) -> Locator:
    return page.locator(".hangs").get_by_role("link", name=title)


def opened(page: Page, picture: Made) -> Locator:
    """The lightbox over the library."""
    page.goto("/library/")
    mark(page)
    page.locator(f"main .tile-a[href='{picture.address}']").click()
    box = page.get_by_role("dialog", name=picture.prompt)
    expect(box.locator(".hero-i")).to_be_visible()
    return box


def test_e_makes_a_collection_and_takes_the_picture_out_of_it_again(page: Page, picture: Made) -> None:
    box = opened(page, picture)
    page.keyboard.press("e")
    picker = box.get_by_role("dialog", name="Add to a collection")
    expect(picker).to_be_visible()
    has_no_barrier(page)
    field = picker.get_by_label("New collection")
    field.focus()
    page.keyboard.type("By key, for deeds")  # letters of shortcuts among them
    page.keyboard.press("Enter")
    expect(picker).to_be_hidden()
    expect(page.locator(".toast")).to_contain_text("1 picture added to By key, for deeds.")
    expect(hangs_in(page, "By key, for deeds")).to_be_visible()
    expect(box.locator(".lb-close")).to_be_focused()  # where the focus was before
    page.keyboard.press("e")
    first = picker.get_by_role("button").first
    expect(first).to_contain_text("It hangs there; take it out.")
    expect(first).to_be_focused()
    page.keyboard.press("Enter")
    expect(hangs_in(page, "By key, for deeds")).to_have_count(0)
    box.get_by_role("button", name="Undo").last.click()
    expect(hangs_in(page, "By key, for deeds")).to_be_visible()
    assert stayed(page)


def test_escape_closes_the_list_and_then_the_picture(page: Page, picture: Made) -> None:
    box = opened(page, picture)
    page.keyboard.press("e")
    picker = box.get_by_role("dialog", name="Add to a collection")
    expect(picker).to_be_visible()
    page.keyboard.press("Escape")
    expect(picker).to_be_hidden()
    expect(box).to_be_visible()
    page.keyboard.press("Escape")
    expect(box).to_be_hidden()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_link_leads_to_the_open_list_also_on_a_phone(
    visit: Visit, alice: Somebody, picture: Made, scheme: str
) -> None:
    page = visit(alice, **PHONE, color_scheme=scheme)
    page.goto(f"{picture.address}#collect")
    picker = page.get_by_role("dialog", name="Add to a collection")
    expect(picker).to_be_visible()
    fits_the_screen(page)
    has_no_barrier(page)
    picker.get_by_label("New collection").fill(f"By thumb, {scheme}")
    picker.get_by_role("button", name="Make").tap()
    expect(hangs_in(page, f"By thumb, {scheme}")).to_be_visible()


def test_it_works_without_a_script(visit: Visit, alice: Somebody, picture: Made) -> None:
    plain = visit(alice, java_script_enabled=False)
    plain.goto(picture.address)
    plain.get_by_role("button", name="Add to a collection").click()
    plain.get_by_label("New collection").fill("Plainly")
    plain.keyboard.press("Enter")
    expect(plain.locator(".notices")).to_contain_text("1 picture added to Plainly.")
    expect(hangs_in(plain, "Plainly")).to_be_visible()
