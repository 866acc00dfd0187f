"""What became of a press, told to who was not there: one notice a press, however its pictures came."""

import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from images_app.jobs.models import Generation, ImageJob, JobEvent
from images_app.jobs.states import State
from images_app.jobs.transition import move
from images_app.lib import here
from images_app.notices import presses
from images_app.notices.models import Kind, Notice, Walk
from images_app.providers.models import ImageModel
from images_app.teams.audience import Audience
from images_app.teams.models import Deed, Happening, User
from images_app.teams.roles import Role
from tests.rows import make_generation, make_job, make_picture
from tests.teamwork.conftest import Crew, crew

__all__ = ["crew"]

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def looked(monkeypatch: pytest.MonkeyPatch) -> Iterator[set[str]]:
    """The walk has begun; whoever is put into this set has a page open."""
    there: set[str] = set()
    monkeypatch.setattr(here, "looked_since", lambda person, moment: person in there)
    presses.look()
    yield there


def look() -> int:
    return presses.look(timezone.now() + timedelta(minutes=1))


def told() -> list[tuple[str, int]]:
    return sorted(Notice.objects.values_list("kind", "count"))


def finish(job: ImageJob, state: State) -> None:
    JobEvent.objects.create(job=job, from_state=State.SENT, to_state=state)
    ImageJob.objects.filter(pk=job.pk).update(state=state)


def press(person: User, model: ImageModel, *states: State, **fields: Any) -> Generation:
    generation = make_generation(person, model, n=len(states), **fields)
    for position, state in enumerate(states):
        make_job(generation, state, position=position)
    return generation


def test_a_press_whose_pictures_are_done_is_one_notice(alice: User, model: ImageModel) -> None:
    press(alice, model, State.SUCCEEDED, State.SUCCEEDED, State.CANCELLED)
    look()
    assert told() == [(Kind.FINISHED, 2)]
    look()
    assert len(told()) == 1


def test_several_prompts_of_one_press_are_one_notice(alice: User, model: ImageModel) -> None:
    batch = uuid.uuid4()
    for _ in range(3):
        press(alice, model, State.SUCCEEDED, batch=batch)
    look()
    assert told() == [(Kind.FINISHED, 3)]


def test_nothing_is_told_before_the_last_one_is_there(alice: User, model: ImageModel) -> None:
    generation = press(alice, model, State.SUCCEEDED, State.SENT)
    look()
    assert told() == []
    finish(generation.jobs.get(state=State.SENT), State.REJECTED)
    look()
    assert told() == [(Kind.FAILED, 1), (Kind.FINISHED, 1)]


def test_whoever_has_a_page_open_is_not_told(alice: User, model: ImageModel, looked: set[str]) -> None:
    looked.add(str(alice.pk))
    press(alice, model, State.SUCCEEDED)
    press(alice, model, State.FAILED)
    look()
    assert told() == []


def test_a_decision_is_told_at_once_and_to_everybody(
    alice: User, model: ImageModel, looked: set[str]
) -> None:
    looked.add(str(alice.pk))
    press(alice, model, State.UNKNOWN, State.SENT)
    look()
    assert told() == [(Kind.DECISION, 0)]


def test_a_press_that_was_cancelled_is_no_news(alice: User, model: ImageModel) -> None:
    press(alice, model, State.CANCELLED, State.CANCELLED)
    look()
    assert told() == []


def test_what_was_before_the_first_look_is_no_news(alice: User, model: ImageModel) -> None:
    Walk.objects.all().delete()
    press(alice, model, State.SUCCEEDED)
    look()
    look()
    assert told() == []


def test_events_that_have_not_settled_wait(alice: User, model: ImageModel) -> None:
    press(alice, model, State.SUCCEEDED)
    assert presses.look() == 0
    assert look() > 0


def test_of_two_walks_at_once_one_stops(alice: User, model: ImageModel) -> None:
    press(alice, model, State.SUCCEEDED)
    stale = Walk.objects.get()
    events = list(JobEvent.objects.order_by("pk"))
    look()
    assert not presses._step(stale, events)
    assert told() == [(Kind.FINISHED, 1)]


def test_a_walk_takes_many_events_in_steps(
    alice: User, model: ImageModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(presses, "STEP", 3)
    for _ in range(4):
        press(alice, model, State.SUCCEEDED, State.SUCCEEDED)
    assert look() == 16
    assert told() == [(Kind.FINISHED, 2)] * 4


def test_pictures_the_team_sees_from_the_start_are_part_of_its_activity(
    crew: Crew, model: ImageModel
) -> None:
    generation = make_generation(crew[Role.MEMBER], model, team=crew.team)
    shown = make_picture(generation, audience=Audience.TEAM)
    make_picture(make_generation(crew[Role.MEMBER], model, team=crew.team))
    look()
    (row,) = Happening.objects.filter(kind=Deed.SHOWN)
    assert (row.image, row.created_at) == (shown, shown.created_at)


def test_a_change_of_state_itself_writes_no_notice(alice: User, model: ImageModel) -> None:
    job = make_job(make_generation(alice, model), State.RECEIVED)
    assert move(job, [State.RECEIVED], State.SUCCEEDED)
    assert not Notice.objects.exists()
