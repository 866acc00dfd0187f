"""Ids as addresses and forms bring them: whatever is no id is nothing, and no error."""

from collections.abc import Iterable
from uuid import UUID


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
