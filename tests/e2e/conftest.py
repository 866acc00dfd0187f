"""One installation and one browser for the whole folder, and a page that must have nothing to complain about.

Everything shared has the scope of the package: Playwright's event loop runs in this thread while it is open, and
tests elsewhere bring loops of their own.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, StorageState, expect, sync_playwright

from tests.e2e.browser import (
    TIMEOUT_MS,
    Complaints,
    generate,
    launch,
    open_context,
    sign_in,
    tile,
)
from tests.e2e.product import PASSWORD, Product, product

HERE = Path(__file__).parent
FIRST_PROMPT = "A lighthouse above a quiet sea, paper collage"

Visit = Callable[..., Page]


@dataclass(frozen=True)
class Somebody:
    """A person who has signed in: ``state`` opens any number of browsers as them."""

    email: str
    state: StorageState


@dataclass(frozen=True)
class Made:
    """A picture that exists: its page, and what it was asked for with."""

    address: str
    prompt: str

    @property
    def id(self) -> str:
        return self.address.strip("/").split("/")[-1]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.e2e)


MANY, FEW = 150, 12  # pictures of Dora's: more than two pages of the library; those with a swan
# Each has the bytes of the first picture there is.
SEED = f"""
from tests.rows import make_generation, make_picture
from images_app.models import ImageModel, StoredImage, User
person, model = User.objects.get(email="dora@example.com"), ImageModel.objects.first()
first = StoredImage.objects.first()
names = ("original_key", "preview_key", "thumbnail_key", "width", "height", "sha256", "bytes")
for number in range({MANY}):
    animals = ("fox" if number % 2 else "heron") + (" and a swan" if number < {FEW} else "")
    generation = make_generation(person, model, f"Number {{number}}, a {{animals}}")
    make_picture(generation, **{{name: getattr(first, name) for name in names}})
"""


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright, launch(playwright) as browser:
        yield browser


@pytest.fixture(scope="package")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """The installation that all tests but the first start's share."""
    with product(tmp_path_factory.mktemp("studio")) as running:
        yield running


@pytest.fixture(scope="package")
def alice(studio: Product, chromium: Browser) -> Somebody:
    return make_somebody(studio, chromium, "alice@example.com", "Alice Ardent")


@pytest.fixture(scope="package")
def bob(studio: Product, chromium: Browser) -> Somebody:
    """A stranger to Alice."""
    return make_somebody(studio, chromium, "bob@example.com", "Bob Bright")


@pytest.fixture(scope="package")
def picture(studio: Product, chromium: Browser, alice: Somebody) -> Made:
    """Alice's first picture. Her studio has given its empty page away once this is there."""
    with chromium.new_context(base_url=studio.url, storage_state=alice.state) as context:
        context.set_default_timeout(TIMEOUT_MS)
        run = generate(context.new_page(), FIRST_PROMPT)
        return Made(address_of(run), FIRST_PROMPT)


# Not in hands/conftest.py: a fixture of that package is made anew whenever a worker comes back to it.
@pytest.fixture(scope="package")
def dora(studio: Product, chromium: Browser, picture: Made) -> Somebody:
    """Somebody with many pictures."""
    somebody = make_somebody(studio, chromium, "dora@example.com", "Dora Dale")
    studio.manage("shell", "-c", SEED)
    return somebody


@pytest.fixture
def complaints() -> Iterator[Complaints]:
    heard = Complaints()
    yield heard
    assert heard.unexpected == []


@pytest.fixture
def visit(studio: Product, chromium: Browser, complaints: Complaints) -> Iterator[Visit]:
    """Opens a page of one's own: ``visit(alice)``, or ``visit()`` for nobody; options as Playwright names them."""
    contexts = []

    def opened(somebody: Somebody | None = None, **options: Any) -> Page:
        if somebody:
            options["storage_state"] = somebody.state
        contexts.append(open_context(chromium, complaints, base_url=studio.url, **options))
        return contexts[-1].new_page()

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture
def page(visit: Visit, alice: Somebody, picture: Made) -> Page:
    """Alice at her desk."""
    return visit(alice)


def address_of(run: Any) -> str:
    """The address of a run's picture, once it is there."""
    link = tile(run, "succeeded").locator(".tile-a").first
    expect(link).to_be_visible()
    address = link.get_attribute("href")
    assert address and re.fullmatch(r"/images/[0-9a-f-]{36}/", address)
    return address


def make_somebody(studio: Product, chromium: Browser, email: str, name: str) -> Somebody:
    studio.make_person(email, name)
    with chromium.new_context(base_url=studio.url) as context:
        context.set_default_timeout(TIMEOUT_MS)
        sign_in(context.new_page(), email, PASSWORD)
        return Somebody(email, context.storage_state())
