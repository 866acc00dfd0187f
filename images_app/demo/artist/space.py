"""Clouds of gas, stars, planets, and the ground of another moon."""

from __future__ import annotations

import math

import numpy as np

from .figures import place_figures
from .kit import Array, Canvas, mix, paint, ramp, sample, shine, smooth
from .palette import Palette, hex_colour, oklch
from .sky import bloom, stars
from .words import Brief

GAS = (
    ("#05040d", "#2a1a5e", "#a3346f", "#ff9a6a", "#fff0d8"),
    ("#03080f", "#0f3a57", "#1e8a8f", "#f0c27a", "#fff5df"),
    ("#07050f", "#3a1248", "#d1495b", "#ffb86b", "#fff3e0"),
    ("#040712", "#142a6b", "#4f6bd8", "#d59cf0", "#ffeef8"),
    ("#04100f", "#0d4a4a", "#3fa66b", "#e8d27a", "#fffbe6"),
)
WORLD_WORDS = {"planet", "saturn", "jupiter", "mars", "earth", "moon", "world", "planets", "alien", "orbit"}
GROUND_WORDS = {
    "moon",
    "walking",
    "standing",
    "surface",
    "lunar",
    "landing",
    "crater",
    "mars",
    "sitting",
    "desert",
}


def space(c: Canvas, p: Palette, brief: Brief) -> Array:
    """A nebula; a planet when the words name one, and ground when somebody stands there."""
    colours = [hex_colour(text) for text in GAS[int(c.rng.integers(len(GAS)))]]
    if brief.colours:
        colours = [oklch(0.10, 0.03, 280), p.layer(0.18), p.layer(0.5), p.layer(0.78), oklch(0.96, 0.03, 90)]
    picture = _gas(c, colours)
    stars(c, picture, 1.0, 1.6, 1.1)
    if brief.words & WORLD_WORDS or c.chance(0.35):
        _planet(
            c,
            p,
            colours,
            picture,
            ring=bool(brief.words & {"saturn", "ring", "rings"}) or c.chance(0.4),
            earth="earth" in brief.words,
        )
    bloom(picture, 0.55 if c.vivid else 0.3, 0.6)
    if brief.figures or brief.words & GROUND_WORDS:
        _ground(c, p, brief, colours, picture)
    return picture


def _gas(c: Canvas, colours: list[Array]) -> Array:
    """Noise displaced by noise, twice: threads and billows."""
    side = 1024 if c.fine else 768
    texture = seamless(c, side, 1.75)
    other = seamless(c, side, 2.1)
    scale = np.float32(side * 0.52)
    x, y = c.x * scale + c.y * 0, c.y * scale + c.x * 0
    warp_x, warp_y = sample(other, x * 0.6, y * 0.6), sample(other, x * 0.6 + 311, y * 0.6 + 177)
    push = np.float32(side * 0.085)
    again = sample(texture, x * 0.8 + warp_x * push, y * 0.8 + warp_y * push)
    gas = sample(texture, x + again * push * 1.3 + 97, y + warp_y * push + again * push)
    angle = c.uniform(0, math.pi)
    band = (c.x - c.aspect / 2) * math.sin(angle) + (c.y - 0.5) * math.cos(angle) + warp_x * np.float32(0.05)
    lane = np.exp(-((band / 0.30) ** 2)).astype(np.float32)
    level = np.clip(0.17 + 0.15 * gas + lane * (0.40 + 0.13 * again), 0, 1)
    picture = ramp(colours, level, (0, 0.3, 0.56, 0.8, 1))
    dust = smooth(0.35, 1.5, warp_y + again * np.float32(0.5)) * lane
    paint(picture, colours[0] * 1.4, dust * np.float32(0.55))
    tint = smooth(0.5, 2.0, warp_x)
    paint(picture, np.clip(picture * oklch(0.74, 0.12, 255) * 1.5, 0, 1), tint * np.float32(0.4))
    return picture


def seamless(c: Canvas, side: int, power: float) -> Array:
    """Seamless cloud noise with mean 0 and deviation 1."""
    spectrum = np.fft.rfft2(c.rng.standard_normal((side, side)).astype(np.float32))
    scale = np.hypot(np.fft.fftfreq(side)[:, None] * side, np.fft.rfftfreq(side)[None, :] * side)
    scale[0, 0] = 1
    spectrum *= (scale**-power).astype(np.float32)
    spectrum[0, 0] = 0
    tile = np.fft.irfft2(spectrum, s=(side, side)).astype(np.float32)
    return np.asarray(tile / tile.std(), np.float32)


