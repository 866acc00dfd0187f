"""axe finds nothing, by day and by night, on a desk and on a phone."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, StorageState, expect

from tests.e2e.browser import TIMEOUT_MS, Complaints, generate, sign_in, tile
from tests.e2e.conftest import Made, Somebody, Visit
from tests.e2e.looks import has_no_barrier
from tests.e2e.product import PASSWORD, Product
from tests.pages import DOORS, PAGES

UNCLEAR = "For the axe [demo:server-error]"
HANG = """async (id) => {
  const body = new FormData(document.getElementById('hands'));
  body.append('ids', id);
  body.append('title', 'For the axe');
  await fetch('/collections/items/', { method: 'POST', body });
}"""
# What opens: on which page, by which button, and what is there then.
OPENERS = {
    "shape": ("", "[popovertarget=p-size]", "#p-size"),
    "quality": ("", "[popovertarget=p-quality]", "#p-quality"),
    "style": ("", "[popovertarget=p-style]", "#p-style"),
    "model": ("", "[popovertarget=p-model]", "#p-model"),
    "presets": ("", "[popovertarget=p-presets]", "#p-presets"),
    "earlier prompts": ("", "[popovertarget=p-past]", "#past-list a"),
    "account": ("", "[popovertarget=account]", "#account"),
    "teams": ("teams/", "[popovertarget=switch]", "#switch"),
    "keys": ("", "[popovertarget=keys]", "#keys"),
    "queue": ("", "[data-do=queue]", "dialog#queue[open] .q-row"),
    "a picture's menu": ("", "[data-do=more]", "#tile-menu"),
    "a decision": ("", "[popovertarget^=d-]", ".decision:popover-open"),
    "a picture": ("library/", "[data-grid] .tile-a", "dialog.lightbox .hero-i"),
    "dates": ("library/", "[popovertarget=p-dates]", "#p-dates"),
}


@pytest.fixture(scope="module")
def busy(studio: Product, chromium: Browser, alice: Somebody, picture: Made) -> Iterator[None]:
    """Alice's studio with tiles in many states; the line stands still meanwhile."""
    with chromium.new_context(base_url=studio.url, storage_state=alice.state) as context:
        context.set_default_timeout(TIMEOUT_MS)
        page = context.new_page()
        expect(tile(generate(page, "For the axe [demo:refused]"), "rejected")).to_be_visible()
        expect(tile(generate(page, UNCLEAR), "unknown")).to_be_visible()
        # In flight while the first pages are looked at; it ends by itself.
        expect(tile(generate(page, "For the axe [demo:slow 15]"), "sent")).to_be_visible()
        with studio.paused():
            waiting = "For the axe, waiting"
            expect(tile(generate(page, waiting), "queued")).to_be_visible()
            cancelled = generate(page, "For the axe, cancelled")
            cancelled.get_by_role("button", name="Cancel this picture").click()
            expect(tile(cancelled, "cancelled")).to_be_visible()
            yield
        studio.until_states(waiting, "succeeded")


@pytest.fixture(scope="module")
def hung(studio: Product, chromium: Browser, alice: Somebody, picture: Made) -> str:
    """The address of a collection of Alice's with her first picture in it."""
    with chromium.new_context(base_url=studio.url, storage_state=alice.state) as context:
        context.set_default_timeout(TIMEOUT_MS)
        page = context.new_page()
        page.goto(picture.address)
        page.evaluate(HANG, picture.id)
        page.goto("/collections/")
        found = page.locator(".col").first.get_attribute("href")
        assert found
        return found


@pytest.fixture(scope="module")
def chief(studio: Product, chromium: Browser) -> StorageState:
    studio.manage("create_user", "chief@example.com", "--password", PASSWORD, "--superuser")
    with chromium.new_context(base_url=studio.url) as context:
        context.set_default_timeout(TIMEOUT_MS)
        sign_in(context.new_page(), "chief@example.com", PASSWORD)
        return context.storage_state()


@pytest.mark.parametrize("table", ["imagemodel", "team"])
def test_the_administration_has_no_barrier(
    visit: Visit, chief: StorageState, complaints: Complaints, table: str
) -> None:
    # The axe's own, where it measures tables and reads sheets that import others; the pages themselves have none.
    for words in ["Applying inline style", "CSP: style-src", "Couldn't load preload assets"]:
        complaints.expect(words)
    page = visit(storage_state=chief)
    page.goto(f"/admin/images_app/{table}/")
    has_no_barrier(page)
    page.locator("#result_list tbody th a").first.click()
    expect(page.locator(".tabular").first).to_be_visible()
    has_no_barrier(page)


def test_testing_a_provider_has_no_barrier(visit: Visit, chief: StorageState, complaints: Complaints) -> None:
    """From the list to the picture that came of it; the page goes on by itself until the test has passed."""
    # As above; on the first page the axe also asks for an imported sheet beside the page.
    for words in ["Applying inline style", "CSP: style-src", "Couldn't load preload assets", "/admin/fonts."]:
        complaints.expect(words)
    page = visit(storage_state=chief)
    page.goto("/admin/")
    has_no_barrier(page)
    page.goto("/admin/images_app/provider/")
    has_no_barrier(page)
    page.locator("#result_list tbody th a").first.click()
    page.get_by_role("link", name="Keys", exact=True).click()
    expect(page.get_by_role("heading", name="The key in use")).to_be_visible()
    narrow_and_wide(page)
    page.go_back()
    page.get_by_role("link", name="Test", exact=True).click()
    expect(page.get_by_text("costs about").first).to_be_visible()
    narrow_and_wide(page)
    page.get_by_role("button", name="Make one picture").click()
    expect(page.get_by_role("status")).to_contain_text("Passed.")
    expect(page.locator(".steps [data-outcome=ok]")).to_have_count(5)
    assert page.locator(".made").evaluate("(one) => one.decode().then(() => one.naturalWidth)") > 0
    narrow_and_wide(page)
    page.goto("/admin/images_app/trial/")
    narrow_and_wide(page)


