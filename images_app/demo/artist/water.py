"""The sea with the light's path on it, and northern lights over a lake."""

from __future__ import annotations

import numpy as np
from PIL import ImageDraw

from .figures import place_figures
from .kit import Array, Canvas, Point, blur, mix, paint, ramp, shine, smooth
from .palette import Palette, oklch
from .sky import sky, stars, weather
from .words import Brief


def sea(c: Canvas, p: Palette, brief: Brief) -> Array:
    """Open water to the horizon: perspective waves, the sun's path, a far coast or a boat."""
    horizon = c.uniform(0.42, 0.54)
    picture, sun_x, sun_y = sky(c, p, brief, horizon, clouds=0.8)
    _far_coast(c, p, picture, horizon)
    top = int(horizon * c.height)
    water = _water(c, p, sun_x, horizon)
    picture[top:] = water[top:]
    haze = np.exp(-np.abs(c.y - np.float32(horizon)) / 0.016) * np.float32(0.5)
    paint(picture, p.sky[2], haze.astype(np.float32) + c.x * 0)
    if "lighthouse" in brief.figures or brief.words & {"coast", "rock", "cliff", "shore", "lighthouse"}:
        place_figures(c, p, brief, picture, _headland(c, p, picture, horizon), (sun_x, sun_y), sea=True)
    else:
        _boat(c, p, picture, horizon, near=bool(brief.words & {"boat", "ship", "sail", "yacht"}))
        ground = np.full(c.width, 0.985, np.float32)
        if set(brief.figures) - {"boat", "birds", "balloon"}:
            ground = _beach(c, p, picture)
        place_figures(c, p, brief, picture, ground, (sun_x, sun_y), sea=True)
    weather(c, p, brief, picture)
    return picture


def _water(c: Canvas, p: Palette, sun_x: float, horizon: float) -> Array:
    """Waves as noise read through the perspective of a flat plane: thin at the horizon, long near the eye."""
    texture = _wave_texture(c)
    size = texture.shape[0]
    far = np.clip(c.y - np.float32(horizon), 0.0015, None)
    reach = 1 / far
    across = (c.x - np.float32(sun_x)) * reach * np.float32(0.11 * size) + np.float32(c.uniform(0, size))
    # Evenly thin waves near the horizon would alias; the logarithm keeps their height on screen above a pixel.
    away = np.log(far) * np.float32(-0.95 * size) + np.float32(c.uniform(0, size))
    index_x = across.astype(np.int32) % size
    index_y = (away + c.x * 0).astype(np.int32) % size
    waves = texture[index_y, index_x] * np.clip(far * 26, 0.25, 1)
    depth = np.clip(far / (1 - horizon), 0, 1)
    near, distant = mix(p.near, p.sky[0], 0.32), mix(p.sky[2], p.sky[1], 0.45)
    base = ramp((distant * 0.92, mix(distant, near, 0.55), near), depth**0.75 + c.x * 0)
    water: Array = base * (1 + waves * np.float32(0.30))[..., None]
    crests = smooth(0.25, 0.95, waves)
    paint(water, mix(p.sky[1], p.sky[2], 0.5), crests * np.float32(0.30))
    width = 0.03 + 0.30 * depth
    path = np.exp(-(((c.x - np.float32(sun_x)) / width) ** 2)).astype(np.float32)
    glitter = smooth(-0.12, 0.55, waves + path * np.float32(0.32) - np.float32(0.10)) * path
    shine(water, p.sun, glitter * np.float32(0.98 if c.vivid else 0.7))
    return water


def _wave_texture(c: Canvas) -> Array:
    """A tile of wave heights that repeats without a seam, from a spectrum that favours waves along the shore."""
    size = 1024 if c.fine else 768
    spectrum = np.fft.rfft2(c.rng.standard_normal((size, size)).astype(np.float32))
    fy = np.fft.fftfreq(size).astype(np.float32)[:, None] * size
    fx = np.fft.rfftfreq(size).astype(np.float32)[None, :] * size
    scale = np.hypot(fx * 1.5, fy * 0.8)
    scale[0, 0] = 1
    spectrum *= np.where(scale > 5, scale ** (-1.45 if c.fine else -1.6), 0)
    waves = np.fft.irfft2(spectrum, s=(size, size)).astype(np.float32)
    return np.asarray(waves / waves.std() * 0.45, np.float32)


