"""Things of paper and ink: layered paper, geometric posters, overprinted halftones."""

from __future__ import annotations

import math
from functools import partial

import numpy as np
from PIL import ImageDraw

from .figures import STANDING
from .kit import Array, Canvas, blur, mix, paint, shifted, smooth
from .palette import Palette
from .words import Brief

Box = tuple[float, float, float, float]


def papercut(c: Canvas, p: Palette, brief: Brief) -> Array:
    """Sheets of card, cut and stacked, each casting a soft shadow on the one below."""
    hollow = bool(
        brief.words & {"canyon", "cave", "topographic", "layers", "layered", "shadowbox"}
    ) or c.chance(0.4)
    if brief.figures or brief.words & {
        "mountain",
        "mountains",
        "hill",
        "hills",
        "sea",
        "forest",
        "landscape",
    }:
        hollow = False
    fibre = c.noise(150, 150, 2) * np.float32(0.016) + c.noise(3, 3, 3) * np.float32(0.012)
    if hollow:
        return _hollow(c, p, fibre)
    return _sheets(c, p, brief, fibre)


def _lay(c: Canvas, picture: Array, sheet: Array, mask: Array, lift: float) -> None:
    """Lay one sheet down, with its shadow and the light on its cut edge."""
    shadow = shifted(blur(mask, 0.012 * lift * c.height), 0.005 * lift * c.height, 0.010 * lift * c.height)
    picture *= (1 - np.float32(0.5) * shadow * (1 - mask))[..., None]
    edge = np.clip(mask - shifted(mask, 1, 2), 0, 1)
    paint(picture, sheet, mask)
    picture += (edge * np.float32(0.12))[..., None]


def _hollow(c: Canvas, p: Palette, fibre: Array) -> Array:
    """A hole that goes down through the stack to a light at its bottom."""
    count = int(c.rng.integers(7, 10))
    cx, cy = c.aspect * c.uniform(0.42, 0.58), c.uniform(0.42, 0.56)
    away = np.hypot((c.x - np.float32(cx)) / c.aspect * 1.05, c.y - np.float32(cy)) * np.float32(1.7)
    field = away + c.noise(1.5, 1.5, 3, 0.42) * np.float32(0.42)
    picture = c.fill(p.layer(1.0)) + fibre[..., None]
    picture += (np.exp(-((away * 3) ** 2)) * np.float32(0.1))[..., None]
    for i in range(count):
        t = (i + 1) / count
        mask = np.clip((field - np.float32(0.14 + 0.74 * t**0.9)) * np.float32(c.height / 2.2), 0, 1)
        sheet = p.layer(1 - t) * (1.06 - 0.14 * c.y)[..., None] + fibre[..., None]
        _lay(c, picture, np.asarray(sheet, np.float32), mask, 1.0 + 0.7 * t)
    return picture


def _sheets(c: Canvas, p: Palette, brief: Brief, fibre: Array) -> Array:
    """A landscape of cut card: a disc for the sun, hills in front of hills."""
    picture = c.fill(p.layer(0.93)) * (1.03 - 0.06 * c.y)[..., None] + fibre[..., None]
    cx, cy, r = c.aspect * c.uniform(0.3, 0.7), c.uniform(0.24, 0.38), c.unit * c.uniform(0.13, 0.19)
    away = c.distance(cx, cy)
    rings = ((2.1, 0.84), (1.5, 0.9), (1.0, 1.0))[int(c.rng.integers(3)) :]
    for k, tone in rings:
        colour = p.layer(tone) if k > 1 else mix(p.accent, p.layer(1.0), 0.15)
        _lay(c, picture, colour + fibre[..., None], np.clip((r * k - away) * c.height, 0, 1), 0.7)
    count = int(c.rng.integers(6, 9))
    place = int(c.rng.integers(count - 3, count - 1))
    for i in range(count):
        t = i / (count - 1)
        wave = c.line(0.9 + 1.1 * t, 3 if i % 2 else 2, 0.4)
        edge = (0.42 + 0.5 * t - wave * (0.13 - 0.05 * t) - 0.03).astype(np.float32)
        mask = c.below(edge)
        if i == place and any(name in STANDING for name in brief.figures):
            name = next(name for name in brief.figures if name in STANDING)
            x = c.aspect * c.uniform(0.25, 0.75)
            foot = float(edge[int(x * c.height)]) + 0.012
            size = STANDING[name][1] * c.unit * 1.5
            figure = c.mask(lambda d, s, n=name, a=x, b=foot, k=size: STANDING[n][0](d, s, a, b, k, c))  # type: ignore[misc]
            _lay(c, picture, p.layer(0.0) + fibre[..., None], figure, 1.0)
        elif i >= count - 4 and c.chance(0.75):
            mask = np.maximum(mask, _paper_trees(c, edge, t))
        sheet = p.layer(0.80 * (1 - t) ** 1.1 + 0.02) * (1.08 - 0.16 * c.y)[..., None] + fibre[..., None]
        _lay(c, picture, np.asarray(sheet, np.float32), mask, 0.9 + 0.8 * t)
    return picture


