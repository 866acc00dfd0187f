"""Text as a rule reads it: letter case, accents, invisible signs and look-alikes are no difference.

Every sign is folded by itself, so that a match can be shown in the text as it was written, and folding a folded text
changes nothing. Vowel signs of scripts that are written with them (Devanagari, Thai and others) are letters, not accents.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache

from confusable_homoglyphs import confusables

# Scripts whose signs are passed off as Latin letters. Of others (Arabic, Hebrew, digits of India) a stroke or a ring may
# look like one, but nobody reads it so, and their own words would suffer.
_SCRIPTS = re.compile(
    r"(LATIN|GREEK|CYRILLIC|ARMENIAN|CHEROKEE|COPTIC|LISU|ROMAN NUMERAL|CANADIAN SYLLABICS|TIFINAGH|DESERET)\b"
)
# "ł", "ø", "ᴀ": Latin letters that do not come apart by themselves.
_LATIN = re.compile(r"LATIN (?:SMALL LETTER|LETTER SMALL CAPITAL) ([A-Z])(?: WITH .*)?")
_ENCLOSED = ((0x1F1E6, 26), (0x1F150, 26), (0x1F170, 26))  # flags' letters, letters in filled rings and boxes
# What is seen as nothing though it counts as a mark or a letter: joiners, selectors, fillers, the empty braille sign.
_BLANK = frozenset(
    (0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180B, 0x180C, 0x180D, 0x180F, 0x2800, 0x3164, 0xFFA0)
).union(range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0))
# Letters of Korean typed one by one; Japanese voicing marks typed behind their letter.
_LOOSE = re.compile("[\u1100-\u11ff\ua960-\ua97f\ud7b0-\ud7ff]+|[^\u3099\u309a][\u3099\u309a]")
_TOKEN = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class Normal:
    """``text`` with look-alikes as Latin letters, ``plain`` without that, sign for sign; ``starts[i]`` and ``ends[i]``
    say which part of the original stands behind the sign ``i``."""

    text: str
    plain: str
    starts: list[int]
    ends: list[int]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where a match of ``text`` stands in the original."""
        return (self.starts[start], self.ends[end - 1]) if start < end else (0, 0)


def fold(text: str) -> str:
    """The text as rules read it."""
    return text.lower() if text.isascii() and text.isprintable() else normal(text).text


def fold_pattern(text: str) -> str:
    """An expression as it must be written to meet ``Normal.plain``: its ASCII signs mean something and stay."""
    return "".join(char if char.isascii() else _plain(char) or char for char in text)


def normal(text: str) -> Normal:
    """Never raises, whatever the text holds."""
    if text.isascii() and text.isprintable():
        places = list(range(len(text) + 1))
        low = text.lower()
        return Normal(low, low, places[:-1], places[1:])
    passed_off = _passed_off(text)
    plain: list[str] = []
    alike: list[str] = []
    starts: list[int] = []
    for place, char in enumerate(text):
        bare = _plain(char)
        latin = passed_off.get(place)
        for sign in bare:
            plain.append(sign)
            alike.append(latin if latin and len(bare) == 1 else _alike(sign))
            starts.append(place)
    return _joined(Normal("".join(alike), "".join(plain), starts, [start + 1 for start in starts]))


def _passed_off(text: str) -> dict[int, str]:
    """Capitals that look Latin inside words that are Latin otherwise: their small letters would not ("Н", "н")."""
    found: dict[int, str] = {}
    capitals = _look_alikes()[1]
    if not any(char in capitals for char in text):
        return found
    for token in _TOKEN.finditer(text):
        if re.search("[A-Za-z]", token[0]):
            for place, char in enumerate(token[0], token.start()):
                if char in capitals:
                    found[place] = capitals[char]
    return found


def _joined(normal: Normal) -> Normal:
    """The same where letters that were typed in parts are whole."""
    if not _LOOSE.search(normal.plain):
        return normal
    pieces: list[tuple[str, str, int, int]] = []
    at = 0
    for loose in _LOOSE.finditer(normal.plain):
        pieces += [_piece(normal, place) for place in range(at, loose.start())]
        at = loose.end()
        where = normal.starts[loose.start()], normal.ends[at - 1]
        whole = unicodedata.normalize("NFC", loose[0])
        if len(whole) == len(loose[0]):  # not a letter of which it could be part
            pieces += [_piece(normal, place) for place in range(loose.start(), at)]
        else:
            pieces += [(sign, sign, *where) for sign in whole]
    pieces += [_piece(normal, place) for place in range(at, len(normal.plain))]
    texts, plains, starts, ends = zip(*pieces, strict=True)
    return Normal("".join(texts), "".join(plains), list(starts), list(ends))


def _piece(normal: Normal, place: int) -> tuple[str, str, int, int]:
    return normal.text[place], normal.plain[place], normal.starts[place], normal.ends[place]


@lru_cache(maxsize=20_000)
def _plain(char: str) -> str:
    """One sign without case, accent and form; "" where nobody sees it. Its own signs are folded already."""
    code = ord(char)
    for first, count in _ENCLOSED:
        if first <= code < first + count:
            return chr(ord("a") + code - first)
    now = char
    for _ in range(4):  # folding the case may bring marks of its own ("İ"), and those a form
        apart = unicodedata.normalize("NFKD", now).casefold()
        apart = "".join(map(_bare, unicodedata.normalize("NFKD", apart)))
        folded = unicodedata.normalize("NFC", apart)
        if folded == now:
            break
        now = folded
    return now


def _bare(sign: str) -> str:
    if sign in "\n\r\t\x0b\x0c\x85\u2028\u2029":
        return " "
    category = unicodedata.category(sign)
    if category in {"Cc", "Cf", "Cs", "Co", "Cn", "Me"} or ord(sign) in _BLANK:
        return ""
    if category == "Zs":
        return " "
    if category == "Mn":
        kind = unicodedata.combining(sign)
        # Accents, strokes through the letter, and the vowel points of Arabic and Hebrew, which most texts leave out.
        return "" if kind == 1 or 10 <= kind <= 36 or kind >= 200 else sign
    return sign


@lru_cache(maxsize=20_000)
def _alike(sign: str) -> str:
    """The Latin letter a folded sign looks like, or the sign."""
    if sign.isascii():
        return sign
    if latin := _LATIN.fullmatch(unicodedata.name(sign, "")):
        return latin[1].lower()
    return _look_alikes()[0].get(sign, sign)


@cache
def _look_alikes() -> tuple[dict[str, str], dict[str, str]]:
    """Latin letters by what looks like them: signs that stay as they are when their case is folded, then the others."""
    stay: dict[str, str] = {}
    capitals: dict[str, str] = {}
    for latin in "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ":
        for row in confusables.confusables_data.get(latin, []):
            char = row["c"]
            if len(char) != 1 or char.isascii() or not _SCRIPTS.match(unicodedata.name(char, "")):
                continue
            if char.casefold() == char:
                stay.setdefault(char, latin.lower())
            elif latin.isupper():
                capitals.setdefault(char, latin.lower())
    return stay, capitals