def _far_coast(c: Canvas, p: Palette, picture: Array, horizon: float) -> None:
    if not c.chance(0.65):
        return
    for t in (0.25, 0.5):
        rise = np.clip(c.line(1.2, 8, 0.55) + c.uniform(-0.25, 0.1), 0, None)
        paint(picture, mix(p.sky[2], p.near, t), c.below((horizon - rise * 0.07).astype(np.float32)))


def _headland(c: Canvas, p: Palette, picture: Array, horizon: float) -> Array:
    """A dark cape from one side; returns its skyline."""
    side = c.x[0] / c.aspect
    side = side if c.chance(0.5) else 1 - side
    rise = np.clip((side - 0.42) / 0.55, 0, 1) ** 0.8
    edge = (1.0 - rise * (1.02 - horizon) + c.line(3.5, 9, 0.6) * 0.06 * np.clip(rise * 4, 0, 1)).astype(
        np.float32
    )
    edge[side < 0.42] = 2
    crags = smooth(-0.2, 0.9, c.noise(9, 16, 7, 0.66))
    rock = mix(p.near * 0.6, mix(p.near, p.haze, 0.34), (crags * smooth(1.0, 0.5, c.y))[..., None])
    mask = c.below(edge)
    paint(picture, rock, mask)
    foam = np.exp(-(((c.y - edge[None, :]) * 70) ** 2)) * (rise < 0.25)[None, :] * 0.25
    shine(picture, p.sky[2], foam.astype(np.float32))
    # Figures stand where the cape is high enough; elsewhere its line is far below the picture.
    return np.where(edge > 1, 0.97, edge).astype(np.float32)


def _beach(c: Canvas, p: Palette, picture: Array) -> Array:
    edge = (0.90 + c.line(0.8, 3) * 0.03).astype(np.float32)
    sand = mix(
        mix(p.near, p.haze, 0.35), p.near, np.clip((c.y - 0.9) * 6, 0, 1)[..., None] + c.x[..., None] * 0
    )
    paint(picture, sand * (1 + c.noise(50, 60, 3)[..., None] * 0.06), c.below(edge))
    foam = smooth(0.012, 0.0, np.abs(c.y - edge[None, :] - c.noise(9, 9, 4) * 0.008))
    paint(picture, p.sky[2], foam * np.float32(0.6))
    return edge + np.float32(0.03)


def _boat(c: Canvas, p: Palette, picture: Array, horizon: float, near: bool) -> None:
    """A small sailing boat and its reflection."""
    k = c.unit * (0.075 if near else 0.03)
    x = c.aspect * (c.uniform(0.2, 0.42) if c.chance(0.5) else c.uniform(0.6, 0.82))
    y = horizon + (0.11 if near else 0.03)
    hull = [(-1, 0), (1.05, 0), (0.72, 0.30), (-0.78, 0.30)]
    main = [(-0.04, -0.10), (-0.04, -2.3), (0.42, -1.2), (0.86, -0.16)]
    jib = [(-0.13, -0.12), (-0.10, -1.95), (-0.5, -0.9), (-0.78, -0.14)]

    def place(points: list[Point], flip: float = 1) -> list[Point]:
        return [(x + a * k, y + 0.3 * k + (b - 0.3) * k * flip) for a, b in points]

    def reflection(draw: ImageDraw.ImageDraw, s: float) -> None:
        for part in (hull, main, jib):
            draw.polygon([(a * s, b * s) for a, b in place(part, -0.7)], fill=255)

    mirrored = c.mask(reflection)
    wobble = (c.noise(20, 90, 3) * 0.012 * c.height).astype(np.int32)
    columns = np.clip(np.arange(c.width)[None, :] + wobble, 0, c.width - 1)
    paint(picture, p.near * 0.6, np.take_along_axis(mirrored, columns, 1) * np.float32(0.5))
    sail = mix(p.paper, p.sun, 0.4) * (0.42 if p.is_dark else 0.96)
    for part, colour in ((main, sail), (jib, sail * 0.86), (hull, p.near * 0.5)):
        paint(picture, np.asarray(colour, np.float32), c.shape(place(part)))


