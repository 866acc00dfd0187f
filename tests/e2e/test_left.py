"""Somebody is removed from a team, and its owner looks after what they made."""

import re

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.browser import PHONE, Complaints
from tests.e2e.conftest import Made, Somebody, Visit, make_somebody
from tests.e2e.looks import fits_the_screen, has_no_barrier, has_targets_for_thumbs
from tests.e2e.product import Product

PAGE, GALLERY = "/team/mill-house/left/", "/team/mill-house/"
# Alice's team with Olga and Nils; three pictures of Nils's, of which the team sees the newest.
MILL = """
from images_app.models import ImageModel, Membership, StoredImage, Team, User
from tests.rows import make_generation, make_picture
people = [User.objects.get(email=f"{name}@example.com") for name in ("alice", "olga", "nils")]
team = Team.objects.create(name="Mill House", slug="mill-house")
for person, role in zip(people, ("owner", "member", "member")):
    Membership.objects.create(team=team, person=person, role=role)
first = StoredImage.objects.order_by("created_at").first()
names = ("original_key", "preview_key", "thumbnail_key", "width", "height", "sha256", "bytes", "placeholder")
for number in range(3):
    generation = make_generation(people[2], ImageModel.objects.first(), f"Mill wheel {number}", team=team)
    make_picture(generation, audience=number == 2, **{name: getattr(first, name) for name in names})
"""


@pytest.fixture(scope="module")
def olga(studio: Product, chromium: Browser, alice: Somebody, picture: Made) -> Somebody:
    made = make_somebody(studio, chromium, "olga@example.com", "Olga Orme")
    studio.make_person("nils@example.com", "Nils Nordin")
    studio.manage("shell", "-v0", "-c", MILL)
    return made


def test_what_somebody_left_is_shown_to_the_team_and_thrown_away_and_brought_back(
    visit: Visit, alice: Somebody, olga: Somebody, complaints: Complaints
) -> None:
    complaints.expect("the server responded with a status of 404")
    page, other = visit(alice), visit(olga)
    page.goto("/team/mill-house/people/")
    page.get_by_role("button", name="Remove Nils Nordin").first.click()
    asked = page.get_by_text("Nils Nordin sees nothing of Mill House from this moment on")
    expect(asked).to_contain_text("its owner and admins see all of it from then on")
    page.get_by_role("button", name="Remove Nils Nordin", exact=True).last.click()
    expect(page.locator(".notices")).to_contain_text("Nils Nordin is out of Mill House.")

    page.goto(GALLERY)
    page.get_by_role("link", name="People who left").click()
    expect(page).to_have_url(re.compile(PAGE))
    tiles = page.locator("main .tile-a")
    expect(tiles).to_have_count(3)
    has_no_barrier(page)
    private = str(tiles.nth(1).get_attribute("href"))
    assert other.goto(private).status == 404  # type: ignore[union-attr]

    tiles.nth(1).focus()
    page.keyboard.press("x")
    page.get_by_role("button", name="Show to team").click()
    expect(page.locator(".toasts")).to_contain_text("1 picture shown to the team.")
    assert other.goto(private).status == 200  # type: ignore[union-attr]
    other.goto(GALLERY)
    expect(other.locator("main .tile-a")).to_have_count(2)
    expect(other.get_by_role("link", name="People who left")).to_have_count(0)

    tiles.nth(2).press("Enter")
    view = page.locator("dialog[open]")
    expect(view).to_contain_text("Only the owner and admins of Mill House, because Nils Nordin has left.")
    view.get_by_role("button", name="Remove").click()
    expect(page.locator(".toasts")).to_contain_text("1 picture moved to the trash.")
    page.goto("/trash/")
    thrown = page.get_by_role("listitem").filter(has_text="Nils Nordin: Mill wheel 0")
    thrown.get_by_role("button", name="Restore").click()
    page.goto(PAGE)
    expect(tiles).to_have_count(3)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_a_phone_and_stands_in_nobodys_way(
    visit: Visit, alice: Somebody, olga: Somebody, scheme: str
) -> None:
    page = visit(alice, **PHONE, color_scheme=scheme)
    page.goto(PAGE)
    fits_the_screen(page)
    has_targets_for_thumbs(page)
    has_no_barrier(page)
