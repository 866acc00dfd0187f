"""The queue's page and drawer, and what can be done there."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from images_app.jobs.models import Generation, ImageJob
from images_app.jobs.states import State
from images_app.providers.models import ImageModel, Provider
from images_app.teams.access import current_team
from images_app.teams.models import Membership, User
from tests.rows import make_generation, make_job

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}
Ask = Callable[..., Generation]
ClientOf = Callable[[User], Client]


def page(client: Client, **headers: str) -> str:
    return client.get("/queue/", headers=headers or None).content.decode()


def prompts(html: str) -> list[str]:
    return re.findall(r'class="q-prompt" dir="auto">([^<]*)<', html)


def test_mine_stand_in_the_order_of_the_line_and_what_develops_comes_first(
    browser: Client, alice: User, model: ImageModel, ask: Ask
) -> None:
    ask(alice, "first", n=2)
    ask(alice, "second")
    make_job(make_generation(alice, model, "developing"), State.SENT)
    html = page(browser)
    assert prompts(html) == ["developing", "first", "second"]
    assert "Next to 2nd" in html
    assert "3rd" in html
    assert "1 developing" in html


def test_htmx_gets_the_inside_of_the_drawer(browser: Client, alice: User, ask: Ask) -> None:
    ask(alice)
    html = page(browser, **HTMX)
    assert "<html" not in html
    assert 'id="queue-box"' in html


def test_of_others_nothing_is_shown_that_they_wrote(
    browser: Client, alice: User, bob: User, ask: Ask
) -> None:
    team = current_team(alice)
    Membership.objects.create(person=bob, team=team)
    ask(bob, "Bob's secret", n=3, team=team)
    html = page(browser)
    assert "Bob Bright" in html
    assert "3 pictures" in html
    assert "DALL·E 3" in html
    assert "Square" in html
    assert "Next to 3rd" in html
    assert "secret" not in html


def test_of_other_teams_only_a_number_is_shown(browser: Client, alice: User, bob: User, ask: Ask) -> None:
    ask(bob, "Bob's secret", n=3)
    ask(alice, "mine")
    html = page(browser)
    assert "3 more pictures of other teams wait too" in html
    assert "Bob" not in html


@pytest.mark.parametrize(
    ("limits", "why"),
    [
        ({"paused_at": "2026-01-01T00:00Z", "pause_reason": "too dear"}, "Paused: too dear."),
        ({"cooldown_until": "2100-01-01T00:00Z"}, "The endpoint asked us to wait"),
        ({"images_per_minute": 1}, "The endpoint&#x27;s limit of 1 a minute: 1 ahead"),
        ({"max_in_flight": 1}, "The endpoint&#x27;s only place is taken: 1 ahead"),
    ],
)
def test_it_says_why_something_waits(
    browser: Client, alice: User, ask: Ask, limits: dict[str, Any], why: str
) -> None:
    ask(alice, "first")
    ask(alice, "second")
    Provider.objects.update(**limits)
    assert why in page(browser)


def test_the_page_asks_no_more_of_the_database_for_many(
    browser: Client, alice: User, bob: User, ask: Ask, django_assert_max_num_queries: Any
) -> None:
    Membership.objects.create(person=bob, team=current_team(alice))

    def queries() -> int:
        with django_assert_max_num_queries(30) as captured:
            page(browser)
        return len(captured)

    ask(alice)
    ask(bob, team=current_team(alice))
    queries()  # measured times are remembered for a while
    few = queries()
    for _ in range(5):
        ask(alice, n=4)
        ask(bob, n=4, team=current_team(alice))
    assert queries() == few


def test_one_can_be_moved_before_the_others(browser: Client, alice: User, ask: Ask) -> None:
    ask(alice, "a")
    ask(alice, "b")
    last = ask(alice, "c")
    address = f"/generations/{last.pk}/turn/"
    answer = browser.post(address, {"move": "first", "next": "/queue/"}, headers=HTMX, follow=True)
    assert prompts(answer.content.decode()) == ["c", "a", "b"]
    assert browser.post(address, {"move": "down", "next": "/queue/"})["Location"] == "/queue/"
    assert prompts(page(browser)) == ["a", "c", "b"]
    assert browser.post(address, {"move": "sideways", "next": "/queue/"}).status_code == 302
    assert prompts(page(browser)) == ["a", "c", "b"]


def test_one_can_wait_until_it_is_quiet(browser: Client, alice: User, ask: Ask) -> None:
    first = ask(alice, "a", n=2)
    ask(alice, "b")
    browser.post(f"/generations/{first.pk}/quiet/", {"quiet": "1", "next": "/queue/"})
    assert prompts(page(browser)) == ["b", "a"]
    assert set(first.jobs.values_list("quiet", flat=True)) == {True}
    run = browser.post(f"/generations/{first.pk}/quiet/", {"quiet": "0"}, headers=HTMX).content.decode()
    assert run.count('data-state="queued"') == 2
    assert not ImageJob.objects.filter(quiet=True).exists()


def test_all_that_waits_can_be_cancelled_from_the_drawer(browser: Client, alice: User, ask: Ask) -> None:
    ask(alice, n=3)
    answer = browser.post("/jobs/cancellation/", {"next": "/queue/"}, headers=HTMX, follow=True)
    assert "Nothing of yours is under way." in answer.content.decode()
    assert ImageJob.objects.filter(state=State.CANCELLED).count() == 3


@pytest.mark.parametrize("verb", ["turn", "quiet", "retry", "decision"])
def test_a_stranger_cannot_touch_my_line(
    alice: User, bob: User, ask: Ask, client_of: ClientOf, verb: str
) -> None:
    generation = ask(alice)
    stranger = client_of(bob)
    assert stranger.post(f"/generations/{generation.pk}/{verb}/").status_code == 404
    assert client_of(alice).get(f"/generations/{generation.pk}/{verb}/").status_code == 405


def test_the_queue_is_closed_to_visitors(alice: User) -> None:
    assert Client().get("/queue/")["Location"].startswith("/accounts/login/")
