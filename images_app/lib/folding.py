"""Text folded for searching: both databases then only have to split it at spaces.

Letter case, accents and the width of signs are no difference. Scripts written without spaces are cut into single
signs and pairs of neighbouring ones, so that any part of a sentence is found.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field

# Signs of one text that are searched, and words of one question. PostgreSQL keeps a megabyte of them at most.
TEXT_AT_MOST = 40_000
WORDS_ASKED_AT_MOST = 24
WORD_AT_MOST = 60
# Japanese voicing marks change the letter; every other mark is an accent.
_KEPT_MARKS = "\u3099\u309a"
# Scripts written without spaces: Han, kana, bopomofo; Thai, Lao, Myanmar, Khmer.
UNSPACED = (
    r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
    r"\u3005-\u3007\u3041-\u312f\u31f0-\u31ff\u3400-\u9fff\U00020000-\U0003ffff"
)
_EMOJI = r"\u2600-\u27bf\U0001f000-\U0001faff"
_RUN = re.compile(rf"(?P<signs>[{UNSPACED}]+)|[{_EMOJI}]|(?:(?![{UNSPACED}])[^\W_])+")
_APOSTROPHES = re.compile("['’ʼ]")
_ASKED = re.compile(r'(?<!\S)(-?)(?:"([^"]+)"|(\S+))')
_QUOTES = str.maketrans("“”„«»", '"' * 5)


def fold(text: str) -> str:
    """The words of ``text`` with one space between any two, in its order."""
    return " ".join(word for run in _runs(text) for word in _stored(*run))


@dataclass
class Asked:
    """What a person looks for. Every word is folded: letters, digits or one emoji, so it needs no quoting."""

    begins: list[str] = field(default_factory=list)  # some word of the text begins so
    words: list[str] = field(default_factory=list)  # is a word of the text
    phrases: list[str] = field(default_factory=list)  # words that stand in the text one after another
    without: list[str] = field(default_factory=list)  # is no word of the text
    without_phrases: list[str] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """Nothing in it can be searched: it finds nothing."""
        return not (self.begins or self.words or self.without or self.without_phrases)


def asked(text: str) -> Asked:
    """Reads ``word``, ``"exact words"`` and ``-without``. Understands anything; what is no word is left out."""
    found = Asked()
    for minus, quoted, plain in _ASKED.findall(text.translate(_QUOTES)):
        runs = list(_runs(quoted or plain))
        words = [word for run in runs for word in _looked_for(*run)]
        if not words or _count(found) + len(words) > WORDS_ASKED_AT_MOST:
            continue
        if minus and len(words) == 1:
            found.without += words
        elif minus:
            found.without_phrases.append(" ".join(words))
        elif quoted:
            found.words += words
            if len(words) > 1:
                found.phrases.append(" ".join(words))
        else:
            for run in runs:
                _add(found, *run)
    return found


def _runs(text: str) -> Iterator[tuple[str, bool]]:
    """Words, emoji and runs of signs; whether it is one of signs."""
    text = unicodedata.normalize("NFKD", text[:TEXT_AT_MOST]).casefold()
    # Folding the case may bring marks of its own ("İ").
    text = unicodedata.normalize("NFKD", text)
    bare = (sign for sign in text if sign in _KEPT_MARKS or not unicodedata.category(sign).startswith("M"))
    text = _APOSTROPHES.sub("", unicodedata.normalize("NFC", "".join(bare)))[:TEXT_AT_MOST]
    for match in _RUN.finditer(text):
        signs = match["signs"]
        yield (signs, True) if signs else (match[0][:WORD_AT_MOST], False)


def _stored(run: str, signs: bool) -> list[str]:
    return [*run, *_pairs(run)] if signs and len(run) > 1 else [run]


def _looked_for(run: str, signs: bool) -> list[str]:
    return _pairs(run) if signs and len(run) > 1 else [run]


def _pairs(run: str) -> list[str]:
    return [run[at : at + 2] for at in range(len(run) - 1)]


def _add(found: Asked, run: str, signs: bool) -> None:
    # One letter begins too many words to be of use, and no index is kept for it.
    if signs or len(run) == 1:
        found.words += _looked_for(run, signs)
    else:
        found.begins.append(run)


def _count(found: Asked) -> int:
    return len(found.begins) + len(found.words) + len(found.without)
