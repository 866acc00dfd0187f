"""A picture over the page it hangs on: it opens, walks, and leads back to its tile."""

import re

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.e2e.browser import PHONE, generate, mark, stayed
from tests.e2e.conftest import Made, Somebody, Visit, address_of, make_somebody
from tests.e2e.looks import fits_the_screen, has_no_barrier
from tests.e2e.product import Product

# Seventy pictures, one page of the library and ten, each with the bytes of the first one there is.
SEED = """
from tests.rows import make_generation, make_picture
from images_app.models import ImageModel, StoredImage, User
person, model = User.objects.get(email="carol@example.com"), ImageModel.objects.first()
first = StoredImage.objects.first()
keys = {name: getattr(first, name) for name in ("original_key", "preview_key", "thumbnail_key", "width", "height")}
generation = make_generation(person, model, "A long row", n=70)
for position in range(70):
    make_picture(generation, position=position, **keys)
"""


@pytest.fixture(scope="package")
def carol(studio: Product, chromium: Browser, picture: Made) -> Somebody:
    """Somebody with more pictures than a page of the library holds."""
    somebody = make_somebody(studio, chromium, "carol@example.com", "Carol Collins")
    studio.manage("shell", "-c", SEED)
    return somebody


@pytest.fixture
def library(visit: Visit, carol: Somebody) -> Page:
    page = visit(carol)
    page.goto("/library/")
    mark(page)
    return page


def tiles(page: Page) -> Locator:
    return page.locator("main .tile-a")


def address(tile: Locator) -> str:
    return tile.get_attribute("href") or ""


def opened(page: Page, tile: Locator) -> Locator:
    tile.click()
    box = page.get_by_role("dialog", name="A long row")
    expect(box.locator(".hero-i")).to_be_visible()
    return box


def is_at(page: Page, there: str) -> None:
    expect(page).to_have_url(re.compile(f"{re.escape(there)}$"))


@pytest.mark.parametrize("way", ["Escape", "the button", "back"])
def test_it_opens_at_its_own_address_and_leads_back_to_its_tile(library: Page, way: str) -> None:
    tile = tiles(library).nth(2)
    box = opened(library, tile)
    is_at(library, address(tile))
    expect(library).to_have_title(re.compile("^A long row"))
    if way == "Escape":
        library.keyboard.press("Escape")
    elif way == "back":
        library.go_back()
    else:
        box.locator(".lb-close").click()
    expect(box).to_be_hidden()
    is_at(library, "/library/")
    expect(tile).to_be_focused()
    expect(library).to_have_title(re.compile("^Library"))
    assert stayed(library)


def test_forward_opens_it_again(library: Page) -> None:
    box = opened(library, tiles(library).first)
    library.keyboard.press("Escape")
    expect(box).to_be_hidden()
    library.go_forward()
    expect(box).to_be_visible()
    assert stayed(library)


def test_arrows_walk_as_the_library_hangs_and_back_is_one_step(library: Page) -> None:
    box = opened(library, tiles(library).nth(1))
    for at in (2, 3, 2, 1, 0):
        library.keyboard.press(
            "ArrowRight" if at > 1 and box.get_attribute("data-at") != "down" else "ArrowLeft"
        )
        if at == 3:
            box.evaluate("box => box.dataset.at = 'down'")
        is_at(library, address(tiles(library).nth(at)))
        expect(box.locator(".view")).to_have_attribute(
            "data-image", address(tiles(library).nth(at)).split("/")[2]
        )
    expect(box.locator(".nav-b.prev")).to_be_hidden()
    library.go_back()
    is_at(library, "/library/")
    expect(tiles(library).first).to_be_focused()


def test_a_step_back_from_a_picture_on_its_way_leads_to_where_it_began(library: Page) -> None:
    box = opened(library, tiles(library).nth(1))
    library.route(re.compile(r"/images/[^/]+/$"), lambda _: None)  # held
    there = address(tiles(library).nth(2))
    library.keyboard.press("ArrowRight")
    expect(box.locator(".view")).to_have_attribute("data-image", there.split("/")[2])
    library.keyboard.press("ArrowRight")
    is_at(library, address(tiles(library).nth(3)))
    library.keyboard.press("ArrowLeft")
    is_at(library, there)
    library.unroute(re.compile(r"/images/[^/]+/$"))  # lets go of what it held
    expect(box.locator(".nav-b.prev")).to_have_attribute("href", address(tiles(library).nth(1)))
    expect(box.locator(".view")).to_have_attribute("data-image", there.split("/")[2])


