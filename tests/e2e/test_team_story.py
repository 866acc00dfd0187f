"""A team from its first invitation to somebody's removal, in the browsers of everybody who takes part."""

import csv
import io
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.browser import PHONE, Complaints, prompt_box, run
from tests.e2e.conftest import Somebody, Visit, address_of, make_somebody
from tests.e2e.looks import has_no_barrier
from tests.e2e.product import Product

TEAM = "Northlight"
GALLERY = "/team/northlight/"
SECRET = "four brown herons"
PROMPTS = {"noa": "A tram in the rain, woodcut", "ben": "A kite above the dunes, woodcut"}


@pytest.fixture(scope="module")
def crew(studio: Product, chromium: Browser) -> dict[str, Somebody]:
    names = {"lena": "Lena Lead", "noa": "Noa North", "ben": "Ben Berg"}
    return {who: make_somebody(studio, chromium, f"{who}@example.com", name) for who, name in names.items()}


def invited(lead: Page) -> str:
    """Makes the team, and a link for two."""
    lead.goto("/teams/")
    lead.get_by_label("Name").fill(TEAM)
    lead.get_by_role("button", name="Make the team").click()
    lead.get_by_text("Or a link for several people").click()
    several = lead.locator("details.more-ways")
    several.get_by_label("People").fill("2")
    several.get_by_role("button", name="Make a link").click()
    return lead.get_by_role("textbox", name="The link").input_value()


def joins(person: Page, link: str, name: str) -> None:
    person.goto(link)
    expect(person.get_by_role("heading", name=f"Join {TEAM}")).to_be_visible()
    person.get_by_role("button", name=f"Join as {name}").click()
    expect(person.get_by_role("navigation", name="Main").get_by_role("link", name=TEAM)).to_be_visible()


def makes(person: Page, prompt: str) -> str:
    """Generates into the team and shows it what comes; the address of the picture."""
    person.goto("/")
    show = person.get_by_role("checkbox", name=f"Show to {TEAM}")
    show.press("Space")
    expect(show).to_be_checked()
    prompt_box(person).fill(prompt)
    person.get_by_role("button", name="Generate").click()
    return address_of(run(person, prompt))


def says(person: Page, picture: str, words: str) -> None:
    """Pins a comment to the picture, by keyboard alone."""
    person.goto(picture)
    person.get_by_role("button", name="Pin to a spot of the picture").press("Enter")
    expect(person.locator(".pin-new")).to_be_focused()
    person.keyboard.press("ArrowLeft")
    person.keyboard.press("Enter")
    expect(person.get_by_role("textbox", name="Comment", exact=True)).to_be_focused()
    person.keyboard.type(words)
    person.keyboard.press("Control+Enter")
    expect(person.locator(".comments > li").last).to_contain_text(words)
    expect(person.locator(".pin")).to_have_count(1)


def gathers(lead: Page, title: str) -> None:
    """Everything in the gallery into a new collection, shared with the team."""
    lead.goto("/team/northlight/collections/")
    lead.locator("details.fresh summary").click()
    lead.get_by_label("Title").fill(title)
    lead.get_by_role("button", name=re.compile("^Make")).click()
    lead.goto(GALLERY)
    lead.get_by_role("button", name="Select", exact=True).click()
    for box in lead.get_by_role("checkbox", name=re.compile("^Select: ")).all():
        box.press("Space")
    lead.get_by_role("button", name="Add to collection").press("Enter")
    lead.get_by_role("dialog", name="Add to a collection").get_by_role(
        "button", name=re.compile(title)
    ).click()
    expect(lead.locator(".toast")).to_contain_text(f"2 pictures added to {title}.")


def shares(lead: Page, title: str) -> str:
    """The address of a link with a password, an end and a review round."""
    lead.goto("/team/northlight/collections/")
    lead.get_by_role("link", name=re.compile(title)).first.click()
    lead.get_by_role("link", name="Share").click()
    lead.get_by_label("Title").fill(f"{title} for the client")
    lead.get_by_label("Good for").select_option("7")
    lead.get_by_label("Password").fill(SECRET)
    for asked in ("Pick the ones they like", "Score each from 1 to 5"):
        lead.get_by_role("switch", name=asked).press("Space")
    lead.get_by_label("Guests answer until").fill(str(datetime.now(UTC).date() + timedelta(days=2)))
    lead.get_by_role("button", name="Make the link").click()
    return lead.get_by_role("textbox", name="The link").input_value()


def takes_part(guest: Page, link: str) -> None:
    guest.goto(link)
    guest.get_by_label("Password").fill(SECRET)
    guest.keyboard.press("Enter")
    guest.get_by_label("Your name").fill("Gus Guest")
    guest.keyboard.press("Enter")
    expect(guest.get_by_role("heading", name="Hello, Gus Guest")).to_be_visible()
    expect(guest.locator(".tile")).to_have_count(2)
    has_no_barrier(guest)
    guest.locator(".tile a").first.click()
    guest.get_by_role("checkbox", name="Pick this one").press("Space")
    guest.get_by_role("radio", name="5 of 5").press("Space")
    expect(guest.locator("[data-said]")).to_have_text(re.compile("Saved. 1 of 2 answered"))


@pytest.mark.timeout(400)
def test_a_team_is_made_works_shows_and_parts(
    visit: Visit, crew: dict[str, Somebody], complaints: Complaints
) -> None:
    lead, noa, ben, guest = visit(crew["lena"]), visit(crew["noa"]), visit(crew["ben"]), visit(**PHONE)
    link = invited(lead)
    joins(noa, link, "Noa North")
    joins(ben, link, "Ben Berg")
    ben.goto(GALLERY)
    hers = makes(noa, PROMPTS["noa"])
    makes(ben, PROMPTS["ben"])
    says(ben, hers, "A little less rain here?")
    noa.goto("/notices/")
    expect(noa.get_by_role("main")).to_contain_text("Ben Berg")

    gathers(lead, "Woodcuts")
    address = shares(lead, "Woodcuts")
    takes_part(guest, address)
    lead.goto("/team/northlight/rounds/")
    lead.get_by_role("link", name="Woodcuts for the client").first.click()
    with lead.expect_download() as download:
        lead.get_by_role("link", name="Spreadsheet (CSV)").click()
    rows = list(csv.DictReader(io.StringIO(Path(download.value.path()).read_text("utf-8-sig"))))
    assert [(row["name"], row["picked"], row["score"]) for row in rows if row["picked"] == "yes"] == [
        ("Gus Guest", "yes", "5")
    ]

    with ben.expect_request("**/events/?team=northlight"):
        ben.goto(GALLERY)
    expect(ben.locator(".tile")).to_have_count(2)
    lead.goto("/team/northlight/people/")
    lead.get_by_role("button", name="Remove Ben Berg").first.click()
    lead.locator(".pop:popover-open").get_by_role("button", name="Remove Ben Berg").press("Enter")
    expect(lead.locator(".person")).to_have_count(2)
    complaints.expect("the server responded with a status of 404")
    # The page he had open says so by itself, and what hangs in it stays with the team.
    expect(ben.get_by_role("heading", name="Nothing here")).to_be_visible()
    expect(ben.locator(".tile")).to_have_count(0)
    lead.goto(GALLERY)
    expect(lead.locator(".tile")).to_have_count(2)
