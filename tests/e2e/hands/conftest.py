"""Somebody with many pictures, and her library in every kind of browser."""

import pytest
from playwright.sync_api import Browser, Page

from tests.e2e.browser import PHONE, mark
from tests.e2e.conftest import Made, Somebody, Visit, make_somebody
from tests.e2e.hands.steps import FEW, MANY, SWANS
from tests.e2e.product import Product

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
def dora(studio: Product, chromium: Browser, picture: Made) -> Somebody:
    """Somebody with many pictures."""
    somebody = make_somebody(studio, chromium, "dora@example.com", "Dora Dale")
    studio.manage("shell", "-c", SEED)
    return somebody


@pytest.fixture
def desk(visit: Visit, dora: Somebody) -> Page:
    return visited(visit(dora))


@pytest.fixture
def library(desk: Page) -> Page:
    desk.goto(SWANS)
    mark(desk)
    return desk


@pytest.fixture
def phone(visit: Visit, dora: Somebody) -> Page:
    page = visited(visit(dora, **PHONE))
    page.goto(SWANS)
    mark(page)
    return page


@pytest.fixture
def plain(visit: Visit, dora: Somebody) -> Page:
    page = visited(visit(dora, java_script_enabled=False))
    page.goto(SWANS)
    return page


def visited(page: Page) -> Page:
    """Whatever the test before did: nothing of hers is in the trash, and nothing has a heart."""
    page.goto("/library/")
    token = page.locator("#hands input[name=csrfmiddlewaretoken]").get_attribute("value") or ""
    for address, form in [
        ("/images/restore/", {"everything": "1"}),
        ("/images/favourite/", {"all": "1", "on": "0"}),
    ]:
        answer = page.request.post(
            address,
            form={**form, "csrfmiddlewaretoken": token},
            headers={"HX-Request": "true", "Referer": page.url},
        )
        assert answer.ok
    return page
