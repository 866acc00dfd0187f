"""A guest is taken out of a review round, with what they said."""

import pytest
from django.test import Client

from images_app.audit.models import AuditEntry
from images_app.galleries import rounds
from images_app.galleries.links import Made
from images_app.galleries.models import Guest, Vote
from images_app.images.models import StoredImage
from images_app.teams.models import User
from images_app.teams.roles import Role
from tests.galleries.test_links import ClientOf, _no_tries, hall, image, join, kenji, northwind, path
from tests.galleries.test_rounds import made, mia, say, taking_part, text

__all__ = ["_no_tries", "hall", "image", "kenji", "made", "mia", "northwind"]


def removal(made: Made, guest: Guest) -> str:
    return f"/team/{made.link.team.slug}/rounds/{made.link.pk}/guests/{guest.pk}/removal/"


def test_a_guest_and_their_answers_go_and_the_others_stay(
    made: Made, mia: Client, image: StoredImage, kenji: User, client_of: ClientOf
) -> None:
    noa = taking_part(made, "Noa")
    assert say(mia, made, image, picked="1", comment="Mine") == 302
    assert say(noa, made, image, picked="1") == 302
    out = Guest.objects.get(name="Mia")

    page = client_of(kenji).post(removal(made, out), follow=True)
    assert "Mia and what they said are out of the round." in page.text
    assert [vote.guest.name for vote in Vote.objects.all()] == ["Noa"]
    entry = AuditEntry.objects.get(verb="round.guest_removed")
    assert (entry.actor_id, entry.before) == (kenji.pk, {"guest": "Mia", "answers": 1})

    # Their browser is a stranger's from now on: what they press keeps nothing, and fails nowhere.
    assert "asks you to" in text(mia, path(made))
    assert say(mia, made, image, picked="1") in (302, 403, 409)
    assert Vote.objects.count() == 1
    assert client_of(kenji).post(removal(made, out)).status_code == 404


def test_an_answer_on_its_way_is_refused_where_its_guest_was_removed(
    made: Made, mia: Client, image: StoredImage, kenji: User
) -> None:
    guest = Guest.objects.get(name="Mia")
    assert rounds.remove(made.link, guest.pk, kenji) == "Mia"
    for late in (
        lambda: rounds.answer(guest, image.pk, {"picked": True}),
        lambda: rounds.say_done(guest, True),
    ):
        with pytest.raises(rounds.Closed):
            late()


def test_a_guest_of_another_round_is_not_found(
    made: Made, mia: Client, kenji: User, client_of: ClientOf
) -> None:
    other = removal(made, Guest.objects.get(name="Mia")).replace("/guests/", "/guests/9")
    assert client_of(kenji).post(other).status_code == 404


def test_it_is_for_those_who_keep_the_round(made: Made, mia: Client, client_of: ClientOf) -> None:
    guest = Guest.objects.get(name="Mia")
    member = client_of(join(made.link.team, "Sam", Role.MEMBER))
    assert member.post(removal(made, guest)).status_code == 403
    page = f"/team/{made.link.team.slug}/rounds/{made.link.pk}/"
    assert removal(made, guest) not in text(member, page)
    assert Guest.objects.filter(pk=guest.pk).exists()
    keeper = client_of(join(made.link.team, "Olga", Role.ADMIN))
    assert removal(made, guest) in text(keeper, page)
