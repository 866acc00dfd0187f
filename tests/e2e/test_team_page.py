"""The switch of a team, with and without a script."""

import pytest
from playwright.sync_api import expect

from tests.e2e.browser import PHONE
from tests.e2e.conftest import Somebody, Visit
from tests.e2e.looks import fits_the_screen, has_no_barrier, has_targets_for_thumbs

SETTINGS = "/team/bob-bright/settings/"


@pytest.mark.parametrize("script", [True, False])
def test_prompts_are_let_into_the_files_and_kept_out_again(visit: Visit, bob: Somebody, script: bool) -> None:
    page = visit(bob, java_script_enabled=script)
    switch = page.get_by_role("switch", name="Write the prompt into display copies")
    for on in (True, False):
        page.goto(SETTINGS)
        switch.set_checked(on)
        page.get_by_role("button", name="Save").click()
        expect(page.locator(".notices")).to_have_text("Saved.")
        expect(switch).to_be_checked(checked=on)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_a_phone_and_stands_in_nobodys_way(visit: Visit, bob: Somebody, scheme: str) -> None:
    page = visit(bob, **PHONE, color_scheme=scheme)
    page.goto(SETTINGS)
    fits_the_screen(page)
    has_targets_for_thumbs(page)
    has_no_barrier(page)
