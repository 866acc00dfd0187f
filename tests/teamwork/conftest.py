"""A team with somebody in every seat."""

from dataclasses import dataclass

import pytest

from images_app.teams.actions import make_person, make_team
from images_app.teams.models import Membership, Team, User
from images_app.teams.roles import Role


@dataclass(frozen=True)
class Crew:
    """Northwind and its people; who is asked for by role works there."""

    team: Team
    people: dict[Role, User]

    def __getitem__(self, role: Role) -> User:
        return self.people[role]

    def seat(self, role: Role) -> Membership:
        return Membership.objects.select_related("team", "person").get(team=self.team, person=self[role])


@pytest.fixture
def crew(alice: User) -> Crew:
    team = make_team(alice, "Northwind")
    people = {Role.OWNER: alice}
    for role in (Role.ADMIN, Role.MEMBER, Role.VIEWER):
        person = make_person(f"{role}@example.com", "correct horse battery", name=f"Mx {role.label}")
        Membership.objects.create(team=team, person=person, role=role)
        User.objects.filter(pk=person.pk).update(team=team)
        people[role] = person
    for person in people.values():
        person.refresh_from_db()
    return Crew(team, people)
