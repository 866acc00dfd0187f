"""Colour: OKLCH in, display RGB out; the light of an hour and the inks of a print as data."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .kit import Array

# Lightness, chroma, hue in degrees.
LCH = tuple[float, float, float]


def oklch(lightness: float, chroma: float, hue: float) -> Array:
    """An OKLCH colour as display RGB, shape (3,); clipped into sRGB. Source: bottosson.github.io/posts/oklab."""
    a, b = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    linear = np.array(
        [
            4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
            -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
            -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
        ]
    )
    linear = np.clip(linear, 0, 1)
    encoded = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    return np.asarray(encoded, np.float32)


def hex_colour(text: str) -> Array:
    """#rrggbb as display RGB, shape (3,)."""
    return np.array([int(text[i : i + 2], 16) / 255 for i in (1, 3, 5)], np.float32)


@dataclass(frozen=True)
class Light:
    """One hour of the day: what the sky, the haze, the nearest ground and the sun look like."""

    top: LCH
    middle: LCH
    horizon: LCH
    haze: LCH
    near: LCH
    sun: LCH
    dark: bool = False


LIGHTS = {
    "dawn": Light(
        (0.62, 0.07, 245),
        (0.83, 0.05, 40),
        (0.90, 0.09, 65),
        (0.86, 0.06, 60),
        (0.27, 0.05, 240),
        (0.97, 0.06, 85),
    ),
    "golden": Light(
        (0.60, 0.08, 240),
        (0.82, 0.09, 75),
        (0.87, 0.13, 68),
        (0.84, 0.10, 62),
        (0.27, 0.06, 35),
        (0.98, 0.07, 90),
    ),
    "day": Light(
        (0.60, 0.11, 248),
        (0.78, 0.08, 235),
        (0.93, 0.03, 215),
        (0.87, 0.04, 225),
        (0.32, 0.07, 165),
        (0.99, 0.03, 100),
    ),
    "dusk": Light(
        (0.28, 0.10, 285),
        (0.50, 0.15, 340),
        (0.77, 0.14, 45),
        (0.66, 0.12, 20),
        (0.17, 0.05, 290),
        (0.92, 0.11, 70),
    ),
    "night": Light(
        (0.13, 0.04, 268),
        (0.26, 0.07, 262),
        (0.43, 0.08, 250),
        (0.37, 0.06, 250),
        (0.10, 0.03, 262),
        (0.96, 0.03, 95),
        True,
    ),
    "blue": Light(
        (0.30, 0.10, 258),
        (0.56, 0.10, 248),
        (0.87, 0.04, 60),
        (0.72, 0.05, 240),
        (0.20, 0.05, 255),
        (0.97, 0.05, 80),
    ),
    "mist": Light(
        (0.76, 0.02, 215),
        (0.88, 0.015, 190),
        (0.94, 0.02, 90),
        (0.91, 0.015, 140),
        (0.29, 0.03, 200),
        (0.98, 0.02, 95),
    ),
    "storm": Light(
        (0.30, 0.03, 250),
        (0.48, 0.035, 238),
        (0.74, 0.06, 92),
        (0.60, 0.03, 225),
        (0.17, 0.025, 240),
        (0.93, 0.06, 95),
    ),
    "rose": Light(
        (0.55, 0.08, 300),
        (0.78, 0.09, 350),
        (0.91, 0.07, 45),
        (0.85, 0.07, 10),
        (0.28, 0.08, 320),
        (0.98, 0.04, 70),
    ),
}