def test_at_its_end_the_next_page_of_the_library_comes_by_itself(library: Page) -> None:
    count = tiles(library).count()
    last = tiles(library).nth(count - 1)
    last.scroll_into_view_if_needed()
    box = opened(library, last)
    library.keyboard.press("ArrowRight")
    expect(box.locator(".view")).not_to_have_attribute("data-image", address(last).split("/")[2])
    assert stayed(library)


def test_a_reload_shows_the_pictures_own_page_and_back_the_library(library: Page) -> None:
    tile = tiles(library).first
    there = address(tile)
    opened(library, tile)
    library.reload()
    is_at(library, there)
    expect(library.locator("main .view")).to_be_visible()
    expect(library.locator("dialog.lightbox")).to_have_count(0)
    library.go_back()
    is_at(library, "/library/")
    expect(tiles(library).first).to_be_visible()


def test_a_tile_stays_a_link(library: Page) -> None:
    with library.context.expect_page() as other:
        tiles(library).first.click(modifiers=["ControlOrMeta"])
    expect(other.value.locator("main .view")).to_be_visible()
    expect(library.locator("dialog.lightbox")).to_have_count(0)


def test_f_puts_a_heart_on_the_picture_and_on_its_tile(library: Page) -> None:
    box = opened(library, tiles(library).nth(4))
    library.keyboard.press("f")
    expect(box.get_by_role("button", name="Favourite")).to_have_attribute("aria-pressed", "true")
    heart = library.locator("main .tile").nth(4).locator(".heart")
    expect(heart).to_have_attribute("aria-pressed", "true")
    library.keyboard.press("f")
    expect(heart).to_have_attribute("aria-pressed", "false")


def test_d_downloads_i_hides_the_panel_and_r_remixes(library: Page) -> None:
    tile = tiles(library).nth(3)
    there = address(tile)
    box = opened(library, tile)
    with library.expect_download():
        library.keyboard.press("d")
    library.keyboard.press("i")
    expect(box.locator(".panel")).to_be_hidden()
    library.keyboard.press("ArrowRight")
    expect(box.locator(".panel")).to_be_hidden()
    library.keyboard.press("i")
    expect(box.locator(".panel")).to_be_visible()
    library.keyboard.press("ArrowLeft")
    is_at(library, there)
    expect(box.locator(".view")).to_have_attribute("data-image", there.split("/")[2])
    library.keyboard.press("r")
    expect(library).to_have_url(re.compile(f"/\\?from={there.split('/')[2]}"))


def test_a_removed_picture_gives_way_to_the_next_and_comes_back(library: Page) -> None:
    tile = tiles(library).nth(5)
    gone, after = address(tile), address(tiles(library).nth(6))
    box = opened(library, tile)
    library.keyboard.press("Delete")
    is_at(library, after)
    expect(library.locator(f"main .tile-a[href='{gone}']")).to_have_count(0)
    box.get_by_role("button", name="Undo").click()
    expect(library.locator(f"main .tile-a[href='{gone}']")).to_have_count(1)


def test_a_removal_is_undone_by_keyboard_and_the_keys_go_on(library: Page) -> None:
    gone, after = address(tiles(library).nth(8)), address(tiles(library).nth(9))
    box = opened(library, tiles(library).nth(8))
    library.keyboard.press("Delete")
    is_at(library, after)
    undo = box.get_by_role("button", name="Undo").last
    undo.focus()
    library.keyboard.press("Enter")
    expect(undo).to_have_count(0)
    expect(box).to_be_focused()
    library.keyboard.press("ArrowLeft")
    expect(box.locator(".view")).to_have_attribute("data-image", gone.split("/")[2])
    library.keyboard.press("Escape")
    expect(library.locator(f"main .tile-a[href='{gone}']")).to_be_focused()


