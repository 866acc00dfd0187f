"""A team gathers pictures: somebody is let in, both put the collection in order, and new pictures land in it."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.browser import PHONE, prompt_box, run
from tests.e2e.conftest import Made, Somebody, Visit, address_of, make_somebody
from tests.e2e.looks import fits_the_screen, has_no_barrier, has_targets_for_thumbs
from tests.e2e.product import Product

# A team of Alice and Kenji, and a collection of hers with four pictures that it sees.
FOYER = """
from images_app.collections import actions
from images_app.models import ImageModel, Membership, StoredImage, Team, User
from tests.rows import make_generation, make_picture
alice, kenji = (User.objects.get(email=f"{name}@example.com") for name in ("alice", "kenji"))
team = Team.objects.create(name="Foyer Studio", slug="foyer-studio")
Membership.objects.create(team=team, person=alice, role="owner")
Membership.objects.create(team=team, person=kenji, role="member")
first = StoredImage.objects.order_by("created_at").first()
names = ("original_key", "preview_key", "thumbnail_key", "width", "height", "sha256", "bytes", "placeholder")
foyer = actions.make(alice, "Foyer wall", "What hangs behind the desk.", team=team, audience=1)
for number in range(4):
    generation = make_generation(alice, ImageModel.objects.first(), f"Wall {number}", team=team)
    image = make_picture(generation, audience=1, **{name: getattr(first, name) for name in names})
    actions.add(alice, foyer, [image.pk])
"""
FOYER_PAGE = "/team/foyer-studio/collections/foyer-wall/"


@pytest.fixture(scope="module")
def kenji(studio: Product, chromium: Browser, alice: Somebody, picture: Made) -> Somebody:
    somebody = make_somebody(studio, chromium, "kenji@example.com", "Kenji Kato")
    studio.manage("shell", "-v0", "-c", FOYER)
    return somebody


def order(page: Page) -> list[str]:
    return [
        str(item.get_attribute("data-image")) for item in page.locator("[data-arrange] > [data-image]").all()
    ]


def test_somebody_is_let_in_and_both_put_it_in_order(visit: Visit, alice: Somebody, kenji: Somebody) -> None:
    hers, his = visit(alice), visit(kenji)
    his.goto(FOYER_PAGE)
    expect(his.get_by_role("link", name="Arrange")).to_have_count(0)

    hers.goto(FOYER_PAGE)
    hers.get_by_role("link", name=re.compile("^People: Alice Ardent")).click()
    box = hers.get_by_role("dialog", name="People in Foyer wall")
    box.get_by_label("Somebody of Foyer Studio").select_option(label="Kenji Kato")
    box.get_by_label("What they may do").select_option(label="May manage it")
    box.get_by_role("button", name="Add", exact=True).click()
    expect(box.get_by_role("button", name="Remove Kenji Kato")).to_be_visible()
    has_no_barrier(hers)
    hers.keyboard.press("Escape")
    expect(hers.get_by_role("link", name=re.compile("Alice Ardent, Kenji Kato$"))).to_be_visible()

    for page in (hers, his):
        page.goto(f"{FOYER_PAGE}?arrange=1")
    first, second, third, fourth = order(hers)
    # Hers by pointer: the last to the front.
    with hers.expect_response(re.compile("/order/")):
        hers.locator(f"#i-{fourth}").drag_to(hers.locator(f"#i-{first}"), target_position={"x": 4, "y": 40})
    expect(hers.locator("#said")).to_have_text("Now number 1 of 4.")
    assert order(hers) == [fourth, first, second, third]
    # His by keyboard, on a page that does not know of that yet.
    later = his.locator(f"#i-{first}").get_by_role("button", name=re.compile("^Later"))
    later.focus()
    with his.expect_response(re.compile("/order/")):
        his.keyboard.press("Enter")
    expect(his.locator("#said")).to_have_text("Now number 3 of 4.")
    expect(later).to_be_focused()
    for page in (hers, his):
        page.reload()
        assert order(page) == [fourth, second, first, third]


def test_new_pictures_land_in_it_and_in_everybodys_view(
    visit: Visit, alice: Somebody, kenji: Somebody
) -> None:
    page = visit(alice)
    page.goto(FOYER_PAGE)
    page.get_by_role("link", name="Generate into it").click()
    expect(page.locator("[data-chip=collection]")).to_have_text("Foyer wall")
    expect(page.get_by_role("checkbox", name="Show to Foyer Studio")).to_be_checked()
    prompt = "A brass lamp for the foyer"
    prompt_box(page).fill(prompt)
    page.get_by_role("button", name="Generate").click()
    made = address_of(run(page, prompt))
    # The next press hangs there too, until somebody says otherwise.
    expect(page.locator("[data-chip=collection]")).to_have_text("Foyer wall")
    other = visit(kenji)
    other.goto(FOYER_PAGE)
    expect(other.locator(f"main .tile-a[href='{made}']")).to_be_visible()


def test_a_private_picture_is_asked_about_first(
    visit: Visit, alice: Somebody, kenji: Somebody, studio: Product
) -> None:
    studio.manage("shell", "-v0", "-c", SECRET)
    page = visit(alice)
    page.goto("/library/?text=secret")
    page.locator("main .tile-a").first.focus()
    page.keyboard.press("x")
    page.get_by_role("form", name="Selected pictures").get_by_role("button", name="Add to collection").click()
    page.get_by_role("button", name="Foyer wall").focus()
    page.keyboard.press("Enter")
    question = page.get_by_role("dialog", name="1 of these is not shown to Foyer Studio yet")
    expect(question).to_contain_text("everybody in Foyer Studio sees it then, with its prompt")
    has_no_barrier(page)
    question.get_by_role("button", name="Show 1 picture and add").click()
    expect(page.locator(".toast")).to_contain_text("1 picture added to Foyer wall.")
    other = visit(kenji)
    other.goto(FOYER_PAGE)
    expect(other.get_by_role("img", name="A secret door")).to_be_visible()


SECRET = """
from images_app.models import ImageModel, StoredImage, Team, User
from tests.rows import make_generation, make_picture
alice, team = User.objects.get(email="alice@example.com"), Team.objects.get(slug="foyer-studio")
first = StoredImage.objects.order_by("created_at").first()
names = ("original_key", "preview_key", "thumbnail_key", "width", "height", "sha256", "bytes", "placeholder")
generation = make_generation(alice, ImageModel.objects.first(), "A secret door", team=team)
make_picture(generation, **{name: getattr(first, name) for name in names})
"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_a_phone(visit: Visit, alice: Somebody, kenji: Somebody, scheme: str) -> None:
    page = visit(alice, **PHONE, color_scheme=scheme)
    for address in (FOYER_PAGE, f"{FOYER_PAGE}?arrange=1", "/team/foyer-studio/collections/"):
        page.goto(address)
        fits_the_screen(page)
        has_targets_for_thumbs(page)
        has_no_barrier(page)
