"""Review rounds: guests take part without an account, and their team reads what they said."""

import csv
import io
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from images_app.collections import actions as collections
from images_app.collections.models import Collection
from images_app.galleries import links, rounds, tally
from images_app.galleries.links import Asked, Made
from images_app.galleries.models import Guest, ShareLink, Vote
from images_app.images.models import StoredImage
from images_app.notices.models import Notice
from images_app.notices.words import address as page_of
from images_app.providers.models import ImageModel
from images_app.teams.models import Team, User
from images_app.teams.roles import Role
from tests.galleries.test_links import (
    ClientOf,
    _no_tries,
    hall,
    image,
    join,
    kenji,
    make,
    northwind,
    path,
    picture,
)
from tests.threads import at_once

__all__ = ["_no_tries", "hall", "image", "kenji", "northwind"]

Ask = Callable[..., Made]


def asked(**other: Any) -> Asked:
    until = timezone.localdate() + timedelta(days=3)
    plain: Asked = {"pick": True, "score": True, "comment": True, "until": until, "message": "Which one?"}
    return plain | other  # type: ignore[return-value]


@pytest.fixture
def made(image: StoredImage, hall: Collection) -> Made:
    return make("collection", image, hall, round=asked())


@pytest.fixture
def mia(made: Made) -> Client:
    return taking_part(made, "Mia")


def taking_part(made: Made, name: str) -> Client:
    client = Client(REMOTE_ADDR=f"192.0.2.{1 + Guest.objects.count()}")
    assert client.post(f"{path(made)}guest/", {"name": name}).status_code == 302
    return client


def say(client: Client, made: Made, image: StoredImage, **said: str) -> int:
    return int(client.post(f"{path(made)}{image.pk}/answer/", said).status_code)


def text(client: Client, address: str) -> str:
    return " ".join(client.get(address).content.decode().split())


def over(made: Made) -> None:
    ShareLink.objects.filter(pk=made.link.pk).update(closes_at=timezone.now())


# --- taking part


def test_a_name_is_all_it_takes(made: Made, image: StoredImage) -> None:
    guest = Client()
    assert "Which one?" in text(guest, path(made)) and "Take part" in text(guest, path(made))
    response = guest.post(f"{path(made)}guest/", {"name": "  Mia\n Moon "})
    cookie = response.cookies["guest"]
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == (path(made), True, "Lax")
    row = Guest.objects.get()
    assert row.name == "Mia Moon" and cookie.value not in str(vars(row)), "the key is kept as a hash"
    assert "Hello, Mia Moon" in text(guest, path(made))
    assert "Take part" in text(Client(), path(made)), "somebody else is asked anew"


@pytest.mark.parametrize("name", ["", "   ", "\u200b", "\0"])
def test_without_a_name_nobody_takes_part(made: Made, name: str) -> None:
    response = Client().post(f"{path(made)}guest/", {"name": name})
    assert response.status_code == 422 and "Write a name" in response.content.decode()
    assert not Guest.objects.exists()


def test_whoever_only_looks_is_no_guest(made: Made, image: StoredImage) -> None:
    for address in (path(made), f"{path(made)}{image.pk}/"):
        Client().get(address)
    for address in (f"{path(made)}guest/", f"{path(made)}done/", f"{path(made)}{image.pk}/answer/"):
        assert Client().get(address).status_code == 405
    assert not Guest.objects.exists()


def test_a_returning_guest_goes_on(made: Made, mia: Client, image: StoredImage) -> None:
    assert say(mia, made, image, picked="1", score="4", comment="The light!") == 302
    page = text(mia, f"{path(made)}{image.pk}/")
    assert 'value="4" checked' in page and "The light!" in page and "1 of 1 answered" in page
    mia.post(f"{path(made)}guest/", {"name": "Mia again"})
    assert Guest.objects.count() == 1


def test_two_guests_of_one_name_are_two(made: Made, mia: Client, image: StoredImage) -> None:
    other = taking_part(made, "Mia")
    say(mia, made, image, comment="Mine")
    assert "Mine" not in text(other, f"{path(made)}{image.pk}/"), "nobody sees what others say"
    say(other, made, image, comment="The other one")
    assert sorted(Vote.objects.values_list("comment", flat=True)) == ["Mine", "The other one"]


