"""What the composer offers: a model's profile in words, shapes and prices."""

import json
import math
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from uuid import UUID

from images_app.jobs.expect import expected_s
from images_app.lib.ratio import ratio_of, shape_name
from images_app.lib.words import about, money
from images_app.providers.attention import COMPOSER_DAYS, ending
from images_app.providers.models import ImageModel, price_table, shape_of

COUNTS = range(1, 9)

QUALITIES = {
    "standard": ("Standard", "Quick, and good for most pictures"),
    "hd": ("HD", "Finer detail, takes longer"),
    "low": ("Low", "A draft, quick and cheap"),
    "medium": ("Medium", "Good for most pictures"),
    "high": ("High", "The finest detail, takes longest"),
    "auto": ("Auto", "The model decides"),
}
STYLES = {
    "vivid": ("Vivid", "Dramatic: strong light and colour"),
    "natural": ("Natural", "Plain: closer to a photograph"),
}


@dataclass(frozen=True)
class Option:
    """One thing to pick: its value in the form, its name, a line about it, and whether it is picked."""

    value: str
    name: str
    note: str = ""
    ratio: str = ""
    price: str = ""
    picked: bool = False


@dataclass(frozen=True)
class ModelChoice:
    """One model with everything it accepts."""

    model: ImageModel
    value: str
    picked: bool
    sizes: list[Option]
    qualities: list[Option]
    styles: list[Option]
    profile: str = field(repr=False)  # JSON for the page's own arithmetic

    @property
    def size(self) -> Option:
        return picked(self.sizes)

    @property
    def quality(self) -> Option | None:
        return picked(self.qualities) if self.qualities else None

    @property
    def from_price(self) -> str:
        """The cheapest picture of it."""
        known = self.model.known_prices().values()
        return f"from {money(min(known))}" if known else "price unknown"

    @property
    def ending(self) -> str:
        """ "ends on 3 December 2026", where that is soon; else nothing."""
        return ending(self.model) if self.model.ends_within(COMPOSER_DAYS) else ""

    @property
    def style(self) -> Option | None:
        return picked(self.styles) if self.styles else None


def choices(models: list[ImageModel], wanted: dict[str, str]) -> list[ModelChoice]:
    """All models, one of them picked; ``wanted`` holds the form's model, size, quality and style, right or wrong."""
    chosen = find_model(models, wanted.get("model", "")) or (models[0] if models else None)
    return [_choice(model, models, model is chosen, wanted) for model in models]


def find_model(models: list[ImageModel], value: str) -> ImageModel | None:
    """The model a form value names: the endpoint's name for it, or its id where two share a name."""
    for model in models:
        if value in (model.name, str(model.pk)):
            return model
    return None


def value_of(model: ImageModel, models: list[ImageModel]) -> str:
    """What the form posts for a model."""
    shared = sum(other.name == model.name for other in models) > 1
    return str(model.pk) if shared else model.name


@dataclass(frozen=True)
class Asked:
    """So many pictures of a model."""

    model: ImageModel
    size: str
    quality: str
    n: int


def estimate(model: ImageModel, size: str, quality: str, n: int, *, quiet: bool = False) -> str:
    """ "about $0.16, about 18 s": the whole batch, before anyone pays."""
    usd = model.price(size, quality)
    words = [f"about {money(usd * n)}" if usd is not None else "price unknown"]
    if seconds := duration_s([Asked(model, size, quality, n)]):
        words.append(time_words(seconds, quiet))
    return ", ".join(words)


def time_words(seconds: float, quiet: bool) -> str:
    """ "about 18 s"; whoever waits until it is quiet waits for that first, and nobody knows how long."""
    return f"about {about(seconds)}{' once quiet' if quiet else ''}"


def duration_s(asked: Iterable[Asked]) -> float:
    """Seconds until all of it is made where nobody else waits: endpoints work side by side, each within its limits.

    static/js/composer.js counts the same for one model.
    """
    by_provider: dict[UUID, list[Asked]] = {}
    for one in asked:
        by_provider.setdefault(one.model.provider_id, []).append(one)
    return max((_duration_at(some) for some in by_provider.values()), default=0.0)


