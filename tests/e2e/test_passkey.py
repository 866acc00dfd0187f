"""A passkey, from a virtual authenticator of Chromium's: added, and then the only thing one signs in with."""

from playwright.sync_api import Page, expect

from tests.e2e.conftest import Somebody, Visit
from tests.e2e.looks import fits_the_screen, has_no_barrier
from tests.e2e.product import PASSWORD, Product


def with_authenticator(page: Page) -> None:
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def at_localhost(page: Page, studio_url: str, path: str) -> None:
    """Browsers know no passkeys at a bare address."""
    page.goto(studio_url.replace("127.0.0.1", "localhost") + path)


def test_a_passkey_signs_one_in(visit: Visit, bob: Somebody, studio: Product) -> None:
    url = studio.url
    page = visit()
    with_authenticator(page)
    at_localhost(page, url, "/accounts/login/")
    page.get_by_label("Email").fill(bob.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.locator("#composer")).to_be_visible()
    at_localhost(page, url, "/accounts/2fa/")
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("button", name="Add it")).to_be_visible()
    has_no_barrier(page)
    page.get_by_role("button", name="Add it").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    fits_the_screen(page)
    has_no_barrier(page)

    page.context.clear_cookies()
    at_localhost(page, url, "/accounts/login/?next=/library/")
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("button", name="Search")).to_be_visible()  # the library

    at_localhost(page, url, "/accounts/2fa/webauthn/")
    has_no_barrier(page)
    page.get_by_role("link", name="Remove Passkey").click()
    # To have come in is not enough for this.
    expect(page.get_by_role("heading", name="Is it still you?")).to_be_visible()
    page.get_by_role("link", name="Use a passkey").click()
    page.get_by_role("button", name="Use a passkey").click()
    page.get_by_role("button", name="Remove it").click()
    expect(page.get_by_text("You have none yet.")).to_be_visible()
