"""Which rules a text meets, and where. Knows no database.

Words and phrases are looked up word by word, so their number costs nothing; expressions run one after another. A word of
the text may be read in several ways: as it stands, with digits and signs as letters ("w3apon"), put together again
("wea-pon", "w e a p o n"). A rule meets a whole word in one of these readings, never a part of a word.
"""

import re
import sys
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache, cached_property

from images_app.lib.folding import UNSPACED
from images_app.moderation.expressions import SPANS_AT_MOST, Encoded, Expression
from images_app.moderation.normal import Normal, fold, normal

Span = tuple[int, int]

LETTERS_AT_MOST = 60  # of a word put together again; of one in a rule
RUN_AT_LEAST = 3  # single letters in a row before they are read as a word
GAP_AT_MOST = 5  # signs between two of them
# What stands for a letter inside a word. The Greek and Russian letters look Latin only among Latin ones.
_STANDS_FOR = str.maketrans("013457@$!|€εωηχквмтн", "oieastasiieewnxkbmth")
_STANDS_FOR_TOO = str.maketrans("1!|", "lll")
# Words of one letter that may stand before or behind a spelled-out one.
_SMALL_WORDS = frozenset("aiou24")
_UNSPACED = re.compile(f"[{UNSPACED}]")


class Kind(StrEnum):
    WORD = "word"
    PHRASE = "phrase"
    EXPRESSION = "expression"


@dataclass(frozen=True)
class Pattern:
    """``key`` is the caller's own."""

    key: str
    kind: Kind
    pattern: str


class Matcher:
    """Patterns made ready once, for many texts. Raises BadExpression."""

    def __init__(self, patterns: Iterable[Pattern]) -> None:
        self._words: dict[str, list[tuple[list[str], str]]] = {}  # by the first of its words
        self._parts: list[tuple[str, str]] = []
        self._expressions: list[tuple[Expression, str]] = []
        for one in patterns:
            if one.kind == Kind.EXPRESSION:
                self._expressions.append((Expression(one.pattern), one.key))
                continue
            words = words_of(one.pattern)
            if words and not _UNSPACED.search(fold(one.pattern)):
                self._words.setdefault(words[0], []).append((words, one.key))
            elif part := " ".join(fold(one.pattern).split()):
                # No words to look up: an emoji, or a script that sets no spaces between them.
                self._parts.append((part, one.key))

    def spans(self, text: str) -> dict[str, list[Span]]:
        """By key, where the text meets its pattern, in places of ``text``; a key that it does not meet is not there."""
        return self.spans_of(normal(text))

    def spans_of(self, text: Normal) -> dict[str, list[Span]]:
        found: dict[str, list[Span]] = {}

        def note(key: str, start: int, end: int) -> None:
            spans = found.setdefault(key, [])
            span = text.span(start, end)
            if span not in spans and len(spans) < SPANS_AT_MOST:
                spans.append(span)

        if self._words:
            reading = Reading(text.text, text.plain)
            for place in range(len(reading.tokens)):
                for form, _ in reading.forms(place):
                    for words, key in self._words.get(form, ()):
                        last = reading.reads(place, words)
                        if last is not None:
                            note(key, reading.tokens[place][0], reading.tokens[last][1])
        for part, key in self._parts:
            at = text.text.find(part)
            while at >= 0 and len(found.get(key, ())) < SPANS_AT_MOST:
                note(key, at, at + len(part))
                at = text.text.find(part, at + len(part))
        if self._expressions:
            encoded = Encoded(text)
            for expression, key in self._expressions:
                for start, end in expression.spans(encoded):
                    note(key, start, end)
        return found


