"""Pictures that everybody sees before anybody has looked: where the team and the site say so, and on the desk then."""

from collections.abc import Callable

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from images_app.audit.models import AuditEntry
from images_app.cases import actions, deciding
from images_app.cases.models import Case, Decision
from images_app.cases.tasks import gather
from images_app.galleries import publications
from images_app.galleries.models import Publication
from images_app.images.models import StoredImage
from images_app.providers.models import ImageModel
from images_app.teams.actions import make_team
from images_app.teams.models import Team, User
from tests.rows import make_generation, make_picture

ClientOf = Callable[[User], Client]
State = Publication.State
WISH: publications.Wish = {"prompt": True, "credit": True, "alt": ""}
PLAIN = {"name": "Northwind", "audience": "0"}


@pytest.fixture(autouse=True)
def _open(settings: Settings) -> None:
    settings.PUBLIC_GALLERY = settings.PUBLISH_AT_ONCE = True


@pytest.fixture
def team(alice: User) -> Team:
    team = make_team(alice, "Northwind")
    Team.objects.filter(pk=team.pk).update(may_publish=True, shows_at_once=True)
    team.refresh_from_db()
    return team


@pytest.fixture
def image(alice: User, team: Team, model: ImageModel) -> StoredImage:
    return make_picture(make_generation(alice, model, "A heron at dawn", team=team))


def test_everybody_sees_it_at_once_and_its_maker_reads_so(
    image: StoredImage, alice: User, client_of: ClientOf
) -> None:
    page, client = f"/images/{image.pk}/publication/", client_of(alice)
    assert "hangs there at once" in client.get(page).text
    assert "It hangs in the public gallery." in client.post(page, {"prompt": "on"}, follow=True).text
    assert [one.image_id for one in publications.shown()] == [image.pk]
    entry = AuditEntry.objects.get(verb="publication.shown")
    assert entry.actor_id is None
    assert entry.after == {"state": "shown", "looked_at": "afterwards"}


@pytest.mark.parametrize(("site", "wish"), [(False, True), (True, False)])
def test_it_waits_unless_site_and_team_both_say_so(
    image: StoredImage, alice: User, settings: Settings, *, site: bool, wish: bool
) -> None:
    settings.PUBLISH_AT_ONCE = site
    Team.objects.filter(pk=image.team_id).update(shows_at_once=wish)
    asked = publications.ask(alice, image.pk, WISH)
    assert (asked.state, asked.to_look_at, asked.decided_at) == (State.ASKED, False, None)
    assert not publications.shown().exists()
    gather()
    assert not Case.objects.exists()


def test_it_comes_to_the_desk_once_for_each_time_it_was_shown(image: StoredImage, alice: User) -> None:
    publications.ask(alice, image.pk, WISH)
    gather()
    gather()
    case = Case.objects.get()
    assert (case.kind, case.cause, case.image, case.maker) == ("picture", "shown", image, alice)
    Case.objects.update(state=Case.State.DECIDED)
    assert actions.gather_shown() == 0
    publications.take_back(alice, image.pk)
    publications.ask(alice, image.pk, WISH)
    publications.take_back(alice, image.pk)  # before the desk has it: many may have seen it
    assert actions.gather_shown() == 1
    assert Case.objects.count() == 2


def test_a_case_that_is_open_takes_it(image: StoredImage, alice: User) -> None:
    reported = actions.report(image, None, "sexual", "").case
    publications.ask(alice, image.pk, WISH)
    assert actions.gather_shown() == 1
    assert Case.objects.get() == reported


def test_what_was_refused_by_a_moderator_first_comes_to_no_desk(
    image: StoredImage, alice: User, admin: User
) -> None:
    asked = publications.ask(alice, image.pk, WISH)
    assert publications.refuse(admin, [asked.pk], "A logo is in it.") == [asked]
    assert actions.gather_shown() == 0


@pytest.mark.parametrize(("word", "stays"), [(Decision.Word.APPROVE, True), (Decision.Word.HIDE, False)])
def test_the_desk_leaves_it_there_or_takes_it_away(
    image: StoredImage, alice: User, bob: User, word: Decision.Word, *, stays: bool
) -> None:
    publications.ask(alice, image.pk, WISH)
    gather()
    case = Case.objects.get()
    assert deciding.decide(bob, [(case.pk, case.version)], word, "rights").done
    assert publications.shown().exists() is stays


def test_a_team_chooses_it_on_its_settings_page(
    team: Team, alice: User, client_of: ClientOf, settings: Settings
) -> None:
    client, page = client_of(alice), f"/team/{team.slug}/settings/"
    for sent, wanted in ((PLAIN, False), ({**PLAIN, "shows_at_once": "on"}, True)):
        assert client.post(page, sent).status_code == 302
        team.refresh_from_db()
        assert team.shows_at_once is wanted
    assert 'name="shows_at_once"' in client.get(page).text
    settings.PUBLISH_AT_ONCE = False
    assert 'name="shows_at_once"' not in client.get(page).text


def test_nobody_chooses_it_for_a_team_of_their_own(alice: User, client_of: ClientOf) -> None:
    home = alice.personal_team()
    assert home is not None
    page = f"/team/{home.slug}/settings/"
    assert 'name="shows_at_once"' not in client_of(alice).get(page).text
    client_of(alice).post(page, {"name": home.name, "audience": "0", "shows_at_once": "on"})
    home.refresh_from_db()
    assert not home.shows_at_once
