"""Skies: the gradient of the hour, clouds, sun or moon, stars, falling snow and rain."""

from __future__ import annotations

import math

import numpy as np

from .kit import Array, Canvas, blur, mix, paint, ramp, shine, smooth
from .palette import Palette, oklch
from .words import Brief


def sky(
    c: Canvas, p: Palette, brief: Brief, horizon: float, clouds: float = 0.5
) -> tuple[Array, float, float]:
    """The sky down to `horizon`, and where its sun or moon stands (x, y in heights)."""
    picture = ramp(p.sky, np.clip(c.y / horizon, 0, 1) + c.x * 0, (0, 0.58, 1))
    sun_x, sun_y = c.aspect * c.uniform(0.26, 0.74), horizon * c.uniform(0.42, 0.68)
    near = c.distance(sun_x, sun_y)
    if p.is_dark or "stars" in brief.weather:
        stars(c, picture, 0.9 if p.is_dark else 0.4, horizon)
    _clouds(c, p, picture, near, horizon, clouds)
    if "rain" not in brief.weather:
        _disc(c, p, picture, near, moon=p.is_dark or "moon" in brief.weather)
    return picture, sun_x, sun_y


def _clouds(c: Canvas, p: Palette, picture: Array, near: Array, horizon: float, amount: float) -> None:
    """Long banks of cloud, lit from the sun's side."""
    depth = np.clip(1 - c.y / horizon, 0, 1)
    banks = c.noise(1.6, 6.5, 6, 0.52)
    cover = smooth(0.02, 0.75, banks + np.float32(amount * 0.25 - 0.12)) * np.float32(amount)
    cover *= np.clip(0.35 + depth * 1.1, 0, 1) * smooth(0, 0.12, c.y * 0 + 1 - c.y / horizon)
    lit = np.exp(-near * 2.4).astype(np.float32)
    light = p.sky[2] * 0.55 + p.sun * 0.45 if not p.is_dark else p.sky[2]
    shade = p.sky[0] * 0.35 + p.sky[1] * 0.65
    paint(picture, mix(shade, light, np.clip(lit * 1.4 + 0.25, 0, 1)[..., None]), cover)


def _disc(c: Canvas, p: Palette, picture: Array, near: Array, moon: bool) -> None:
    size = c.unit * (0.048 if moon else 0.058) * (1.35 if c.vivid else 1.0) * c.uniform(0.85, 1.25)
    glow = (
        np.exp(-near * (5.2 if moon else 3.6)) * (0.34 if moon else 0.52) + np.exp(-near / size * 0.55) * 0.34
    )
    shine(picture, p.sun, glow.astype(np.float32) * (1.0 if c.vivid else 0.72))
    face = p.sun
    edge = 1.5 / c.height
    disc = smooth(size + edge, size - edge, near)
    if moon:
        seas = np.clip(c.noise(9, 9, 4) * 0.16 + 0.05, 0, 0.16)
        paint(picture, face[None, None, :] * (1 - seas[..., None]), disc)
    else:
        paint(picture, mix(face, np.ones(3, np.float32), 0.45), disc * 0.96)


def stars(c: Canvas, picture: Array, strength: float, horizon: float = 1.0, crowd: float = 1.0) -> None:
    """Points of light of many sizes; fine quality has more of the faint ones."""
    area = c.width * c.height / 1_048_576
    sky_rows = max(2, int(c.height * min(1.0, horizon)))
    for count, size, bright in ((1500 * (1.8 if c.fine else 1), 0, 0.55), (260, 1, 0.9), (26, 2, 1.0)):
        number = int(count * area * crowd)
        ys = (c.rng.random(number) ** 1.25 * sky_rows).astype(int)
        xs = (c.rng.random(number) * c.width).astype(int)
        power = c.rng.random(number).astype(np.float32) ** 2 * 0.9 + 0.1
        tint = np.array([[0.82, 0.9, 1.0], [1.0, 0.97, 0.92], [1.0, 0.86, 0.74]], np.float32)[
            c.rng.integers(0, 3, number)
        ]
        fade = np.clip(1.15 - ys / (horizon * c.height), 0, 1).astype(np.float32)
        reach = size * 3
        for dy in range(-reach, reach + 1):
            for dx in range(-reach, reach + 1):
                fall = math.exp(-(dx * dx + dy * dy) / max(0.35, size * size * 0.9))
                if size == 2:
                    fall += 0.5 * math.exp(-abs(dx) * 0.55) * (dy == 0) + 0.5 * math.exp(-abs(dy) * 0.55) * (
                        dx == 0
                    )
                if fall < 0.02:
                    continue
                rows, columns = np.clip(ys + dy, 0, c.height - 1), np.clip(xs + dx, 0, c.width - 1)
                light = (power * fade * np.float32(fall * bright * strength))[:, None] * tint
                picture[rows, columns] += light * (1 - np.clip(picture[rows, columns], 0, 1))


def weather(c: Canvas, p: Palette, brief: Brief, picture: Array) -> None:
    """Snow or rain over everything, when the words ask for it."""
    if "snow" in brief.weather:
        for size, number in ((0.0016, 900), (0.003, 320), (0.006, 70)):
            flakes = _specks(c, int(number * c.aspect), size, size)
            shine(picture, oklch(0.98, 0.01, 230), flakes * np.float32(0.8 if size < 0.005 else 0.45))
    elif "rain" in brief.weather:
        picture *= np.float32(0.94)
        shine(
            picture, p.sky[1] * 0.5 + 0.5, _specks(c, int(1100 * c.aspect), 0.0007, 0.03) * np.float32(0.28)
        )


def _specks(c: Canvas, number: int, half_width: float, half_height: float) -> Array:
    xs, ys = c.rng.random(number) * c.aspect, c.rng.random(number)
    grow = c.rng.uniform(0.6, 1.3, number)

    def draw_all(draw: object, scale: float) -> None:
        for x, y, g in zip(xs, ys, grow, strict=True):
            if half_height > half_width:
                lean = half_height * 0.22 * scale
                draw.line(  # type: ignore[attr-defined]
                    (x * scale, y * scale, x * scale - lean, (y + half_height * g) * scale),
                    fill=int(150 * g),
                    width=2,
                )
            else:
                a, b = half_width * g * scale, half_height * g * scale
                draw.ellipse((x * scale - a, y * scale - b, x * scale + a, y * scale + b), fill=255)  # type: ignore[attr-defined]

    return c.mask(draw_all, soften=half_width * 0.35)


def clouds_below(c: Canvas, amount: float) -> Array:
    """A drifting bank of mist as a mask."""
    return np.asarray(np.clip(c.noise(2.0, 6.0, 5) * 0.9 + amount, 0, 1), np.float32)


def bloom(picture: Array, strength: float, threshold: float = 0.72, radius: float = 22) -> None:
    """Bright parts bleed into their surroundings, in place."""
    bright = np.clip(picture - threshold, 0, 1)
    light = blur(bright, radius)
    picture += light * np.float32(strength) * (1 - np.clip(picture, 0, 1))