def _paper_trees(c: Canvas, edge: Array, t: float) -> Array:
    spots = [
        (c.uniform(0, c.aspect), c.uniform(0.05, 0.11) * (0.6 + t)) for _ in range(int(3 + 6 * c.aspect))
    ]
    round_crowns = c.chance(0.4)

    def draw_all(draw: ImageDraw.ImageDraw, s: float) -> None:
        for x, k in spots:
            y = float(edge[min(c.width - 1, int(x * c.height))]) + 0.012
            draw.rectangle([(x - 0.03 * k) * s, (y - 0.5 * k) * s, (x + 0.03 * k) * s, y * s], fill=255)
            if round_crowns:
                draw.ellipse(
                    [(x - 0.34 * k) * s, (y - 1.1 * k) * s, (x + 0.34 * k) * s, (y - 0.25 * k) * s], fill=255
                )
                continue
            for j in range(3):
                w, top = (0.36 - 0.08 * j) * k, y - (0.55 + 0.3 * j) * k
                draw.polygon(
                    [
                        ((x - w) * s, (top + 0.38 * k) * s),
                        ((x + w) * s, (top + 0.38 * k) * s),
                        (x * s, (top - 0.12 * k) * s),
                    ],
                    fill=255,
                )

    return c.mask(draw_all)


def poster(c: Canvas, p: Palette, brief: Brief) -> Array:
    """A geometric grid, or a halftone print of hills and a sun."""
    halftone = bool(
        brief.words & {"riso", "risograph", "print", "halftone", "screenprint", "retro", "vintage"}
    )
    if brief.words & {"bauhaus", "geometric", "grid", "shapes", "pattern", "tiles", "mosaic", "circles"}:
        halftone = False
    elif not halftone:
        halftone = c.chance(0.45)
    return _halftone(c, p) if halftone else _grid(c, p)


def _grid(c: Canvas, p: Palette) -> Array:
    """Quarter circles, rings, stripes and triangles on a grid; ink a little worn."""
    across = int(c.rng.integers(3, 6)) if c.aspect >= 1 else 4
    cell = c.aspect / across
    down = math.ceil(1 / cell)
    inks = [*p.inks, p.dark]
    picture = c.fill(p.paper)
    jobs: list[list[tuple[int, Box]]] = [[] for _ in inks]
    ground: list[list[Box]] = [[] for _ in inks]
    for i in range(across):
        for j in range(down):
            if c.chance(0.42):
                ground[int(c.rng.integers(len(inks)))].append((i * cell, j * cell, cell, 0))
            jobs[int(c.rng.choice(len(inks), p=_weights(len(inks))))].append(
                (int(c.rng.integers(10)), (i * cell, j * cell, cell, float(c.rng.integers(4))))
            )
    for ink, boxes in zip(inks, ground, strict=True):
        paint(picture, ink, c.mask(partial(_squares, boxes=boxes)))
    for ink, shapes in zip(inks, jobs, strict=True):
        paint(picture, ink, c.mask(partial(_tiles, shapes=shapes)))
    return _press(c, p, picture)


def _squares(draw: ImageDraw.ImageDraw, s: float, boxes: list[Box]) -> None:
    for x, y, k, _ in boxes:
        draw.rectangle([x * s, y * s, (x + k) * s, (y + k) * s], fill=255)


def _tiles(draw: ImageDraw.ImageDraw, s: float, shapes: list[tuple[int, Box]]) -> None:
    for kind, box in shapes:
        _tile(draw, s, kind, box)


def _weights(count: int) -> Array:
    weights = np.array([0.26, 0.22, 0.18, 0.13, 0.09, 0.12][:count], np.float64)
    return np.asarray(weights / weights.sum())