@dataclass
class Reading:
    """The words of a normal text, each with the ways it may be read."""

    text: str
    plain: str
    tokens: list[Span] = field(init=False)

    def __post_init__(self) -> None:
        self.tokens = [found.span() for found in _token().finditer(self.text)]

    def forms(self, place: int) -> list[tuple[str, int]]:
        """(word, place of the last token it is made of), for words that begin at this token."""
        return self._forms[place]

    def reads(self, place: int, words: list[str]) -> int | None:
        """The place of the last token where ``words`` stand one after another from this token on; None where they do not.

        The places are walked together, so that a text of many readings takes no longer than a plain one.
        """
        at = {place}
        last = {place}
        for word in words:
            last = {
                end for one in at if one < len(self.tokens) for form, end in self._forms[one] if form == word
            }
            at = {end + 1 for end in last}
        return min(last, default=None)

    @cached_property
    def _forms(self) -> list[list[tuple[str, int]]]:
        forms = [[(form, place) for form in self._alone(*span)] for place, span in enumerate(self.tokens)]
        for start, end, words in (*self._chunks(), *self._spelled()):
            forms[start] += [(word, end) for word in words]
        return forms

    def _alone(self, start: int, end: int) -> list[str]:
        word = self.text[start:end]
        if word.isascii() and word.isalpha():
            return [word]
        mixed = re.search("[a-z]", self.plain[start:end])
        return list(dict.fromkeys([word, *(_letters(word) if mixed else ())]))

    def _chunks(self) -> Iterator[tuple[int, int, set[str]]]:
        """What stands between two spaces and is made of several tokens, or holds signs that stand for letters."""
        place = 0
        for chunk in re.finditer(r"[^ ]+", self.text):
            first = place
            while place < len(self.tokens) and self.tokens[place][0] < chunk.end():
                place += 1
            whole = chunk[0].strip("!|")
            if place > first and len(whole) <= LETTERS_AT_MOST and not whole.isalnum():
                joined = _only_letters(whole)
                yield first, place - 1, {joined, *map(_only_letters, _letters(whole))}

    def _spelled(self) -> Iterator[tuple[int, int, set[str]]]:
        """Words of which every letter stands alone; a wider gap than between its letters ends one."""
        for first, last in self._runs():
            gaps = [self.tokens[at + 1][0] - self.tokens[at][1] for at in range(first, last)]
            groups, start = [(first, last)], first
            for at, gap in enumerate(gaps, first):
                if gap > min(gaps):
                    groups.append((start, at))
                    start = at + 1
            groups.append((start, last))
            for group in dict.fromkeys(groups):
                yield from self._spellings(*group)

    def _spellings(self, first: int, last: int) -> Iterator[tuple[int, int, set[str]]]:
        letters = "".join(self.text[start:end] for start, end in self.tokens[first : last + 1])
        for skipped in range(3):
            if not set(letters[:skipped]) <= _SMALL_WORDS:
                break
            for left in range(3):
                word = letters[skipped : len(letters) - left]
                if not set(letters[len(letters) - left :]) <= _SMALL_WORDS and left:
                    break
                if RUN_AT_LEAST <= len(word) <= LETTERS_AT_MOST:
                    yield first + skipped, last - left, {word, *_letters(word)}

    def _runs(self) -> Iterator[Span]:
        """(first, last) token of every row of single letters."""
        first = 0
        for at in range(1, len(self.tokens) + 1):
            if at < len(self.tokens) and self._follows(at):
                continue
            if at - first >= RUN_AT_LEAST and self._single(first):
                yield first, at - 1
            first = at

    def _follows(self, place: int) -> bool:
        """Whether this token and the one before it are single letters near to each other."""
        gap = self.tokens[place][0] - self.tokens[place - 1][1]
        return gap <= GAP_AT_MOST and self._single(place - 1) and self._single(place)

    def _single(self, place: int) -> bool:
        start, end = self.tokens[place]
        return end - start == 1


def words_of(pattern: str) -> list[str]:
    """The words of a rule, as they are looked up."""
    return _token().findall(fold(pattern))


def _letters(word: str) -> set[str]:
    return {word.translate(_STANDS_FOR), word.translate(_STANDS_FOR_TOO).translate(_STANDS_FOR)}


def _only_letters(text: str) -> str:
    return "".join(_token().findall(text))


@cache
def _token() -> re.Pattern[str]:
    """Letters and digits; and the vowel signs that folding leaves, which Python does not count among the letters."""
    signs = [chr(code) for code in range(0x300, min(0x1E960, sys.maxunicode)) if _is_vowel_sign(chr(code))]
    return re.compile(rf"(?:[^\W_]|[{''.join(signs)}])+")


def _is_vowel_sign(sign: str) -> bool:
    return unicodedata.category(sign) in {"Mn", "Mc"} and fold(sign) == sign
