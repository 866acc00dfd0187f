"""The queue's drawer, and what was done while nobody looked."""

import re

from playwright.sync_api import Locator, Page, expect

from tests.e2e.browser import Complaints, generate, mark, prompt_box, run, stayed, tile
from tests.e2e.conftest import Somebody, Visit
from tests.e2e.product import Product


def rows(page: Page) -> Locator:
    return page.locator("#queue-box .q-prompt")


def hide(page: Page, hidden: bool) -> None:
    """As if another tab had come before this one, or gone."""
    page.evaluate(
        """(hidden) => {
          Object.defineProperty(document, 'hidden', { value: hidden, configurable: true });
          document.dispatchEvent(new Event('visibilitychange'));
        }""",
        hidden,
    )


def test_ones_own_line_is_put_in_another_order_from_the_keyboard(page: Page, studio: Product) -> None:
    prompts = ["Line one", "Line two", "Line three"]
    with studio.paused():
        for prompt in prompts:
            expect(tile(generate(page, prompt), "queued")).to_be_visible()
        mark(page)
        page.get_by_role("link", name="Queue").focus()
        page.keyboard.press("Enter")
        expect(rows(page)).to_have_text(prompts)
        last = page.locator(".q-row").nth(2)
        last.get_by_role("button", name="Earlier").focus()
        page.keyboard.press("Enter")
        expect(rows(page)).to_have_text(["Line one", "Line three", "Line two"])
        moved = page.locator(".q-row").nth(1)
        expect(moved.get_by_role("button", name="Earlier")).to_be_focused()
        expect(page.locator("#queue-said")).to_have_text("Now 2nd in line")
        page.keyboard.press("Enter")
        expect(rows(page)).to_have_text(["Line three", "Line one", "Line two"])
        # Further it does not go: the focus stays beside it.
        expect(page.locator(".q-row").first.get_by_role("button", name="Later")).to_be_focused()
        page.locator(".q-row").first.get_by_role("button", name="When quiet").click()
        expect(rows(page)).to_have_text(["Line one", "Line two", "Line three"])
        page.get_by_role("button", name="Cancel all 3 waiting").click()
        expect(page.get_by_text("Nothing of yours is under way.")).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.get_by_role("link", name="Queue")).to_be_focused()
        assert stayed(page)
        expect(tile(run(page, "Line two"), "cancelled")).to_be_visible()


def test_the_queue_works_without_script(visit: Visit, alice: Somebody, studio: Product, page: Page) -> None:
    with studio.paused():
        for prompt in ("Plain one", "Plain two"):
            expect(tile(generate(page, prompt), "queued")).to_be_visible()
        plain = visit(alice, java_script_enabled=False)
        plain.goto("/queue/")
        expect(rows(plain)).to_have_text(["Plain one", "Plain two"])
        plain.locator(".q-row").nth(1).get_by_role("button", name="First of mine").click()
        expect(rows(plain)).to_have_text(["Plain two", "Plain one"])
        plain.get_by_role("button", name="Cancel all 2 waiting").click()
        expect(plain.get_by_text("Nothing of yours is under way.")).to_be_visible()


def test_what_failed_is_asked_for_anew_by_one_press(page: Page, studio: Product) -> None:
    prompt = "Two refused [demo:refused]"
    page.goto("/")
    prompt_box(page).fill(prompt)
    page.locator("[name=n][value='2']").check(force=True)
    page.get_by_role("button", name="Generate").click()
    expect(tile(run(page, prompt), "rejected")).to_have_count(2)
    mark(page)
    page.get_by_role("button", name=re.compile("^Retry 2, about ")).click()
    expect(page.get_by_role("heading", name=prompt, exact=True)).to_have_count(2)
    studio.until_states(prompt, *["rejected"] * 4)
    assert stayed(page)


def test_what_was_done_meanwhile_is_told(page: Page, studio: Product) -> None:
    page.context.grant_permissions(["notifications"])
    page.add_init_script("""
      window.notes = [];
      const Real = window.Notification;
      window.Notification = class extends Real {
        constructor(text, more) {
          super(text, more);
          window.notes.push(text);
        }
      };
    """)
    prompt = "Done meanwhile [demo:slow 4]"
    page.goto("/")
    page.get_by_role("link", name="Queue").click()
    page.get_by_role("button", name="Tell me when they are done").click()
    expect(page.get_by_role("button", name="Tell me when they are done")).to_have_attribute(
        "aria-pressed", "true"
    )
    page.keyboard.press("Escape")
    prompt_box(page).fill(prompt)
    page.get_by_role("button", name="Generate").click()
    expect(tile(run(page, prompt), "sent")).to_be_visible()
    hide(page, True)
    studio.until_states(prompt, "succeeded")
    expect(page).to_have_title(re.compile(r"^\(1\) "))
    expect(page.locator("link[rel=icon]")).to_have_attribute("href", re.compile("icon-done"))
    assert page.evaluate("window.notes") == ["1 picture is done"]
    hide(page, False)
    expect(page.locator(".toasts")).to_contain_text("1 picture is done")
    expect(page.locator("link[rel=icon]")).not_to_have_attribute("href", re.compile("icon-done"))


def test_what_came_while_the_connection_was_lost_is_caught_up(
    page: Page, visit: Visit, alice: Somebody, studio: Product, complaints: Complaints
) -> None:
    complaints.expect("ERR_INTERNET_DISCONNECTED")
    known, unknown = "Known before it was lost [demo:slow 4]", "Asked for elsewhere meanwhile"
    developing = generate(page, known)
    expect(developing.locator(".tile")).to_have_count(1)
    mark(page)
    page.context.set_offline(True)
    expect(tile(generate(visit(alice), unknown), "succeeded")).to_be_visible()
    studio.until_states(known, "succeeded")
    expect(tile(developing, "succeeded")).to_have_count(0)
    page.context.set_offline(False)
    expect(tile(developing, "succeeded")).to_be_visible()
    expect(tile(run(page, unknown), "succeeded")).to_be_visible()
    assert stayed(page)


def test_without_a_stream_of_events_the_studio_asks_by_itself(
    page: Page, visit: Visit, alice: Somebody, complaints: Complaints
) -> None:
    complaints.expect("/events/")
    page.route("**/events/", lambda route: route.abort())
    developing = generate(page, "Asked for without a stream")
    expect(tile(developing, "succeeded")).to_be_visible()
    mark(page)
    elsewhere = "Asked for elsewhere, without a stream"
    expect(tile(generate(visit(alice), elsewhere), "succeeded")).to_be_visible()
    expect(tile(run(page, elsewhere), "succeeded")).to_be_visible()
    assert stayed(page)
