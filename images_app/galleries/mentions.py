"""Whom a comment names. A name is written as ``@Name``, typed or picked from a list; what the server reads decides.

Somebody is named by their whole name, its first word, or their email address, as long as nobody else of the team could be
meant. Where two share a name, the list offers their addresses, and the name alone names nobody. What is kept is where in
the text the name stands: words stay as they were written when somebody takes another name.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from uuid import UUID

from django.db.models import Q

from images_app.galleries.models import Comment, CommentMention
from images_app.images.models import StoredImage
from images_app.teams.audience import Audience
from images_app.teams.models import User

OFFERED = 8
NAMED_AT_MOST = 20  # by one comment


@dataclass(frozen=True)
class Named:
    """A person and the place of their name in a text: signs, from the @ on."""

    person: User
    start: int
    length: int


@dataclass(frozen=True)
class Part:
    """A stretch of a comment; ``person`` where it names one."""

    text: str
    person: UUID | None = None


def listeners(picture: StoredImage) -> list[User]:
    """Who can be named on a picture: those who see it in its team."""
    if picture.audience < Audience.TEAM:
        people = User.objects.filter(pk=picture.person_id, memberships__team=picture.team_id)
    else:
        people = User.objects.filter(memberships__team=picture.team_id)
    return list(people.filter(is_active=True).order_by("name", "email"))


def offered(picture: StoredImage, begun: str) -> list[tuple[User, str]]:
    """People whose name or address has a word that begins so, each with what names nobody else."""
    begun = begun.lower().strip()
    people = listeners(picture)
    names = Counter(person.display_name.lower() for person in people)
    fitting = (
        (person, person.display_name if names[person.display_name.lower()] == 1 else person.email)
        for person in people
        if any(word.startswith(begun) for word in _words(person))
    )
    return list(islice(fitting, OFFERED))


def _words(person: User) -> list[str]:
    name = person.display_name.lower()
    return [name, *name.split(), person.email.lower()]


def named_in(text: str, people: Iterable[User]) -> list[Named]:
    """Each place where ``text`` names one of ``people``, in order; the longest name that fits is meant."""
    return list(islice(_places(text, _handles(people)), NAMED_AT_MOST))


def _places(text: str, handles: dict[str, User | None]) -> Iterator[Named]:
    # Looked up once for each length there is: a text of nothing but @ would ask for each of a thousand people.
    lengths = sorted({len(handle) for handle in handles}, reverse=True)
    at = text.find("@")
    while at >= 0:
        end = at + 1
        if at == 0 or not _of_a_word(text[at - 1]):  # else it is the middle of an address
            for length in lengths:
                beyond = at + 1 + length
                handle = text[at + 1 : beyond].lower()
                if handle in handles and not _of_a_word(text[beyond : beyond + 1]):
                    end = beyond
                    if person := handles[handle]:
                        yield Named(person, at, end - at)
                    break
        at = text.find("@", end)


def _handles(people: Iterable[User]) -> dict[str, User | None]:
    """Every way to name somebody, in small letters; None where it would name two. What is somebody's whole name or
    address is nobody else's first word."""
    whole: dict[str, User | None] = {}
    first: dict[str, User | None] = {}
    for person in people:
        name = person.display_name.lower()
        for handle in {name, person.email.lower()}:
            whole[handle] = None if handle in whole else person
        word = name.split()[0] if name.split() else name
        first[word] = None if word in first else person
    return first | whole


def _of_a_word(sign: str) -> bool:
    return sign.isalnum() or sign == "_"


def write_down(comment: Comment) -> list[User]:
    """Keeps whom the comment's text names, instead of what was kept before; who is named that was not."""
    before = set(comment.mentions.values_list("person", flat=True))
    named = named_in(comment.text, listeners(comment.image))
    comment.mentions.all().delete()
    CommentMention.objects.bulk_create(
        CommentMention(comment=comment, person=one.person, start=one.start, length=one.length)
        for one in named
    )
    fresh = {one.person.pk: one.person for one in named if one.person.pk not in before}
    return list(fresh.values())


def parts_of(comment: Comment) -> list[Part]:
    """The text as it was written, cut where it names somebody. ``mentions`` should have been fetched."""
    parts, end = [], 0
    for mention in sorted(comment.mentions.all(), key=lambda one: one.start):
        parts.append(Part(comment.text[end : mention.start]))
        end = mention.start + mention.length
        parts.append(Part(comment.text[mention.start : end], mention.person_id))
    parts.append(Part(comment.text[end:]))
    return [part for part in parts if part.text]


def teammates(picture: StoredImage, others: Iterable[UUID]) -> list[User]:
    """Those among ``others`` who see the picture."""
    sees = Q(memberships__team=picture.team_id)
    people = User.objects.filter(sees, pk__in=list(others), is_active=True).distinct()
    if picture.audience < Audience.TEAM:
        people = people.filter(pk=picture.person_id)
    return list(people)
