"""From a recipe to the bytes of a picture file."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image, ImageDraw

from . import city, flora, flow, island, land, paper, space, still, water
from .kit import Array, Canvas, mix
from .palette import LIGHTS, Palette, make_palette
from .words import Brief, distil, read

SCENES: dict[str, Callable[[Canvas, Palette, Brief], Array]] = {
    "mountains": land.mountains,
    "dunes": land.dunes,
    "sea": water.sea,
    "aurora": water.aurora,
    "space": space.space,
    "city": city.city,
    "island": island.island,
    "flora": flora.flora,
    "flow": flow.flow,
    "papercut": paper.papercut,
    "poster": paper.poster,
    "arches": still.arches,
    "bottle": still.bottle,
}
FINE = ("hd", "high")


@dataclass(frozen=True)
class Recipe:
    """All that decides a picture. Small, because it travels inside a signed address."""

    words: str
    seed: str
    width: int
    height: int
    quality: str = "standard"
    style: str = "vivid"
    variation: int = 0
    output_format: str = "png"
    compression: int = 100
    transparent: bool = False


def recipe(prompt: str, width: int, height: int, **settings: Any) -> Recipe:
    """The recipe for a prompt; `settings` are the other fields of `Recipe`."""
    words, seed = distil(prompt)
    return Recipe(words, seed, width, height, **settings)


def draw(recipe: Recipe) -> bytes:
    """The file for `recipe`: PNG, JPEG or WebP, exactly width x height pixels."""
    return encode(render(recipe), recipe)


def render(recipe: Recipe) -> Array:
    """The picture as float32 (height, width, 3), 0 to 1."""
    brief = read(recipe.words, recipe.seed, recipe.variation)
    vivid = recipe.style == "vivid"
    rng = np.random.default_rng(brief.seed)
    palette = make_palette(LIGHTS[brief.light], brief.colours, rng, 1.18 if vivid else 0.72)
    canvas = Canvas(recipe.width, recipe.height, brief.seed, recipe.quality in FINE, vivid)
    picture = SCENES[brief.scene](canvas, palette, brief)
    return varnish(canvas, picture, 0.62 if recipe.quality == "low" else 1.0)


def varnish(c: Canvas, picture: Array, grain: float) -> Array:
    """Tone, a touch of vignette and fine grain. The grain also hides the steps of 8-bit gradients."""
    picture = np.clip(picture, 0, 1)
    steep = mix(picture, picture * picture * (3 - 2 * picture), 0.42)
    picture = steep if c.vivid else 0.035 + picture * np.float32(0.93)
    away = (c.x / c.aspect - 0.5) ** 2 + (c.y - 0.5) ** 2
    picture = picture * (1 - away * np.float32(0.42 if c.vivid else 0.2))[..., None]
    strength = np.float32(0.0085 * grain)
    noise = c.rng.standard_normal((c.height, c.width), dtype=np.float32)
    # Grain of film: strongest in the middle tones, a little less in deep shadow and bright light.
    tone = picture.mean(axis=-1)
    picture = picture + (noise * strength * (0.75 + tone * (1 - tone) * 1.4))[..., None]
    return np.clip(picture, 0, 1)


def encode(picture: Array, recipe: Recipe) -> bytes:
    """The picture as a file of the asked format."""
    image = Image.fromarray((picture * np.float32(255) + np.float32(0.5)).astype(np.uint8))
    if recipe.transparent:
        image.putalpha(_sticker(recipe.width, recipe.height))
    out = io.BytesIO()
    if recipe.output_format == "jpeg":
        image.save(out, "JPEG", quality=max(1, min(95, recipe.compression)), optimize=True)
    elif recipe.output_format == "webp":
        image.save(out, "WEBP", quality=recipe.compression, method=2)
    else:
        image.save(out, "PNG", compress_level=3)
    return out.getvalue()


def _sticker(width: int, height: int) -> Image.Image:
    """The alpha of a picture without background: a card with round corners and clear margins."""
    margin, alpha = min(width, height) // 14, Image.new("L", (width * 2, height * 2), 0)
    box = (margin * 2, margin * 2, (width - margin) * 2, (height - margin) * 2)
    ImageDraw.Draw(alpha).rounded_rectangle(box, radius=margin * 3, fill=255)
    return alpha.resize((width, height), Image.Resampling.BOX)
