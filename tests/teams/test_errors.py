"""Error pages: in our design, with nothing inside and without the database."""

from collections.abc import Callable

import pytest
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.views.defaults import server_error

from images_app.teams.models import User


def test_a_page_that_is_not_there(alice: User, client_of: Callable[[User], Client]) -> None:
    response = client_of(alice).get("/nowhere/at/all/")
    assert response.status_code == 404 and "Nothing here" in response.text
    assert "/nowhere" not in response.text


def test_a_form_without_its_token_says_so(alice: User) -> None:
    response = Client(enforce_csrf_checks=True).post("/accounts/login/", {"login": "x"})
    assert response.status_code == 403 and "went stale" in response.text


def test_a_failure_of_ours_needs_no_database() -> None:
    response = server_error(RequestFactory().get("/"))
    assert response.status_code == 500 and b"Something broke here" in response.content


@pytest.mark.parametrize("name", ["400", "403", "403_csrf", "404", "429", "500"])
def test_every_error_page_draws_without_anything_given(name: str) -> None:
    page = render_to_string(f"{name}.html")
    assert "<h1>" in page and "<script" not in page and "style=" not in page
