"""What cannot be made is said beside the field, and nothing is asked for."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.browser import Complaints, prompt_box
from tests.e2e.product import Product

ALL = "SELECT COUNT(*) FROM images_app_generation"


@pytest.fixture(autouse=True)
def _a_refusal_is_a_422(complaints: Complaints) -> None:
    complaints.expect("status of 422")


@pytest.mark.parametrize(
    ("prompt", "sentence"),
    [
        ("", "Write what the picture should show."),
        (" \n ", "Write what the picture should show."),
        ("x" * 4001, "The prompt has 4,001 characters; DALL·E 3 takes 4,000 at most."),
        ("🦊" * 4001, "The prompt has 4,001 characters; DALL·E 3 takes 4,000 at most."),
    ],
    ids=["empty", "blank", "long", "long-in-emoji"],
)
def test_a_prompt_that_cannot_be_sent(page: Page, studio: Product, prompt: str, sentence: str) -> None:
    page.goto("/")
    before = studio.one(ALL)
    prompt_box(page).fill(prompt)
    page.get_by_role("button", name="Generate").click()
    expect(page.get_by_role("alert")).to_have_text(sentence)
    expect(prompt_box(page)).to_have_accessible_description(re.compile(re.escape(sentence)))
    expect(prompt_box(page)).to_have_value(prompt)
    assert studio.one(ALL) == before


def test_four_thousand_emoji_are_not_too_many(page: Page, studio: Product) -> None:
    prompt = "🦊" * 4000
    page.goto("/")
    prompt_box(page).fill(prompt)
    page.get_by_role("button", name="Generate").click()
    studio.until_states(prompt, "succeeded")


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("size", "1x1", "DALL·E 3 has no size “1x1”. Choose 1024x1024, 1792x1024 or 1024x1792."),
        ("quality", "best", "DALL·E 3 has no quality “best”. Choose standard or hd."),
        ("model", "dall-e-9", "There is no model “dall-e-9” here. Choose DALL·E 3 or GPT Image 1."),
        ("n", "9", "Choose 1 to 8 pictures."),
    ],
)
def test_a_forged_setting(page: Page, studio: Product, field: str, value: str, sentence: str) -> None:
    page.goto("/")
    prompt = f"Forged {field}"
    prompt_box(page).fill(prompt)
    prompt_box(page).blur()
    page.locator(f"[name={field}]:checked").evaluate("(input, value) => { input.value = value; }", value)
    page.get_by_role("button", name="Generate").click()
    expect(page.get_by_role("alert")).to_have_text(sentence)
    expect(page.locator(f"[aria-describedby=e-{field}]")).to_be_visible()
    expect(prompt_box(page)).to_have_value(prompt)
    assert studio.generations(prompt) == 0
