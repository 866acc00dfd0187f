"""How a picture was made, as its page lists it."""

from images_app.galleries.words import Part, difference
from images_app.images.models import StoredImage
from images_app.jobs.choices import estimate, quality_name, style_name
from images_app.jobs.models import Generation
from images_app.jobs.story import span
from images_app.lib.ratio import shape_name
from images_app.lib.words import money

FORMATS = {"png": "PNG", "jpeg": "JPEG", "webp": "WebP"}


def recipe_of(picture: StoredImage) -> list[tuple[str, str]]:
    """Names and values in the order they are shown; what a model does not have is left out."""
    generation = picture.job.generation
    lines = [
        ("Model", generation.model.label),
        ("Quality", quality_name(generation.quality)),
        ("Style", style_name(generation.style)),
        ("Cost", money(picture.attempt.price_usd)),
        ("Took", _took(picture)),
        ("File", f"{FORMATS.get(picture.format, picture.format)}, {file_size(picture.bytes)}"),
        ("Shape", f"{shape_name(picture.width, picture.height)}, {picture.width} × {picture.height} px"),
    ]
    return [(name, value) for name, value in lines if value]


def told(picture: StoredImage) -> list[Part]:
    """How the model was told otherwise than the person wrote; nothing where it was not, or is not known."""
    prompt = picture.job.generation.prompt
    if not picture.revised_prompt or picture.revised_prompt == prompt:
        return []
    return difference(prompt, picture.revised_prompt)


def again_words(generation: Generation) -> str:
    """ "4 pictures, about $0.16, about 18 s": what one more run would come to."""
    count = "1 picture" if generation.n == 1 else f"{generation.n} pictures"
    return f"{count}, {estimate(generation.model, generation.size, generation.quality, generation.n)}"


def file_size(count: int) -> str:
    """Bytes in decimal units, as file managers show them."""
    if count < 1000:
        return f"{count} bytes"
    if count < 1_000_000:
        return f"{round(count / 1000)} kB"
    return f"{count / 1_000_000:.1f} MB"


def _took(picture: StoredImage) -> str:
    answered = picture.attempt.answered_at
    return "" if answered is None else span(answered - picture.attempt.sent_at)