def test_a_key_opens_one_link(made: Made, mia: Client, image: StoredImage, hall: Collection) -> None:
    other = make("collection", image, hall, round=asked())
    key = mia.cookies["guest"].value
    stranger = Client()
    stranger.cookies["guest"] = key
    assert "Hello, Mia" not in text(stranger, path(other))
    assert say(stranger, other, image, picked="1") == 302
    assert not Vote.objects.exists()


def test_what_is_left_out_stays(made: Made, mia: Client, image: StoredImage) -> None:
    say(mia, made, image, picked="1", score="4", comment="The light!")
    say(mia, made, image, picked="0")
    vote = Vote.objects.get()
    assert (vote.picked, vote.score, vote.comment) == (False, 4, "The light!")
    say(mia, made, image, score="", comment=" ")
    vote.refresh_from_db()
    assert (vote.picked, vote.score, vote.comment) == (False, None, "")
    assert "0 of 1 answered" in text(mia, path(made))


@pytest.mark.parametrize("score", ["0", "6", "-1", "1.5", "many", "\0", "9" * 400])
def test_a_score_is_one_to_five(made: Made, mia: Client, image: StoredImage, score: str) -> None:
    assert say(mia, made, image, score=score) == 422
    assert not Vote.objects.exists()


def test_only_what_is_asked_is_kept(image: StoredImage, hall: Collection) -> None:
    made = make("collection", image, hall, round=asked(score=False, comment=False))
    mia = taking_part(made, "Mia")
    say(mia, made, image, picked="1", score="4", comment="The light!")
    vote = Vote.objects.get()
    assert (vote.picked, vote.score, vote.comment) == (True, None, "")


def test_long_words_are_cut_and_signs_no_database_takes_left_out(
    made: Made, mia: Client, image: StoredImage
) -> None:
    say(mia, made, image, comment="x\0" * 5000)
    assert Vote.objects.get().comment == "x" * rounds.COMMENT
    assert Guest.objects.get(pk=rounds.join(made.link, rounds.name_of("n" * 500))[0].pk).name == "n" * 60


def test_pictures_beside_the_link_cannot_be_spoken_of(
    made: Made, mia: Client, kenji: User, northwind: Team, model: ImageModel
) -> None:
    assert say(mia, made, picture(kenji, northwind, model, 1), picked="1") == 404


def test_a_link_that_asks_nothing_takes_nothing(image: StoredImage, hall: Collection) -> None:
    made = make("collection", image, hall)
    assert Client().post(f"{path(made)}guest/", {"name": "Mia"}).status_code == 404
    assert "script-src 'none'" in Client().get(path(made))["Content-Security-Policy"]


def test_done_is_a_state_that_can_be_left(made: Made, mia: Client, image: StoredImage) -> None:
    for done, words in (("1", "Thank you, Mia"), ("0", "Hello, Mia")):
        mia.post(f"{path(made)}done/", {"done": done})
        assert words in text(mia, path(made))
    mia.post(f"{path(made)}done/")
    assert say(mia, made, image, picked="1") == 302, "also who is done may change their mind"


def test_a_script_is_told_in_words(made: Made, mia: Client, image: StoredImage) -> None:
    address = f"{path(made)}{image.pk}/answer/"
    response = mia.post(address, {"picked": "1"}, headers={"HX-Request": "true"})
    assert response.content.decode().split() == ["Saved.", "1", "of", "1", "answered"]
    response = mia.post(address, {"score": "9"}, headers={"HX-Request": "true"})
    assert response.status_code == 422 and "1 to 5" in response.content.decode()


# --- limits


def test_a_link_has_so_many_guests_and_no_more(made: Made, mia: Client, settings: Any) -> None:
    settings.LINK_GUESTS = 1
    response = Client(REMOTE_ADDR="192.0.2.99").post(f"{path(made)}guest/", {"name": "Late"})
    assert response.status_code == 409 and "As many people" in response.content.decode()


