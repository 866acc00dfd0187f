"""Search on the database at hand: FTS5 or PostgreSQL."""

import random

import pytest
from django.db import connection

from images_app.images import search
from images_app.images.access import images_of
from images_app.images.models import PictureText, StoredImage
from images_app.images.search import matching, person_word
from images_app.providers.models import ImageModel
from images_app.teams.models import User
from tests import environment
from tests.rows import make_generation, make_picture

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True, params=["plain"] if environment.SHAPE == "plain" else ["often", "rarely"])
def density(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """PostgreSQL walks the newest rows or the index of words, as much is found in the newest; both find the same."""
    monkeypatch.setattr(search, "ENOUGH", 0 if request.param == "often" else 50)


def found(person: User, text: str, before: int | None = None) -> list[StoredImage]:
    return list(matching(images_of(person), person_word(person.pk), text, before=before))


@pytest.mark.parametrize(
    ("text", "hits"),
    [
        ("heron", True),
        ("HÉRON", True),
        ("her", True),
        ("eron", False),
        ("grey reeds", True),
        ("grey boat", False),
        ('"her"', False),
        ('"grey heron"', True),
        ('"heron grey"', False),
        ("heron -boat", True),
        ("heron -reed", True),
        ("heron -reeds", False),
        ('heron -"grey heron"', False),
        ('heron -"heron grey"', True),
        ("-boat", True),
        ("-heron", False),
        ("京都", True),
        ("東京", True),
        ("東", True),
        ("東都", False),
        ('"東京都"', True),
        ("p", False),
    ],
)
def test_words_find_a_picture(alice: User, model: ImageModel, text: str, hits: bool) -> None:
    picture = make_picture(
        make_generation(alice, model, "A grey heron"), revised_prompt="Among reeds, near 東京都"
    )
    assert found(alice, text) == ([picture] if hits else [])


def test_what_is_found_stands_newest_first_and_goes_on_where_asked(alice: User, model: ImageModel) -> None:
    pictures = [make_picture(make_generation(alice, model, f"boat {number}")) for number in range(4)]
    newest = found(alice, "boat")
    assert newest == pictures[::-1]
    assert found(alice, "boat", before=newest[1].number) == pictures[1::-1]  # type: ignore[attr-defined]


def test_nobody_finds_what_is_anothers(alice: User, bob: User, model: ImageModel) -> None:
    make_picture(make_generation(alice, model, f"a boat p{bob.pk.hex}"))
    assert found(bob, "boat") == []
    assert found(bob, "p" + bob.pk.hex) == []
    assert found(bob, "-sea") == []


def test_an_owner_is_no_word(alice: User, model: ImageModel) -> None:
    make_picture(make_generation(alice, model, "a boat"))
    assert found(alice, f"p{alice.pk.hex[:6]}") == []


def test_a_picture_that_goes_is_no_longer_found(alice: User, model: ImageModel) -> None:
    picture = make_picture(make_generation(alice, model, "a boat"))
    picture.delete()
    make_picture(make_generation(alice, model, "a heron"))
    assert found(alice, "boat") == []
    assert PictureText.objects.count() == 1


def test_changed_words_are_found_anew(alice: User, model: ImageModel) -> None:
    picture = make_picture(make_generation(alice, model, "a boat"))
    PictureText.objects.filter(image=picture).update(words="a heron")
    assert found(alice, "boat") == []
    assert found(alice, "heron") == [picture]


def test_whatever_is_typed_is_answered(alice: User, model: ImageModel) -> None:
    make_picture(make_generation(alice, model, "AND OR NOT NEAR a:b 'quoted' \\ * ^ ( & | ! <-> :*"))
    signs = [
        *["AND", "OR", "NOT", "NEAR", "words", "owner", "%s", "%%", "<->"],
        *"a:*^()&|!\\'\"-+{};é東😀\ud800\u202e\x00",
    ]
    chance = random.Random(7)
    for _ in range(300):
        found(alice, chance.choice(["", " "]).join(chance.choices(signs, k=chance.randint(1, 12))))
    assert len(found(alice, "and near a quoted")) == 1


def test_a_very_long_prompt_is_found(alice: User, model: ImageModel) -> None:
    prompt = " ".join(chr(0x4E00 + number % 20_000) * 2 for number in range(12_000)) + " " + "x" * 5000
    picture = make_picture(make_generation(alice, model, prompt))
    assert found(alice, prompt[:2]) == [picture]


def test_the_index_is_walked_from_its_newest(alice: User, model: ImageModel) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("how SQLite plans")
    make_picture(make_generation(alice, model, "a boat"))
    pictures = images_of(alice).filter(job__generation__model__name=model.name)
    plan = (
        matching(pictures, person_word(alice.pk), "boat", before=10)
        .select_related("job__generation__model")
        .explain()
    )
    assert "VIRTUAL TABLE INDEX" in plan.splitlines()[0]
    assert "TEMP B-TREE" not in plan
