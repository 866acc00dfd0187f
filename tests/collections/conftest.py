"""Northwind and its people: Alice owns it, Kenji and Mara are members, Vera only looks, Bob is a stranger."""

from collections.abc import Callable

import pytest

from images_app.collections import actions
from images_app.collections.models import Collection
from images_app.images.models import StoredImage
from images_app.providers.models import ImageModel
from images_app.teams.actions import choose_team, make_person, make_team
from images_app.teams.audience import Audience
from images_app.teams.models import Membership, Team, User
from images_app.teams.roles import Role
from tests.rows import make_generation, make_picture

Pictures = Callable[..., list[StoredImage]]


@pytest.fixture
def northwind(alice: User) -> Team:
    team = make_team(alice, "Northwind")
    alice.refresh_from_db()
    return team


def of_team(team: Team, name: str, role: Role) -> User:
    person = make_person(f"{name.lower()}@example.com", None, name=f"{name} of Northwind")
    Membership.objects.create(team=team, person=person, role=role)
    choose_team(person, team)
    person.refresh_from_db()
    return person


@pytest.fixture
def kenji(northwind: Team) -> User:
    return of_team(northwind, "Kenji", Role.MEMBER)


@pytest.fixture
def mara(northwind: Team) -> User:
    return of_team(northwind, "Mara", Role.MEMBER)


@pytest.fixture
def vera(northwind: Team) -> User:
    return of_team(northwind, "Vera", Role.VIEWER)


@pytest.fixture
def pictures(northwind: Team, model: ImageModel) -> Pictures:
    """New pictures of somebody's in the team, shown to it unless ``audience`` says otherwise."""

    def made(person: User, count: int = 1, audience: Audience = Audience.TEAM) -> list[StoredImage]:
        generation = make_generation(person, model, n=count, team=northwind)
        return [make_picture(generation, position=n, audience=audience) for n in range(count)]

    return made


@pytest.fixture
def hall(kenji: User, northwind: Team, pictures: Pictures) -> Collection:
    """Kenji's, for the whole team, with three pictures of his."""
    hall = actions.make(kenji, "Hall", team=northwind, audience=Audience.TEAM)
    actions.add(kenji, hall, [image.pk for image in pictures(kenji, 3)])
    return hall


@pytest.fixture
def den(kenji: User, northwind: Team, pictures: Pictures) -> Collection:
    """Kenji's alone, with one picture he shows to nobody."""
    den = actions.make(kenji, "Den", team=northwind)
    actions.add(kenji, den, [image.pk for image in pictures(kenji, audience=Audience.PRIVATE)])
    return den
