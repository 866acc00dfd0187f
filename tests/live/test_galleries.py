"""What an open gallery of a team is told, and what somebody hears whose seat has changed."""

from collections.abc import Callable

import pytest

from images_app.jobs.actions import cancel
from images_app.jobs.models import Generation
from images_app.jobs.states import State
from images_app.people.actions import suspend
from images_app.providers.models import ImageModel
from images_app.teams.access import current_team
from images_app.teams.actions import make_person, make_team
from images_app.teams.models import Membership, User
from images_app.teams.roles import Role
from images_app.teamwork.actions import give_role, remove
from tests.live.conftest import Page, Web
from tests.rows import make_generation, make_job

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

Open = Callable[..., Page]


@pytest.fixture
def seat(alice: User, bob: User) -> Membership:
    """Bob's, in Alice's team."""
    team = make_team(alice, "Northwind")
    return Membership.objects.create(team=team, person=bob, role=Role.MEMBER)


def stir(person: User, seat: Membership, model: ImageModel) -> None:
    """One picture of the person's in the team changes its state."""
    generation: Generation = make_generation(person, model, team=seat.team)
    assert cancel(make_job(generation, State.QUEUED), person)


def test_who_has_the_gallery_open_hears_that_somebody_makes_something(
    start_web: Callable[..., Web], open_page: Open, seat: Membership, alice: User, model: ImageModel
) -> None:
    web = start_web()
    gallery, elsewhere = open_page(web, seat.person, "northwind"), open_page(web, seat.person)
    stir(alice, seat, model)
    assert gallery.hears("team") == {}, "whose picture it is, is for the gallery itself to say"
    assert elsewhere.hears("team", within=0.5) is None
    assert gallery.hears("job", within=0.1) is None, "nobody hears of others' own pictures"


def test_a_stranger_hears_nothing_of_a_team(
    start_web: Callable[..., Web], open_page: Open, seat: Membership, alice: User, model: ImageModel
) -> None:
    carol = make_person("carol@example.com", "correct horse battery")
    web = start_web()
    page = open_page(web, carol, "northwind")
    stir(alice, seat, model)
    stir(carol, Membership.objects.get(person=carol, team=current_team(carol)), model)
    assert page.hears("job") is not None
    assert page.hears("team", within=0.1) is None


def test_who_is_removed_is_told_and_hears_no_more(
    start_web: Callable[..., Web], open_page: Open, seat: Membership, alice: User, model: ImageModel
) -> None:
    page = open_page(start_web(), seat.person, "northwind")
    bob = seat.person
    remove(seat, Membership.objects.get(person=alice, team=seat.team))
    assert page.hears("seat") == {}
    told = len(page.told)
    stir(alice, seat, model)
    stir(bob, Membership.objects.get(person=bob, team=current_team(bob)), model)
    assert page.hears("job", after=told) is not None
    assert page.hears("team", after=told, within=0.1) is None


def test_who_is_suspended_has_no_stream_any_more(
    start_web: Callable[..., Web], open_page: Open, seat: Membership, alice: User, admin: User
) -> None:
    web = start_web()
    page, other = open_page(web, seat.person), open_page(web, alice)
    suspend(seat.person, admin, "Spam")
    assert page.ended.wait(10), "at once, not at the next look, a minute later"
    assert not other.ended.is_set()


def test_another_role_is_told(
    start_web: Callable[..., Web], open_page: Open, seat: Membership, alice: User
) -> None:
    page = open_page(start_web(), seat.person)
    assert give_role(seat, Role.VIEWER, Membership.objects.get(person=alice, team=seat.team))
    assert page.hears("seat") == {}
