"""A team of 200 people with 500 collections and a million pictures: its pages beside the bare SQL of each.

    .venv/bin/python -m bench.team [ROWS]

Makes the rows as bench/million.py does, on SQLite and on PostgreSQL, and prints for each page how many queries it asks,
how long these take on the bare driver and how long the page takes through all of Django, in the same run. Asserts
nothing but that the pages are there. The reader is an ordinary member who made the largest collection.
"""

import random
import sys
import time
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from bench.million import Pages, fill, on_both, pages_on

if TYPE_CHECKING:
    from uuid import UUID

    from images_app.collections.models import Collection
    from images_app.galleries.models import ShareLink
    from images_app.teams.models import Team, User

PEOPLE, COLLECTIONS = 200, 500
LARGE, SMALL = 10_000, (200, 400)  # pictures in one collection, and in each of the others
COMMENTS, ON_ONE = 20_000, 150  # comments in all, and on the picture most is said about
NOTICES, LINKS, GUESTS, MAKERS = 2000, 300, 20, 20
TOKEN = "bench-token-of-the-large-collection"
BATCH = 2000
_BACKEND = "django.contrib.auth.backends.ModelBackend"


def measure(rows: int) -> None:
    """One database, in a process of its own."""
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    started = time.perf_counter()
    make(rows)
    print(f"made in {time.perf_counter() - started:.0f} s")
    pages()


def make(rows: int) -> None:
    """The team with everything in it."""
    from django.db import connection, transaction

    from images_app.images.models import SHOWN, StoredImage
    from images_app.teams.actions import make_person, make_team
    from images_app.teams.models import Membership, User

    owner = make_person("bench@example.com", "correct horse battery", name="Bench")
    team = make_team(owner, "Northwind")
    people = [owner]
    for number in range(1, PEOPLE):
        person = User.objects.create(email=f"p{number}@example.com", name=f"Person {number}", team=team)
        Membership.objects.create(team=team, person=person, role="member")
        people.append(person)
    fill(rows, team, people)
    with transaction.atomic():
        chance = random.Random(3)
        found = (
            StoredImage.objects.filter(SHOWN, team=team).order_by("created_at").values_list("pk", flat=True)
        )
        shown = list(found)
        large = _collections(team, people, shown, chance)
        _talk(team, people, shown, chance)
        _links(people, large, shown[-1], chance)
        _happenings()
        _making(people)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "PRAGMA optimize")


def _collections(
    team: "Team", people: list["User"], shown: list["UUID"], chance: random.Random
) -> "Collection":
    """One in five is private with a few people let in. The large one, whose pictures are for guests, is returned."""
    from images_app.collections.models import Collection, CollectionItem, Contributor
    from images_app.images.models import StoredImage
    from images_app.teams.audience import Audience
    from images_app.teams.models import Membership

    seats = list(Membership.objects.filter(team=team))
    for number in range(COLLECTIONS):
        person = people[1] if number == 0 else chance.choice(people)
        made = Collection.objects.create(
            team=team,
            person=person,
            title=f"Collection {number}",
            text="What we gathered of it.",
            audience=Audience.PRIVATE if number % 5 == 4 else Audience.TEAM,
        )
        count = LARGE if number == 0 else chance.randint(*SMALL)
        hung = chance.sample(shown, min(count, len(shown)))
        items = [
            CollectionItem(collection=made, image_id=pk, place=n, added_by=person)
            for n, pk in enumerate(hung)
        ]
        CollectionItem.objects.bulk_create(items, batch_size=BATCH)
        let_in = chance.sample(seats, 3)
        Contributor.objects.bulk_create([Contributor(collection=made, seat=seat) for seat in let_in])
        if number == 0:
            large = made
            for start in range(0, len(hung), 500):
                rows = StoredImage.objects.filter(pk__in=hung[start : start + 500])
                rows.update(audience=Audience.LINK)
    return large


