"""What tests of many pictures do with Dora's library, by name."""

import csv
import hashlib
import io
import re
import zipfile

from playwright.sync_api import Download, Locator, Page, expect

from tests.e2e.product import Product

SWANS = "/library/?text=swan"


def pictures(page: Page) -> Locator:
    return page.locator("main .tile-a")


def boxes(page: Page) -> Locator:
    return page.get_by_role("checkbox", name=re.compile("^Select: "))


def bar(page: Page) -> Locator:
    return page.get_by_role("form", name="Selected pictures")


def ticked(page: Page) -> list[int]:
    """Numbers of the tiles that are picked."""
    found: list[int] = page.evaluate(
        "[...document.querySelectorAll('main .pick input')].flatMap((box, at) => box.checked ? [at] : [])"
    )
    return found


def counts(page: Page, words: str) -> None:
    expect(page.locator(".bulk-n")).to_have_text(words)
    expect(page.get_by_role("status").filter(has_text=words)).to_be_attached()


def tick(page: Page, at: int) -> None:
    pictures(page).nth(at).hover()
    boxes(page).nth(at).click()


def toast(page: Page, words: str) -> Locator:
    note = page.locator(".toast").filter(has_text=words)
    expect(note).to_be_visible()
    return note


def press(page: Page, button: str) -> None:
    bar(page).get_by_role("button", name=button).click()


def tab_to(page: Page, there: Locator, *, back: bool = False) -> None:
    for _ in range(60):
        page.keyboard.press("Shift+Tab" if back else "Tab")
        if there.count() and there.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError(f"Tab does not lead to {there}")


def has_originals(download: Download, studio: Product, count: int) -> list[dict[str, str]]:
    """Opens the archive; its manifest's rows."""
    with zipfile.ZipFile(download.path()) as archive:
        assert archive.testzip() is None
        text = archive.read("manifest.csv").decode("utf-8-sig")
        rows = list(csv.DictReader(io.StringIO(text, newline="")))
        assert len(rows) == len(archive.namelist()) - 1 == count
        for row in rows:
            digest = hashlib.sha256(archive.read(row["file"])).hexdigest()
            there = studio.one(
                "SELECT sha256 FROM images_app_storedimage WHERE id = ?", row["picture"].replace("-", "")
            )
            assert digest == row["sha256"] == there
            assert re.fullmatch(r"Number \d+, a (fox|heron)( and a swan)?", row["prompt"])
            assert (row["model"], row["size asked for"], row["note"]) == ("DALL·E 3", "1024x1024", "")
    return rows
