"""People talk about a picture: names from a list, pins on a spot, and word of it on whatever page one has open."""

import re
from collections.abc import Iterator
from functools import partial

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.browser import PHONE
from tests.e2e.conftest import Made, Somebody, Visit
from tests.e2e.looks import fits_the_screen, has_no_barrier
from tests.e2e.product import Product

SHOW = """
from images_app.models import Membership, StoredImage, Team, User
alice, bob = (User.objects.get(email=f"{{name}}@example.com") for name in ("alice", "bob"))
team, _ = Team.objects.get_or_create(slug="talkers", defaults={{"name": "Talkers"}})
Membership.objects.get_or_create(team=team, person=alice, defaults={{"role": "owner"}})
Membership.objects.get_or_create(team=team, person=bob, defaults={{"role": "member"}})
image = StoredImage.objects.get(pk="{image}")
copy = StoredImage.objects.filter(team=team).first()
if copy is None:
    from tests.rows import make_generation, make_picture
    names = ("original_key", "preview_key", "thumbnail_key", "width", "height", "sha256", "bytes", "placeholder")
    generation = make_generation(alice, image.model, "Two people talk about this", team=team)
    copy = make_picture(generation, audience=1, **{{name: getattr(image, name) for name in names}})
print(f"/images/{{copy.pk}}/")
"""


@pytest.fixture(scope="package")
def talked_about(studio: Product, alice: Somebody, bob: Somebody, picture: Made) -> str:
    """The address of a picture of Alice's that Bob sees as well."""
    return studio.manage("shell", "-v0", "-c", SHOW.format(image=picture.id)).strip()


@pytest.fixture
def at_picture(visit: Visit, bob: Somebody, talked_about: str) -> Iterator[Page]:
    page = visit(bob)
    page.goto(talked_about)
    yield page


