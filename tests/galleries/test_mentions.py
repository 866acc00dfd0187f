"""Whom a comment names, and who is told: by name, by first word, by address; in a team, and never beyond it."""

from collections.abc import Callable

import pytest
from django.test import Client

from images_app.galleries import comments
from images_app.galleries.mentions import named_in, offered, parts_of
from images_app.galleries.models import Comment, CommentMention
from images_app.images.models import StoredImage
from images_app.notices.models import Kind, Notice
from images_app.providers.models import ImageModel
from images_app.teams.actions import make_person
from images_app.teams.audience import Audience
from images_app.teams.models import Membership, User
from images_app.teams.roles import Role
from tests.rows import make_generation, make_picture
from tests.teamwork.conftest import Crew, crew

__all__ = ["crew"]

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]


@pytest.fixture
def picture(crew: Crew, model: ImageModel) -> StoredImage:
    return make_picture(make_generation(crew[Role.OWNER], model, "Plaster arches"), audience=Audience.TEAM)


def people(*names: str) -> list[User]:
    return [make_person(f"p{n}@example.com", None, name=name) for n, name in enumerate(names)]


def test_a_whole_name_its_first_word_and_an_address_name_somebody() -> None:
    kenji, ana = people("Kenji Mori", "Ana Lima")
    text = "@Kenji Mori and @ana, or @p0@example.com?"
    found = named_in(text, [kenji, ana])
    assert [(one.person, text[one.start : one.start + one.length]) for one in found] == [
        (kenji, "@Kenji Mori"),
        (ana, "@ana"),
        (kenji, "@p0@example.com"),
    ]


@pytest.mark.parametrize("text", ["kenji", "mail me@kenji", "@kenjiro", "@", "@ kenji", "@Kenji_Mori"])
def test_other_words_name_nobody(text: str) -> None:
    assert named_in(text, people("Kenji Mori")) == []


def test_a_name_that_two_share_names_neither_and_their_addresses_do(picture: StoredImage, crew: Crew) -> None:
    one, other = people("Sam Stone", "Sam Stone")
    for person in (one, other):
        Membership.objects.create(team=crew.team, person=person, role=Role.MEMBER)
    assert named_in("@Sam Stone, @Sam", [one, other]) == []
    assert offered(picture, "sam") == [(one, "p0@example.com"), (other, "p1@example.com")]
    (found,) = named_in("@p1@example.com", [one, other])
    assert found.person == other


def test_a_whole_name_goes_before_another_ones_first_word() -> None:
    short, long = people("Sam", "Sam Stone")
    assert [one.person for one in named_in("@Sam @Sam Stone", [short, long])] == [short, long]


def test_people_of_the_team_are_offered_by_the_beginning_of_a_word(
    picture: StoredImage, crew: Crew, bob: User, client_of: ClientOf
) -> None:
    client = client_of(crew[Role.VIEWER])
    page = client.get(f"/images/{picture.pk}/people/?begun=mem").content.decode()
    assert 'data-handle="Mx Member"' in page and "Admin" not in page
    assert client.get(f"/images/{picture.pk}/people/?begun=bob").content.decode().strip() == ""
    assert client_of(bob).get(f"/images/{picture.pk}/people/?begun=m").status_code == 404


def test_on_a_private_picture_nobody_else_can_be_named(crew: Crew, model: ImageModel) -> None:
    own = make_picture(make_generation(crew[Role.OWNER], model))
    comments.say(own, crew[Role.OWNER], "@Mx Member, look")
    assert not CommentMention.objects.exists() and not Notice.objects.exists()


def test_a_mention_stands_in_the_text_as_a_link_and_tells_the_person(
    picture: StoredImage, crew: Crew, client_of: ClientOf
) -> None:
    client_of(crew[Role.OWNER]).post(
        f"/images/{picture.pk}/comments/", {"text": "<b>@mx member</b>, what of the stair?"}
    )
    person = crew[Role.MEMBER]
    comment = Comment.objects.get()
    assert [part.person for part in parts_of(comment)] == [None, person.pk, None]
    page = client_of(crew[Role.VIEWER]).get(f"/images/{picture.pk}/").content.decode()
    link = f'<a class="at" href="/team/{crew.team.slug}/?person={person.pk}">@mx member</a>'
    assert f"&lt;b&gt;{link}&lt;/b&gt;, what of the stair?" in page
    own = client_of(person).get(f"/images/{picture.pk}/").content.decode()
    assert f'href="/team/{crew.team.slug}/?person=me">@mx member</a>' in own
    (notice,) = Notice.objects.all()
    assert (notice.person, notice.kind, notice.comment) == (person, Kind.MENTION, comment)


def test_who_is_named_later_is_told_then_and_nobody_twice(picture: StoredImage, crew: Crew) -> None:
    comment = comments.say(picture, crew[Role.OWNER], "@Mx Member!")
    comments.reword(comment, "@Mx Member and @Mx Admin!", None)
    told = Notice.objects.filter(kind=Kind.MENTION).values_list("person__name", flat=True)
    assert sorted(told) == ["Mx Admin", "Mx Member"]
    assert [one.start for one in comment.mentions.all()] == [0, 15]


def test_the_maker_and_who_spoke_before_hear_of_a_comment_once(picture: StoredImage, crew: Crew) -> None:
    comments.say(picture, crew[Role.MEMBER], "First")
    comments.say(picture, crew[Role.VIEWER], "Second, @Mx Member")
    told = Notice.objects.order_by("created_at").values_list("person__name", "kind")
    assert sorted(told) == [
        ("Alice Ardent", Kind.COMMENT),
        ("Alice Ardent", Kind.COMMENT),
        ("Mx Member", Kind.MENTION),
    ]


def test_who_left_the_team_is_not_told(picture: StoredImage, crew: Crew) -> None:
    comments.say(picture, crew[Role.MEMBER], "First")
    crew.seat(Role.MEMBER).delete()
    comments.say(picture, crew[Role.OWNER], "Second")
    assert not Notice.objects.filter(person=crew[Role.MEMBER]).exists()


@pytest.mark.parametrize(
    ("role", "status"), [(Role.ADMIN, 302), (Role.OWNER, 302), (Role.MEMBER, 404), (Role.VIEWER, 404)]
)
def test_keepers_of_the_team_delete_what_others_said(
    model: ImageModel, crew: Crew, client_of: ClientOf, role: Role, status: int
) -> None:
    author = make_person("author@example.com", None, name="Author")
    Membership.objects.create(team=crew.team, person=author, role=Role.MEMBER)
    picture = make_picture(make_generation(crew[Role.OWNER], model), audience=Audience.TEAM)
    comment = comments.say(picture, author, "Hm")
    client = client_of(crew[role])
    assert (f"/comments/{comment.pk}/removal/" in client.get(f"/images/{picture.pk}/").content.decode()) == (
        status == 302
    )
    assert client.post(f"/comments/{comment.pk}/removal/").status_code == status
    assert Comment.objects.exists() == (status == 404)