def test_a_comment_is_changed_and_deleted_by_keyboard(library: Page) -> None:
    box = opened(library, tiles(library).nth(10))
    library.keyboard.press("c")
    library.keyboard.type("Too dark")
    library.keyboard.press("Control+Enter")
    said = box.locator(".comments li")
    expect(said.locator(".c-t")).to_have_text("Too dark")
    said.get_by_text("Edit", exact=True).focus()
    library.keyboard.press("Enter")
    library.keyboard.press("Tab")
    library.keyboard.press("End")
    library.keyboard.type(", or not")
    library.keyboard.press("Control+Enter")
    expect(said.locator(".c-t")).to_have_text("Too dark, or not")
    expect(said).to_contain_text("edited")
    expect(said.get_by_text("Edit", exact=True)).to_be_focused()
    library.keyboard.press("Tab")
    library.keyboard.press("Enter")
    expect(said).to_contain_text("It is gone for everybody.")
    library.keyboard.press("Tab")
    library.keyboard.press("Enter")
    expect(said).to_have_count(0)
    expect(box.get_by_label("Comment", exact=True)).to_be_focused()
    library.keyboard.press("Escape")
    library.keyboard.press("Escape")
    expect(tiles(library).nth(10)).to_be_focused()


def test_the_keys_are_listed_above_it_and_go_before_it(library: Page) -> None:
    box = opened(library, tiles(library).first)
    library.keyboard.press("?")
    expect(library.locator("#keys")).to_be_visible()
    library.keyboard.press("Escape")
    expect(library.locator("#keys")).to_be_hidden()
    expect(box).to_be_visible()


def test_single_letters_can_be_turned_off(library: Page) -> None:
    library.keyboard.press("?")
    library.get_by_role("switch", name="Shortcuts of a single letter").uncheck()
    library.keyboard.press("Escape")
    box = opened(library, tiles(library).first)
    library.keyboard.press("i")
    library.keyboard.press("ArrowRight")
    is_at(library, address(tiles(library).nth(1)))
    expect(box.locator(".panel")).to_be_visible()


def test_something_is_said_about_it_and_letters_stay_letters(library: Page) -> None:
    box = opened(library, tiles(library).nth(7))
    library.keyboard.press("c")
    expect(box.get_by_label("Comment", exact=True)).to_be_focused()
    library.keyboard.type("fine, dear <b>i</b>")
    library.keyboard.press("Control+Enter")
    expect(box.locator(".c-t")).to_have_text("fine, dear <b>i</b>")
    expect(box.locator(".c-t")).to_be_in_viewport()
    expect(box.get_by_label("Comment", exact=True)).to_be_focused()
    library.keyboard.press("Escape")
    expect(box).to_be_visible()
    library.keyboard.press("Escape")
    expect(box).to_be_hidden()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_in_it_stands_in_anybodys_way(visit: Visit, carol: Somebody, scheme: str) -> None:
    page = visit(carol, color_scheme=scheme, reduced_motion="reduce")
    page.goto("/library/")
    opened(page, tiles(page).first)
    has_no_barrier(page)


def test_it_opens_over_the_studio_too(page: Page) -> None:
    run = generate(page, "Over the studio")
    there = address_of(run)
    mark(page)
    run.locator(".tile-a").click()
    expect(page.get_by_role("dialog", name="Over the studio")).to_be_visible()
    is_at(page, there)
    page.keyboard.press("Escape")
    expect(run.locator(".tile-a")).to_be_focused()
    assert stayed(page)


def test_a_swipe_turns_and_two_fingers_enlarge(visit: Visit, carol: Somebody) -> None:
    page = visit(carol, **PHONE)
    page.goto("/library/")
    tiles(page).first.tap()
    hero = page.get_by_role("dialog", name="A long row").locator(".hero")
    expect(hero).to_be_visible()
    page.evaluate("() => document.activeViewTransition?.finished")  # what still moves does not feel a finger
    fits_the_screen(page)
    touch(page, [[(300, 200)], [(240, 202)], [(140, 204)]])
    second = address(tiles(page).nth(1))
    expect(page.locator(".lightbox .view")).to_have_attribute("data-image", second.split("/")[2])
    is_at(page, second)
    touch(page, [[(180, 200), (210, 200)], [(140, 200), (250, 200)], [(100, 200), (290, 200)]])
    expect(hero).to_have_class(re.compile("zoomed"))
    touch(page, [[(300, 200)], [(240, 202)], [(140, 204)]])  # moves the picture now
    is_at(page, second)


def touch(page: Page, steps: list[list[tuple[int, int]]]) -> None:
    """Fingers put down, moved and lifted."""
    session = page.context.new_cdp_session(page)
    for at, points in enumerate(steps):
        kind = "touchMove" if at else "touchStart"
        fingers = [{"x": x, "y": y, "id": id} for id, (x, y) in enumerate(points)]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": fingers})
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