def _talk(team: "Team", people: list["User"], shown: list["UUID"], chance: random.Random) -> None:
    """Comments, most of them on pictures of their own, many on the newest one; notices of the latest to the reader."""
    from django.utils import timezone

    from images_app.galleries.models import Comment, CommentMention
    from images_app.notices.models import Kind, Notice
    from images_app.teams.models import Deed, Happening

    now = timezone.now()
    made = []
    for number in range(COMMENTS):
        one = number < ON_ONE
        spot = (chance.random(), chance.random()) if one and number % 5 == 0 else (None, None)
        made.append(
            Comment(
                image_id=shown[-1] if one else chance.choice(shown),
                person=chance.choice(people),
                text=f"@Person 1 what about remark {number}?",
                spot_x=spot[0],
                spot_y=spot[1],
                created_at=now - timedelta(minutes=number),
            )
        )
    Comment.objects.bulk_create(made, batch_size=BATCH)
    named = [CommentMention(comment=one, person=people[1], start=0, length=9) for one in made[:NOTICES]]
    CommentMention.objects.bulk_create(named, batch_size=BATCH)
    told = [
        Happening(
            team=team,
            person_id=one.person_id,
            kind=Deed.COMMENT,
            image_id=one.image_id,
            comment=one,
            created_at=one.created_at,
        )
        for one in made
    ]
    Happening.objects.bulk_create(told, batch_size=BATCH)
    notices = [
        Notice(
            person=people[1],
            kind=Kind.MENTION,
            team=team,
            actor_id=one.person_id,
            image_id=one.image_id,
            comment=one,
            created_at=one.created_at,
            read_at=now if number % 2 else None,
        )
        for number, one in enumerate(made[:NOTICES])
    ]
    Notice.objects.bulk_create(notices, batch_size=BATCH)