# Prints: paper, dark, then inks in the order of their weight.
PRINTS = (
    ("#efe4cf", "#1a1a1a", "#d8432e", "#1f3c88", "#f0b429", "#6fa39b", "#e8cdb0"),
    ("#ece7da", "#17181a", "#e2725b", "#243b4a", "#e8b34b", "#8fae9b", "#c9b8a4"),
    ("#f3ead9", "#0f1417", "#d1495b", "#2e4057", "#edae49", "#66a182", "#9fb7c9"),
    ("#f4ecdc", "#14213d", "#ff5a4f", "#1d4ed8", "#ffb703", "#7cc6b8", "#f2c6b4"),
    ("#f2efe6", "#12372a", "#f76f8e", "#12664f", "#f4d35e", "#5fa8d3", "#f6c8b6"),
    ("#f1e9df", "#20232a", "#c8553d", "#588b8b", "#ffd5c2", "#f28f3b", "#2d6a7a"),
    ("#efe9e1", "#231942", "#be95c4", "#5e548e", "#e0b1cb", "#f2a541", "#457b9d"),
    ("#eef0e8", "#1b2a2f", "#3a7d6b", "#c9a227", "#a3b18a", "#bc4b32", "#dad7cd"),
)

# What a colour word means: hue, chroma (as a share of the usual), lightness shift.
COLOUR_WORDS: dict[str, tuple[float, float, float]] = {
    "red": (27, 1.25, -0.03), "scarlet": (30, 1.3, 0), "crimson": (18, 1.2, -0.06), "burgundy": (15, 0.9, -0.12),
    "coral": (32, 1.1, 0.04), "salmon": (35, 0.9, 0.05), "terracotta": (42, 0.95, -0.01), "rust": (45, 1.0, -0.06),
    "orange": (58, 1.3, 0.02), "tangerine": (55, 1.3, 0.02), "peach": (58, 0.7, 0.08), "copper": (52, 0.9, -0.03),
    "amber": (75, 1.2, 0.02), "gold": (88, 1.1, 0.02), "ochre": (80, 0.95, -0.04),
    "yellow": (100, 1.3, 0.06), "lemon": (105, 1.2, 0.07), "mustard": (92, 1.0, -0.02),
    "lime": (125, 1.2, 0.04), "olive": (112, 0.7, -0.08), "green": (148, 1.1, -0.02), "emerald": (160, 1.15, -0.03),
    "sage": (145, 0.4, 0.03), "mint": (165, 0.7, 0.06), "jade": (165, 0.9, -0.02), "moss": (125, 0.7, -0.08),
    "teal": (192, 0.95, -0.04), "turquoise": (190, 1.1, 0.03), "cyan": (205, 1.1, 0.04), "aqua": (200, 1.0, 0.05),
    "blue": (255, 1.15, -0.02), "azure": (245, 1.1, 0.03), "cobalt": (262, 1.3, -0.05), "navy": (265, 0.9, -0.12),
    "ultramarine": (268, 1.3, -0.06), "indigo": (280, 1.15, -0.08), "violet": (298, 1.2, -0.03),
    "purple": (308, 1.15, -0.05), "lavender": (300, 0.6, 0.08), "lilac": (312, 0.6, 0.08), "plum": (325, 0.8, -0.1),
    "magenta": (338, 1.3, 0), "fuchsia": (340, 1.3, 0), "pink": (355, 0.95, 0.07), "rose": (8, 0.9, 0.03),
    "brown": (55, 0.6, -0.1), "chocolate": (50, 0.6, -0.14), "beige": (80, 0.35, 0.06), "cream": (90, 0.3, 0.08),
    "white": (90, 0.12, 0.1), "ivory": (92, 0.25, 0.09), "black": (270, 0.08, -0.16), "silver": (250, 0.1, 0.05),
    "grey": (250, 0.1, 0), "gray": (250, 0.1, 0), "monochrome": (250, 0.04, 0), "charcoal": (250, 0.1, -0.14),
}  # fmt: skip


