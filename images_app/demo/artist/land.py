"""Mountains in haze, and deserts."""

from __future__ import annotations

import numpy as np

from .figures import place_figures
from .kit import Array, Canvas, mix, paint, shine, smooth, sum_of_shifts
from .palette import Palette
from .sky import clouds_below, sky, weather
from .words import Brief


def mountains(c: Canvas, p: Palette, brief: Brief) -> Array:
    """Ridge behind ridge, each nearer one darker, with haze between and firs on the nearest."""
    picture, sun_x, sun_y = sky(c, p, brief, horizon=c.uniform(0.56, 0.66))
    ridges = int(c.rng.integers(6, 9))
    steep = c.uniform(0.8, 1.5)
    first = c.uniform(0.40, 0.50)
    wooded = brief.words & {"forest", "pine", "pines", "woods", "tree", "fir"} or c.chance(0.7)
    snowy = brief.words & {"snow", "snowy", "winter", "alps", "himalaya", "peak", "glacier"} or c.chance(0.3)
    near = c.distance(sun_x, sun_y)
    for i in range(ridges):
        t = i / (ridges - 1)
        shape = c.line(1.2 + 1.6 * t + c.uniform(0, 0.6), 8, 0.52)
        peaked = 0.5 * shape + 0.8 * (0.42 - np.abs(c.line(1.3 + t, 8, 0.5)))
        edge = first + (1.0 - first) * 0.86 * t**1.15 - peaked * (0.30 - 0.12 * t) * steep * 0.75
        if wooded and i >= ridges - 3:
            edge = edge - _firs(c, t)
        rows, s = c.strip(float(edge.min()) - 0.005)
        depth = np.clip((s.y - edge[None, :]) / 0.24, 0, 1)
        base = mix(p.haze, p.near, t**1.35 * 0.96 + 0.05)
        grain = s.noise(13, 20, 5) * np.float32(0.035 + 0.05 * t)
        foot = mix(base, p.haze, 0.72 * (1 - t) ** 0.7)
        layer = mix(base, foot, depth[..., None]) * (1 + grain[..., None])
        if i < ridges - 2:
            _light_faces(s, p, layer, edge, near[rows], 1 - t, bool(snowy) and 0 < i < ridges - 3)
        paint(picture[rows], layer, s.below(edge))
        mist = clouds_below(s, 0.05) * smooth(0.02, 0.16, s.y - edge[None, :]) * np.float32(0.55 * (1 - t))
        paint(picture[rows], p.haze, mist)
        if i == ridges - 2:
            place_figures(c, p, brief, picture, edge, (sun_x, sun_y))
    weather(c, p, brief, picture)
    return picture


def _light_faces(
    c: Canvas, p: Palette, layer: Array, edge: Array, near: Array, far: float, snow: bool
) -> None:
    """Sun on the slopes turned to it, and snow near the crest."""
    drop = np.clip((c.y - edge[None, :]) / 0.16, 0, 1)
    relief = c.noise(7, 9, 6, 0.6)
    face = smooth(-0.1, 0.5, relief) * (1 - drop)
    glow = np.exp(-near * 1.6).astype(np.float32)
    shine(layer, p.sun, face * glow * np.float32(0.34 if c.vivid else 0.2))
    if snow:
        white = smooth(0.0, 0.35, relief + np.float32(0.45) - drop * np.float32(1.7))
        paint(layer, mix(p.sky[1], p.sun, 0.55), white * np.float32(0.72 * (1 - far * 0.5)))


def _firs(c: Canvas, t: float) -> Array:
    """The height a row of firs adds to a ridge, shape (width,)."""
    tops = np.zeros(c.width, np.float32)
    column = np.arange(c.width)
    step = (0.0052 if c.fine else 0.0075) * (0.5 + 1.6 * (t - 0.5)) * c.height + 1.5
    thin = c.line(3, 3) > 0.35
    for centre in np.arange(0, c.width, step):
        height = 0.016 * (0.5 + 4.0 * max(0.0, t - 0.6)) * c.uniform(0.45, 1.5)
        half = max(1.6, height * c.height * 0.27)
        middle = centre + c.uniform(-2, 2)
        low, high = int(max(0, middle - half)), int(min(c.width, middle + half + 1))
        if low >= high or thin[low]:
            continue
        away = np.abs(column[low:high] - middle) / half
        boughs = height * np.clip(1 - away, 0, 1) * (0.86 + 0.14 * np.cos(away * 18))
        tops[low:high] = np.maximum(tops[low:high], boughs)
    return tops


