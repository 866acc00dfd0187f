"""Pictures a person already has of nearly the same prompt: said before they pay for another one."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from images_app.images.access import images_of
from images_app.teams.models import User

RECENT = 500  # pictures that are looked at, the newest: the page asks while somebody types
NEAR = 0.8  # of the words of both that they must share
MOST = 6

_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class NearPicture:
    id: UUID
    prompt: str


def near_pictures(person: User, prompts: Iterable[str]) -> list[NearPicture]:
    """The newest first, MOST at most; case, punctuation and the order of words make no difference."""
    wanted = {words for prompt in prompts if (words := words_of(prompt))}
    if not wanted:
        return []
    rows = images_of(person).order_by("-created_at", "-id").values_list("pk", "job__generation__prompt")
    known: dict[str, bool] = {}
    found: list[NearPicture] = []
    for pk, prompt in rows[:RECENT]:
        if prompt not in known:
            words = words_of(prompt)
            known[prompt] = any(_near(words, one) for one in wanted)
        if known[prompt]:
            found.append(NearPicture(pk, prompt))
        if len(found) == MOST:
            break
    return found


def words_of(prompt: str) -> frozenset[str]:
    return frozenset(_WORD.findall(unicodedata.normalize("NFKC", prompt).casefold()))


def _near(one: frozenset[str], other: frozenset[str]) -> bool:
    return len(one & other) >= NEAR * len(one | other)