@pytest.mark.django_db(transaction=True)
def test_the_last_seat_goes_to_one(made: Made, settings: Any) -> None:
    settings.LINK_GUESTS = 2
    at_once(*[lambda: Client().post(f"{path(made)}guest/", {"name": "Mia"}).status_code] * 6)
    assert Guest.objects.count() == 2


def test_nobody_gives_names_without_end(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rounds, "JOINS", 2)
    monkeypatch.setattr(rounds, "ALL_JOINS", 3)

    def names(address: str) -> int:
        return Client(REMOTE_ADDR=address).post(f"{path(made)}guest/", {"name": "Mia"}).status_code

    assert [names("192.0.2.1") for _ in range(3)] == [302, 302, 429]
    assert [names("192.0.2.2") for _ in range(2)] == [302, 429], "all of a link's together"


def test_nobody_answers_without_end(
    made: Made, mia: Client, image: StoredImage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rounds, "ANSWERS", 2)
    assert [say(mia, made, image, picked="1") for _ in range(3)] == [302, 302, 429]


# --- the end of a round


def test_after_the_end_guests_see_their_own_and_change_nothing(
    made: Made, mia: Client, image: StoredImage
) -> None:
    say(mia, made, image, picked="1", score="4", comment="The light!")
    over(made)
    assert say(mia, made, image, picked="0") == 409
    assert Vote.objects.get().picked
    page = text(mia, f"{path(made)}{image.pk}/")
    assert "4 of 5" in page and "The light!" in page and "<form" not in page and "<textarea" not in page
    assert "The round has closed" in text(mia, path(made))
    late = Client()
    assert "It took answers until" in text(late, path(made))
    assert late.post(f"{path(made)}guest/", {"name": "Late"}).status_code == 302
    assert Guest.objects.count() == 1
    assert "script-src 'none'" in late.get(path(made))["Content-Security-Policy"]


def test_a_round_ends_with_its_day_and_never_after_its_link(image: StoredImage, hall: Collection) -> None:
    today = timezone.localdate()
    made = make("collection", image, hall, days=1, round=asked(until=today + timedelta(days=1)))
    assert made.link.closes_at == made.link.expires_at
    made = make("collection", image, hall, days=30, round=asked(until=today))
    assert made.link.last_day and timezone.localdate(made.link.last_day) == today


def test_it_is_closed_and_opened_again(
    alice: User, kenji: User, made: Made, mia: Client, image: StoredImage, client_of: ClientOf
) -> None:
    page = f"/team/northwind/rounds/{made.link.pk}/"
    assert client_of(kenji).post(f"{page}closing/").status_code == 302
    assert say(mia, made, image, picked="1") == 409
    assert not rounds.closed_untold().exists(), "whoever closes it knows"
    past = {"until": str(timezone.localdate() - timedelta(days=1))}
    assert client_of(alice).post(f"{page}reopening/", past).status_code == 422
    late = {"until": str(timezone.localdate() + timedelta(days=60))}
    response = client_of(alice).post(f"{page}reopening/", late)
    assert "The link ends on" in response.content.decode()
    until = {"until": str(timezone.localdate() + timedelta(days=2))}
    assert client_of(alice).post(f"{page}reopening/", until).status_code == 302
    assert say(mia, made, image, picked="1") == 302


def test_a_closed_round_is_told_once(made: Made, kenji: User) -> None:
    assert not rounds.closed_untold().exists()
    over(made)
    [link] = rounds.closed_untold()
    assert [rounds.tell_closed(), rounds.tell_closed()] == [1, 0]
    assert Notice.objects.get(person=kenji).link == link
    assert not rounds.claim_closed(link)
    assert rounds.reopen(link, timezone.localdate())
    assert not Notice.objects.exists()
    over(made)
    assert rounds.tell_closed() == 1, "a second end is told again"
    assert page_of(Notice.objects.get()) == f"/team/northwind/rounds/{link.pk}/"
    rounds.reopen(link, timezone.localdate())
    over(made)
    links.revoke(link, link.made_by)
    assert not rounds.closed_untold().exists()


# --- making and changing