@dataclass(frozen=True)
class Palette:
    """The colours of one picture, display RGB."""

    sky: tuple[Array, Array, Array]
    haze: Array
    near: Array
    sun: Array
    paper: Array
    dark: Array
    inks: tuple[Array, ...]
    accent: Array
    # From deepest to lightest, for layered things.
    layers: tuple[Array, ...]
    is_dark: bool

    def layer(self, t: float) -> Array:
        """The colour at `t` (0 deepest, 1 lightest) along the layers."""
        place = t * (len(self.layers) - 1)
        low = min(int(place), len(self.layers) - 2)
        return np.asarray(
            self.layers[low] + (self.layers[low + 1] - self.layers[low]) * (place - low), np.float32
        )


def make_palette(light: Light, colours: Sequence[str], rng: np.random.Generator, chroma: float) -> Palette:
    """The palette for an hour and the colour words of a prompt (none: chosen by chance).

    `chroma` scales how colourful everything is: above 1 for vivid, below for natural.
    """
    wanted = [COLOUR_WORDS[word] for word in colours]
    first = wanted[0] if wanted else None
    second = wanted[1] if len(wanted) > 1 else first

    def toward(colour: LCH, word: tuple[float, float, float] | None, pull: float) -> Array:
        lightness, c, hue = colour
        if word is not None:
            turn = (word[0] - hue + 180) % 360 - 180
            hue += turn * pull
            c = c + (max(c, 0.075) * word[1] - c) * pull
            lightness += word[2] * 0.6 * pull
        return oklch(lightness, c * chroma, hue)

    inks = _inks(wanted, rng, chroma)
    start = first[0] if first else float(rng.choice([25, 55, 150, 190, 250, 300, 350]))
    end = second[0] if second and second is not first else start + float(rng.choice([-70, -50, 45, 65]))
    rich = (first[1] if first else 1.0) * chroma

    def layer(t: float) -> Array:
        """Deep at 0, pale at 1, most colourful between."""
        rise = (0.075 + 0.075 * math.sin(math.pi * t)) * (1 - 0.35 * t)
        return oklch(0.20 + 0.745 * t**0.9, rise * min(rich, 1.4), start + _turn(start, end) * t)

    layers = tuple(layer(float(t)) for t in np.linspace(0, 1, 9))
    return Palette(
        sky=(
            toward(light.top, first, 0.8),
            toward(light.middle, first, 0.55),
            toward(light.horizon, second, 0.7 if second is not first else 0.3),
        ),
        haze=toward(light.haze, first, 0.5),
        near=toward(light.near, first, 0.8),
        sun=toward(light.sun, second, 0.35 if second is not first else 0.1),
        paper=inks[0],
        dark=inks[1],
        inks=inks[2:],
        accent=inks[2],
        layers=layers,
        is_dark=light.dark,
    )


def _turn(start: float, end: float) -> float:
    return (end - start + 180) % 360 - 180


def _inks(
    wanted: Sequence[tuple[float, float, float]], rng: np.random.Generator, chroma: float
) -> tuple[Array, ...]:
    """Paper, dark and five inks; the words' own colours lead where there are any."""
    base = [hex_colour(text) for text in PRINTS[int(rng.integers(len(PRINTS)))]]
    if wanted:
        hue, share, shift = wanted[0]
        other = wanted[1] if len(wanted) > 1 else ((hue + 150) % 360, share * 0.8, 0.05)
        base = [
            oklch(0.94, 0.02 * share, hue + 20 if share > 0.3 else 90),
            oklch(0.20, 0.03 * share, hue),
            oklch(0.60 + shift, 0.15 * share, hue),
            oklch(0.40 + other[2], 0.11 * other[1], other[0]),
            oklch(0.80 + shift * 0.5, 0.10 * share, hue + 25),
            oklch(0.68 + other[2], 0.10 * other[1], other[0] + 15),
            oklch(0.86, 0.04 * share, hue - 20),
        ]
    grey = [colour.mean() for colour in base]
    tint = 0.55 + 0.45 * chroma
    return tuple(
        np.clip(g + (c - g) * tint, 0, 1).astype(np.float32) for c, g in zip(base, grey, strict=True)
    )
