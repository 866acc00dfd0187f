"""What a model was told, beside what a person wrote: the difference, word by word."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from itertools import groupby

# Beyond this many words the middle is shown as one change: a comparison costs up to their product.
WORDS_AT_MOST = 2000
# A word with the space after it, a mark of punctuation, or one sign of a script that is written without spaces.
_MARKS = r".,;:!?()\[\]{}\"…—–、。，！？：；「」（）"
_SIGNS = r"\u3040-\u30ff\u3400-\u9fff"
_TOKEN = re.compile(rf"\s+|(?:[{_SIGNS}]|[{_MARKS}]|[^\s{_MARKS}{_SIGNS}]+)\s*")


class Kind(StrEnum):
    KEPT = "kept"
    ADDED = "added"
    LEFT_OUT = "left_out"


@dataclass(frozen=True)
class Part:
    kind: Kind
    text: str


def difference(before: str, after: str) -> list[Part]:
    """How ``before`` became ``after``: the kept and added parts joined are ``after``, to the character.

    Letter case and the width of spaces are no change. Neighbouring parts are of different kinds.
    """
    old, new = _TOKEN.findall(before), _TOKEN.findall(after)
    parts = [part for part in _changes(old, new) if part.text]
    return _joined(_spaces_outside(parts))


def _changes(old: list[str], new: list[str]) -> Iterator[Part]:
    old_keys, new_keys = [_key(word) for word in old], [_key(word) for word in new]
    head = _same(old_keys, new_keys)
    tail = _same(old_keys[head:][::-1], new_keys[head:][::-1])
    old_end, new_end = len(old) - tail, len(new) - tail
    yield Part(Kind.KEPT, "".join(new[:head]))
    if max(old_end, new_end) - head > WORDS_AT_MOST:
        yield Part(Kind.LEFT_OUT, "".join(old[head:old_end]))
        yield Part(Kind.ADDED, "".join(new[head:new_end]))
    else:
        # Its heuristic for popular words stays on: without it a prompt of one word repeated takes seconds.
        matcher = SequenceMatcher(None, old_keys[head:old_end], new_keys[head:new_end])
        for tag, i1, i2, j1, j2 in matcher.get_opcodes():
            if tag == "equal":
                yield Part(Kind.KEPT, "".join(new[head + j1 : head + j2]))
            else:
                yield Part(Kind.LEFT_OUT, "".join(old[head + i1 : head + i2]))
                yield Part(Kind.ADDED, "".join(new[head + j1 : head + j2]))
    yield Part(Kind.KEPT, "".join(new[new_end:]))


def _key(word: str) -> str:
    return word.strip().casefold()


def _same(left: list[str], right: list[str]) -> int:
    """How many items two lists begin with in common."""
    count = 0
    for one, other in zip(left, right, strict=False):
        if one != other:
            break
        count += 1
    return count


def _spaces_outside(parts: list[Part]) -> Iterator[Part]:
    """The space after an added run belongs to no mark, or a highlight would end in a blank."""
    for part in parts:
        bare = part.text.rstrip()
        if part.kind is Kind.ADDED and bare != part.text:
            yield Part(Kind.ADDED, bare)
            yield Part(Kind.KEPT, part.text[len(bare) :])
        else:
            yield part


def _joined(parts: Iterator[Part]) -> list[Part]:
    runs = groupby((part for part in parts if part.text), key=lambda part: part.kind)
    return [Part(kind, "".join(part.text for part in run)) for kind, run in runs]
