"""Somebody without an account is shown pictures and says what they think; the team reads it."""

import csv
import io
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.e2e.browser import PHONE, Complaints
from tests.e2e.conftest import Made, Somebody, Visit
from tests.e2e.looks import fits_the_screen, has_no_barrier, has_targets_for_thumbs
from tests.e2e.test_barriers import LOOKS, look

SECRET = "open sesame"


def share(page: Page, picture: Made) -> str:
    """The address of a new link with a password, an end and a round."""
    page.goto(f"{picture.address}links/")
    page.get_by_label("Title").fill("For the door")
    page.get_by_label("Good for").select_option("7")
    page.get_by_label("Password").fill(SECRET)
    for asked in ("Pick the ones they like", "Score each from 1 to 5", "Comment in words"):
        page.get_by_role("switch", name=asked).press("Space")
    page.get_by_label("Guests answer until").fill(str(datetime.now(UTC).date() + timedelta(days=2)))
    page.get_by_label("A word to them").fill("Which one?")
    page.get_by_role("button", name="Make the link").click()
    return page.get_by_role("textbox", name="The link").input_value()


def come_in(guest: Page, address: str, name: str) -> None:
    guest.goto(address)
    guest.get_by_label("Password").fill(SECRET)
    guest.keyboard.press("Enter")
    guest.get_by_label("Your name").fill(name)
    guest.keyboard.press("Enter")
    expect(guest.get_by_role("heading", name=f"What do you think, {name}?")).to_be_visible()


def in_every_look(page: Page) -> None:
    for scheme, width in LOOKS:
        look(page, scheme, width)
        has_no_barrier(page, targets=True)


def test_a_guest_takes_part_by_keyboard_and_the_lead_takes_the_tally_away(
    visit: Visit, alice: Somebody, picture: Made
) -> None:
    lead, guest = visit(alice), visit(**PHONE)
    address = share(lead, picture)
    come_in(guest, address, "Mia Moon")
    fits_the_screen(guest)
    has_targets_for_thumbs(guest)
    guest.get_by_role("checkbox", name="Pick this one").press("Space")
    guest.get_by_role("radio", name="1 of 5").focus()
    for _ in range(3):
        guest.keyboard.press("ArrowRight")
    expect(guest.get_by_role("radio", name="4 of 5")).to_be_checked()
    guest.get_by_label("Your comment").press_sequentially("A little darker?")
    said = guest.locator("[data-said]")
    expect(said).to_have_text(re.compile("Saved. 1 of 1 answered"))
    guest.reload()
    expect(guest.get_by_label("Your comment")).to_have_value("A little darker?")
    expect(guest.get_by_role("radio", name="4 of 5")).to_be_checked()
    guest.get_by_role("button", name="I am done").click()
    expect(guest.locator(".opinion")).to_contain_text("Thank you")
    in_every_look(guest)

    lead.goto("/team/alice-ardent/rounds/")
    lead.get_by_role("link", name="For the door").first.click()
    expect(lead.locator(".tally-line")).to_contain_text("A little darker?")
    in_every_look(lead)
    with lead.expect_download() as download:
        lead.get_by_role("link", name="Spreadsheet (CSV)").click()
    rows = list(csv.DictReader(io.StringIO(Path(download.value.path()).read_text("utf-8-sig"))))
    assert [(row["name"], row["picked"], row["score"], row["comment"]) for row in rows] == [
        ("Mia Moon", "yes", "4", "A little darker?")
    ]
    lead.get_by_role("button", name="Close it now").click()
    guest.reload()
    expect(guest.locator(".opinion")).to_contain_text("4 of 5")
    expect(guest.locator(".opinion form")).to_have_count(0)
    in_every_look(guest)


def test_answers_on_their_way_outlive_a_page_that_was_quicker(
    visit: Visit, alice: Somebody, picture: Made, complaints: Complaints
) -> None:
    complaints.expect("net::ERR_INTERNET_DISCONNECTED")
    guest = visit(**PHONE)
    come_in(guest, share(visit(alice), picture), "Ida")
    answers = re.compile(r"/answer/$")
    guest.route(answers, lambda route: route.abort("internetdisconnected"))
    comment, said = guest.get_by_label("Your comment"), guest.locator("[data-said]")
    score = guest.get_by_role("radio", name="4 of 5")
    score.press("Space")
    comment.press_sequentially("A little darker?")
    guest.reload()
    expect(comment).to_have_value("A little darker?")
    expect(score).to_be_checked()
    expect(said).to_contain_text("cannot be reached")
    guest.unroute(answers)
    guest.reload()
    expect(said).to_contain_text("Saved.")
    guest.evaluate("sessionStorage.clear()")
    guest.reload()
    expect(comment).to_have_value("A little darker?")
    expect(score).to_be_checked()


def test_without_script_it_is_plain_forms(visit: Visit, alice: Somebody, picture: Made) -> None:
    guest = visit(**PHONE, java_script_enabled=False)
    come_in(guest, share(visit(alice), picture), "Tom")
    guest.get_by_role("checkbox", name="Pick this one").check()
    guest.get_by_role("radio", name="5 of 5").check()
    guest.get_by_label("Your comment").fill("This one")
    guest.get_by_role("button", name="Save", exact=True).click()
    expect(guest.get_by_role("checkbox", name="Pick this one")).to_be_checked()
    expect(guest.get_by_label("Your comment")).to_have_value("This one")