def narrow_and_wide(page: Page) -> None:
    """In every look, and on a phone nothing reaches over the side."""
    for scheme, width in LOOKS:
        look(page, scheme, width)
        has_no_barrier(page)
        over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert over <= 0, f"{over} px over the side at {width}"


# Colours change over some frames, also where motion is reduced.
SETTLED = (
    "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 150))))"
)
LOOKS = [(scheme, width) for scheme in ("light", "dark") for width in (1440, 390)]


@pytest.mark.parametrize("route", sorted(PAGES | DOORS))
@pytest.mark.usefixtures("busy")
def test_a_page_has_no_barrier(
    visit: Visit, alice: Somebody, picture: Made, hung: str, studio: Product, route: str
) -> None:
    page = visit(None if route in DOORS else alice)
    page.goto(address(route, picture, hung, studio))
    expect(page.get_by_role("heading", level=1)).to_be_attached()
    in_every_look(page)


@pytest.mark.usefixtures("busy")
def test_a_decision_has_no_barrier(visit: Visit, alice: Somebody, studio: Product) -> None:
    page = visit(alice)
    page.goto(f"/jobs/{studio.job(UNCLEAR)}/")
    in_every_look(page)


@pytest.mark.parametrize("route", ["", "library/", "collections/", "trash/", "queue/", "prompts/", "jobs/"])
def test_an_empty_page_has_no_barrier(visit: Visit, bob: Somebody, route: str) -> None:
    page = visit(bob)
    page.goto(f"/{route}")
    in_every_look(page)


@pytest.mark.parametrize("opener", OPENERS)
@pytest.mark.usefixtures("busy")
def test_what_opens_above_a_page_has_no_barrier(
    visit: Visit, alice: Somebody, studio: Product, opener: str
) -> None:
    route, button, opened = OPENERS[opener]
    assert studio.invitation  # alice belongs to a second team
    page = visit(alice)
    for scheme, width in LOOKS:
        look(page, scheme, width)
        page.goto(f"/{route}")
        there = page.locator(f"{button} >> visible=true").first
        if not there.count() and width == 390:
            continue  # a phone has another way
        there.focus()
        there.press("Enter")
        expect(page.locator(opened).first).to_be_visible()
        has_no_barrier(page)


def test_the_bar_for_what_is_picked_has_no_barrier(page: Page) -> None:
    page.goto("/library/")
    page.locator("[data-grid] .tile-a").first.focus()
    page.keyboard.press("x")
    expect(page.locator(".bulk")).to_be_visible()
    in_every_look(page, targets=False)


def in_every_look(page: Page, *, targets: bool = True) -> None:
    for scheme, width in LOOKS:
        look(page, scheme, width)
        has_no_barrier(page, targets=targets)


def look(page: Page, scheme: str, width: int) -> None:
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
    page.set_viewport_size({"width": width, "height": 900 if width > 760 else 844})
    page.evaluate(SETTLED)


def address(route: str, picture: Made, hung: str, studio: Product) -> str:
    if "<slug:name>" in route:
        return hung
    if (
        route.startswith("team/")
        and route.split("<uuid")[0].endswith(("/rounds/", "/links/"))
        and "<uuid" in route
    ):
        slug, link = studio.round(picture.id)
        return "/" + route.replace("<slug:slug>", slug).replace("<uuid:id>", link)
    if "team/" in route or "invitations/" in route:
        invitation = studio.invitation  # makes the team
        return invitation if "invitations/" in route else "/" + route.replace("<slug:slug>", "northwind")
    if route.startswith("notices/unsubscribing/"):
        return studio.unsubscribing
    if route == "reports/<str:number>/":
        return f"/reports/{studio.report(picture.id)[0]}/"
    if route == "cases/<uuid:id>/":
        return f"/cases/{studio.report(picture.id)[1]}/"
    if route.startswith("reports/s/"):
        return f"/reports{urlsplit(studio.link(picture.id)).path}{picture.id}/"
    if route.startswith("reports/gallery/"):
        return "/reports" + studio.publication(picture.id)
    if route.startswith("s/"):
        return studio.link(picture.id) + (f"{picture.id}/" if "uuid" in route else "")
    if route == "gallery/<uuid:id>/":
        return studio.publication(picture.id)
    named = {
        "images/<uuid:id>/publication/": f"{picture.address}publication/",
        "images/<uuid:id>/": picture.address,
        "images/<uuid:id>/links/": f"{picture.address}links/",
        "collections/<uuid:id>/links/": f"/collections/{studio.hall}/links/",
        "collections/<uuid:id>/people/": f"/collections/{studio.hall}/people/",
        "compare/": f"/compare/?a={picture.id}&b={picture.id}",
        "jobs/<uuid:id>/": f"/jobs/{studio.job(picture.prompt)}/",
    }
    return named.get(route) or "/" + re.sub(r"<\w+>", "nothing", route)