def test_a_round_is_asked_for_where_a_link_is_made(
    kenji: User, image: StoredImage, client_of: ClientOf
) -> None:
    client, page = client_of(kenji), f"/images/{image.pk}/links/"
    form = {"days": "7", "pick": "on", "message": "Which one?"}
    assert "Say until when" in client.post(page, form).content.decode()
    for days, words in ((-1, "That day is over"), (9, "The link ends on")):
        until = str(timezone.localdate() + timedelta(days=days))
        assert words in client.post(page, form | {"until": until}).content.decode()
    assert not ShareLink.objects.exists()
    assert client.post(page, form | {"until": str(timezone.localdate())}).status_code == 302
    link = ShareLink.objects.get()
    assert (link.asks_pick, link.asks_score, link.message) == (True, False, "Which one?")
    assert client.post(page, {"days": "7", "until": "2000-01-01"}).status_code == 302, (
        "nothing asked, no date"
    )


def test_a_link_is_changed_by_its_maker_alone(
    alice: User, kenji: User, northwind: Team, made: Made, client_of: ClientOf
) -> None:
    page, sam = f"/team/northwind/links/{made.link.pk}/", join(northwind, "Sam", Role.MEMBER)
    shown = client_of(kenji).get(page).content.decode()
    assert 'value="kept" selected' in shown and "Which one?" in shown
    form = {"title": "For the door", "days": "kept", "downloads": "on", "score": "on"}
    form |= {"until": str(timezone.localdate()), "password": "open sesame"}
    for person, status in ((sam, 404), (alice, 403), (kenji, 302)):
        assert client_of(person).post(page, form).status_code == status
    assert client_of(alice).get(page).status_code == 200
    before, link = made.link, ShareLink.objects.get()
    assert (link.title, link.expires_at, link.asks_pick, link.asks_score) == (
        "For the door",
        before.expires_at,
        False,
        True,
    )
    assert link.gated and b"For the door" not in Client().get(path(made)).content
    client_of(kenji).post(page, form | {"password": "", "title": ""})
    assert ShareLink.objects.get().password == link.password, "left empty, it stays"
    client_of(kenji).post(page, form | {"password": "", "open_door": "on"})
    assert not ShareLink.objects.get().gated


def test_another_title_opens_no_round_again(
    kenji: User, made: Made, mia: Client, image: StoredImage, client_of: ClientOf
) -> None:
    page = f"/team/northwind/links/{made.link.pk}/"
    form = {"title": "For the door", "days": "kept", "pick": "on"}
    for closed_at in (timezone.now(), timezone.now() - timedelta(days=3)):
        ShareLink.objects.update(closes_at=closed_at, title="")
        day = {"until": str(timezone.localdate(closed_at - timedelta(seconds=1)))}
        assert client_of(kenji).post(page, form | day).status_code == 302
        assert ShareLink.objects.get().title == "For the door"
        assert say(mia, made, image, picked="1") == 409
    assert client_of(kenji).post(page, form | {"until": str(timezone.localdate())}).status_code == 302
    assert say(mia, made, image, picked="1") == 302


def test_a_change_makes_no_link_live_longer_than_its_team_allows(
    kenji: User, northwind: Team, made: Made, client_of: ClientOf
) -> None:
    Team.objects.filter(pk=northwind.pk).update(link_days_most=30)
    ShareLink.objects.update(created_at=timezone.now() - timedelta(days=20))
    client_of(kenji).post(f"/team/northwind/links/{made.link.pk}/", {"days": "30"})
    ends = ShareLink.objects.get().expires_at
    assert ends and ends < timezone.now() + timedelta(days=10, minutes=1)


# --- the tally


@pytest.fixture
def several(
    kenji: User, northwind: Team, image: StoredImage, hall: Collection, model: ImageModel
) -> list[StoredImage]:
    """Three pictures of one collection."""
    more = [picture(kenji, northwind, model, number) for number in (1, 2)]
    collections.add(kenji, hall, [one.pk for one in more])
    return [image, *more]


