"""Ids and numbers as addresses and forms bring them: whatever is none is nothing, and no error."""

from collections.abc import Iterable, Iterator
from uuid import UUID

BATCH = 500


def id_in(text: str) -> UUID | None:
    """None where the text is no id."""
    try:
        return UUID(text.strip())
    except ValueError:
        return None


def ids_in(texts: Iterable[str]) -> list[UUID]:
    """The ids of texts like "a,b" in their order, each once."""
    found = (id_in(part) for text in texts for part in text.split(","))
    return list(dict.fromkeys(one for one in found if one))


def batches(ids: Iterable[UUID], size: int | None = None) -> Iterator[list[UUID]]:
    """The ids in their order, each once, ``size`` or BATCH at a time: SQLite takes so many values in a statement, and no
    lock is held for long."""
    wanted, step = list(dict.fromkeys(ids)), size or BATCH
    for start in range(0, len(wanted), step):
        yield wanted[start : start + step]


def number_in(text: str) -> int:
    """A whole number of at most eight digits; 0 where the text is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0
