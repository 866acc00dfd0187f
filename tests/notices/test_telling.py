"""Telling people: once, in the way they chose, and only while they belong to the team."""

from collections.abc import Callable

import pytest
from django.test import Client

from images_app.galleries import comments
from images_app.images.models import StoredImage
from images_app.lib import bus
from images_app.notices.access import Way, notices_of, unread
from images_app.notices.actions import choose, tell, tell_invited
from images_app.notices.models import Kind, Mail, Notice
from images_app.providers.models import ImageModel
from images_app.teams.audience import Audience
from images_app.teams.invitations import invite
from images_app.teams.models import Membership, User
from images_app.teams.roles import Role
from images_app.teamwork.actions import remove
from tests.rows import make_generation, make_picture
from tests.teamwork.conftest import Crew, crew

__all__ = ["crew"]

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]


@pytest.fixture
def picture(crew: Crew, model: ImageModel) -> StoredImage:
    return make_picture(make_generation(crew[Role.OWNER], model, "A secret recipe"), audience=Audience.TEAM)


@pytest.fixture
def mentioned(picture: StoredImage, crew: Crew) -> Notice:
    comments.say(picture, crew[Role.OWNER], "@Mx Member, look")
    return Notice.objects.get()


def test_the_same_thing_is_told_once(mentioned: Notice, crew: Crew) -> None:
    for _ in range(2):
        tell(Kind.MENTION, [crew[Role.MEMBER]] * 2, team=crew.team, comment=mentioned.comment)
    assert Notice.objects.count() == 1


def test_whoever_did_it_is_not_told(picture: StoredImage, crew: Crew) -> None:
    assert tell(Kind.FINISHED, [crew[Role.OWNER]], actor=crew[Role.OWNER], image=picture) == 0


def test_what_cannot_be_told_breaks_nothing(crew: Crew) -> None:
    nowhere = crew.team.__class__(name="Nowhere", slug="nowhere")  # no row: the database refuses
    nowhere.pk = None
    assert tell(Kind.MENTION, [crew[Role.MEMBER]], team=nowhere, count=-5) == 0
    assert crew.team.memberships.count() == 4


def test_a_kind_that_is_not_wanted_is_not_told(crew: Crew, picture: StoredImage) -> None:
    person = crew[Role.MEMBER]
    choose(person, {Kind.MENTION: Way(False, Mail.OFF)})
    comments.say(picture, crew[Role.OWNER], "@Mx Member, look")
    assert not Notice.objects.exists()


def test_a_kind_that_only_goes_by_mail_is_not_in_the_list(
    crew: Crew, picture: StoredImage, client_of: ClientOf
) -> None:
    person = crew[Role.MEMBER]
    choose(person, {Kind.MENTION: Way(False, Mail.DIGEST)})
    comments.say(picture, crew[Role.OWNER], "@Mx Member, look")
    assert Notice.objects.get().mail == Mail.DIGEST
    assert unread(person) == 0
    assert "mentioned you" not in client_of(person).get("/notices/").content.decode()


def test_the_list_says_who_did_what_and_leads_there(
    mentioned: Notice, crew: Crew, client_of: ClientOf
) -> None:
    client = client_of(crew[Role.MEMBER])
    page = client.get("/notices/").content.decode()
    assert "Alice Ardent mentioned you" in page and "@Mx Member, look" in page
    assert "A secret recipe" not in page
    answer = client.get(f"/notices/{mentioned.pk}/")
    assert answer["Location"] == f"/images/{mentioned.image_id}/#c-{mentioned.comment_id}"
    assert unread(crew[Role.MEMBER]) == 0


def test_every_page_counts_what_is_not_read(mentioned: Notice, crew: Crew, client_of: ClientOf) -> None:
    client = client_of(crew[Role.MEMBER])
    for address in ("/trash/", "/notices/unread/"):
        assert (
            '<span class="live">1<span class="vh"> not read</span></span>'
            in client.get(address).content.decode()
        )
    client.post("/notices/reading/")
    assert client.get("/notices/unread/").content.decode().strip() == ""


def test_a_picture_that_is_no_longer_shown_gives_nothing_away(
    mentioned: Notice, crew: Crew, client_of: ClientOf
) -> None:
    StoredImage.objects.update(audience=Audience.PRIVATE)
    page = client_of(crew[Role.MEMBER]).get("/notices/").content.decode()
    assert "mentioned you" in page and "look" not in page and "/thumbnail/" not in page


def test_notices_of_a_team_go_with_the_seat_and_come_back_with_it(mentioned: Notice, crew: Crew) -> None:
    person = crew[Role.MEMBER]
    remove(crew.seat(Role.MEMBER), crew.seat(Role.OWNER))
    assert not notices_of(person).exists() and unread(person) == 0
    Membership.objects.create(team=crew.team, person=person, role=Role.MEMBER)
    assert notices_of(person).count() == 1


def test_nobody_reads_or_marks_what_others_were_told(
    mentioned: Notice, bob: User, client_of: ClientOf
) -> None:
    client = client_of(bob)
    assert client.get(f"/notices/{mentioned.pk}/").status_code == 404
    assert client.post(f"/notices/{mentioned.pk}/reading/").status_code == 404
    mentioned.refresh_from_db()
    assert mentioned.read_at is None


def test_the_bus_hears_of_it_after_the_commit_and_never_what_it_is(
    picture: StoredImage,
    crew: Crew,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Callable[..., object],
) -> None:
    heard: list[dict[str, str]] = []
    monkeypatch.setattr(bus, "announce", heard.append)
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[attr-defined]
        comments.say(picture, crew[Role.OWNER], "@Mx Member, look")
        assert heard == []
    assert heard == [{"kind": "notice", "person": str(crew[Role.MEMBER].pk)}]


def test_somebody_with_an_account_finds_an_invitation_here_and_joins(
    crew: Crew, bob: User, client_of: ClientOf
) -> None:
    tell_invited(invite(crew.team, crew[Role.OWNER], Role.VIEWER, email="Bob@example.com", days=7).invitation)
    client = client_of(bob)
    assert "Alice Ardent asks you into Northwind" in client.get("/notices/").content.decode()
    notice = Notice.objects.get()
    answer = client.post(f"/notices/{notice.pk}/joining/")
    assert answer["Location"] == "/"
    assert Membership.objects.get(team=crew.team, person=bob).role == Role.VIEWER
    assert f"/notices/{notice.pk}/joining/" not in client.get("/notices/").content.decode()


def test_the_settings_keep_what_was_chosen(alice: User, client_of: ClientOf) -> None:
    client = client_of(alice)
    form = {f"{kind}-mail": "off" for kind in Kind} | {"mention-listed": "on", "comment-mail": "once"}
    assert client.post("/notices/settings/", form)["Location"] == "/notices/settings/"
    page = client.get("/notices/settings/").content.decode()
    assert page.count('role="switch" ') - page.count(" checked") == len(Kind) - 1
    assert client.post("/notices/settings/", {"mention-mail": "daily"}).status_code == 422
