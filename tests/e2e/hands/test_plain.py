"""Many pictures without a script."""

import re

from playwright.sync_api import Page, expect

from tests.e2e.conftest import FEW
from tests.e2e.hands.steps import bar, boxes, has_originals, pictures, press
from tests.e2e.product import Product


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