def _tile(draw: ImageDraw.ImageDraw, s: float, kind: int, box: Box) -> None:
    x, y, k, turn = box[0] * s, box[1] * s, box[2] * s, int(box[3])
    if kind == 0:
        draw.ellipse([x, y, x + k, y + k], fill=255)
    elif kind in (1, 2):
        ox, oy = ((0, 0), (-k, 0), (-k, -k), (0, -k))[turn]
        draw.pieslice(
            [x + ox, y + oy, x + ox + 2 * k, y + oy + 2 * k],
            (180, 270, 0, 90)[turn],
            (270, 360, 90, 180)[turn],
            fill=255,
        )
        if kind == 2:
            q = k * 0.5
            draw.pieslice(
                [x + ox + q, y + oy + q, x + ox + 2 * k - q, y + oy + 2 * k - q],
                (180, 270, 0, 90)[turn],
                (270, 360, 90, 180)[turn],
                fill=0,
            )
    elif kind == 3:
        corners = [(x, y), (x + k, y), (x + k, y + k), (x, y + k)]
        draw.polygon([corners[(turn + n) % 4] for n in range(3)], fill=255)
    elif kind == 4:
        for n in range(5):
            if turn % 2:
                draw.rectangle([x, y + n * k / 5, x + k, y + n * k / 5 + k / 10], fill=255)
            else:
                draw.rectangle([x + n * k / 5, y, x + n * k / 5 + k / 10, y + k], fill=255)
    elif kind == 5:
        for n in range(5, 0, -1):
            q = k * n / 10
            draw.ellipse([x + k / 2 - q, y + k / 2 - q, x + k / 2 + q, y + k / 2 + q], fill=255 * (n % 2))
    elif kind == 6:
        half = [
            (x, y - k / 2, 0, 180),
            (x, y + k / 2, 180, 360),
            (x - k / 2, y, 270, 450),
            (x + k / 2, y, 90, 270),
        ][turn]
        draw.pieslice([half[0], half[1], half[0] + k, half[1] + k], half[2], half[3], fill=255)
    elif kind == 7:
        draw.ellipse([x + k * 0.28, y + k * 0.28, x + k * 0.72, y + k * 0.72], fill=255)
    elif kind == 8:
        for n in range(2):
            draw.pieslice([x + n * k / 2 - k / 2, y, x + n * k / 2 + k / 2, y + k], 270, 450, fill=255)
    else:
        for n in range(4):
            for m in range(4):
                draw.ellipse(
                    [
                        x + (n + 0.28) * k / 4,
                        y + (m + 0.28) * k / 4,
                        x + (n + 0.72) * k / 4,
                        y + (m + 0.72) * k / 4,
                    ],
                    fill=255,
                )


def _halftone(c: Canvas, p: Palette) -> Array:
    """Three inks printed over each other: a sun, hills, and reeds, screened in dots."""
    picture = c.fill(p.paper)
    first, second, third = p.inks[0], p.inks[1], p.inks[2]
    cx, cy, r = c.aspect * c.uniform(0.35, 0.65), c.uniform(0.3, 0.4), c.unit * c.uniform(0.2, 0.28)
    away = c.distance(cx, cy)
    _ink(c, picture, third, np.clip((r - away) * c.height, 0, 1), 1.0)
    rays = (
        np.sin(np.arctan2(c.y - np.float32(cy), c.x - np.float32(cx)) * int(c.rng.integers(14, 26))) > 0
    ) & (away > r * 1.22)
    _ink(c, picture, third, rays.astype(np.float32) * smooth(r * 3.2, r * 1.2, away), 0.4, 0.3)
    for i in range(5):
        t = i / 4
        edge = (0.5 + 0.42 * t - c.line(1.4, 5, 0.5) * 0.13).astype(np.float32)
        mask = c.below(edge)
        fade = np.clip(1.0 - (c.y - edge[None, :]) * (2.6 - t), 0.12, 1)
        _ink(c, picture, (first, second)[i % 2], mask * fade, 0.92, 0.25 + 0.5 * i)
    reeds = [
        (c.uniform(0, c.aspect), c.uniform(0.16, 0.42), c.uniform(-0.12, 0.12))
        for _ in range(int(24 * c.aspect))
    ]

    def blades(draw: ImageDraw.ImageDraw, s: float) -> None:
        for x, k, lean in reeds:
            draw.polygon(
                [
                    ((x - 0.008) * s, 1.02 * s),
                    ((x + lean * 0.5) * s, (1 - k * 0.6) * s),
                    ((x + lean) * s, (1 - k) * s),
                    ((x + lean * 0.5 + 0.012) * s, (1 - k * 0.55) * s),
                    ((x + 0.010) * s, 1.02 * s),
                ],
                fill=255,
            )

    _ink(c, picture, second, shifted(c.mask(blades), 3, 0), 1.0)
    return _press(c, p, picture)


def _ink(
    c: Canvas, picture: Array, ink: Array, amount: Array, strength: float, angle: float | None = None
) -> None:
    """Print one ink, multiplied in; with an `angle` its tones become dots."""
    if angle is not None:
        pitch = 1 / (95 if c.fine else 72)
        u = (c.x * math.cos(angle) + c.y * math.sin(angle)) / np.float32(pitch)
        v = (c.y * math.cos(angle) - c.x * math.sin(angle)) / np.float32(pitch)
        from_dot = np.hypot(u % 1 - 0.5, v % 1 - 0.5)
        amount = np.clip(
            (np.sqrt(np.clip(amount, 0, 1)) * 0.74 - from_dot) * np.float32(pitch * c.height) + 0.5, 0, 1
        ) * (amount > 0.01)
    picture *= 1 - (amount * np.float32(strength))[..., None] * (1 - ink)


def _press(c: Canvas, p: Palette, picture: Array) -> Array:
    """Uneven ink and the tooth of the paper."""
    uneven = c.noise(4, 4, 5) * np.float32(0.035) + c.noise(160, 160, 2) * np.float32(0.035)
    worn = smooth(0.85, 1.3, c.noise(70, 70, 3))
    paint(picture, p.paper, worn * np.float32(0.45))
    return np.asarray(np.clip(picture * (1 + uneven[..., None]), 0, 1), np.float32)
