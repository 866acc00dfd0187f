"""Making people and their teams."""

import pytest
from allauth.account.models import EmailAddress

from images_app.teams.access import current_team, teams_of
from images_app.teams.actions import (
    NoSuchTeam,
    NotFirst,
    PersonExists,
    give_personal_team,
    make_first_person,
    make_person,
)
from images_app.teams.models import Membership, Team, User
from images_app.teams.roles import Role

pytestmark = pytest.mark.django_db


def test_a_person_owns_one_personal_team() -> None:
    person = make_person("ann@example.com", "x", name="Ann")
    membership = Membership.objects.get(person=person)
    assert (membership.role, membership.team.personal) == (Role.OWNER, True)


def test_their_address_counts_as_confirmed() -> None:
    person = make_person("Ann@Example.com", "x")
    address = EmailAddress.objects.get(user=person)
    assert (address.email, address.verified, address.primary) == ("ann@example.com", True, True)


def test_two_people_of_one_name_get_teams_of_their_own() -> None:
    one, two = (make_person(f"ann{n}@example.com", "x", name="Ann") for n in (1, 2))
    assert current_team(one).slug != current_team(two).slug


def test_an_address_is_taken_whatever_its_case() -> None:
    make_person("ann@example.com", "x")
    with pytest.raises(PersonExists):
        make_person("ANN@example.com", "x")


def test_an_unknown_team_makes_nobody() -> None:
    with pytest.raises(NoSuchTeam):
        make_person("ann@example.com", "x", team_slug="nowhere")
    assert not User.objects.exists()


def test_a_named_team_is_joined_as_a_member() -> None:
    crew = Team.objects.create(name="Crew", slug="crew")
    person = make_person("ann@example.com", "x", team_slug="crew")
    assert Membership.objects.get(person=person, team=crew).role == Role.MEMBER
    assert {team.slug for team in teams_of(person)} == {"crew", "ann"}


def test_pictures_go_to_the_personal_team_even_beside_others() -> None:
    Team.objects.create(name="A crew", slug="a-crew")
    person = make_person("ann@example.com", "x", team_slug="a-crew")
    assert current_team(person).personal


def test_pictures_never_go_to_the_personal_team_of_somebody_else() -> None:
    host, guest = (make_person(f"{name}@example.com", "x") for name in ("host", "guest"))
    Membership.objects.create(team=current_team(host), person=guest)
    assert current_team(guest).slug == "guest"


def test_somebody_made_without_a_team_gets_one_when_it_is_needed() -> None:
    person = User.objects.create_superuser("root@example.com", "x")
    assert current_team(person) == current_team(person)
    assert Team.objects.filter(memberships__person=person).count() == 1


def test_the_personal_team_is_given_once() -> None:
    person = make_person("ann@example.com", "x")
    assert give_personal_team(person) == current_team(person)
    assert Team.objects.count() == 1


def test_only_one_person_is_the_first() -> None:
    first = make_first_person("ann@example.com", "x")
    assert first.is_superuser and first.is_staff
    with pytest.raises(NotFirst):
        make_first_person("bea@example.com", "x")


def test_the_database_itself_keeps_a_second_first_person_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on two machines that both saw an empty database."""
    make_first_person("ann@example.com", "x")
    monkeypatch.setattr("django.db.models.query.QuerySet.exists", lambda self: False)
    with pytest.raises(NotFirst):
        make_first_person("bea@example.com", "x")
    assert User.objects.count() == 1
