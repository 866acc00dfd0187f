"""Pictures found by the words of their prompt and of what the model was told, newest first.

Each picture has a row in PictureText, folded (lib/folding.py). SQLite finds it by an FTS5 table kept by triggers,
PostgreSQL by a generated tsvector with a GIN index; migration 0002 makes them. The owner stands in the index as well,
so that the words of others cost nothing; whose picture it is, is decided by the rows that are handed in.
"""

from typing import TYPE_CHECKING

from django.db import connection
from django.db.models import F, Q, QuerySet, TextField, Value
from django.db.models.functions import Concat, Replace

from images_app.images.models import PictureText, StoredImage
from images_app.lib.folding import Asked, asked, fold

if TYPE_CHECKING:
    from uuid import UUID

# Of so many of the newest prompts so many must hold what is asked for, or the words' index is asked instead.
WALKED, ENOUGH = 10_000, 50
_TEXT = "images_app_picturetext"
_FTS = "images_app_picturetext_fts"


def words_of(prompt: str, revised_prompt: str) -> str:
    return fold(f"{prompt}\n{revised_prompt}" if revised_prompt != prompt else prompt)


def person_word(person: "UUID") -> str:
    """What stands in the index for everything of one person."""
    return f"p{person.hex}"


def team_word(team: "UUID") -> str:
    return f"t{team.hex}"


def owner_of(person: "UUID", team: "UUID") -> str:
    return f"{person_word(person)} {team_word(team)}"


def enter(image: StoredImage, prompt: str) -> None:
    """Makes a new picture one that is found; in the transaction that stores it."""
    PictureText.objects.create(
        image=image,
        words=words_of(prompt, image.revised_prompt),
        owner=owner_of(image.person_id, image.team_id),
    )


def hand_on(images: QuerySet[StoredImage], team: "UUID", to: "UUID") -> None:
    """The pictures are found as those of another team from now on."""
    words = Replace("owner", Value(team_word(team)), Value(team_word(to)))
    PictureText.objects.filter(image__in=images).update(owner=words)


def matching(
    pictures: QuerySet[StoredImage], owner: str, text: str, *, before: int | None = None
) -> QuerySet[StoredImage]:
    """Those of ``pictures`` that ``text`` finds, the newest first; each has ``number``, its place in that order.

    ``text`` is what a person typed, whatever it is. ``before`` leaves out that number and all newer ones. ``owner``
    (person_word, team_word, or both) only narrows the index: ``pictures`` are theirs already.
    """
    wanted = asked(text)
    if wanted.is_empty:
        return pictures.none()
    # The condition makes the join an inner one, which is free to be walked from the index.
    found = pictures.filter(text__id__gt=0).annotate(number=F("text__id"))
    for phrase in (*wanted.phrases, *wanted.without_phrases):
        # The index has found the words already; only here is it looked whether they stand together.
        together = Q(spaced__contains=f" {phrase} ")
        found = found.alias(spaced=Concat(Value(" "), "text__words", Value(" "), output_field=TextField()))
        found = found.filter(together) if phrase in wanted.phrases else found.exclude(together)
    if connection.vendor == "postgresql":
        return _by_tsvector(found, owner, wanted, before)
    return _by_fts5(found, owner, wanted, before)


def _by_fts5(
    found: QuerySet[StoredImage], owner: str, wanted: Asked, before: int | None
) -> QuerySet[StoredImage]:
    terms = [f"owner : {word}" for word in owner.split()]
    terms += [f'words : "{word}" *' for word in wanted.begins]
    terms += [f'words : "{word}"' for word in wanted.words]
    match = "".join([f"({' AND '.join(terms)})", *(f' NOT words : "{word}"' for word in wanted.without)])
    # The plus forbids the planner to ask the index anew for each picture: it is walked, once, from its newest.
    where, values = [f"{_FTS} MATCH %s", f"{_TEXT}.id = +{_FTS}.rowid"], [match]
    if before is not None:
        where.append(f"{_FTS}.rowid < {before:d}")
    return found.extra(tables=[_FTS], where=where, params=values, order_by=[f"-{_FTS}.rowid"])  # noqa: S610


def _by_tsvector(
    found: QuerySet[StoredImage], owner: str, wanted: Asked, before: int | None
) -> QuerySet[StoredImage]:
    terms = [f"'@{word}'" for word in owner.split()]
    terms += [f"'{word}':*" for word in wanted.begins]
    terms += [f"'{word}'" for word in wanted.words]
    terms += [f"!'{word}'" for word in wanted.without]
    match = " & ".join(terms)
    if before is not None:
        found = found.filter(text__id__lt=before)
    if _often(match, before):
        where = [f"{_TEXT}.lexemes @@ %s::tsquery"]
        return found.extra(where=where, params=[match]).order_by("-text__id")  # noqa: S610
    # Fenced off, and sorted by what no index has: all there are come from the words' index, and then the newest of them.
    where = [f"{_TEXT}.id IN (SELECT id FROM {_TEXT} WHERE lexemes @@ %s::tsquery OFFSET 0)"]  # noqa: S608 - our own name
    rare = found.extra(where=where, params=[match])  # noqa: S610
    return rare.order_by((F("text__id") + 0).desc())


def _often(match: str, before: int | None) -> bool:
    """Whether the newest rows hold enough of what is asked for to walk them one by one.

    PostgreSQL takes every beginning of a word to stand in at least one row of two hundred, walks the newest of a million
    rows for one that stands in twenty, and is seconds late.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*) FROM (SELECT lexemes FROM {_TEXT} WHERE id < COALESCE(%s, 9223372036854775807)"  # noqa: S608
            " ORDER BY id DESC LIMIT %s) AS newest WHERE lexemes @@ %s::tsquery",
            [before, WALKED, match],
        )
        (found,) = cursor.fetchone()
    return bool(found >= ENOUGH)
