"""Asking for more in place: one person asks in the studio, another approves in the notifications, the picture comes."""

from playwright.sync_api import Browser, expect

from tests.e2e.browser import Complaints, prompt_box, run, tile
from tests.e2e.conftest import Visit, make_somebody
from tests.e2e.product import Product
from tests.e2e.test_barriers import narrow_and_wide

PROMPT = "A banner beyond the limit"
TEAM = """
from decimal import Decimal
from images_app.models import Budget, Membership, User
from images_app.teams.actions import make_team
lead = User.objects.get(email="leda@example.com")
maker = User.objects.get(email="milo@example.com")
team = make_team(lead, "Bannermakers")
Membership.objects.create(team=team, person=maker, role="member")
User.objects.filter(pk__in=[lead.pk, maker.pk]).update(team=team)
Budget.objects.create(scope="person", team=team, person=maker, usd=Decimal("0.01"))
"""


def test_more_is_asked_for_and_let_through(
    studio: Product, chromium: Browser, visit: Visit, complaints: Complaints
) -> None:
    complaints.expect("status of 422")
    lead = make_somebody(studio, chromium, "leda@example.com", "Leda Lead")
    maker = make_somebody(studio, chromium, "milo@example.com", "Milo Maker")
    studio.manage("shell", "-v0", "-c", TEAM)
    page = visit(maker)
    page.goto("/")
    prompt_box(page).fill(PROMPT)
    page.get_by_role("button", name="Generate").click()
    expect(page.locator(".problems")).to_contain_text("it goes beyond Milo Maker's in Bannermakers budget")
    expect(page.locator(".problems")).to_be_focused()
    narrow_and_wide(page)
    # By keyboard: the field is next, and the press of its button is the ask.
    page.get_by_label("Ask for more: what is it for?").press_sequentially("For the trade fair")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{studio.url}/asks/")
    expect(page.get_by_text("Asked. It is made once")).to_be_visible()
    expect(page.locator(".asks li")).to_contain_text("For the trade fair")
    narrow_and_wide(page)
    assert studio.generations(PROMPT) == 0
    page.goto("/")
    expect(prompt_box(page)).to_have_value("")
    expect(page.get_by_role("link", name="1 press waits for the word")).to_be_visible()
    narrow_and_wide(page)

    hers = visit(lead)
    hers.goto("/asks/")
    expect(hers.get_by_role("heading", name="Waits for your word")).to_be_visible()
    narrow_and_wide(hers)
    hers.goto("/notices/")
    asked = hers.locator(".told li").filter(has_text="Milo Maker asks for more: 1 picture, $0.04")
    expect(asked).to_contain_text("For the trade fair")
    narrow_and_wide(hers)
    asked.get_by_role("button", name="Approve").press("Enter")
    expect(hers.get_by_text("Approved: 1 picture, $0.04 for Milo Maker.")).to_be_visible()
    expect(asked.get_by_role("button", name="Approve")).to_have_count(0)

    page.goto("/")
    expect(tile(run(page, PROMPT), "succeeded")).to_be_visible()
    assert studio.generations(PROMPT) == 1
