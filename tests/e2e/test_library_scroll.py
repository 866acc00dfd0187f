"""The library stays light however far one scrolls, is searched from its box, and keeps its filters."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Made
from tests.e2e.product import Product

PICTURES = 400
MANY = f"""
import uuid
from images_app.images import search
from images_app.images.models import StoredImage
from images_app.jobs.models import Attempt, ImageJob
image = StoredImage.objects.get(pk="%s")
for number in range({PICTURES}):
    generation, job, attempt = image.job.generation, image.job, image.attempt
    generation.pk, generation.idempotency_key = uuid.uuid4(), uuid.uuid4().hex
    generation.prompt = f"Copy number {{number}}"
    generation._state.adding = True
    generation.save()
    job.pk, job.generation, job._state.adding = uuid.uuid4(), generation, True
    job.save()
    attempt.pk, attempt.job, attempt._state.adding = uuid.uuid4(), job, True
    attempt.save()
    image.pk, image.job, image.attempt, image._state.adding = uuid.uuid4(), job, attempt, True
    image.save()
    search.enter(image, generation.prompt)
"""


@pytest.fixture(scope="package")
def many(studio: Product, picture: Made) -> None:
    studio.manage("shell", "-c", MANY % picture.id)


def test_far_pictures_leave_the_page_and_come_back(page: Page, many: None) -> None:
    page.goto("/library/")
    first = page.locator(".tile-a").first.get_attribute("href")
    for _ in range(60):
        page.mouse.wheel(0, 3000)
        page.wait_for_timeout(60)
        if page.locator("[data-leaf]").count() > 5 and not page.locator(".more").count():
            break
    expect(page.locator("[data-leaf][data-away]").first).to_be_attached()
    assert page.locator(".tile-a").count() <= 300
    height = page.evaluate("document.scrollingElement.scrollHeight")
    page.evaluate("scrollTo(0, 0)")
    expect(page.locator(f".tile-a[href='{first}']")).to_be_visible()
    expect(page.locator("[data-leaf]").first).not_to_have_attribute("data-away", "")
    now = page.evaluate("document.scrollingElement.scrollHeight")
    assert abs(now - height) < height * 0.05


def test_words_are_looked_for_while_they_are_typed(page: Page, many: None) -> None:
    page.goto("/library/")
    page.keyboard.press("/")
    page.keyboard.type("copy 39")
    expect(page).to_have_url(re.compile(r"/library/\?text=copy\+39$"))
    expect(page.locator(".tile-a")).to_have_count(11)  # 39 and 390 to 399
    expect(page.get_by_role("status").filter(has_text="11 pictures")).to_be_visible()


def test_filters_are_saved_and_applied(page: Page, many: None) -> None:
    page.goto("/library/?text=copy+39")
    page.get_by_role("button", name="Views").click()
    page.get_by_label("Save these filters as").fill("Thirty-nine")
    page.get_by_role("button", name="Save", exact=True).click()
    page.goto("/library/")
    page.get_by_role("button", name="Views").click()
    page.get_by_role("link", name="Thirty-nine").click()
    expect(page.locator(".tile-a")).to_have_count(11)