def _links(people: list["User"], large: "Collection", newest: "UUID", chance: random.Random) -> None:
    """Many links to one picture, a third of them the reader's, some of them rounds; and two to the large collection,
    one of them a round in which its guests have said something of a tenth of the pictures each."""
    from django.utils import timezone

    from images_app.galleries.models import Guest, ShareLink, Vote
    from images_app.lib.tokens import hashed

    now = timezone.now()

    def link(number: int, **fields: Any) -> "ShareLink":
        maker = people[1] if number % 3 == 0 else chance.choice(people)
        values = {"made_by": maker, "token_hash": f"{number}", "hint": f"{number:04}", "prompts": True}
        asks = {"asks_pick": True, "closes_at": now + timedelta(days=9)} if number % 10 == 0 else {}
        values |= {"created_at": now - timedelta(hours=number), **asks, **fields}
        return ShareLink.objects.create(team=large.team, **values)

    for number in range(1, LINKS):
        link(number, image_id=newest)
    link(0, collection=large, made_by=people[0], token_hash=hashed(TOKEN), asks_pick=False, closes_at=None)
    # The owner's, who may hand out what others made.
    asks = {"asks_score": True, "asks_comment": True, "made_by": people[0]}
    asked = link(0, collection=large, token_hash=hashed(f"{TOKEN}-round"), **asks)
    pictures = list(large.items.values_list("image", flat=True))
    for number in range(GUESTS):
        guest = Guest.objects.create(link=asked, name=f"Guest {number}", key_hash=hashed(f"guest-{number}"))
        votes = [
            Vote(
                guest=guest,
                image_id=pk,
                picked=chance.random() < 0.3,
                score=chance.randint(1, 5),
                comment="Yes.",
            )
            for pk in chance.sample(pictures, len(pictures) // 10)
        ]
        Vote.objects.bulk_create(votes, batch_size=BATCH)


def _happenings() -> None:
    """What a team is told of its pictures and of its hearts, made by the database itself."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO images_app_happening (team_id, person_id, kind, image_id, created_at)"
            " SELECT team_id, person_id, 'shown', id, created_at FROM images_app_storedimage WHERE audience >= 1"
            " ORDER BY created_at"
        )
        cursor.execute(
            "INSERT INTO images_app_happening (team_id, person_id, kind, image_id, created_at)"
            " SELECT i.team_id, f.person_id, 'heart', i.id, i.created_at FROM images_app_favourite f"
            " JOIN images_app_storedimage i ON i.id = f.image_id"
        )


def _making(people: list["User"]) -> None:
    """Some people have pictures under way."""
    from images_app.jobs.states import State
    from images_app.providers.models import ImageModel
    from tests.rows import make_generation, make_job

    model = ImageModel.objects.filter(provider__slug="bench").first()
    assert model is not None
    for person in people[2 : 2 + MAKERS]:
        generation = make_generation(person, model, "Something new", audience=1)
        for position in range(4):
            make_job(generation, State.QUEUED, position=position)


def pages() -> None:
    """Every page of the team, and the guests'."""
    from django.test import Client

    from images_app.galleries.models import ShareLink
    from images_app.teams.models import Team, User

    reader, team = User.objects.get(email="p1@example.com"), Team.objects.get(name="Northwind")
    client = Client(headers={"host": "localhost"})
    client.force_login(reader, _BACKEND)
    table = Pages(client)
    address = f"/team/{team.slug}/"
    _gallery(table, client, reader, address)
    _collection_pages(table, reader, team)
    newest = ShareLink.objects.exclude(image=None).values_list("image", flat=True)[0]
    table.line("a picture, 150 comments", f"/images/{newest}/")
    table.line("its names to mention", f"/images/{newest}/people/?begun=Per")
    table.line("people", f"{address}people/")
    keeper = Client(headers={"host": "localhost"})
    keeper.force_login(User.objects.get(email="bench@example.com"), _BACKEND)
    table.line("people, for the owner", f"{address}people/", keeper)
    for name, query in (
        ("activity", ""),
        ("activity: comments", "?kind=comments"),
        ("activity: hearts", "?kind=hearts"),
    ):
        table.line(name, f"{address}activity/{query}")
    table.line(
        "activity of one person", f"{address}activity/?person={User.objects.get(email='p7@example.com').pk}"
    )
    table.line("notices", "/notices/")
    table.line("links", f"{address}links/")
    table.line("review rounds", f"{address}rounds/")
    asked = ShareLink.objects.exclude(collection=None).filter(asks_score=True).get()
    table.line("tally of 10,000 pictures", f"{address}rounds/{asked.pk}/")
    table.line("tally, the best first", f"{address}rounds/{asked.pk}/?sort=score")
    table.line("teams", "/teams/")
    table.line("library of mine", "/library/")
    guest = Client(headers={"host": "localhost"})
    table.line("guest: first page", f"/s/{TOKEN}/", guest)
    table.line("guest: 20th page", pages_on(guest, f"/s/{TOKEN}/", 19), guest)
    first = asked.collection and asked.collection.items.order_by("place")[5000:5001].get().image_id
    table.line("guest: a picture", f"/s/{TOKEN}/{first}/", guest)


def _gallery(table: Pages, client: Any, reader: "User", address: str) -> None:
    from images_app.teams.models import User

    whose = User.objects.get(email="p7@example.com").pk
    lists: dict[str, dict[str, Any]] = {
        "everything": {},
        "most loved": {"list": "loved"},
        "mine": {"list": "mine"},
        "of one person": {"person": whose},
        "shape square": {"shape": "square"},
        "shape tall (20 pictures)": {"shape": "tall"},
        "model often": {"model": "often"},
        "model rarely (20 pictures)": {"model": "rarely"},
        "today (none)": {"when": "today"},
        "a day of 2021": {"since": "2021-06-01", "until": "2021-06-01"},
        "a word in 30 %": {"text": "portrait"},
        "two words": {"text": "lighthouse heron"},
        "a word in 1 %": {"text": "heron"},
        "a word in 20 pictures": {"text": "quokka"},
        "a word of one person": {"text": "portrait", "person": whose},
        "most loved of one person": {"list": "loved", "person": whose},
    }
    for name, query in lists.items():
        table.line(name, f"{address}?{urlencode(query)}")
    for name in ("everything", "most loved", "mine", "a word in 30 %"):
        table.line(f"{name}, 20th page", pages_on(client, f"{address}?{urlencode(lists[name])}", 19))
    table.line("who is making what", f"{address}makers/")


def _collection_pages(table: Pages, reader: "User", team: "Team") -> None:
    from images_app.collections.models import Collection

    shelf = f"/team/{team.slug}/collections/"
    table.line("collections", shelf)
    table.line("collections, 10th page", pages_on(table.client, shelf, 9))
    large = Collection.objects.get(title="Collection 0").get_absolute_url()
    table.line("collection of 10,000", large)
    table.line("the same, 20th page", pages_on(table.client, large, 19))
    table.line("the same, to be ordered", f"{large}?arrange=1")
    table.line("collection of 300", Collection.objects.get(title="Collection 1").get_absolute_url())
    table.line(
        "who has a hand in it", f"/collections/{Collection.objects.get(title='Collection 0').pk}/people/"
    )


if __name__ == "__main__":
    on_both("bench.team", int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
