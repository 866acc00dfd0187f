"""Presses at the same moment, each on a connection of its own: nothing is made twice, and nobody waits for ever."""

import uuid
from collections.abc import Callable, Sequence
from functools import partial

import pytest

from images_app.jobs import actions
from images_app.jobs.actions import Submitted, submit_all
from images_app.jobs.line import set_quiet
from images_app.jobs.models import Generation, ImageJob
from images_app.jobs.request import JobRequest
from images_app.providers.models import ImageModel, Provider
from images_app.teams.access import current_team
from images_app.teams.models import Membership, Team, User
from tests.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = 6


@pytest.fixture
def models(model: ImageModel) -> list[ImageModel]:
    """One at each of four endpoints, so that a press of all of them holds four lines."""
    made = [model]
    for number in range(3):
        provider = Provider.objects.create(
            slug=f"p{number}", name=f"P{number}", base_url="http://127.0.0.1:9/v1"
        )
        made.append(ImageModel.objects.create(provider=provider, name=f"m{number}", label=f"M{number}"))
    return made


def press(
    person: User, models: Sequence[ImageModel], *, key: str, team: Team | None = None
) -> list[JobRequest]:
    """Two prompts to every model, in the order given."""
    return [
        JobRequest(
            person=person,
            team=team or current_team(person),
            model=model,
            prompt=prompt,
            size="1024x1024",
            quality="",
            style="",
            n=2,
            idempotency_key=key,
            batch=uuid.uuid4(),
        )
        for prompt in ("a red door", "a blue door")
        for model in models
    ]


def pressing(
    person: User, models: Sequence[ImageModel], key: str, team: Team | None = None
) -> Callable[[], list[Submitted]]:
    return partial(submit_all, press(person, models, key=key, team=team))


def made_by(answer: object) -> list[uuid.UUID]:
    assert isinstance(answer, list), answer
    return [one.generation.pk for one in answer if isinstance(one, Submitted)]


def test_one_press_from_two_tabs_is_made_once(alice: User, models: list[ImageModel]) -> None:
    for number in range(ROUNDS):
        answers = at_once(*[pressing(alice, models, f"k{number}")] * 4)
        assert len({tuple(made_by(answer)) for answer in answers}) == 1
        assert sum(one.created for answer in answers for one in answer) == 8  # type: ignore[attr-defined]
    assert Generation.objects.count() == 8 * ROUNDS
    assert ImageJob.objects.count() == 16 * ROUNDS


def test_of_two_presses_with_one_key_one_is_made_whole_and_the_other_refused(
    alice: User, models: list[ImageModel]
) -> None:
    for number in range(ROUNDS):
        answers = at_once(
            pressing(alice, models, f"k{number}"),
            pressing(alice, models[:1:-1], f"k{number}"),
        )
        assert [type(answer) for answer in answers].count(actions.KeyReused) == 1
        [made] = [made_by(answer) for answer in answers if isinstance(answer, list)]
        kept = Generation.objects.filter(idempotency_key__regex=rf"^k{number}(:|$)")
        assert {one.pk for one in kept} == set(made)


def test_one_person_in_two_tabs_gets_both_and_every_turn_once(alice: User, models: list[ImageModel]) -> None:
    for number in range(ROUNDS):
        answers = at_once(
            pressing(alice, models, f"a{number}"),
            pressing(alice, models[::-1], f"b{number}"),
        )
        assert [len(made_by(answer)) for answer in answers] == [8, 8]
    for model in models:
        turns = list(ImageJob.objects.filter(provider=model.provider).values_list("turn", flat=True))
        assert len(set(turns)) == len(turns) == 8 * ROUNDS


def test_two_people_of_one_team_do_not_wait_for_each_other_for_ever(
    alice: User, bob: User, models: list[ImageModel]
) -> None:
    team = current_team(alice)
    Membership.objects.create(person=bob, team=team)
    for number in range(ROUNDS):
        answers = at_once(
            pressing(alice, models, f"a{number}", team),
            pressing(bob, models[::-1], f"b{number}", team),
        )
        assert [len(made_by(answer)) for answer in answers] == [8, 8]
    assert Generation.objects.filter(team=team).count() == 16 * ROUNDS


def test_lines_are_changed_left_and_joined_at_once(
    alice: User, model: ImageModel, ask: Callable[..., Generation]
) -> None:
    """Who changes from one line to the other holds both, as who leaves one does."""
    for number in range(ROUNDS):
        moved, left = ask(alice, "moved", n=4), ask(alice, "left", n=4)
        quiet = number % 2 == 0
        if not quiet:
            set_quiet(moved, alice, True)
        answers = at_once(
            partial(set_quiet, moved, alice, quiet),
            partial(actions.cancel_generation, left, alice),
            pressing(alice, [model], f"j{number}"),
        )
        assert answers[:2] == [4, 4]
        assert len(made_by(answers[2])) == 2
