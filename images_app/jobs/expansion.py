"""One text, several prompts: a prompt on each line, and alternation as in ``a {red|blue} door``.

Only what looks like ``{one|another}`` is ever read as alternation; every other text is sent as it was written. In a
text that holds one, ``\\{``, ``\\|`` and ``\\}`` are the characters themselves, and ``\\\\`` before one of them is a
backslash. There is no nesting: of ``{a {b|c}`` the innermost braces count.
"""

import itertools
import re

MOST = 40  # prompts of one press
# At most: of more nobody wants to know how many, and the number itself would grow too long.
COUNTED = 1_000_000

# Neither ever reads a sign twice: a text comes as long as a form may be, and a long row of bars or backslashes would
# otherwise take its square in time.
ALTERNATION = re.compile(r"\{[^{|}]*+\|[^{}]*+\}")
_SPECIAL = re.compile(r"(?<!\\)(\\*+)([{|}])")

# Text between the braces, in pieces: a string stands for itself, a list for one of its strings.
Piece = str | list[str]


class TooMany(Exception):
    """More prompts than one press may make; ``count`` says how many it would be, or is COUNTED or more."""

    def __init__(self, count: int) -> None:
        super().__init__(count)
        self.count = count


def expand(text: str, *, lines: bool = False) -> list[str]:
    """The prompts a text stands for, in reading order, each once; ``lines`` reads every line that is not blank
    as a prompt of its own. Raises TooMany beyond MOST, before anything is built.
    """
    parts = [line.strip() for line in text.split("\n") if line.strip()] if lines else [text]
    pieces = [_pieces(part) for part in parts]
    count = sum(_count(row) for row in pieces)
    if count > MOST:
        raise TooMany(count)
    return list(dict.fromkeys(prompt for row in pieces for prompt in _spelled(row)))


def literal(text: str) -> str:
    """A text that expands to exactly ``text``: what puts a prompt back into the composer."""
    return (
        _SPECIAL.sub(lambda found: rf"{found[1] * 2}\{found[2]}", text) if ALTERNATION.search(text) else text
    )


def _count(row: list[Piece]) -> int:
    count = 1
    for piece in row:
        if isinstance(piece, list):
            count = min(count * len(piece), COUNTED)
    return count


def _spelled(row: list[Piece]) -> list[str]:
    choices = [piece if isinstance(piece, list) else [piece] for piece in row]
    return ["".join(words) for words in itertools.product(*choices)]


def _pieces(text: str) -> list[Piece]:
    if not ALTERNATION.search(text):
        return [text]
    row: list[Piece] = []
    group: list[str] | None = None  # the options since the last open brace
    for mark, words in _tokens(text):
        if mark == "{":
            if group is not None:  # no alternation after all: the brace was one of the words
                row.append("{" + "|".join(group))
            group = [words]
        elif group is None:
            row.append(mark + words)
        elif mark == "|":
            group.append(words)
        else:
            row += [group, words] if len(group) > 1 else ["{" + group[0] + "}" + words]
            group = None
    if group is not None:
        row.append("{" + "|".join(group))
    return row


def _tokens(text: str) -> list[tuple[str, str]]:
    """(mark, the words after it): the first mark is empty, the others are the braces and bars that mean something."""
    tokens, words, end = [], "", 0
    mark = ""
    for found in _SPECIAL.finditer(text):
        words += text[end : found.start()] + found[1][: len(found[1]) // 2]
        end = found.end()
        if len(found[1]) % 2:
            words += found[2]
        else:
            tokens.append((mark, words))
            mark, words = found[2], ""
    return [*tokens, (mark, words + text[end:])]
