"""The pages of two-step sign-in, which stand behind the password: in every look."""

import re

import pytest
from playwright.sync_api import Browser, Page, StorageState, expect

from tests.e2e.browser import TIMEOUT_MS
from tests.e2e.conftest import Visit
from tests.e2e.looks import fits_the_screen, has_targets_for_thumbs
from tests.e2e.product import PASSWORD, Product
from tests.e2e.test_barriers import in_every_look
from tests.pages import GUARDED

ERIN, FRED = "erin@example.com", "fred@example.com"
STEPS = f"""
from allauth.mfa.models import Authenticator
from images_app.models import User
from tests.rows import make_second_steps
erin = User.objects.get(email="{ERIN}")
print(make_second_steps(erin))
print(" ".join(Authenticator.objects.get(user=erin, type="recovery_codes").wrap().get_unused_codes()))
"""


@pytest.fixture(scope="module")
def erin(studio: Product, chromium: Browser) -> tuple[str, list[str], StorageState]:
    """The number of a passkey of hers, recovery codes, and a browser where she signed in before she had any."""
    studio.make_person(ERIN, "Erin Early")
    with chromium.new_context(base_url=studio.url) as context:
        context.set_default_timeout(TIMEOUT_MS)
        page = context.new_page()
        sign_in(page, ERIN)
        page.wait_for_url(re.compile(r"/$"))
        key, codes = studio.manage("shell", "-v0", "-c", STEPS).strip().split("\n")
        return key, codes.split(), context.storage_state()


@pytest.mark.parametrize("route", sorted(GUARDED - {"accounts/2fa/totp/activate/"}))
def test_a_guarded_page_has_no_barrier(
    visit: Visit, erin: tuple[str, list[str], StorageState], route: str
) -> None:
    key, _, state = erin
    page = visit(storage_state=state)
    open_guarded(page, "/" + route.replace("<int:pk>", key))


def test_setting_up_an_app_has_no_barrier(visit: Visit, studio: Product) -> None:
    studio.make_person(FRED, "Fred Frost")
    page = visit()
    sign_in(page, FRED)
    page.wait_for_url(re.compile(r"/$"))
    open_guarded(page, "/accounts/2fa/totp/activate/")


def test_the_second_step_has_no_barrier(visit: Visit, erin: tuple[str, list[str], StorageState]) -> None:
    page = visit()
    sign_in(page, ERIN)
    page.wait_for_url("**/accounts/2fa/authenticate/")
    in_every_look(page)
    has_targets_for_thumbs(page)
    page.get_by_label("Code").fill(erin[1][0])
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(re.compile(r"/$"))


def sign_in(page: Page, email: str) -> None:
    page.goto("/accounts/login/")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def open_guarded(page: Page, address: str) -> None:
    page.goto(address)
    if page.get_by_role("heading", name="Is it still you?").is_visible() and "reauth" not in address:
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Go on").click()
        page.wait_for_url(f"**{address}")
    expect(page.get_by_role("heading", level=1)).to_be_attached()
    in_every_look(page)
    fits_the_screen(page)
    has_targets_for_thumbs(page)
