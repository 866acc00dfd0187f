"""From the words of a prompt to what shall be painted: scene, light, colours, figures, weather."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from .palette import COLOUR_WORDS

# The first scene with the most matching words wins; a word may stand for several scenes.
SCENE_WORDS: dict[str, str] = {
    "arches": (
        "arch arches plaster architecture architectural building columns column stair stairs "
        "staircase courtyard temple interior room wall sphere spheres geometry plinth sculpture "
        "museum concrete minimalist minimal podium pedestal still life living bedroom sofa chair "
        "kitchen window door corridor palace mosque church cathedral greek roman"
    ),
    "bottle": (
        "bottle perfume product glass vase cup mug jar flask wine whisky whiskey honey potion "
        "cosmetic cosmetics packshot candle coffee tea ceramic pottery pot lamp bowl drink juice "
        "packaging skincare watch sneaker shoe"
    ),
    "island": (
        "island cottage house cabin hut farm floating diorama isometric tiny village lowpoly "
        "miniature toy home treehouse windmill castle fairytale hobbit garden barn"
    ),
    "space": (
        "nebula space galaxy stars star cosmos cosmic planet planets universe astronaut spaceship "
        "rocket milky orbit comet asteroid mars saturn jupiter alien spacesuit spacecraft moonscape "
        "interstellar supernova sci-fi scifi moon earth"
    ),
    "flora": (
        "botanical flower flowers floral plant plants leaf leaves herb herbs bouquet bloom blossom "
        "fern rose roses tulip peony poppy daisy lily orchid sunflower wildflowers wildflower "
        "herbarium eucalyptus bee butterfly branch vines"
    ),
    "poster": (
        "poster geometric bauhaus riso risograph print pattern shapes circles squares grid logo "
        "graphic retro modernist swiss mid-century midcentury album cover typography flat vector icon "
        "abstract-geometric quilt tile tiles mosaic"
    ),
    "city": (
        "city skyline street tokyo york london paris skyscraper skyscrapers neon cyberpunk downtown "
        "urban metropolis rooftops car traffic robot robots futuristic night-market bridge office "
        "towers tower"
    ),
    "aurora": "aurora borealis northern lights arctic iceland norway lapland polar finland tundra igloo",
    "flow": (
        "abstract flow ink silk swirl swirls fluid marble liquid smoke waves-of wavy texture painting "
        "brush strokes acrylic paint fabric ribbon ribbons energy music dream jazz emotion chaos fire "
        "flame flames hair wind van gogh expressionist"
    ),
    "papercut": (
        "paper papercut paper-cut layered layers origami cutout cut-out craft collage kirigami "
        "topographic canyon cave shadowbox relief"
    ),
    "dunes": (
        "dunes dune desert sand sahara camel oasis arid savanna savannah egypt pyramid pyramids nomad "
        "caravan arabia"
    ),
    "sea": (
        "sea ocean lake beach coast boat ship sail sailing harbour harbor lighthouse waves wave shore "
        "island-sea water river whale dolphin fish fishing bay sunset-sea pier surf surfer coastline "
        "seaside swim fjord"
    ),
    "mountains": (
        "mountain mountains ridge ridges hill hills valley fog mist forest pine pines woods alps "
        "himalaya peak peaks landscape nature highland volcano trees cliff meadow trail hiking "
        "wilderness waterfall countryside field fields vineyard wolf bear deer"
    ),
}

LIGHT_WORDS: dict[str, str] = {
    "dawn": "dawn sunrise morning early daybreak",
    "golden": "golden-hour sunset golden afternoon late warm autumn fall evening summer honeyed",
    "day": "day noon midday bright sunny clear spring daylight cheerful happy playful",
    "dusk": "dusk twilight purple magenta violet romantic synthwave sundown",
    "night": "night midnight moonlit moonlight moon stars starry dark nocturnal neon moody",
    "blue": "blue-hour cold winter snow snowy ice icy frozen frost",
    "mist": "fog foggy mist misty haze hazy calm quiet serene minimal soft pale silent peaceful",
    "storm": "storm stormy rain rainy thunder dramatic gloomy brooding cloudy overcast dark-clouds",
    "rose": "rose pink pastel dreamy whimsical cute magical fairy candy",
}

# What may stand in a landscape, and the words that ask for it.
FIGURE_WORDS: dict[str, str] = {
    "cat": "cat cats kitten kitty",
    "fox": "fox foxes dog dogs puppy wolf corgi",
    "person": (
        "person man woman girl boy child traveller traveler wanderer hiker figure silhouette "
        "astronaut someone monk samurai knight wizard"
    ),
    "tree": "tree oak acacia baobab lone",
    "birds": "bird birds gulls seagulls geese crane cranes swallows ravens crow crows eagle owl dragon",
    "balloon": "balloon balloons airship",
    "boat": "boat sail sailing ship yacht sailboat",
    "lighthouse": "lighthouse",
    "house": "cabin house hut cottage farm",
    "deer": "deer stag elk moose reindeer horse",
}

WEATHER_WORDS: dict[str, str] = {
    "snow": "snow snowy snowfall winter blizzard christmas",
    "rain": "rain rainy raining storm stormy downpour",
    "stars": "stars starry star night milky",
    "moon": "moon moonlit moonlight lunar crescent",
    "sun": "sun sunny sunset sunrise",
}

# What a scene looks best in when the words leave it open.
USUAL_LIGHTS: dict[str, tuple[str, ...]] = {
    "mountains": ("dawn", "mist", "dusk", "blue", "golden", "rose"),
    "dunes": ("golden", "dusk", "dawn", "rose"),
    "sea": ("dawn", "golden", "blue", "rose", "night"),
    "city": ("dusk", "night", "blue"),
    "aurora": ("night",),
    "space": ("night",),
    "island": ("day", "rose", "dawn", "golden"),
    "arches": ("golden", "rose", "day", "dawn"),
    "bottle": ("golden", "rose", "mist", "dawn"),
}

FALLBACK_SCENES = ("mountains", "dunes", "sea", "papercut", "arches", "island", "flow", "poster", "flora")
FIGURE_SCENES = ("mountains", "dunes", "sea", "space")


@dataclass(frozen=True)
class Brief:
    """What the words ask for."""

    scene: str
    light: str
    colours: tuple[str, ...]
    figures: tuple[str, ...]
    weather: frozenset[str]
    words: frozenset[str]
    seed: int


def distil(prompt: str) -> tuple[str, str]:
    """What a picture needs of a prompt: its English words in order, each once and at most 600 characters in all, and
    a hexadecimal seed of the whole text. Short enough to travel in an address."""
    clean = " ".join(prompt.lower().split())
    seed = hashlib.sha256(clean.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    words, room = [], 600
    for word in dict.fromkeys(re.findall(r"[a-z]+(?:-[a-z]+)*", clean)):
        if len(word) > 2 and len(word) < room:
            words.append(word)
            room -= len(word) + 1
    return " ".join(words), seed


def read(text: str, seed: str, variation: int = 0) -> Brief:
    """The brief for distilled words; the same ones always give the same. `variation` changes the composition only."""
    digest = hashlib.sha256(seed.encode()).digest()
    words = text.split()
    known = set(words) | {word.removesuffix("s") for word in words}
    figures = _matches(FIGURE_WORDS, known)
    scene = _best(SCENE_WORDS, words)
    if scene is None:
        choice = FIGURE_SCENES if figures else FALLBACK_SCENES
        scene = choice[digest[0] % len(choice)]
    usual = USUAL_LIGHTS.get(scene, ("dawn", "golden", "day", "rose"))
    light = _best(LIGHT_WORDS, words) or usual[digest[1] % len(usual)]
    if scene in ("aurora", "space"):
        light = "night"
    number = int.from_bytes(hashlib.sha256(digest + bytes([variation % 256])).digest()[:8], "big")
    colours = tuple(word for word in words if word in COLOUR_WORDS)
    return Brief(
        scene, light, colours, figures, frozenset(_matches(WEATHER_WORDS, known)), frozenset(known), number
    )


def _best(table: dict[str, str], words: list[str]) -> str | None:
    """The row most of the words belong to; among equals the one named first in the prompt, which leads a picture."""
    scores: dict[str, float] = {}
    for place, word in enumerate(words):
        for name, members in table.items():
            row = members.split()
            if word in row or word.removesuffix("s") in row:
                scores[name] = scores.get(name, 0) + 1 + 0.5 / (1 + place)
    return max(scores, key=lambda name: scores[name]) if scores else None


def _matches(table: dict[str, str], known: set[str]) -> tuple[str, ...]:
    return tuple(name for name, members in table.items() if known & set(members.split()))
