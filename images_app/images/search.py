"""Pictures found by the words of their prompt and of what the model was told, newest first.

Each picture has a row in PictureText, folded (lib/folding.py). SQLite finds it by an FTS5 table kept by triggers,
PostgreSQL by a generated tsvector with a GIN index; migration 0002 makes them. The owner stands in the index as well,
so that the words of others cost nothing; whose picture it is, is decided by the rows that are handed in.
"""

from typing import TYPE_CHECKING

from django.db import connection
from django.db.models import F, Q, QuerySet, TextField, Value
from django.db.models.functions import Concat

from images_app.images.models import PictureText, StoredImage
from images_app.lib.folding import Asked, asked, fold

if TYPE_CHECKING:
    from uuid import UUID

_TEXT = "images_app_picturetext"
_FTS = "images_app_picturetext_fts"


def words_of(prompt: str, revised_prompt: str) -> str:
    return fold(f"{prompt}\n{revised_prompt}" if revised_prompt != prompt else prompt)


def owner_of(person: "UUID", team: "UUID") -> str:
    return f"p{person.hex} t{team.hex}"


def enter(image: StoredImage, prompt: str) -> None:
    """Makes a new picture one that is found; in the transaction that stores it."""
    PictureText.objects.create(
        image=image,
        words=words_of(prompt, image.revised_prompt),
        owner=owner_of(image.person_id, image.team_id),
    )


def matching(
    pictures: QuerySet[StoredImage], person: "UUID", text: str, *, before: int | None = None
) -> QuerySet[StoredImage]:
    """Those of ``pictures`` that ``text`` finds, the newest first; each has ``number``, its place in that order.

    ``text`` is what a person typed, whatever it is. ``before`` leaves out that number and all newer ones. ``person``
    only narrows the index: ``pictures`` are theirs already.
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
        return _by_tsvector(found, person, wanted, before)
    return _by_fts5(found, person, wanted, before)


def _by_fts5(
    found: QuerySet[StoredImage], person: "UUID", wanted: Asked, before: int | None
) -> QuerySet[StoredImage]:
    terms = [f"owner : p{person.hex}"]
    terms += [f'words : "{word}" *' for word in wanted.begins]
    terms += [f'words : "{word}"' for word in wanted.words]
    match = "".join([f"({' AND '.join(terms)})", *(f' NOT words : "{word}"' for word in wanted.without)])
    # The plus forbids the planner to ask the index anew for each picture: it is walked, once, from its newest.
    where, values = [f"{_FTS} MATCH %s", f"{_TEXT}.id = +{_FTS}.rowid"], [match]
    if before is not None:
        where.append(f"{_FTS}.rowid < {before:d}")
    return found.extra(tables=[_FTS], where=where, params=values, order_by=[f"-{_FTS}.rowid"])  # noqa: S610


def _by_tsvector(
    found: QuerySet[StoredImage], person: "UUID", wanted: Asked, before: int | None
) -> QuerySet[StoredImage]:
    terms = [f"'@p{person.hex}'", *(f"'{word}':*" for word in wanted.begins)]
    terms += [f"'{word}'" for word in wanted.words]
    terms += [f"!'{word}'" for word in wanted.without]
    if before is not None:
        found = found.filter(text__id__lt=before)
    where = [f"{_TEXT}.lexemes @@ %s::tsquery"]
    return found.extra(where=where, params=[" & ".join(terms)]).order_by("-text__id")  # noqa: S610