def dunes(c: Canvas, p: Palette, brief: Brief) -> Array:
    """Dunes with a lit and a shaded side, wind ripples and drifting sand."""
    horizon = c.uniform(0.44, 0.54)
    picture, sun_x, sun_y = sky(c, p, brief, horizon, clouds=0.25)
    lit = np.clip(mix(p.haze, p.sky[2], 0.55) * 1.02, 0, 1)
    shade = np.clip(mix(p.near, p.haze, 0.28), 0, 1)
    count = int(c.rng.integers(5, 8))
    side = 1.0 if sun_x > c.aspect / 2 else -1.0
    for i in range(count):
        t = i / (count - 1)
        edge = _crest(c, horizon, t)
        rows, s = c.strip(float(edge.min()) - 0.03)
        slope = np.gradient(_soft(edge, c.width // 60)) * c.height
        facing = smooth(-0.30, 0.30, (slope * -side).astype(np.float32))
        depth = np.clip((s.y - edge[None, :]) / (0.12 + 0.26 * t), 0, 1)
        # The border between the lit and the shaded side runs downhill away from the sun, not straight down.
        lean = np.clip(s.y - edge[None, :], 0, None) * np.float32(side * 2.4) + s.noise(2, 4, 3) * np.float32(
            0.05
        )
        column = np.clip((s.x - lean) * c.height, 0, c.width - 1).astype(np.int32)
        wedge = smooth(0.05, 0.95, facing[column] + depth * np.float32(0.35))
        wave = np.sin((s.y - edge[None, :]) * np.float32(360 - 190 * t) + s.noise(5, 9, 4) * np.float32(7))
        layer = mix(shade, lit, wedge[..., None])
        layer = mix(layer, p.haze, np.float32(0.55 * (1 - t) ** 1.3))
        ripple = wave * np.float32(0.030 * (0.3 + t)) * (0.4 + 0.6 * wedge)
        layer *= (1 + ripple + s.noise(40, 60, 2) * np.float32(0.02))[..., None]
        layer *= (1 - depth * np.float32(0.22 * t))[..., None]
        rim = np.exp(-np.abs(s.y - edge[None, :]) * 210) * (0.4 + 0.6 * wedge)
        shine(layer, p.sun, rim.astype(np.float32) * np.float32(0.42))
        mask = s.below(edge)
        paint(picture[rows], layer, mask)
        if i == count - 2:
            place_figures(c, p, brief, picture, edge, (sun_x, sun_y))
    weather(c, p, brief, picture)
    return picture


def _crest(c: Canvas, horizon: float, t: float) -> Array:
    xs = c.x[0]
    rate = c.uniform(1.5, 2.9) * (1.5 - 0.9 * t)
    phase = c.uniform(0, 6.28)
    swing = np.sin(xs * rate + phase) + 0.32 * np.sin(xs * rate * 2.3 + phase * 2) + 0.25 * c.line(1.2, 2)
    # Crests are sharper than troughs.
    sharp = 1 - np.abs(np.sin((xs * rate + phase) * 0.5)) * 1.5
    base = horizon + 0.02 + (0.86 - horizon) * t**1.15
    return np.asarray(base - (0.6 * swing + 0.55 * sharp) * (0.018 + 0.075 * t), np.float32)


def _soft(line: Array, times: int) -> Array:
    grid = line[None, :]
    for _ in range(max(1, min(times, 12))):
        grid = sum_of_shifts(np.pad(grid, ((0, 0), (4, 4)), mode="edge"), 1)[:, 4:-4]
    return np.asarray(grid[0], np.float32)
