"""What stands in a landscape when the words ask for it: small silhouettes, drawn as paths."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from PIL import ImageDraw

from .kit import Array, Canvas, Point, curve, mix, paint, shine
from .palette import Palette
from .words import Brief

# Outlines in a box of height 1 that stands on y = 0 (up is negative); three control points a curve.
CAT: tuple[Point, ...] = (
    (-0.24, 0.0), (-0.33, -0.16), (-0.25, -0.42), (-0.15, -0.55), (-0.12, -0.60), (-0.17, -0.66), (-0.17, -0.74),
    (-0.17, -0.84), (-0.18, -0.92), (-0.17, -1.0), (-0.13, -0.96), (-0.09, -0.91), (-0.06, -0.89), (-0.02, -0.90),
    (0.02, -0.90), (0.06, -0.89), (0.09, -0.91), (0.13, -0.96), (0.17, -1.0), (0.18, -0.92), (0.17, -0.84),
    (0.17, -0.74), (0.17, -0.66), (0.12, -0.60), (0.15, -0.55), (0.25, -0.42), (0.33, -0.16), (0.24, 0.0),
    (0.30, 0.02), (0.46, 0.01), (0.52, -0.08), (0.57, -0.17), (0.50, -0.26), (0.46, -0.22), (0.50, -0.14),
    (0.44, -0.03), (0.30, 0.05), (0.1, 0.06), (-0.1, 0.06), (-0.24, 0.0),
)  # fmt: skip
FOX: tuple[Point, ...] = (
    (-0.16, 0.0), (-0.18, -0.2), (-0.20, -0.36), (-0.12, -0.5), (-0.09, -0.55), (-0.16, -0.58), (-0.20, -0.62),
    (-0.27, -0.63), (-0.31, -0.66), (-0.30, -0.69), (-0.24, -0.72), (-0.18, -0.78), (-0.14, -0.82), (-0.14, -0.9),
    (-0.13, -0.96), (-0.11, -1.0), (-0.08, -0.94), (-0.05, -0.88), (-0.03, -0.85), (0.0, -0.9), (0.02, -0.94),
    (0.04, -0.98), (0.06, -0.9), (0.06, -0.82), (0.06, -0.76), (0.09, -0.66), (0.08, -0.6), (0.08, -0.56),
    (0.2, -0.46), (0.27, -0.22), (0.24, -0.05), (0.34, -0.14), (0.5, -0.14), (0.62, -0.02), (0.5, 0.06),
    (0.34, 0.08), (0.2, 0.04), (0.05, 0.05), (-0.1, 0.05), (-0.16, 0.0),
)  # fmt: skip


def place_figures(
    c: Canvas, p: Palette, brief: Brief, picture: Array, ground: Array, sun: Point, sea: bool = False
) -> None:
    """Put what the words ask for on the line `ground` (shape (width,), heights), or in the air, in place."""
    ink = np.clip(p.near * 0.55, 0, 1)
    if not brief.figures and c.chance(0.4):
        _birds(c, picture, ink, sun)
    spots = [0.34, 0.64, 0.22, 0.78] if c.chance(0.5) else [0.66, 0.36, 0.8, 0.2]
    standing = [name for name in brief.figures if name in STANDING and not (sea and name in AFLOAT)]
    for name, spot in zip(standing, spots, strict=False):
        x = c.aspect * (spot + c.uniform(-0.04, 0.04))
        if name == "lighthouse":
            # It belongs on the highest part of its cape.
            x = float(np.argmin(ground[c.height // 20 : -c.height // 20]) + c.height // 20) / c.height
        foot = float(ground[min(c.width - 1, int(x * c.height))]) + 0.006
        size = STANDING[name][1] * c.unit * (1.15 if len(standing) == 1 else 0.95)
        mask = c.mask(lambda draw, s, n=name, a=x, b=foot, k=size: STANDING[n][0](draw, s, a, b, k, c))  # type: ignore[misc]
        paint(picture, ink, mask)
        if name in ("house", "lighthouse"):
            _lit_window(c, p, picture, name, x, foot, size)
    for name in brief.figures:
        if name == "birds":
            _birds(c, picture, ink, sun)
        elif name == "balloon":
            _balloons(c, p, picture)


def _path(
    draw: ImageDraw.ImageDraw, scale: float, outline: tuple[Point, ...], x: float, y: float, size: float
) -> None:
    draw.polygon(
        [((x + px * size) * scale, (y + py * size) * scale) for px, py in curve(outline, 12)], fill=255
    )


def _cat(draw: ImageDraw.ImageDraw, s: float, x: float, y: float, k: float, c: Canvas) -> None:
    _path(draw, s, CAT, x, y, k)


def _fox(draw: ImageDraw.ImageDraw, s: float, x: float, y: float, k: float, c: Canvas) -> None:
    _path(draw, s, FOX, x, y, k)


def _person(draw: ImageDraw.ImageDraw, s: float, x: float, y: float, k: float, c: Canvas) -> None:
    """A walker in a long coat with a stick."""
    head = 0.065 * k
    draw.ellipse([(x - head) * s, (y - k) * s, (x + head) * s, (y - k + 2.2 * head) * s], fill=255)
    coat = [
        (-0.05, -0.87),
        (0.05, -0.87),
        (0.115, -0.80),
        (0.125, -0.5),
        (0.16, -0.24),
        (0.085, -0.24),
        (0.10, 0.02),
        (0.03, 0.02),
        (0.005, -0.22),
        (-0.05, 0.02),
        (-0.115, 0.02),
        (-0.08, -0.24),
        (-0.15, -0.24),
        (-0.12, -0.5),
        (-0.115, -0.80),
    ]
    draw.polygon([((x + px * k) * s, (y + py * k) * s) for px, py in coat], fill=255)
    draw.line(
        [(x + 0.10 * k) * s, (y - 0.72 * k) * s, (x + 0.22 * k) * s, (y - 0.5 * k) * s],
        fill=255,
        width=int(0.05 * k * s),
    )
    draw.line(
        [(x + 0.22 * k) * s, (y - 0.62 * k) * s, (x + 0.25 * k) * s, (y + 0.02 * k) * s],
        fill=255,
        width=max(1, int(0.018 * k * s)),
    )


def _tree(draw: ImageDraw.ImageDraw, s: float, x: float, y: float, k: float, c: Canvas) -> None:
    """Branches that fork by chance, with clumps of leaves at their ends."""

    def grow(px: float, py: float, angle: float, length: float, width: float, depth: int) -> None:
        qx, qy = px + math.cos(angle) * length, py + math.sin(angle) * length
        draw.line([px * s, py * s, qx * s, qy * s], fill=255, width=max(1, int(width * s)))
        if depth == 0:
            for _ in range(7 if c.fine else 4):
                r = length * c.uniform(0.25, 0.75)
                ox, oy = qx + c.uniform(-1, 1) * length, qy + c.uniform(-0.7, 0.5) * length
                draw.ellipse([(ox - r) * s, (oy - r * 0.7) * s, (ox + r) * s, (oy + r * 0.7) * s], fill=255)
            return
        for turn in (-0.45, 0.1, 0.5):
            grow(
                qx,
                qy,
                angle + turn + c.uniform(-0.2, 0.2),
                length * c.uniform(0.6, 0.78),
                width * 0.62,
                depth - 1,
            )

    grow(x, y, -math.pi / 2 + c.uniform(-0.12, 0.12), 0.30 * k, 0.05 * k, 4)


def _house(draw: ImageDraw.ImageDraw, s: float, x: float, y: float, k: float, c: Canvas) -> None:
    wall = [
        (-0.6, 0.05),
        (0.6, 0.05),
        (0.6, -0.5),
        (0.72, -0.48),
        (0.32, -1.0),
        (-0.36, -1.0),
        (-0.72, -0.48),
        (-0.6, -0.5),
    ]
    draw.polygon([((x + px * k) * s, (y + py * k) * s) for px, py in wall], fill=255)
    draw.rectangle([(x + 0.2 * k) * s, (y - 1.25 * k) * s, (x + 0.34 * k) * s, (y - 0.9 * k) * s], fill=255)


def _lighthouse(draw: ImageDraw.ImageDraw, s: float, x: float, y: float, k: float, c: Canvas) -> None:
    body = [
        (-0.11, 0.05),
        (0.11, 0.05),
        (0.07, -0.8),
        (0.10, -0.8),
        (0.10, -0.83),
        (0.055, -0.83),
        (0.055, -0.93),
        (0.075, -0.93),
        (0.0, -1.0),
        (-0.075, -0.93),
        (-0.055, -0.93),
        (-0.055, -0.83),
        (-0.10, -0.83),
        (-0.10, -0.8),
        (-0.07, -0.8),
    ]
    draw.polygon([((x + px * k) * s, (y + py * k) * s) for px, py in body], fill=255)


def _deer(draw: ImageDraw.ImageDraw, s: float, x: float, y: float, k: float, c: Canvas) -> None:
    body = [
        (-0.36, -0.56),
        (-0.1, -0.60),
        (0.16, -0.58),
        (0.24, -0.72),
        (0.27, -0.80),
        (0.34, -0.83),
        (0.47, -0.76),
        (0.46, -0.72),
        (0.36, -0.70),
        (0.33, -0.56),
        (0.27, -0.40),
        (0.24, -0.34),
        (0.23, 0.02),
        (0.19, 0.02),
        (0.18, -0.30),
        (0.14, 0.02),
        (0.10, 0.02),
        (0.10, -0.32),
        (-0.18, -0.33),
        (-0.24, -0.2),
        (-0.22, 0.02),
        (-0.26, 0.02),
        (-0.30, -0.2),
        (-0.33, 0.02),
        (-0.37, 0.02),
        (-0.38, -0.3),
        (-0.41, -0.44),
    ]
    draw.polygon([((x + px * k) * s, (y + py * k) * s) for px, py in body], fill=255)
    for lean in (-1.0, 0.55):
        antler = [
            (0.29, -0.82),
            (0.29 + 0.05 * lean, -0.94),
            (0.29 + 0.16 * lean, -1.05),
            (0.29 + 0.12 * lean, -1.18),
        ]
        points = [((x + px * k) * s, (y + py * k) * s) for px, py in antler]
        draw.line(points, fill=255, width=max(2, int(0.022 * k * s)))
        for px, py in points[1:3]:
            draw.line(
                [px, py, px - 0.02 * k * s, py - 0.12 * k * s], fill=255, width=max(1, int(0.018 * k * s))
            )


Stander = Callable[[ImageDraw.ImageDraw, float, float, float, float, Canvas], None]
STANDING: dict[str, tuple[Stander, float]] = {
    "cat": (_cat, 0.19),
    "fox": (_fox, 0.19),
    "person": (_person, 0.15),
    "tree": (_tree, 0.34),
    "house": (_house, 0.055),
    "lighthouse": (_lighthouse, 0.30),
    "deer": (_deer, 0.14),
}
AFLOAT = ("house", "deer")


def _lit_window(c: Canvas, p: Palette, picture: Array, name: str, x: float, foot: float, size: float) -> None:
    glow = np.array([1.0, 0.82, 0.5], np.float32)
    if name == "house":
        for side in (-0.28, 0.12):
            left, top = x + side * size, foot - 0.4 * size
            corners = [
                (left, top),
                (left + 0.2 * size, top),
                (left + 0.2 * size, top + 0.22 * size),
                (left, top + 0.22 * size),
            ]
            paint(picture, glow, c.shape(corners))
        shine(picture, glow, np.exp(-c.distance(x, foot - 0.3 * size) / size * 1.6) * np.float32(0.35))
        return
    lamp_y = foot - 0.88 * size
    away = c.distance(x, lamp_y)
    angle = np.arctan2(c.y - np.float32(lamp_y), c.x - np.float32(x))
    for aim in (math.pi - 0.12, 0.16):
        turn = np.abs(np.angle(np.exp(1j * (angle - aim)))).astype(np.float32)
        shine(picture, glow, np.exp(-((turn / 0.07) ** 2)) * np.exp(-away * 1.3) * np.float32(0.55))
    shine(picture, glow, np.exp(-away * 30).astype(np.float32))


def _birds(c: Canvas, picture: Array, ink: Array, sun: Point) -> None:
    count, spread = int(c.rng.integers(5, 12)), 0.13 * c.unit
    cx, cy = sun[0] + c.uniform(-0.2, 0.2), max(0.08, sun[1] - c.uniform(0.02, 0.12))
    flock = [
        (cx + c.uniform(-1, 1) * spread * 1.6, cy + c.uniform(-1, 1) * spread * 0.6, c.uniform(0.007, 0.017))
        for _ in range(count)
    ]

    def draw_all(draw: ImageDraw.ImageDraw, s: float) -> None:
        for x, y, k in flock:
            for side in (-1, 1):
                wing = curve(
                    (
                        (x, y),
                        (x + side * 0.4 * k, y - 0.55 * k),
                        (x + side * k, y - 0.6 * k),
                        (x + side * 1.5 * k, y - 0.15 * k),
                    ),
                    10,
                )
                draw.line([(a * s, b * s) for a, b in wing], fill=255, width=max(2, int(0.0017 * s)))

    paint(picture, ink, c.mask(draw_all) * np.float32(0.85))


def _balloons(c: Canvas, p: Palette, picture: Array) -> None:
    """Hot air balloons, striped, shaded as spheres."""
    for i in range(int(c.rng.integers(2, 5))):
        r = c.unit * (0.085 if i == 0 else c.uniform(0.02, 0.045))
        x = c.aspect * ((0.3, 0.72, 0.52, 0.12)[i] + c.uniform(-0.06, 0.06))
        y = c.uniform(0.13, 0.34)
        across, down = (c.x - np.float32(x)) / np.float32(r), (c.y - np.float32(y)) / np.float32(r)
        below = np.sqrt(np.clip(1 - (down / 1.35) ** 2, 0, 1)) * (1 - 0.18 * np.clip(down, 0, 1.35) ** 2)
        width = np.where(down > 0, below, np.sqrt(np.clip(1 - down**2, 0, 1))).astype(np.float32)
        inside = np.clip((width - np.abs(across)) * r * c.height, 0, 1) * (np.abs(down - 0.1) < 1.22)
        gore = np.arcsin(np.clip(across / np.maximum(width, 1e-3), -1, 1))
        stripe = (np.floor((gore / np.pi + 0.5) * 8) % 2)[..., None]
        light = (0.72 + 0.42 * np.cos(gore + 0.6))[..., None]
        ink = p.inks[i % len(p.inks)]
        paint(
            picture,
            np.clip(mix(ink, p.paper, stripe.astype(np.float32)) * light, 0, 1).astype(np.float32),
            inside.astype(np.float32),
        )
        basket = [
            (x - 0.16 * r, y + 1.62 * r),
            (x + 0.16 * r, y + 1.62 * r),
            (x + 0.13 * r, y + 1.86 * r),
            (x - 0.13 * r, y + 1.86 * r),
        ]
        ropes = [
            (x - 0.34 * r, y + 1.28 * r),
            (x - 0.12 * r, y + 1.64 * r),
            (x + 0.12 * r, y + 1.64 * r),
            (x + 0.34 * r, y + 1.28 * r),
        ]
        paint(picture, p.dark, c.shape(basket))

        def lines(draw: ImageDraw.ImageDraw, s: float, ropes: list[Point] = ropes) -> None:
            for a, b in ((ropes[0], ropes[1]), (ropes[3], ropes[2])):
                draw.line([a[0] * s, a[1] * s, b[0] * s, b[1] * s], fill=255, width=2)

        paint(picture, p.dark, c.mask(lines) * np.float32(0.8))
