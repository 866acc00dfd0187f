"""The library of somebody with many pictures, in every kind of browser."""

import pytest
from playwright.sync_api import Page

from tests.e2e.browser import PHONE, mark
from tests.e2e.conftest import Somebody, Visit
from tests.e2e.hands.steps import SWANS


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
