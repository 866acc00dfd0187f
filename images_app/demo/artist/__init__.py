"""Pictures from words: the same prompt and settings always give the same bytes."""

from .studio import Recipe, draw, recipe

__all__ = ["Recipe", "draw", "recipe"]
