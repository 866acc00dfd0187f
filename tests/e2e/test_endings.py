"""Every way a picture may end other than well, and what its person can do about it."""

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.browser import generate, mark, run, stayed, tile
from tests.e2e.product import Product


def test_a_refusal_says_why_and_gives_the_prompt_back(page: Page) -> None:
    prompt = "A secret [demo:refused]"
    refused = tile(generate(page, prompt), "rejected")
    expect(refused).to_contain_text("rejected as a result of our safety system")
    refused.get_by_role("link", name="Edit prompt").click()
    expect(page.locator("#prompt")).to_have_value(prompt)


@pytest.mark.parametrize(
    ("button", "said"),
    [
        ("Give up: it was charged", "Given up, and counted as charged."),
        ("Give up: write it off", "Given up, and counted as not charged."),
    ],
)
def test_an_unclear_call_can_be_given_up(page: Page, button: str, said: str) -> None:
    unclear = generate(page, f"{button} [demo:server-error]")
    tile(unclear, "unknown").get_by_role("button", name="Decide").click()
    mark(page)
    page.get_by_role("button", name=button).click()
    expect(tile(unclear, "failed")).to_contain_text(said)
    assert stayed(page)


def test_an_unclear_call_is_made_again_only_by_decision(page: Page, studio: Product) -> None:
    prompt = "Make it again [demo:server-error]"
    attempts = "SELECT COUNT(*) FROM images_app_attempt WHERE job_id = ?"
    unclear = generate(page, prompt)
    expect(tile(unclear, "unknown")).to_be_visible()
    job = studio.job(prompt)
    assert studio.one(attempts, job.replace("-", "")) == 1
    unclear.get_by_role("button", name="Decide").click()
    page.get_by_role("button", name="Make it again").click()
    expect(tile(unclear, "unknown").get_by_role("button", name="Decide")).to_be_visible()
    page.goto(f"/jobs/{job}/")
    studio.until_states(prompt, "unknown")
    page.reload()
    expect(page.locator(".calls")).to_contain_text("Sent again by decision by Alice Ardent")
    assert studio.one(attempts, job.replace("-", "")) == 2


def test_a_failed_picture_can_be_tried_again(page: Page, studio: Product) -> None:
    prompt = "Once more [demo:server-error]"
    failed = generate(page, prompt)
    tile(failed, "unknown").get_by_role("button", name="Decide").click()
    page.get_by_role("button", name="Give up: write it off").click()
    mark(page)
    tile(failed, "failed").get_by_role("button", name="Try again").click()
    expect(tile(run(page, prompt), "unknown")).to_be_visible()
    assert stayed(page)
    assert studio.states(prompt) == ["failed", "unknown"]


def test_a_waiting_picture_can_be_cancelled(page: Page, studio: Product) -> None:
    prompt = "Never sent"
    with studio.paused():
        waiting = generate(page, prompt)
        expect(tile(waiting, "queued")).to_contain_text("a test of the line")
        mark(page)
        tile(waiting, "queued").get_by_role("button", name="Cancel this picture").click()
        expect(tile(waiting, "cancelled")).to_contain_text("You were not charged.")
        assert stayed(page)
    assert studio.states(prompt) == ["cancelled"]


def test_a_rate_limit_is_waited_out(page: Page, studio: Product) -> None:
    prompt = "Patience [demo:rate-limit 3]"
    expect(tile(generate(page, prompt), "succeeded")).to_be_visible()
    job = studio.job(prompt).replace("-", "")
    first = "SELECT outcome FROM images_app_attempt WHERE job_id = ? ORDER BY number"
    assert studio.one(first, job) == "not_executed"
    assert studio.one("SELECT COUNT(*) FROM images_app_attempt WHERE job_id = ?", job) == 2
