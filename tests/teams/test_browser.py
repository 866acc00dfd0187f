"""The door and the admin in a real browser: nothing the policy blocks, nothing a screen reader trips over."""

import os
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright
from pytest_django.live_server_helper import LiveServer

from images_app.providers.models import ImageModel, Provider
from images_app.teams.models import User
from tests.conftest import PASSWORD

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        path = os.environ.get("CHROMIUM", "/usr/bin/chromium")
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        yield playwright.chromium.launch(
            executable_path=path if os.path.exists(path) else None, args=arguments
        )


class Watched:
    """A page that remembers what its policy blocked."""

    def __init__(self, page: Page, base: str) -> None:
        self.page, self.base, self.blocked = page, base, list[str]()
        page.on("console", self._heard)

    def open(self, path: str) -> None:
        self.page.goto(self.base + path)
        self.page.wait_for_load_state("networkidle")

    def sign_in(self, person: User) -> None:
        self.open("/accounts/login/")
        self.page.fill("[name=login]", person.email)
        self.page.fill("[name=password]", PASSWORD)
        self.page.click("main button[type=submit]")
        self.page.wait_for_url(self.base + "/")

    def _heard(self, message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            self.blocked.append(message.text)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_the_door_is_accessible(
    theme: str, width: int, browser: Browser, live_server: LiveServer, alice: User
) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": 850},
        color_scheme=theme,  # type: ignore[arg-type]
        reduced_motion="reduce",
    )
    watched = Watched(context.new_page(), live_server.url)
    paths = ("/accounts/login/", "/accounts/signup/", "/accounts/password/reset/", "/nowhere/")
    for path in paths:
        watched.open(path)
        assert not watched.page.evaluate("document.documentElement.scrollWidth > innerWidth"), path
        assert not watched.blocked, path
    for path in paths:  # apart, since axe itself tries inline styles
        watched.open(path)
        found = Axe().run(watched.page).response["violations"]
        assert not found, (path, [violation["id"] for violation in found])
    context.close()


def test_the_admin_keeps_to_the_policy(
    browser: Browser, live_server: LiveServer, admin: User, model: ImageModel
) -> None:
    context = browser.new_context()
    watched = Watched(context.new_page(), live_server.url)
    watched.sign_in(admin)
    provider = Provider.objects.get()
    for path in (
        "",
        "images_app/provider/",
        f"images_app/provider/{provider.pk}/change/",
        f"images_app/imagemodel/{model.pk}/change/",
        "images_app/user/add/",
        f"images_app/user/{admin.pk}/change/",
    ):
        watched.open(f"/admin/{path}")
        assert watched.page.locator("#site-name").is_visible(), path
        assert not watched.blocked, path
    context.close()