def test_the_team_sees_what_guests_said(
    kenji: User, several: list[StoredImage], made: Made, client_of: ClientOf
) -> None:
    mia, tom = taking_part(made, "Mia"), taking_part(made, "Tom")
    taking_part(made, "Only Looks")
    say(mia, made, several[0], picked="1", score="2")
    say(tom, made, several[0], picked="1", score="5", comment="<b>Loud</b>")
    say(tom, made, several[2], score="5")
    tom.post(f"{path(made)}done/")
    page = text(client_of(kenji), f"/team/northwind/rounds/{made.link.pk}/")
    assert "&lt;b&gt;Loud&lt;/b&gt;" in page and "<b>3.5</b> <span>of 2 scores" in page
    assert "<dt>Guests</dt><dd>3</dd>" in page and "<dt>Began</dt><dd>2</dd>" in page
    assert "<dt>Done</dt><dd>1</dd>" in page
    orders = {
        sort: [line.number for line in tally.lines(kenji, made.link, sort=sort, first=0, most=9)]
        for sort in tally.SORTS
    }
    assert orders == {"order": [1, 2, 3], "picks": [1, 3, 2], "score": [3, 1, 2]}
    [first, *_] = tally.lines(kenji, made.link, sort="order", first=0, most=9)
    assert (first.picks, first.scores, first.average) == (2, [0, 1, 0, 0, 1], 3.5)
    assert len(first.votes) == 2


def test_who_sees_the_tally_and_who_takes_it_away(
    alice: User, bob: User, kenji: User, northwind: Team, made: Made, client_of: ClientOf
) -> None:
    viewer, member = join(northwind, "Vera", Role.VIEWER), join(northwind, "Sam", Role.MEMBER)
    page = f"/team/northwind/rounds/{made.link.pk}/"
    for person, look, take in ((alice, 200, 200), (kenji, 200, 200), (member, 200, 403), (viewer, 200, 403)):
        client = client_of(person)
        assert client.get("/team/northwind/rounds/").status_code == look
        assert client.get(page).status_code == look
        assert client.get(f"{page}export/").status_code == take
        assert (b"Close it now" in client.get(page).content) is (take == 200)
        if take == 403:
            assert client.post(f"{page}closing/").status_code == 403
            assert client.post(f"{page}reopening/").status_code == 403
    for client in (client_of(bob), Client()):
        assert client.get(page).status_code in {302, 404}
    assert ShareLink.objects.get().takes_answers


def test_a_dead_links_tally_stays(kenji: User, made: Made, mia: Client, client_of: ClientOf) -> None:
    links.revoke(made.link, made.link.made_by)
    page = f"/team/northwind/rounds/{made.link.pk}/"
    assert "Mia" in text(client_of(kenji), page)
    until = {"until": str(timezone.localdate())}
    over(made)
    client_of(kenji).post(f"{page}reopening/", until)
    assert not ShareLink.objects.get().takes_answers


def test_pictures_kept_to_oneself_again_leave_the_tally(
    alice: User, several: list[StoredImage], made: Made, mia: Client
) -> None:
    StoredImage.objects.filter(pk=several[1].pk).update(audience=0)
    StoredImage.objects.filter(pk=several[2].pk).update(trashed_at=timezone.now())
    shown = tally.lines(alice, made.link, sort="order", first=0, most=9)
    assert [line.image.pk for line in shown] == [several[0].pk]


def test_the_tally_is_taken_away_as_a_spreadsheet(
    kenji: User, several: list[StoredImage], made: Made, client_of: ClientOf
) -> None:
    mia = taking_part(made, "=HYPERLINK()")
    say(mia, made, several[1], picked="1", comment='+1, "quoted"\nand more')
    say(mia, made, several[0], score="3")
    response = client_of(kenji).get(f"/team/northwind/rounds/{made.link.pk}/export/?as=csv")
    assert response["Content-Disposition"].startswith('attachment; filename="hall-')
    rows = list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"), newline="")))
    assert [(row["number"], row["name"], row["picked"], row["score"], row["comment"]) for row in rows] == [
        ("1", "'=HYPERLINK()", "", "3", ""),
        ("2", "'=HYPERLINK()", "yes", "", '\'+1, "quoted"\nand more'),
    ]


