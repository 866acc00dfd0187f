"""Two pictures under one divider, and what is said about one, with and without a script."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.browser import PHONE, generate
from tests.e2e.conftest import Made, Somebody, Visit, address_of
from tests.e2e.looks import fits_the_screen, has_no_barrier
from tests.e2e.product import Product

# One prompt to two models, three pictures in all, each with the bytes of the first one there is.
COMPARED = """
import uuid
from tests.rows import make_generation, make_picture
from images_app.models import ImageModel, StoredImage, User
person, model = User.objects.get(email="alice@example.com"), ImageModel.objects.first()
first = StoredImage.objects.first()
keys = {name: getattr(first, name) for name in ("original_key", "preview_key", "thumbnail_key", "width", "height")}
batch = uuid.uuid4()
for quality, count in ((model.qualities[0], 2), (model.qualities[-1], 1)):
    fields = {"quality": quality, "n": count, "batch": batch, "compare": True}
    generation = make_generation(person, model, "Compared in the studio", **fields)
    for position in range(count):
        make_picture(generation, position=position, **keys)
"""


def both(page: Page, picture: Made) -> str:
    other = address_of(generate(page, "Beside the first"))
    return f"/compare/?a={picture.id}&b={other.split('/')[2]}"


def test_the_arrow_keys_move_the_divider(page: Page, picture: Made) -> None:
    page.goto(both(page, picture))
    divider = page.get_by_role("slider")
    divider.focus()
    for _ in range(10):
        page.keyboard.press("ArrowRight")
    expect(divider).to_have_value("60")
    expect(page.locator(".cmp")).to_have_css("--cut", "60%")
    has_no_barrier(page)
    page.get_by_role("link", name="Swap sides").click()
    expect(page).to_have_url(re.compile(f"b={picture.id}"))


def test_it_fits_a_phone(visit: Visit, alice: Somebody, picture: Made) -> None:
    page = visit(alice, **PHONE)
    page.goto(f"/compare/?a={picture.id}&b={picture.id}")
    fits_the_screen(page)


def test_without_a_script_they_stand_beside_each_other(visit: Visit, alice: Somebody, picture: Made) -> None:
    plain = visit(alice, java_script_enabled=False)
    plain.goto(f"/compare/?a={picture.id}&b={picture.id}")
    boxes = [plain.locator(f".cmp .{side} img").bounding_box() for side in ("left", "right")]
    assert boxes[0] and boxes[1]
    assert boxes[0]["x"] + boxes[0]["width"] <= boxes[1]["x"]


def test_a_comment_is_written_changed_and_deleted_without_a_script(
    visit: Visit, alice: Somebody, picture: Made
) -> None:
    plain = visit(alice, java_script_enabled=False)
    plain.goto(picture.address)
    plain.get_by_label("Comment", exact=True).fill("Plainly said")
    plain.get_by_role("button", name="Post the comment").click()
    said = plain.locator(".comments li").filter(has_text="Plainly said")
    said.get_by_text("Edit", exact=True).click()
    said.get_by_label("Your comment").fill("Said otherwise")
    said.get_by_role("button", name="Save").click()
    changed = plain.locator(".comments li").filter(has_text="Said otherwise")
    expect(changed).to_contain_text("edited")
    changed.get_by_text("Delete this comment").click()
    changed.get_by_role("button", name="Delete it").click()
    expect(plain.locator(".comments")).to_have_count(0)


def test_two_that_are_picked_in_the_library_are_compared(page: Page, picture: Made) -> None:
    other = address_of(generate(page, "Picked with the first"))
    page.goto("/library/")
    boxes = [page.locator(f".pick [value='{address.split('/')[2]}']") for address in (picture.address, other)]
    compare = page.locator("#bulk").get_by_role("button", name="Compare")
    boxes[0].check(force=True)
    expect(compare).to_be_hidden()
    boxes[1].check(force=True)
    compare.click()
    expect(page).to_have_url(re.compile(rf"/compare/\?a={picture.id}&b={other.split('/')[2]}$"))
    expect(page.get_by_role("slider")).to_be_visible()


def test_two_ticked_boxes_are_compared_without_a_script(visit: Visit, alice: Somebody, picture: Made) -> None:
    plain = visit(alice, java_script_enabled=False)
    plain.goto("/library/")
    for at in (0, 1):
        plain.locator(".pick input").nth(at).check()
    plain.locator("#bulk").get_by_role("button", name="Compare").click()
    expect(plain).to_have_url(re.compile(r"/compare/\?a=[0-9a-f-]{36}&b=[0-9a-f-]{36}$"))
    expect(plain.locator(".cmp img")).to_have_count(2)


@pytest.mark.parametrize("script", [True, False])
def test_a_comparison_in_the_studio_leads_under_the_divider(
    studio: Product, visit: Visit, alice: Somebody, picture: Made, script: bool
) -> None:
    studio.manage("shell", "-c", COMPARED)
    page = visit(alice, java_script_enabled=script)
    page.goto("/")
    page.locator(".pair").filter(has_text="Compared in the studio").first.get_by_role(
        "link", name="Under one divider"
    ).click()
    expect(page.locator(".cmp img")).to_have_count(2)
    expect(page.get_by_role("heading", name="Put another at the right")).to_be_visible()
