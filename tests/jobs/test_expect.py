"""What somebody who waits is told: the place in line and why."""

from collections.abc import Callable
from typing import Any

import pytest

from images_app.jobs.expect import Line, lines
from images_app.jobs.models import Generation, ImageJob
from images_app.jobs.states import State
from images_app.providers.models import ImageModel, Provider
from images_app.teams.models import User
from tests.rows import make_generation, make_job

pytestmark = pytest.mark.django_db


def last_line(**limits: Any) -> Line:
    """The prospects of the last job in line, at a provider with these columns."""
    Provider.objects.update(**limits)
    last = ImageJob.objects.filter(state=State.QUEUED).latest("turn")
    return lines([last])[last.pk]


def test_the_first_in_line_starts_at_once(alice: User, ask: Callable[..., Generation]) -> None:
    ask(alice)
    assert last_line() == Line(place=1, starts_in_s=0, why="")


@pytest.mark.parametrize(
    ("reason", "why"),
    [
        ("billing: The endpoint refuses over billing.", "Paused: The endpoint refuses over billing"),
        ("By Ada Admin: too dear this week", "Paused: too dear this week"),
        ("nobody knows", "Paused: nobody knows"),
    ],
)
def test_a_pause_is_told_in_words_alone(
    alice: User, ask: Callable[..., Generation], provider: Provider, reason: str, why: str
) -> None:
    ask(alice)
    provider.pause(reason)
    assert last_line() == Line(place=1, starts_in_s=None, why=why)


def test_a_provider_that_is_switched_off_has_no_reason_to_give(
    alice: User, ask: Callable[..., Generation]
) -> None:
    ask(alice)
    assert last_line(enabled=False).why == "Paused"


def test_a_rate_limit_is_waited_out(alice: User, ask: Callable[..., Generation], provider: Provider) -> None:
    ask(alice)
    provider.cool_down(120)
    line = last_line()
    assert line.why == "The endpoint asked us to wait"
    assert line.starts_in_s in range(115, 122)


def test_our_own_limit_names_those_ahead(alice: User, ask: Callable[..., Generation]) -> None:
    ask(alice, n=3)
    line = last_line(images_per_minute=2)
    assert line == Line(place=3, starts_in_s=30, why="The endpoint's limit of 2 a minute: 2 ahead")


def test_full_places_are_waited_for(alice: User, model: ImageModel, ask: Callable[..., Generation]) -> None:
    make_job(make_generation(alice, model), State.SENT)
    ask(alice)
    line = last_line(max_in_flight=1)
    assert (line.place, line.why) == (1, "The endpoint's only place is taken")
    assert line.starts_in_s