def test_and_as_json(kenji: User, several: list[StoredImage], made: Made, client_of: ClientOf) -> None:
    mia = taking_part(made, "=Mia")
    say(mia, made, several[1], picked="1", score="4")
    response = client_of(kenji).get(f"/team/northwind/rounds/{made.link.pk}/export/?as=json")
    told = json.loads(response.content)
    assert told["round"]["asked"] == ["pick", "score", "comment"]
    assert [guest["name"] for guest in told["guests"]] == ["=Mia"]
    assert [one["picks"] for one in told["pictures"]] == [0, 1, 0]
    assert told["pictures"][1]["answers"][0]["score"] == 4 == told["pictures"][1]["average_score"]


def fill(link: ShareLink, images: list[StoredImage], guests: int) -> None:
    """So many more guests, who say something of each picture."""
    first = Guest.objects.count()
    people = Guest.objects.bulk_create(
        Guest(link=link, name=f"Guest {first + n}", key_hash=f"{first + n}") for n in range(guests)
    )
    Vote.objects.bulk_create(
        (
            Vote(guest=guest, image=one, picked=n % 3 == 0, score=1 + n % 5, comment="Yes" if n % 4 else "")
            for guest in people
            for n, one in enumerate(images)
        ),
        ignore_conflicts=True,
        batch_size=500,
    )


@pytest.mark.parametrize("page", ["", "?sort=picks", "export/?as=csv", "export/?as=json"])
def test_the_tally_asks_as_often_for_many_as_for_few(
    page: str,
    kenji: User,
    northwind: Team,
    several: list[StoredImage],
    hall: Collection,
    made: Made,
    model: ImageModel,
    client_of: ClientOf,
) -> None:
    client, address, counts = client_of(kenji), f"/team/northwind/rounds/{made.link.pk}/{page}", []
    images = several
    for guests in (2, 20):
        fill(made.link, images, guests)
        client.get(address)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address).status_code == 200
        counts.append([query["sql"] for query in captured])
        images = images + [picture(kenji, northwind, model, 9 + number) for number in range(20)]
        collections.add(kenji, hall, [one.pk for one in images])
        fill(made.link, images, 1)
    assert len(counts[0]) == len(counts[1]), "\n".join(counts[1])


def test_a_guests_page_asks_as_often_for_many_answers_as_for_few(
    kenji: User, northwind: Team, several: list[StoredImage], hall: Collection, made: Made, model: ImageModel
) -> None:
    mia, counts, images = taking_part(made, "Mia"), [], several
    mia.get(path(made))  # counted once
    for _ in range(2):
        for one in images:
            Vote.objects.get_or_create(guest=Guest.objects.get(), image=one, defaults={"picked": True})
        for address in (path(made), f"{path(made)}{images[0].pk}/"):
            with CaptureQueriesContext(connection) as captured:
                assert mia.get(address).status_code == 200
            counts.append(len(captured))
        images = images + [picture(kenji, northwind, model, 9 + number) for number in range(20)]
        collections.add(kenji, hall, [one.pk for one in images])
        make("collection", several[0], hall)  # opens the new ones
    assert counts[:2] == counts[2:]


def test_what_guests_said_outlives_the_collection_and_its_links_do_not(
    made: Made, mia: Client, image: StoredImage, hall: Collection, kenji: User, client_of: ClientOf
) -> None:
    silent = make("collection", image, hall)
    say(mia, made, image, picked="1", comment="This one")
    client = client_of(kenji)
    page = client.get(hall.get_absolute_url()).content.decode()
    assert (
        "The 2 links to it open nothing any more" in page and "its review round stays under Reviews" in page
    )
    client.post(f"/collections/{hall.pk}/deletion/")
    assert not Collection.objects.filter(pk=hall.pk).exists()
    assert [Client().get(path(link)).status_code for link in (made, silent)] == [404, 404]
    address = f"/team/{image.team.slug}/rounds/{made.link.pk}/"
    told = client.get(address).content.decode()
    assert "This one" in told and "The link was taken back" in told and "Hall" in told
    assert "This one" in client.get(f"{address}export/?as=csv").content.decode()
    assert list(ShareLink.objects.values_list("pk", flat=True)) == [made.link.pk]


def test_a_collection_nobody_was_led_to_goes_without_a_word_of_links(
    hall: Collection, kenji: User, client_of: ClientOf
) -> None:
    page = client_of(kenji).get(hall.get_absolute_url()).content.decode()
    assert "Its pictures stay in the library.</p>" in page
