"""A city at the hour the words ask for, over a wet street or a river."""

from __future__ import annotations

import numpy as np
from PIL import Image

from .figures import place_figures
from .kit import Array, Canvas, blur, mix, paint, shine
from .palette import Palette, hex_colour
from .sky import bloom, sky, weather
from .words import Brief

NEON = ("#ff4f8b", "#35e0ff", "#ffd166", "#9b5cff", "#ff7a45", "#5cffb1")
LAMPS = ("#ffd9a0", "#ffc27a", "#ffe9c9", "#bfe6ff")


def city(c: Canvas, p: Palette, brief: Brief) -> Array:
    """Rows of towers with lit windows, haze between the rows, and their reflection."""
    ground = c.uniform(0.66, 0.74)
    picture, _, _ = sky(c, p, brief, ground, clouds=0.6)
    neon = bool(brief.words & {"neon", "cyberpunk", "tokyo", "futuristic", "night-market"}) or (
        p.is_dark and c.chance(0.6)
    )
    lit = 0.52 if p.is_dark else 0.22 if brief.light in ("dusk", "blue", "storm") else 0.05
    rows = 5
    for row in range(rows):
        t = row / (rows - 1)
        _row(c, p, picture, t, ground, lit, neon)
        haze = (
            np.exp(-np.clip(ground - c.y, 0, None) / np.float32(0.16))
            * (c.y < ground)
            * np.float32(0.42 * (1 - t))
        )
        paint(picture, mix(p.haze, p.sky[2], 0.4), haze.astype(np.float32) + c.x * 0)
    if lit > 0.1:
        bloom(picture, 0.9, 0.6, 14)
    _reflect(c, p, picture, ground)
    quay = np.full(c.width, ground + 0.25 if ground < 0.7 else 0.97, np.float32)
    if brief.figures:
        quay = np.full(c.width, 0.93, np.float32)
        paint(picture, p.near * 0.4, c.below(quay))
    place_figures(c, p, brief, picture, quay, (c.aspect * 0.5, 0.2))
    weather(c, p, brief, picture)
    return picture


def _row(c: Canvas, p: Palette, picture: Array, t: float, ground: float, lit: float, neon: bool) -> None:
    bottom = int(ground * c.height)
    x = -0.05
    centre = c.aspect * c.uniform(0.35, 0.65)
    colour = mix(mix(p.haze, p.sky[2], 0.35), p.near * 0.75, 0.12 + 0.88 * t**1.1)
    while x < c.aspect:
        wide = c.uniform(0.035, 0.105) * (0.75 + 0.5 * t)
        hill = np.exp(-(((x - centre) / (0.35 * c.aspect)) ** 2))
        tall = c.uniform(0.10, 0.34) * (1.15 - 0.5 * t) + hill * c.uniform(0.0, 0.30) * (1 - 0.45 * t)
        left, right = int(max(0, x * c.height)), int(min(c.width, (x + wide) * c.height))
        top = int((ground - tall) * c.height)
        if right - left > 3:
            _tower(c, p, picture, (left, max(4, top), right, bottom), colour, t, lit, neon)
        x += wide + c.uniform(-0.012, 0.02)


