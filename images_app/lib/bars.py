"""Bars for a drawing in a page: how far each reaches, in the drawing's own units. The page draws rectangles of it."""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 720, 120  # user units


@dataclass(frozen=True)
class Piece:
    """A part of a bar. ``kind`` is the class it is painted by."""

    kind: str
    y: float
    height: float


@dataclass(frozen=True)
class Bar:
    """Its parts from the ground up, and what it says when somebody points at it."""

    words: str
    x: float
    width: float
    pieces: tuple[Piece, ...]


def stacked(rows: Sequence[tuple[str, Sequence[tuple[str, float]]]]) -> list[Bar]:
    """A bar for each (words, parts as (kind, size) from the ground up); the fullest reaches the top. Sizes below zero
    count as nothing."""
    clean = [(words, [(kind, max(size, 0.0)) for kind, size in parts]) for words, parts in rows]
    most = max((sum(size for _, size in parts) for _, parts in clean), default=0.0) or 1.0
    width = WIDTH / max(len(clean), 1)
    bars = []
    for place, (words, parts) in enumerate(clean):
        pieces, ground = [], float(HEIGHT)
        for kind, size in parts:
            height = size / most * HEIGHT
            ground -= height
            pieces.append(Piece(kind, round(ground, 1) + 0.0, round(height, 1)))
        bars.append(Bar(words, round(place * width + width * 0.1, 1), round(width * 0.8, 1), tuple(pieces)))
    return bars
