"""The library stays light and still however far one scrolls, is searched from its box, and keeps its filters."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.browser import PHONE
from tests.e2e.conftest import Made, Somebody, Visit, make_somebody
from tests.e2e.product import Product
from tests.e2e.shifts import TELL_SHIFTS, shifted

PICTURES = 2000
MANY = f"""
from images_app.models import StoredImage, User
from tests.rows import make_copies
make_copies(StoredImage.objects.first(), {PICTURES}, person=User.objects.get(email="lotte@example.com"))
"""
# A third of a screen every frame, with no wait for the test in between.
DOWN = """async (leaves) => {
  let most = 0;
  while (document.querySelectorAll('[data-leaf]').length < leaves) {
    scrollBy(0, 300);
    await new Promise(requestAnimationFrame);
    most = Math.max(most, document.querySelectorAll('main .tile').length);
  }
  return most;
}"""
MOST_TILES = 300
MOST_SHIFT = 0.02


@pytest.fixture(scope="package")
def lotte(studio: Product, chromium: Browser, picture: Made) -> Somebody:
    """Somebody with many pictures."""
    somebody = make_somebody(studio, chromium, "lotte@example.com", "Lotte Lund")
    studio.manage("shell", "-c", MANY)
    return somebody


@pytest.fixture
def library(visit: Visit, lotte: Somebody) -> Page:
    return opened(visit(lotte))


def opened(page: Page) -> Page:
    page.add_init_script(TELL_SHIFTS)
    page.goto("/library/")
    expect(page.locator("main .tile").first).to_be_visible()
    page.mouse.move(300, 500)
    return page


def to_the_end(page: Page, leaves: int = PICTURES // 60) -> int:
    """Scrolls until so many leaves have come; answers how many tiles there were at most."""
    return int(page.evaluate(DOWN, leaves))


def nodes(page: Page) -> int:
    """All the browser keeps for this page, on it or not."""
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.collectGarbage")
    session.send("Performance.enable")
    metrics = {
        metric["name"]: metric["value"] for metric in session.send("Performance.getMetrics")["metrics"]
    }
    session.detach()
    return int(metrics["Nodes"])


@pytest.mark.timeout(600)
def test_two_thousand_pictures_come_and_go(library: Page) -> None:
    first = library.locator(".tile-a").first.get_attribute("href")
    before = nodes(library)
    assert to_the_end(library) <= MOST_TILES
    expect(library.locator("[data-leaf][data-away]").first).to_be_attached()
    height = library.evaluate("document.scrollingElement.scrollHeight")
    library.evaluate("scrollTo(0, 0)")
    expect(library.locator(f".tile-a[href='{first}']")).to_be_in_viewport()
    expect(library.locator("[data-leaf]").first).not_to_have_attribute("data-away", "")
    library.wait_for_timeout(500)
    assert shifted(library) < MOST_SHIFT, library.evaluate("shifts")
    # The leaf on its way when the way was turned may have come since.
    assert abs(library.evaluate("document.scrollingElement.scrollHeight") - height) < 6000
    assert nodes(library) < 2 * before


def test_nothing_jumps_in_a_window_of_another_width(library: Page) -> None:
    to_the_end(library, 6)
    # Found by where the tiles are: a point of the window may lie between two of them.
    inside = "link => link.getBoundingClientRect().bottom > 450"
    seen = library.evaluate(f"[...document.querySelectorAll('.tile-a')].find({inside}).pathname")
    library.set_viewport_size({"width": 1000, "height": 900})
    library.wait_for_timeout(600)
    expect(library.locator(f".tile-a[href='{seen}']")).to_be_attached()
    library.evaluate("shifts.length = 0")  # what the new width itself has moved
    for _ in range(8):
        library.mouse.wheel(0, -600)
        library.wait_for_timeout(60)
    library.wait_for_timeout(500)
    assert shifted(library) < MOST_SHIFT


def test_nothing_jumps_on_a_phone(visit: Visit, lotte: Somebody) -> None:
    page = opened(visit(lotte, **PHONE))
    to_the_end(page, 4)
    page.evaluate("scrollTo(0, 0)")
    page.wait_for_timeout(600)
    assert shifted(page) < MOST_SHIFT


def test_words_are_looked_for_while_they_are_typed(library: Page) -> None:
    library.keyboard.press("/")
    library.keyboard.type("copy 139")
    expect(library).to_have_url(re.compile(r"/library/\?text=copy\+139$"))
    expect(library.locator(".tile-a")).to_have_count(11)  # 139 and 1390 to 1399
    expect(library.get_by_role("status").filter(has_text="11 pictures")).to_be_visible()


def test_filters_are_saved_and_applied(library: Page) -> None:
    library.goto("/library/?text=copy+139")
    with library.expect_response("**/picture*.js"):
        library.locator("main .tile-a").first.hover()  # the lightbox listens too from now on
    library.get_by_role("button", name="Views").click()
    library.get_by_label("Save these filters as").fill("Of the hundreds")
    library.get_by_role("button", name="Save", exact=True).click()
    library.goto("/library/")
    library.get_by_role("button", name="Views").click()
    library.get_by_role("link", name="Of the hundreds").click()
    expect(library.locator(".tile-a")).to_have_count(11)


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.pathname ?? ''"))


def address(page: Page, at: int) -> str:
    return page.locator("main .tile-a").nth(at).get_attribute("href") or ""


def test_the_pictures_are_one_stop_of_the_tab_key(library: Page) -> None:
    stops = library.locator("main .tile-a[tabindex='0']")
    expect(stops).to_have_count(1)
    stops.focus()
    for _ in range(4):  # its box, its heart and its remix, and then away
        library.keyboard.press("Tab")
    assert not library.evaluate("document.activeElement.matches('main .tile *')")
    expect(library.locator("[data-leaf]")).to_have_count(2)  # what the link leads to comes by itself
    expect(library.locator(".more a")).to_be_focused()  # the next one, in its place
    library.keyboard.press("Shift+Tab")
    assert library.evaluate("document.activeElement.closest('.tile').querySelector('.tile-a').tabIndex") == 0


def test_whoever_is_at_the_end_of_a_growing_list_stays_there(library: Page) -> None:
    library.goto("/jobs/?text=number+13")  # 111 of them
    more, rows = library.locator("main .more a"), library.locator("main tbody:not(.more) tr")
    for count in (40, 80):
        expect(rows).to_have_count(count)
        # In one go: what the first of the two brings may take the link's place.
        more.evaluate("link => { link.focus(); link.scrollIntoView(); }")
    expect(rows).to_have_count(111)
    expect(rows.nth(80).locator("a, button").first).to_be_focused()  # nothing follows: the first of what came


def test_arrows_lead_across_the_ends_of_leaves_and_back(library: Page) -> None:
    to_the_end(library, 3)
    library.locator("main .tile-a").first.focus()
    last, next_leaf = (
        library.locator(part).get_attribute("href") or ""
        for part in ("[data-leaf] >> nth=0 >> .tile-a >> nth=-1", "[data-leaf] >> nth=1 >> .tile-a >> nth=0")
    )
    library.locator(f".tile-a[href='{last}']").focus()
    for key, where in (("ArrowRight", next_leaf), ("ArrowLeft", last)):
        library.keyboard.press(key)
        assert focused(library) == where
    library.keyboard.press("ArrowDown")
    assert (
        library.evaluate(
            "[...document.querySelectorAll('[data-leaf]')].indexOf(document.activeElement.closest('[data-leaf]'))"
        )
        == 1
    )
    library.keyboard.press("ArrowUp")
    assert (
        library.evaluate(
            "[...document.querySelectorAll('[data-leaf]')].indexOf(document.activeElement.closest('[data-leaf]'))"
        )
        == 0
    )


def test_x_shift_and_control_a_pick_and_enter_opens(library: Page) -> None:
    library.locator("main .tile-a").first.focus()
    library.keyboard.press("x")
    expect(library.locator(".bulk-n")).to_have_text("1 selected")
    for _ in range(3):
        library.keyboard.press("Shift+ArrowRight")
    expect(library.locator(".bulk-n")).to_have_text("4 selected")
    library.keyboard.press("Escape")
    expect(library.locator(".bulk-n")).to_be_hidden()
    here = focused(library)
    library.keyboard.press("Control+a")
    count = library.evaluate("document.querySelectorAll('main .tile').length")
    expect(library.locator(".bulk-n")).to_have_text(f"{count} selected")
    library.keyboard.press("Escape")
    library.keyboard.press("Enter")
    expect(library).to_have_url(re.compile(f"{here}$"))
    library.keyboard.press("Escape")
    expect(library.locator(f".tile-a[href='{here}']")).to_be_focused()


def test_a_range_holds_what_was_put_away_meanwhile(library: Page) -> None:
    library.locator("main .tile-a").first.focus()
    library.keyboard.press("x")
    to_the_end(library, 5)
    library.evaluate("document.activeElement.blur()")
    library.mouse.wheel(0, 3000)
    expect(library.locator("[data-leaf]").first).to_have_attribute("data-away", "")
    library.locator("[data-leaf] >> nth=4 >> .tile-a >> nth=0").click(modifiers=["Shift"])
    expect(library.locator(".bulk-n")).to_have_text("221 selected")


def test_the_lightbox_leads_back_to_a_tile_that_was_put_away(library: Page) -> None:
    first = library.locator(f".tile-a[href='{address(library, 0)}']")
    box = library.locator("dialog.lightbox")
    first.click()
    expect(box.locator(".hero-i")).to_be_visible()
    library.keyboard.press("Escape")
    expect(first).to_be_focused()
    library.evaluate("document.activeElement.blur()")
    to_the_end(library, 5)
    expect(first).to_have_count(0)
    library.go_forward()
    expect(box.locator(".nav-b.next")).to_be_visible()
    library.evaluate("window.scrolls = []; addEventListener('scroll', () => scrolls.push(scrollY))")
    library.keyboard.press("Escape")
    expect(first).to_be_focused()
    expect(first).to_be_in_viewport()
    library.wait_for_timeout(200)
    # The browser's own way back ends elsewhere.
    assert library.evaluate("scrolls.every((at) => at < innerHeight)")
