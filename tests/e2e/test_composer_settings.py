"""The composer's settings: brought back by a caption, a remix and a reload, and the switch for "whenever it is quiet"."""

import re

from playwright.sync_api import Locator, Page, expect

from tests.e2e.browser import choose, prompt_box, run
from tests.e2e.conftest import Made, Somebody, Visit
from tests.e2e.looks import fits_the_screen, has_no_barrier
from tests.e2e.product import Product

QUIET = """SELECT j.quiet FROM images_app_imagejob j JOIN images_app_generation g ON g.id = j.generation_id
WHERE g.prompt = ?"""


def chip(page: Page, setting: str) -> Locator:
    return page.get_by_role("button", name=re.compile(f"^{setting}: "))


def quiet_switch(page: Page) -> Locator:
    return page.get_by_role("checkbox", name="Whenever it is quiet")


def other_models(page: Page) -> Locator:
    return page.get_by_role("checkbox", name="GPT Image 1")


def ask_for_much(page: Page, prompt: str) -> None:
    """Everything but the ordinary."""
    page.goto("/")
    choose(page, "Shape", "Tall")
    choose(page, "Quality", "HD")
    page.locator(".count").get_by_text("2", exact=True).click()
    quiet_switch(page).press("Space")
    prompt_box(page).fill(prompt)


def ask_for_the_ordinary(page: Page) -> None:
    """With a comparison, which no recipe holds."""
    choose(page, "Shape", "Square")
    choose(page, "Quality", "Standard")
    page.locator(".count").get_by_text("1", exact=True).click()
    quiet_switch(page).press("Space")
    chip(page, "Model").click()
    other_models(page).press("Space")
    page.keyboard.press("Escape")


def shows_much(page: Page) -> None:
    expect(chip(page, "Shape")).to_contain_text("Tall")
    expect(chip(page, "Quality")).to_contain_text("HD")
    expect(page.get_by_role("radio", name="2", exact=True)).to_be_checked()
    expect(quiet_switch(page)).to_be_checked()
    expect(page.locator("[data-estimate]")).to_have_text(
        re.compile(r"^about \$0\.24, about \d+ s once quiet$")
    )


def test_a_caption_brings_every_setting_back(page: Page, studio: Product) -> None:
    prompt = "A stork with everything"
    ask_for_much(page, prompt)
    expect(page.get_by_text("No ordinary picture waits now")).to_be_visible()
    page.keyboard.press("Control+Enter")
    expect(run(page, prompt)).to_be_visible()
    assert studio.one(QUIET, prompt) == 1
    ask_for_the_ordinary(page)
    run(page, prompt).get_by_role("link", name=prompt).click()
    expect(prompt_box(page)).to_have_value(prompt)
    expect(prompt_box(page)).to_be_focused()
    shows_much(page)
    expect(chip(page, "Model")).not_to_contain_text("+ 1")


def test_a_draft_keeps_every_setting_over_a_reload(page: Page) -> None:
    ask_for_much(page, "A stork, unfinished")
    page.reload()
    expect(prompt_box(page)).to_have_value("A stork, unfinished")
    shows_much(page)
    ask_for_the_ordinary(page)
    expect(page.locator(".plan-shares li")).to_have_count(2)
    page.reload()
    expect(page.locator(".plan-shares li")).to_have_count(2)
    expect(chip(page, "Shape")).to_contain_text("Square")
    expect(quiet_switch(page)).not_to_be_checked()


def test_a_remix_says_what_it_changed(page: Page, picture: Made) -> None:
    page.goto(f"/?from={picture.id}")
    expect(prompt_box(page)).to_have_value(picture.prompt)
    choose(page, "Quality", "HD")
    choose(page, "Shape", "Wide")
    page.get_by_role("button", name="Generate").click()
    remix = page.locator(".run").filter(has=page.get_by_role("link", name="Remix of this picture")).first
    expect(remix.locator(".run-from")).to_contain_text("Square → Wide, Standard → HD")


def test_whenever_it_is_quiet_can_be_chosen_without_script(
    visit: Visit, alice: Somebody, picture: Made, studio: Product
) -> None:
    prompt = "A plain owl at night"
    plain = visit(alice, java_script_enabled=False)
    plain.goto("/")
    prompt_box(plain).fill(prompt)
    quiet_switch(plain).press("Space")
    plain.get_by_role("button", name="Show what it makes").click()
    expect(plain.locator("[data-estimate]")).to_contain_text("once quiet")
    expect(plain.get_by_text("No ordinary picture waits now")).to_be_visible()
    plain.get_by_role("button", name="Generate").click()
    expect(run(plain, prompt)).to_be_visible()
    assert studio.one(QUIET, prompt) == 1


def test_the_switch_is_no_barrier_and_fits(page: Page) -> None:
    page.goto("/")
    switch = quiet_switch(page)
    switch.focus()
    page.keyboard.press("Space")
    expect(switch).to_be_checked()
    expect(page.get_by_text("No ordinary picture waits now")).to_be_visible()
    has_no_barrier(page)
    page.set_viewport_size({"width": 390, "height": 844})
    fits_the_screen(page)
    prompt_box(page).focus()
    switch.focus()  # the row of chips scrolls there
    expect(switch.locator("..")).to_be_in_viewport()
