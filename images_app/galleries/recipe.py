"""How a picture was made, as its page lists it."""

from images_app.images.models import StoredImage
from images_app.jobs.choices import QUALITIES, STYLES
from images_app.jobs.story import span
from images_app.lib.words import money

FORMATS = {"png": "PNG", "jpeg": "JPEG", "webp": "WebP"}


def recipe_of(picture: StoredImage) -> list[tuple[str, str]]:
    """Names and values in the order they are shown; what a model does not have is left out."""
    generation = picture.job.generation
    lines = [
        ("Model", generation.model.label),
        ("Quality", named(generation.quality, QUALITIES)),
        ("Style", named(generation.style, STYLES)),
        ("Cost", money(picture.attempt.price_usd)),
        ("Took", _took(picture)),
        ("File", f"{FORMATS.get(picture.format, picture.format)}, {size_words(picture.bytes)}"),
        ("Shape", f"{shape_words(picture.width, picture.height)}, {picture.width} × {picture.height} px"),
    ]
    return [(name, value) for name, value in lines if value]


def named(value: str, words: dict[str, tuple[str, str]]) -> str:
    """A profile's value as the composer names it; one nobody has described as it is, with a capital."""
    return words[value][0] if value in words else value.capitalize()


def shape_words(width: int, height: int) -> str:
    if width == height:
        return "Square"
    return "Wide" if width > height else "Tall"


def size_words(count: int) -> str:
    """Bytes in decimal units, as file managers show them."""
    if count < 1000:
        return f"{count} bytes"
    if count < 1_000_000:
        return f"{round(count / 1000)} kB"
    return f"{count / 1_000_000:.1f} MB"


def _took(picture: StoredImage) -> str:
    answered = picture.attempt.answered_at
    return "" if answered is None else span(answered - picture.attempt.sent_at)
