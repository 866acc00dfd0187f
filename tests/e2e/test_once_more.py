"""A picture as the beginning of another."""

from playwright.sync_api import Page, expect

from tests.e2e.browser import choose, generate, prompt_box, run, tile
from tests.e2e.conftest import Made, address_of
from tests.e2e.product import Product

RECIPE = "SELECT group_concat(size || ' ' || quality || ' ' || style, ', ') FROM images_app_generation WHERE prompt = ?"


def test_a_remix_starts_with_all_settings_of_its_picture(page: Page, studio: Product) -> None:
    prompt = "A tall tree to remix"
    page.goto("/")
    choose(page, "Shape", "Tall")
    choose(page, "Quality", "HD")
    choose(page, "Style", "Natural")
    prompt_box(page).fill(prompt)
    page.get_by_role("button", name="Generate").click()
    parent = address_of(run(page, prompt))

    page.goto(parent)
    page.get_by_role("link", name="Remix", exact=True).click()
    expect(prompt_box(page)).to_have_value(prompt)
    for setting, value in [("Shape", "Tall"), ("Quality", "HD"), ("Style", "Natural"), ("Model", "DALL·E 3")]:
        expect(page.get_by_role("button", name=f"{setting}: {value}")).to_be_visible()
    expect(page.get_by_text("A remix of this picture")).to_be_visible()

    remixed = f"{prompt}, in winter"
    prompt_box(page).fill(remixed)
    page.get_by_role("button", name="Generate").click()
    page.goto(address_of(run(page, remixed)))
    expect(page.get_by_role("heading", name="Came from")).to_be_visible()
    expect(page.locator(f".lineage a[href='{parent}']")).to_be_visible()
    assert studio.one(RECIPE, remixed) == studio.one(RECIPE, prompt) == "1024x1792 hd natural"


def test_run_again_makes_the_same_once_more(page: Page, studio: Product) -> None:
    prompt = "Waves, again"
    page.goto(address_of(generate(page, prompt)))
    page.get_by_role("button", name="Run again").click()
    expect(tile(run(page, prompt), "succeeded")).to_be_visible()
    expect(page.get_by_role("heading", name=prompt, exact=True)).to_have_count(2)
    studio.until_states(prompt, "succeeded", "succeeded")


def test_a_double_click_makes_one_generation(page: Page, studio: Product, picture: Made) -> None:
    prompt = "Only one of these"
    page.goto("/")
    prompt_box(page).fill(prompt)
    page.get_by_role("button", name="Generate").dblclick()
    expect(tile(run(page, prompt), "succeeded")).to_be_visible()
    assert studio.states(prompt) == ["succeeded"]