def _planet(c: Canvas, p: Palette, colours: list[Array], picture: Array, ring: bool, earth: bool) -> None:
    """A lit ball with bands or continents, an edge of air, perhaps a ring."""
    r = c.unit * (c.uniform(0.13, 0.24) if not earth else 0.17)
    px, py = c.aspect * c.uniform(0.3, 0.7), c.uniform(0.26, 0.44)
    ux, uy = (c.x - np.float32(px)) / np.float32(r), (c.y - np.float32(py)) / np.float32(r)
    flat = ux * ux + uy * uy
    uz = np.sqrt(np.clip(1 - flat, 0, 1))
    light = np.clip(-0.62 * ux - 0.45 * uy + 0.55 * uz, 0, 1) ** 0.8
    if earth:
        land = smooth(0.05, 0.25, c.noise(1.1 / r, 1.1 / r, 6, 0.55))
        skin = mix(oklch(0.48, 0.12, 250), oklch(0.55, 0.08, 130), land[..., None])
        paint(skin, oklch(0.97, 0.01, 230), smooth(0.1, 0.6, c.noise(0.7 / r, 1.6 / r, 6, 0.58)))
    else:
        swirl = c.noise(0.5 / r, 1.2 / r, 5) * np.float32(0.18)
        bands = np.sin((uy * 0.96 + ux * 0.28 + swirl) * np.float32(c.uniform(6, 12))) * 0.5 + 0.5
        skin = ramp((colours[1], colours[2], colours[3], mix(colours[3], colours[4], 0.6)), bands)
        skin = skin * (1 + c.noise(3 / r, 6 / r, 4)[..., None] * np.float32(0.12))
    ball = np.clip((1 - np.sqrt(flat)) * r * c.height + 0.5, 0, 1).astype(np.float32)
    tilt = 0.26
    wide = np.hypot(
        ux * math.cos(tilt) + uy * math.sin(tilt), (uy * math.cos(tilt) - ux * math.sin(tilt)) / 0.24
    )
    groove = (
        (np.sin(wide * 34) * 0.18 + np.sin(wide * 83) * 0.12 + 0.66)
        * smooth(1.32, 1.38, wide)
        * smooth(2.15, 2.05, wide)
    )
    front = (uy * math.cos(tilt) - ux * math.sin(tilt)) > 0
    ring_light = mix(colours[3], colours[4], 0.5)
    if ring:
        paint(picture, ring_light, (groove * ~front * 0.75).astype(np.float32))
    shine(
        picture,
        mix(colours[3], oklch(0.8, 0.1, 240), 0.5),
        np.exp(-np.clip(np.sqrt(flat) - 1, 0, None) * 7).astype(np.float32) * 0.30,
    )
    paint(picture, skin * (0.04 + 1.1 * light)[..., None], ball)
    shine(picture, oklch(0.85, 0.09, 235), ball * (1 - uz) ** 3 * light * np.float32(0.8))
    if ring:
        paint(picture, ring_light, (groove * front * 0.85).astype(np.float32))


def _ground(c: Canvas, p: Palette, brief: Brief, colours: list[Array], picture: Array) -> None:
    """Grey, cratered ground with low light, and whoever stands on it."""
    edge = (0.80 + c.line(1.1, 7, 0.48) * 0.06).astype(np.float32)
    depth = np.clip((c.y - edge[None, :]) / 0.2, 0, 1)
    relief = c.noise(9, 26, 6, 0.6)
    for _ in range(34):
        cx, cy = c.uniform(0, c.aspect), c.uniform(0.82, 1.0)
        size = c.uniform(0.008, 0.05) * (cy - 0.72) * 4
        away = np.hypot(c.x - np.float32(cx), (c.y - np.float32(cy)) * 3.2) / np.float32(size)
        relief += np.where(
            away < 1.25, np.where(away < 1, (away * away - 1) * 1.6, (1.25 - away) * 1.6), 0
        ).astype(np.float32)
    side = np.clip(0.5 - (np.roll(relief, -2, 1) - relief) * np.float32(2.4), 0, 1)
    dust = mix(
        mix(colours[1], oklch(0.30, 0.02, 270), 0.5),
        mix(oklch(0.80, 0.02, 80), colours[3], 0.25),
        (side * (0.85 - 0.5 * depth))[..., None],
    )
    paint(picture, dust, c.below(edge))
    rim = np.exp(-np.abs(c.y - edge[None, :]) * 260).astype(np.float32)
    shine(picture, colours[4], rim * np.float32(0.5))
    spot = edge + np.float32(0.05)
    place_figures(c, p, brief, picture, spot, (c.aspect * 0.5, 0.2))
