"""Several prompts, several models, presets and earlier prompts, in the browser."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.browser import PHONE, Complaints, choose, generate, prompt_box, run
from tests.e2e.conftest import Made, Somebody, Visit
from tests.e2e.looks import fits_the_screen, has_no_barrier
from tests.e2e.product import Product

COUNT = "SELECT COUNT(*) FROM images_app_generation"


def estimate(page: Page) -> Locator:
    return page.locator("[data-estimate]")


def test_an_alternation_is_shown_with_its_price_and_then_made(page: Page, studio: Product) -> None:
    page.goto("/")
    prompt_box(page).fill("A {tin|clay} whale")
    expect(page.locator(".plan-list li")).to_have_text(["A tin whale", "A clay whale"])
    expect(estimate(page)).to_have_text(re.compile(r"^about \$0\.08, about \d+ s$"))
    has_no_barrier(page)
    page.keyboard.press("Control+Enter")
    for prompt in ("A tin whale", "A clay whale"):
        expect(run(page, prompt)).to_be_visible()
        assert studio.generations(prompt) == 1
    expect(page.locator(".plan-list")).to_have_count(0)


def test_lines_are_one_prompt_until_the_switch_says_otherwise(page: Page) -> None:
    page.goto("/")
    switch = page.get_by_role("checkbox", name="One per line")
    expect(switch).to_be_hidden()
    prompt_box(page).fill("A gate\nA fence")
    expect(estimate(page)).to_contain_text("about $0.04")
    page.get_by_text("One per line").click()
    expect(page.locator(".plan-sum")).to_contain_text("2 pictures: 2 prompts")
    expect(estimate(page)).to_contain_text("about $0.08")


def test_what_was_never_shown_is_not_sent(page: Page, studio: Product, complaints: Complaints) -> None:
    complaints.expect("status of 422")
    page.goto("/")
    page.route("**/preview/", lambda route: route.fulfill(status=204))
    before = studio.one(COUNT)
    prompt_box(page).fill("A {first|second} wave")
    page.get_by_role("button", name="Generate").click()
    expect(page.get_by_role("alert")).to_contain_text("Nothing was made yet. The price is about $0.08")
    assert studio.one(COUNT) == before
    page.get_by_role("button", name="Generate").click()
    expect(run(page, "A second wave")).to_be_visible()
    assert studio.one(COUNT) == before + 2


def test_two_models_are_compared_by_one_press(page: Page, studio: Product) -> None:
    prompt = "A bell, twice"
    page.goto("/")
    prompt_box(page).fill(prompt)
    page.get_by_role("button", name=re.compile("^Model: ")).click()
    page.get_by_role("checkbox", name="GPT Image 1").press("Space")
    page.keyboard.press("Escape")
    expect(page.locator(".plan-shares li")).to_have_count(2)
    page.get_by_role("button", name="Generate").click()
    expect(page.get_by_role("heading", name=prompt, exact=True).first).to_be_visible()
    compared = "SELECT COUNT(*) FROM images_app_generation WHERE prompt = ? AND compare GROUP BY batch"
    assert studio.one(compared, prompt) == 2


def test_nearly_the_same_is_said_and_leads_to_it(page: Page, picture: Made) -> None:
    page.goto("/")
    prompt_box(page).fill(picture.prompt.upper())
    expect(page.locator(f".near a[href='{picture.address}']")).to_be_visible()


def test_settings_are_kept_under_a_name_without_a_mouse(page: Page, studio: Product) -> None:
    page.goto("/")
    choose(page, "Shape", "Tall")
    prompt_box(page).fill("Not to be made")
    before = studio.one(COUNT)
    button = page.get_by_role("button", name="Presets")
    button.press("Enter")
    page.get_by_label("Name of the new preset").fill("Standing")
    page.keyboard.press("Enter")  # saves, and buys nothing
    preset = page.locator(".preset-a").filter(has_text="Standing")
    expect(preset).to_be_visible()
    has_no_barrier(page)
    page.keyboard.press("Escape")
    choose(page, "Shape", "Wide")
    button.press("Enter")
    preset.press("Enter")
    expect(page.get_by_role("button", name="Shape: Tall")).to_be_visible()
    expect(prompt_box(page)).to_have_value("Not to be made")
    assert studio.one(COUNT) == before


def test_earlier_prompts_come_back_by_the_arrows_and_by_search(page: Page) -> None:
    generate(page, "An older kite")
    expect(run(page, "An older kite")).to_be_visible()
    generate(page, "A {newer")
    expect(run(page, "A {newer")).to_be_visible()
    prompt_box(page).fill("A draft")
    for key, words in [
        ("Up", "A {newer"),
        ("Up", "An older kite"),
        ("Down", "A {newer"),
        ("Down", "A draft"),
    ]:
        page.keyboard.press(f"Alt+Arrow{key}")
        expect(prompt_box(page)).to_have_value(words)
    page.get_by_role("button", name="Earlier prompts").press("Enter")
    expect(page.get_by_label("Search in your prompts")).to_be_focused()
    page.keyboard.type("kite older")
    expect(page.locator(".past-a")).to_have_text(["An older kite"])
    has_no_barrier(page)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(prompt_box(page)).to_have_value("An older kite")
    expect(prompt_box(page)).to_be_focused()


def test_a_draft_outlives_its_tab(visit: Visit, alice: Somebody, picture: Made) -> None:
    page = visit(alice)
    page.goto("/")
    prompt_box(page).fill("A {half|whole} thought")
    page.close()
    again = page.context.new_page()
    again.goto("/")
    expect(prompt_box(again)).to_have_value("A {half|whole} thought")
    expect(again.locator(".plan-list li")).to_have_count(2)


@pytest.mark.parametrize("width", [390, 320])
def test_it_all_fits_a_phone(visit: Visit, alice: Somebody, picture: Made, width: int) -> None:
    page = visit(alice, **{**PHONE, "viewport": {"width": width, "height": 844}})
    page.goto("/")
    prompt_box(page).fill("A {" + "|".join("abcdefgh") + "} tower")
    expect(page.locator(".plan-list li")).to_have_count(8)
    fits_the_screen(page)
    for name in ("Presets", "Earlier prompts"):
        page.get_by_role("button", name=name).tap()
        expect(page.locator(".pop:popover-open")).to_be_visible()
        fits_the_screen(page)
        page.keyboard.press("Escape")


def test_without_script_a_look_shows_it_and_a_second_press_makes_it(
    visit: Visit, alice: Somebody, picture: Made, studio: Product
) -> None:
    page = visit(alice, java_script_enabled=False)
    page.goto("/")
    prompt_box(page).fill("A {plain|simple} loom")
    page.get_by_role("button", name="Show what it makes").click()
    expect(page.locator(".plan-list li")).to_have_text(["A plain loom", "A simple loom"])
    page.get_by_role("button", name="Generate").click()
    expect(run(page, "A simple loom")).to_be_visible()
    assert studio.generations("A plain loom") == 1