def box(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Comment", exact=True)


def said(page: Page) -> Locator:
    return page.locator(".comments > li").last


def share_of(page: Page, pin: Locator) -> tuple[float, float]:
    """Where the pin's middle lies on the picture, shares of its width and height."""
    frame, mark = page.locator(".hero-i").bounding_box(), pin.locator("circle").bounding_box()
    assert frame and mark
    return (
        round((mark["x"] + mark["width"] / 2 - frame["x"]) / frame["width"], 2),
        round((mark["y"] + mark["height"] / 2 - frame["y"]) / frame["height"], 2),
    )


def test_a_name_is_chosen_by_keyboard_and_its_person_hears_of_it_meanwhile(
    at_picture: Page, visit: Visit, alice: Somebody, talked_about: str
) -> None:
    elsewhere = visit(alice)
    with elsewhere.expect_request("**/events/"):
        elsewhere.goto("/trash/")
    count = elsewhere.get_by_role("navigation", name="Main").get_by_role("link", name="Notifications")
    before = int(re.sub(r"\D", "", count.inner_text()) or 0)

    box(at_picture).click()
    at_picture.keyboard.type("Look, @al")
    people = at_picture.get_by_role("listbox", name="People")
    expect(people.get_by_role("option", name="Alice Ardent")).to_have_attribute("aria-selected", "true")
    has_no_barrier(at_picture)
    at_picture.keyboard.press("Escape")
    expect(people).to_be_hidden()
    expect(box(at_picture)).to_be_focused()
    at_picture.keyboard.type(" @ali")
    expect(people).to_be_visible()
    at_picture.keyboard.press("ArrowDown")
    at_picture.keyboard.press("Enter")
    expect(box(at_picture)).to_have_value("Look, @al @Alice Ardent ")
    at_picture.keyboard.type("there")
    at_picture.keyboard.press("Control+Enter")
    expect(said(at_picture).get_by_role("link", name="@Alice Ardent")).to_be_visible()

    expect(count).to_have_text(f"Notifications{before + 1} not read")
    count.click()
    elsewhere.get_by_role("link", name="Not read: Bob Bright mentioned you").first.click()
    expect(elsewhere).to_have_url(re.compile(f"{talked_about}#c-"))
    expect(elsewhere.locator(".comments > li:target")).to_contain_text("Look, @al @Alice Ardent there")


def test_a_pin_is_put_by_keyboard_and_leads_to_its_comment_and_back(at_picture: Page) -> None:
    at_picture.get_by_role("button", name="Pin to a spot of the picture").focus()
    at_picture.keyboard.press("Enter")
    new = at_picture.locator(".pin-new")
    expect(new).to_be_focused()
    for key in ["ArrowLeft"] * 5 + ["Shift+ArrowUp"] * 3:
        at_picture.keyboard.press(key)
    assert share_of(at_picture, new) == (0.4, 0.2)
    at_picture.keyboard.press("Enter")
    expect(box(at_picture)).to_be_focused()
    at_picture.keyboard.type("By keyboard")
    at_picture.keyboard.press("Control+Enter")
    expect(said(at_picture)).to_contain_text("By keyboard")
    pin = at_picture.locator(".pin").last
    assert share_of(at_picture, pin) == (0.4, 0.2)
    pin.focus()
    at_picture.keyboard.press("Enter")
    expect(said(at_picture)).to_be_focused()
    said(at_picture).locator(".pin-n").click()
    expect(pin).to_be_focused()
    has_no_barrier(at_picture)


def test_escape_leaves_the_pin_and_not_the_page(at_picture: Page, talked_about: str) -> None:
    button = at_picture.get_by_role("button", name="Pin to a spot of the picture")
    button.click()
    expect(at_picture.locator(".pin-new")).to_be_focused()
    at_picture.keyboard.press("Escape")
    expect(at_picture.locator(".pin-new")).to_have_count(0)
    expect(button).to_be_focused()
    expect(at_picture).to_have_url(re.compile(f"{talked_about}$"))


def test_a_pin_is_put_by_pointer_and_keeps_its_spot_when_the_picture_grows(at_picture: Page) -> None:
    at_picture.get_by_role("button", name="Pin to a spot of the picture").click()
    expect(at_picture.locator(".pin-new")).to_be_focused()
    frame = at_picture.locator(".hero-i").bounding_box()
    assert frame
    at_picture.mouse.click(frame["x"] + frame["width"] * 0.75, frame["y"] + frame["height"] * 0.6)
    expect(box(at_picture)).to_be_focused()
    at_picture.keyboard.type("By pointer")
    at_picture.get_by_role("button", name="Post the comment").click()
    expect(said(at_picture)).to_contain_text("By pointer")
    pin = at_picture.locator(".pin").last
    assert share_of(at_picture, pin) == (0.75, 0.6)
    small = pin.locator("circle").bounding_box()
    at_picture.get_by_role("button", name="Enlarge").click()
    assert share_of(at_picture, pin) == (0.75, 0.6)
    large = pin.locator("circle").bounding_box()
    assert small and large and abs(small["width"] - large["width"]) < 2
    at_picture.get_by_role("button", name="Enlarge").click()
    at_picture.set_viewport_size({"width": 900, "height": 700})
    assert share_of(at_picture, pin) == (0.75, 0.6)


def test_a_pin_moves_with_an_edit_and_goes_with_one(at_picture: Page) -> None:
    """By keyboard, by pointer, and not when the edit is left."""
    box(at_picture).fill("To be moved")
    at_picture.get_by_role("button", name="Post the comment").click()
    own = said(at_picture)
    expect(own).to_contain_text("To be moved")
    own.get_by_text("Edit", exact=True).press("Enter")
    own.get_by_role("button", name="Pin to a spot").press("Enter")
    new = at_picture.locator(".pin-new")
    expect(new).to_be_focused()
    for _ in range(2):
        at_picture.keyboard.press("Shift+ArrowRight")
    at_picture.keyboard.press("Enter")
    expect(own.get_by_label("Your comment")).to_be_focused()
    at_picture.keyboard.press("Control+Enter")
    expect(own).to_contain_text("edited")
    pin = at_picture.locator(".pin").last
    assert share_of(at_picture, pin) == (0.7, 0.5)

    own.get_by_text("Edit", exact=True).click()
    own.get_by_role("button", name="Move the pin").click()
    expect(new).to_be_focused()
    frame = at_picture.locator(".hero-i").bounding_box()
    assert frame
    at_picture.mouse.click(frame["x"] + frame["width"] * 0.25, frame["y"] + frame["height"] * 0.3)
    expect(own.get_by_label("Your comment")).to_be_focused()
    own.get_by_text("Edit", exact=True).click()
    expect(new).to_have_count(0)
    assert share_of(at_picture, pin) == (0.7, 0.5)

    own.get_by_text("Edit", exact=True).click()
    own.get_by_role("button", name="Move the pin").click()
    expect(new).to_be_focused()
    at_picture.mouse.click(frame["x"] + frame["width"] * 0.25, frame["y"] + frame["height"] * 0.3)
    own.get_by_role("button", name="Save").click()
    expect(new).to_have_count(0)
    assert share_of(at_picture, at_picture.locator(".pin").last) == (0.25, 0.3)

    own.get_by_text("Edit", exact=True).click()
    own.get_by_role("button", name="Take the pin off").click()
    own.get_by_role("button", name="Save").click()
    expect(own.locator(".pin-n")).to_have_count(0)
    has_no_barrier(at_picture)


def test_pins_stand_in_the_lightbox_too_and_lead_to_their_comments(
    visit: Visit, bob: Somebody, talked_about: str
) -> None:
    page = visit(bob)
    page.goto("/team/talkers/")
    page.locator(f'.tile-a[href="{talked_about}"]').click()
    dialog = page.get_by_role("dialog")
    expect(dialog.locator(".hero-i")).to_be_visible()
    dialog.get_by_role("button", name="Pin to a spot of the picture").click()
    expect(dialog.locator(".pin-new")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.type("In the lightbox")
    page.keyboard.press("Control+Enter")
    comment = dialog.locator(".comments > li").last
    expect(comment).to_contain_text("In the lightbox")
    dialog.locator(".pin").last.click()
    expect(comment).to_be_focused()
    expect(dialog).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_all_fits_a_phone(visit: Visit, bob: Somebody, talked_about: str, scheme: str) -> None:
    page = visit(bob, **PHONE, color_scheme=scheme)
    look = partial(has_no_barrier, page)
    for address in (talked_about, "/notices/", "/notices/settings/", "/team/talkers/activity/"):
        page.goto(address)
        fits_the_screen(page)
        look()


def test_names_and_notices_need_no_script(
    visit: Visit, alice: Somebody, bob: Somebody, talked_about: str
) -> None:
    page = visit(bob, java_script_enabled=False)
    page.goto(talked_about)
    box(page).fill("@alice ardent, without a script")
    page.get_by_role("button", name="Post the comment").click()
    expect(said(page).get_by_role("link", name="@alice ardent")).to_be_visible()
    expect(page.get_by_role("button", name="Pin to a spot of the picture")).to_be_hidden()
    told = visit(alice, java_script_enabled=False)
    told.goto("/notices/")
    told.get_by_role("button", name="Mark all as read").click()
    expect(told.get_by_role("button", name="Mark all as read")).to_have_count(0)


def test_how_one_hears_of_things_is_chosen_on_a_page(visit: Visit, bob: Somebody) -> None:
    page = visit(bob)
    page.goto("/notices/")
    page.get_by_role("link", name="Settings").click()
    # The product under test sends no mail, and so offers none; tests/notices choose letters.
    expect(page.get_by_text("This installation sends no mail")).to_be_visible()
    page.get_by_role("switch", name="In the list: Somebody mentions you").uncheck()
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".notices")).to_contain_text("Saved.")
    expect(page.get_by_role("switch", name="In the list: Somebody mentions you")).not_to_be_checked()