def aurora(c: Canvas, p: Palette, brief: Brief) -> Array:
    """Curtains of light over mountains, doubled in still water."""
    shore = c.uniform(0.68, 0.76)
    picture = ramp(
        (oklch(0.11, 0.04, 265), oklch(0.2, 0.06, 245), oklch(0.36, 0.07, 200)),
        np.clip(c.y / shore, 0, 1) + c.x * 0,
    )
    stars(c, picture, 0.95, shore)
    named = [p.inks[0], p.layer(0.62), p.inks[1]]
    hues = (
        named
        if brief.colours
        else [
            oklch(0.86, 0.22, 155),
            oklch(0.80, 0.16, 185),
            oklch(0.62, 0.22, 300),
            oklch(0.72, 0.2, 345),
            oklch(0.9, 0.18, 125),
        ]
    )
    for k in range(int(c.rng.integers(3, 6))):
        _curtain(c, picture, hues[k % len(hues)], hues[(k + 2) % len(hues)], shore, k)
    edge = (
        shore
        - 0.01
        - (0.10 + np.clip(0.45 - np.abs(c.line(1.3, 9, 0.5)), 0, None) * 0.5 + c.line(1, 7, 0.5) * 0.12).clip(
            0
        )
        * 0.42
    ).astype(np.float32)
    snow = smooth(-0.4, 1.1, c.noise(14, 12, 6, 0.66) + 0.55 - (c.y - edge[None, :]) * 5)
    land = mix(oklch(0.13, 0.03, 250), oklch(0.46, 0.06, 215), (snow * 0.7)[..., None])
    paint(picture, land, c.below(edge))
    woods = (shore - 0.006 - np.clip(c.line(30, 5, 0.8) + 0.3, 0, None) * 0.02).astype(np.float32)
    paint(picture, oklch(0.09, 0.02, 240), c.below(woods))
    _mirror(c, picture, shore)
    place_figures(c, p, brief, picture, _near_shore(c, picture), (c.aspect / 2, 0.3))
    weather(c, p, brief, picture)
    return picture


def _curtain(c: Canvas, picture: Array, low: Array, high: Array, shore: float, k: int) -> None:
    """One fold of light: bright at its lower hem, fading upward into another colour."""
    xs = c.x[0] / c.aspect
    swing = np.sin(xs * c.uniform(3, 7) + c.uniform(0, 6)) * 0.12 + c.line(1.6, 4) * 0.16
    hem = shore * (0.72 - 0.10 * k) + swing
    rays = np.clip(0.42 + 1.0 * c.line(7, 4) + 0.7 * c.line(46, 4, 0.7), 0, 1) * np.clip(
        0.7 + 1.3 * c.line(1.4, 2), 0, 1
    )
    above = hem[None, :].astype(np.float32) - c.y
    reach = np.float32(c.uniform(0.14, 0.30)) * (0.75 + 0.5 * rays[None, :])
    glow = np.where(above > 0, np.exp(-np.abs(above) / reach), np.exp(-np.abs(above) / 0.016)).astype(
        np.float32
    )
    colour = mix(low, high, np.clip(above / 0.34, 0, 1)[..., None])
    light = (glow * rays[None, :] * np.float32(0.82 if c.vivid else 0.6))[..., None] * colour
    picture += light * (1 - np.clip(picture, 0, 1))


def _mirror(c: Canvas, picture: Array, shore: float) -> None:
    """Still water below `shore` shows what is above it, with ripples that grow towards the eye."""
    top = int(shore * c.height)
    rows = c.height - top
    away = np.arange(rows, dtype=np.float32)[:, None] / max(1, rows)
    source = np.clip(top - 1 - (np.arange(rows) * 1.55).astype(int), 0, top - 1)
    ripple = c.noise(7, 70, 4)[top:] * (0.2 + away) * np.float32(0.02 * c.height)
    columns = np.clip(np.arange(c.width)[None, :] + ripple.astype(np.int32), 0, c.width - 1)
    lake = picture[source[:, None], columns]
    lake = mix(lake, blur(np.ascontiguousarray(lake), 3), 0.6)
    picture[top:] = (
        lake * np.float32(0.66) * (1 + ripple[..., None] * np.float32(6 / c.height))
        + oklch(0.15, 0.04, 230) * 0.25
    )


def _near_shore(c: Canvas, picture: Array) -> Array:
    edge = (0.955 + c.line(1.2, 6) * 0.03).astype(np.float32)
    paint(picture, oklch(0.10, 0.02, 240), c.below(edge))
    return edge
