"""The desk in a real browser: fifty pictures decided by keyboard, and nothing in anybody's way."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.browser import TIMEOUT_MS, sign_in
from tests.e2e.conftest import Made, Somebody, Visit
from tests.e2e.looks import fits_the_screen, has_no_barrier
from tests.e2e.product import PASSWORD, Product
from tests.e2e.test_barriers import LOOKS, look

COUNT = 50
# Each has the bytes of the first picture there is, and a hash of its own: no decision takes the others along.
REPORTED = f"""
from tests.rows import make_generation, make_picture
from images_app.cases import actions, deciding
from images_app.models import Case, Decision, ImageModel, StoredImage, User
from images_app.teams.actions import make_person
# What other tests have reported is decided: nothing but these waits.
open_ones = Case.objects.filter(state="open").values_list("pk", "version")
deciding.decide(User.objects.get(email="moderator@example.com"), list(open_ones), Decision.Word.APPROVE)
person, model = make_person("marta@example.com", None, name="Marta May"), ImageModel.objects.first()
first = StoredImage.objects.first()
names = ("original_key", "preview_key", "thumbnail_key", "width", "height", "bytes", "placeholder")
for number in range({COUNT}):
    generation = make_generation(person, model, f"Case number {{number}}")
    image = make_picture(generation, **{{name: getattr(first, name) for name in names}})
    actions.report(image, None, "rights", "")
"""
DECIDED = "SELECT COUNT(*) FROM images_app_case c JOIN images_app_user u ON u.id = c.maker_id WHERE"
DECIDED += " u.email = 'marta@example.com' AND c.verdict = ? AND c.state = 'decided'"


@pytest.fixture(scope="module")
def moderator(studio: Product, chromium: Browser, picture: Made) -> Somebody:
    email = "moderator@example.com"
    studio.manage("create_user", email, "--password", PASSWORD, "--superuser", "--name", "Mo Moder")
    studio.manage("shell", "-v0", "-c", REPORTED)
    with chromium.new_context(base_url=studio.url) as context:
        context.set_default_timeout(TIMEOUT_MS)
        sign_in(context.new_page(), email, PASSWORD)
        return Somebody(email, context.storage_state())


def cases(page: Page) -> int:
    return page.locator("[data-cases] .case").count()


def in_every_look(page: Page) -> None:
    for scheme, width in LOOKS:
        look(page, scheme, width)
        has_no_barrier(page, targets=True)
        fits_the_screen(page)
    look(page, "light", 1440)


def press(page: Page, key: str, said: str) -> None:
    """Once the press has been answered: the word at the foot of the page says so."""
    with page.expect_response("**/desk/decisions/") as answer:
        page.keyboard.press(key)
    assert answer.value.ok
    expect(page.locator(".toasts")).to_contain_text(said)
    expect(page.locator("#decide[aria-busy=true]")).to_have_count(0)


def test_fifty_pictures_are_moderated_by_keyboard(visit: Visit, moderator: Somebody, studio: Product) -> None:
    page = visit(moderator)
    page.goto("/trash/")
    page.locator(".side .me-b").click()
    page.get_by_role("link", name="Desk").click()
    expect(page.locator("[data-cases] .case")).to_have_count(COUNT)
    expect(page.locator(".case").first).to_be_focused()
    assert page.locator(".case-pic").count() == 0
    in_every_look(page)

    page.locator(".case").first.focus()
    page.keyboard.press("o")
    expect(page.locator(".case-pic")).to_have_count(1)
    expect(page.locator(".case-pic")).to_have_js_property("complete", True)
    assert page.locator(".case-pic").evaluate("(one) => one.decode().then(() => one.naturalWidth)") > 0
    expect(page.locator(".case").first).to_be_focused()
    in_every_look(page)
    page.locator(".case").first.focus()

    # Twenty one by one: the focus goes on by itself.
    for number in range(20):
        press(page, "h" if number % 2 else "a", "1 hidden." if number % 2 else "1 left as it is.")
        expect(page.locator(".case")).to_have_count(COUNT - number - 1)
        expect(page.locator(".case:focus")).to_have_count(1)
    # One press is taken back.
    with page.expect_navigation():
        page.keyboard.press("z")
    expect(page.locator(".case")).to_have_count(31)

    # Ten are selected by moving, five by X: both at once.
    page.locator(".case").first.focus()
    for _ in range(9):
        page.keyboard.press("Shift+ArrowRight")
    expect(page.locator("[data-picked]")).to_have_text("10 selected")
    press(page, "h", "10 hidden.")
    for _ in range(5):
        page.keyboard.press("x")
        page.keyboard.press("j")
    expect(page.locator("[data-picked]")).to_have_text("5 selected")
    press(page, "a", "5 left as it is.")
    expect(page.locator(".case")).to_have_count(16)

    # And the rest at once; a letter that is typed decides nothing.
    page.get_by_label("More, for whoever made it").fill("ahre")
    expect(page.locator(".case")).to_have_count(16)
    page.get_by_label("More, for whoever made it").fill("")
    page.locator(".case").first.focus()
    page.keyboard.press("Control+a")
    expect(page.locator("[data-picked]")).to_have_text("16 selected")
    press(page, "h", "16 hidden.")
    expect(page.get_by_text("Nothing waits.")).to_be_visible()
    assert (studio.one(DECIDED, "approved"), studio.one(DECIDED, "hidden")) == (15, 35)


def test_the_second_of_two_moderators_sees_who_was_first(
    visit: Visit, moderator: Somebody, studio: Product, picture: Made, alice: Somebody
) -> None:
    studio.report(picture.id)
    first, second = visit(moderator), visit(moderator)
    for page in (first, second):
        page.goto("/desk/")
        expect(page.locator(".case").first).to_be_focused()
    press(first, "a", "1 left as it is.")
    press(second, "h", "Nothing has changed.")
    expect(second.locator(".case-conflict")).to_have_text("Mo Moder was first: left as it is.")


def test_reporting_has_no_barrier(visit: Visit, bob: Somebody, picture: Made, studio: Product) -> None:
    slug_and_team = studio.invitation  # makes the team; the picture's own team is Alice's alone
    assert slug_and_team
    page = visit()
    page.goto("/reports" + studio.publication(picture.id))
    page.get_by_label("What is wrong with it").select_option("person")
    page.get_by_label("More about it").fill("That is me.")
    in_every_look(page)
    page.get_by_role("button", name="Send the report").click()
    expect(page.locator(".report-n")).to_be_visible()
    in_every_look(page)
