"""A picture after it was made: the library, its page, its bytes."""

import hashlib
import re

from playwright.sync_api import Page, expect

from tests.e2e.browser import generate
from tests.e2e.conftest import Made, address_of
from tests.e2e.product import Product

OF_PICTURE = "FROM images_app_storedimage WHERE id = ?"


def test_a_new_picture_hangs_in_the_library(page: Page) -> None:
    prompt = "A kite that hangs in the library"
    address = address_of(generate(page, prompt))
    page.goto("/library/")
    hanging = page.locator(f'.tile-a[href="{address}"]')
    expect(hanging.and_(page.get_by_role("link", name=prompt))).to_be_visible()
    hanging.click()
    expect(page).to_have_url(re.compile(f"{address}$"))


def test_its_page_shows_what_the_model_was_told(page: Page, picture: Made, studio: Product) -> None:
    page.goto(picture.address)
    expect(page.get_by_role("heading", level=1)).to_have_text(picture.prompt)
    told = page.locator(".rev p")
    expect(told.locator("ins").first).to_be_visible()
    kept = told.evaluate(
        "p => [...p.childNodes].filter((node) => node.nodeName !== 'DEL').map((node) => node.textContent).join('')"
    )
    revised = studio.one(f"SELECT revised_prompt {OF_PICTURE}", picture.id.replace("-", ""))
    assert " ".join(kept.split()) == " ".join(revised.split()) != picture.prompt


def test_its_page_shows_its_settings(page: Page, picture: Made) -> None:
    page.goto(picture.address)
    settings = page.locator(".params")
    for name, value in [
        ("Model", "DALL·E 3"),
        ("Quality", "Standard"),
        ("Style", "Vivid"),
        ("Cost", "$0.04"),
        ("Shape", "Square, 1024 × 1024 px"),
    ]:
        line = settings.locator("div").filter(has=page.locator("dt", has_text=name))
        expect(line.locator("dd")).to_have_text(value)


def test_its_page_tells_what_happened(page: Page, picture: Made) -> None:
    page.goto(picture.address)
    page.get_by_text("What happened", exact=True).click()
    expect(page.locator(".timeline li p:first-child")).to_have_text(
        [
            "Asked for",
            "Taken up by a worker",
            "Sent to the endpoint",
            "The endpoint answered with a picture",
            "Checked and stored",
        ]
    )


def test_the_original_comes_down_byte_for_byte(page: Page, picture: Made, studio: Product) -> None:
    page.goto(picture.address)
    with page.expect_download() as coming:
        page.get_by_role("link", name="Original", exact=True).click()
    digest = hashlib.sha256(coming.value.path().read_bytes()).hexdigest()
    stated = page.locator(".params code").inner_text()
    assert digest == stated == studio.one(f"SELECT sha256 {OF_PICTURE}", picture.id.replace("-", ""))