def _duration_at(asked: list[Asked]) -> float:
    count = sum(one.n for one in asked)
    longest = max(expected_s(one.model, one.size, one.quality) for one in asked)
    model = asked[0].model
    return max(
        longest * math.ceil(count / model.provider.max_in_flight), longest + (count - 1) * spacing_s(model)
    )


def spacing_s(model: ImageModel) -> float:
    """Seconds between two starts, by the provider's own limit."""
    return 60 / model.provider.images_per_minute if model.provider.images_per_minute else 0.0


def sizes_of(model: ImageModel) -> list[str]:
    """What a form may ask for; a profile without sizes leaves it to the endpoint."""
    return list(model.sizes) or ["auto"]


def fitted(model: ImageModel, size: str, quality: str, style: str) -> tuple[str, str, str]:
    """Another model's settings as this one has them: the nearest shape, and its own default where it lacks a value."""
    return (
        _nearest_size(model, size),
        _same_or_first(model.qualities, quality),
        _same_or_first(model.styles, style),
    )


def _nearest_size(model: ImageModel, size: str) -> str:
    sizes, shape = sizes_of(model), shape_of(size)
    shaped = [(other, found) for other in sizes if (found := shape_of(other))]
    if size in sizes or shape is None or not shaped:
        return _same_or_first(sizes, size)
    wanted = math.log(shape[0] / shape[1])
    return min(shaped, key=lambda one: abs(math.log(one[1][0] / one[1][1]) - wanted))[0]


def _same_or_first(values: list[str], value: str) -> str:
    return value if value in values else (values[0] if values else "")


def picked(options: list[Option]) -> Option:
    return next((option for option in options if option.picked), options[0])


def size_name(size: str) -> str:
    """ "Wide" for 1792x1024."""
    shape = shape_of(size)
    if shape is None:
        return "Model decides" if size == "auto" else size
    return shape_name(*shape)


def quality_name(quality: str) -> str:
    return _described(quality, QUALITIES)[0]


def style_name(style: str) -> str:
    return _described(style, STYLES)[0]


def _described(value: str, words: dict[str, tuple[str, str]]) -> tuple[str, str]:
    """Name and note; a value nobody has described yet is shown as it is, with a capital."""
    return words.get(value, (value[:1].upper() + value[1:], ""))


def _choice(
    model: ImageModel, models: list[ImageModel], is_picked: bool, wanted: dict[str, str]
) -> ModelChoice:
    sizes = _options(sizes_of(model), wanted.get("size", ""), {})
    qualities = _options(model.qualities, wanted.get("quality", ""), QUALITIES)
    size, quality = picked(sizes).value, picked(qualities).value if qualities else ""
    return ModelChoice(
        model=model,
        value=value_of(model, models),
        picked=is_picked,
        sizes=[replace(_shaped(option), price=_each(model, option.value, quality)) for option in sizes],
        qualities=[replace(option, price=_each(model, size, option.value)) for option in qualities],
        styles=_options(model.styles, wanted.get("style", ""), STYLES),
        profile=_profile(model),
    )


def _options(values: list[str], wanted: str, words: dict[str, tuple[str, str]]) -> list[Option]:
    chosen = wanted if wanted in values else (values[0] if values else "")
    return [Option(value, *_described(value, words), picked=value == chosen) for value in values]


def _shaped(option: Option) -> Option:
    shape = shape_of(option.value)
    return replace(
        option,
        name=size_name(option.value),
        note=f"{shape[0]} × {shape[1]}" if shape else "",
        ratio=ratio_of(*shape) if shape else "1:1",
    )


def _each(model: ImageModel, size: str, quality: str) -> str:
    usd = model.price(size, quality)
    return "price unknown" if usd is None else f"{money(usd)} each"


def _profile(model: ImageModel) -> str:
    seconds = {
        f"{size}/{quality}": expected_s(model, size, quality)
        for size in sizes_of(model)
        for quality in (model.qualities or [""])
    }
    return json.dumps(
        {
            "limit": model.prompt_limit,
            "prices": price_table(model),
            "seconds": seconds,
            "spacing": spacing_s(model),
            "places": model.provider.max_in_flight,
        }
    )
