"""Two pictures under one divider, and what is said about one, with and without a script."""

import re

from playwright.sync_api import Page, expect

from tests.e2e.browser import PHONE, generate
from tests.e2e.conftest import Made, Somebody, Visit, address_of
from tests.e2e.looks import fits_the_screen, has_no_barrier


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
    changed.get_by_role("button", name="Delete this comment").click()
    expect(plain.locator(".comments")).to_have_count(0)