def _tower(
    c: Canvas,
    p: Palette,
    picture: Array,
    box: tuple[int, int, int, int],
    colour: Array,
    t: float,
    lit: float,
    neon: bool,
) -> None:
    left, top, right, bottom = box
    height, width = bottom - top, right - left
    rows = np.arange(height, dtype=np.float32)[:, None]
    columns = np.arange(width, dtype=np.float32)[None, :]
    wall: Array = np.ones((height, width, 1), np.float32) * colour * c.uniform(0.88, 1.1)
    wall *= (1.06 - 0.30 * columns / width)[..., None] * (1.0 - 0.22 * rows / height)[..., None]
    cell = max(4.0, c.height * (0.0068 if c.fine else 0.0082) * (0.75 + 0.75 * t)) * c.uniform(0.85, 1.3)
    aspect = c.uniform(1.15, 1.7)
    grid_y, grid_x = (rows / (cell * aspect)), (columns / cell)
    pane = (
        (grid_y % 1 < 0.62)
        & (grid_x % 1 < 0.58)
        & (rows > cell * 1.3)
        & (columns > cell * 0.5)
        & (columns < width - cell * 0.5)
    ).astype(np.float32)
    chance = c.rng.random((int(height / (cell * aspect)) + 2, int(width / cell) + 2)).astype(np.float32)
    tone = c.rng.integers(0, len(LAMPS), chance.shape)
    cell_y, cell_x = grid_y.astype(int), grid_x.astype(int)
    on = (chance[cell_y, cell_x] < lit * c.uniform(0.5, 1.2)).astype(np.float32)
    lamps = np.stack([hex_colour(text) for text in LAMPS])[tone[cell_y, cell_x]]
    bright = 0.35 + 0.65 * (chance[cell_y, cell_x] * 97 % 1)
    wall = mix(wall, wall * 0.80 + p.sky[1] * 0.10, pane[..., None])
    wall = mix(wall, lamps, (pane * on * bright * (0.45 + 0.55 * t))[..., None])
    if neon and t > 0.3 and c.chance(0.45):
        sign = hex_colour(NEON[int(c.rng.integers(len(NEON)))])
        x = int(c.uniform(0.1, 0.85) * width)
        y0 = int(height * c.uniform(0.04, 0.2))
        wall[y0 : y0 + int(height * c.uniform(0.15, 0.45)), x : x + max(3, int(c.height * 0.006))] = sign
    picture[top:bottom, left:right] = np.clip(wall, 0, 1)
    style = int(c.rng.integers(0, 5))
    if style == 0 and t < 0.8:
        mast = int(height * c.uniform(0.12, 0.3))
        middle = (left + right) // 2
        picture[max(0, top - mast) : top, middle : middle + max(1, c.height // 600)] = colour
        if lit > 0.1:
            picture[max(0, top - mast) : max(0, top - mast) + 3, middle : middle + 3] = (1, 0.3, 0.25)
    elif style == 1 and width > 12:
        step, inset = max(2, int(height * 0.05)), width // 5
        picture[max(0, top - step) : top, left + inset : right - inset] = colour * 0.95
        picture[max(0, top - 2 * step) : max(0, top - step), left + 2 * inset : right - 2 * inset] = (
            colour * 0.9
        )
    elif style == 2 and width > 10:
        steps = min(width // 2, top)
        for k in range(steps):
            picture[top - k - 1, left + k : right - k] = colour * np.float32(0.97)


def _reflect(c: Canvas, p: Palette, picture: Array, ground: float) -> None:
    top = int(ground * c.height)
    rows = c.height - top
    source = np.clip(top - 1 - (np.arange(rows) * 1.7).astype(int), 0, top - 1)
    mirrored = np.ascontiguousarray(picture[source])
    # Long vertical smears: squeeze the rows, then stretch them back.
    small = Image.fromarray((np.clip(mirrored, 0, 1) * 255).astype(np.uint8)).resize(
        (c.width, max(2, rows // 14)), Image.Resampling.BOX
    )
    streaks = np.asarray(small.resize((c.width, rows), Image.Resampling.BICUBIC), np.float32) / 255
    ripple = c.noise(12, 80, 4)[top:]
    columns = np.clip(
        np.arange(c.width)[None, :] + (ripple * 0.016 * c.height).astype(np.int32), 0, c.width - 1
    )
    streaks = np.take_along_axis(streaks, np.repeat(columns[..., None], 3, -1), 1)
    fade = np.linspace(1.0, 0.5, rows, dtype=np.float32)[:, None]
    picture[top:] = streaks * (np.clip(0.74 + ripple * 0.5, 0.2, 1.15) * fade)[..., None] + p.near * 0.14
    line = np.exp(-np.abs(c.y - np.float32(ground)) / 0.004) * np.float32(0.55)
    paint(picture, p.near * 0.5, line.astype(np.float32) + c.x * 0)
    shine(
        picture,
        p.sky[2],
        blur(np.clip(1 - np.abs(c.y - ground) / 0.1, 0, 1) + c.x * 0, 20) * np.float32(0.05),
    )
