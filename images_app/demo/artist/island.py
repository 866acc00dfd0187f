"""A piece of land afloat in the sky, with a cottage, trees, a pond and a fall of water."""

from __future__ import annotations

import math

import numpy as np
from PIL import Image, ImageDraw

from .kit import Array, Canvas, Point, mix, paint, ramp, shine, smooth
from .palette import Palette, oklch
from .sky import stars, weather
from .words import Brief

SEASONS: dict[str, tuple[tuple[float, float, float], ...]] = {
    # grass, grass in shade, crowns, crowns in light
    "summer": ((0.72, 0.13, 128), (0.56, 0.11, 138), (0.48, 0.10, 150), (0.64, 0.13, 135)),
    "autumn": ((0.76, 0.11, 88), (0.60, 0.10, 75), (0.58, 0.15, 45), (0.74, 0.15, 70)),
    "winter": ((0.96, 0.012, 230), (0.82, 0.03, 240), (0.50, 0.06, 195), (0.93, 0.015, 225)),
    "spring": ((0.80, 0.13, 125), (0.64, 0.12, 135), (0.76, 0.11, 355), (0.89, 0.07, 350)),
}
Colours = list[Array]


def island(c: Canvas, p: Palette, brief: Brief) -> Array:
    """The floating island, lit from the upper left."""
    picture = _air(c, p, brief)
    rich = 1.0 if c.vivid else 0.6
    season = _season(c, brief)
    grass = [oklch(light, chroma * rich, hue) for light, chroma, hue in SEASONS[season]]
    if p.is_dark:
        grass = [colour * np.array([0.42, 0.48, 0.62], np.float32) for colour in grass]
    k = min(0.36, c.aspect * 0.36)
    x, y = c.aspect / 2 + c.uniform(-0.03, 0.03), c.uniform(0.56, 0.61)
    for _ in range(int(c.rng.integers(1, 4))):
        side = 1 if c.chance(0.5) else -1
        _rock(
            c,
            picture,
            (x + side * k * c.uniform(1.05, 1.3), y + c.uniform(-0.22, 0.25)),
            k * c.uniform(0.07, 0.14),
            grass,
            p,
        )
    _rock(c, picture, (x, y), k, grass, p)
    _set_table(c, p, brief, picture, (x, y), k, grass)
    front = _cloud(c, 0.93, 0.16)
    paint(
        picture,
        mix(p.sky[2], np.ones(3, np.float32) * (0.45 if p.is_dark else 0.98), 0.55),
        front * np.float32(0.85),
    )
    weather(c, p, brief, picture)
    return picture


def _season(c: Canvas, brief: Brief) -> str:
    for season, words in (
        ("winter", {"winter", "snow", "snowy", "ice", "christmas"}),
        ("autumn", {"autumn", "fall", "golden", "orange"}),
        ("spring", {"spring", "blossom", "cherry", "sakura", "pink"}),
        ("summer", {"summer", "green", "lush"}),
    ):
        if brief.words & words:
            return season
    return str(c.rng.choice(["summer", "summer", "autumn", "spring", "winter"]))


def _air(c: Canvas, p: Palette, brief: Brief) -> Array:
    picture = ramp((mix(p.sky[0], p.sky[1], 0.25), p.sky[1], p.sky[2]), c.y + c.x * 0, (0, 0.55, 1))
    if p.is_dark:
        stars(c, picture, 0.9, 1.2)
    glow = np.exp(-c.distance(c.aspect * 0.18, 0.12) * 1.7).astype(np.float32)
    shine(picture, p.sun, glow * np.float32(0.5))
    white = mix(p.sky[2], p.sun, 0.6)
    for level, thick, strength in ((0.24, 0.11, 0.5), (0.46, 0.13, 0.55), (0.74, 0.16, 0.7)):
        cloud = _cloud(c, level + c.uniform(-0.05, 0.05), thick)
        lit = np.clip(cloud - np.roll(cloud, -int(c.height * 0.02), 0) * 0.5, 0, 1)
        paint(
            picture,
            mix(mix(p.sky[1], p.sky[2], 0.6), white, np.clip(0.25 + lit * 1.6, 0, 1)[..., None]),
            cloud * np.float32(strength),
        )
    return picture


def _cloud(c: Canvas, level: float, thick: float) -> Array:
    """A bank of cumulus around a height, as a mask: billows above, flat below."""
    billow = np.abs(c.noise(3.2, 5.0, 5, 0.55))
    offset = (c.y - np.float32(level)) / np.float32(thick)
    body = np.exp(-np.where(offset < 0, offset * offset * 0.9, offset * offset * 4.5))
    where = c.noise(0.9, 0.8, 2) * np.float32(0.6)
    return smooth(
        0.10,
        0.62,
        (body * (0.62 + where) - billow * np.float32(0.42) * (1.1 - body * 0.4)).astype(np.float32),
    )


def _rim(c: Canvas, seed: float, angle: float) -> float:
    return (
        1
        + 0.06 * math.sin(3 * angle + seed)
        + 0.035 * math.sin(7 * angle + 2 * seed)
        + 0.02 * math.sin(13 * angle + 3 * seed)
    )


def _rock(c: Canvas, picture: Array, at: Point, k: float, grass: Colours, p: Palette) -> None:
    """Turf above, a wedge of faceted rock below."""
    x, y = at
    seed = c.uniform(0, 6)
    angles = np.linspace(0, 2 * math.pi, 72)
    top = [
        (x + math.cos(a) * k * _rim(c, seed, a), y + math.sin(a) * k * 0.36 * _rim(c, seed, a))
        for a in angles
    ]
    front = [point for point, a in zip(top, angles, strict=True) if 0 <= a <= math.pi]
    deep = k * c.uniform(0.85, 1.15)
    dim = np.array([0.45, 0.5, 0.66], np.float32) if p.is_dark else np.ones(3, np.float32)
    stone = [oklch(0.40, 0.045, 45) * dim, oklch(0.55, 0.055, 55) * dim, oklch(0.70, 0.05, 65) * dim]
    _facets(c, picture, front, (x + c.uniform(-0.15, 0.15) * k, y + deep), stone)
    lip = [
        (px, py + k * (0.055 + 0.03 * math.sin(i * 1.7 + seed) + 0.025 * math.sin(i * 3.9)))
        for i, (px, py) in enumerate(front)
    ]
    paint(picture, grass[1] * 0.82, c.shape(front + lip[::-1]))
    mask = c.shape(top)
    depth = (c.y - np.float32(y - k * 0.36)) / np.float32(k * 0.72)
    turf = mix(
        grass[0],
        grass[1],
        np.clip(depth * 0.7 + (c.x - np.float32(x)) / np.float32(k) * 0.22, 0, 1)[..., None],
    )
    blades = c.noise(60, 90, 3, 0.7) * np.float32(0.05) + c.noise(9, 14, 4) * np.float32(0.045)
    paint(picture, turf * (1 + blades[..., None]), mask)


def _facets(c: Canvas, picture: Array, front: list[Point], tip: Point, stone: Colours) -> None:
    """The underside as a fan of flat faces, row by row towards the tip, each catching its own light."""
    rows, columns = 5, 12
    picks = [front[int(i * (len(front) - 1) / columns)] for i in range(columns + 1)]
    grid: list[list[Point]] = []
    for row in range(rows + 1):
        t = row / rows
        shrink = (1 - t) ** 0.72
        jitter = 0.0 if row == 0 else 0.055
        line: list[Point] = []
        for i, (px, py) in enumerate(picks):
            reach = (tip[1] - py) * t**1.15 * (0.72 + 0.28 * math.sin(math.pi * i / columns))
            across = tip[0] + (px - tip[0]) * shrink + c.uniform(-1, 1) * jitter * (1 - t) * 0.35
            line.append((across, py + reach + c.uniform(-1, 1) * jitter * 0.22))
        grid.append(line)
    scale = 2
    image = Image.new("RGB", (c.width * scale, c.height * scale))
    cover = Image.new("L", image.size, 0)
    draw, mask = ImageDraw.Draw(image), ImageDraw.Draw(cover)
    s = c.height * scale
    for row in range(rows):
        for i in range(columns):
            a, b, d, e = grid[row][i], grid[row][i + 1], grid[row + 1][i + 1], grid[row + 1][i]
            for triangle, turn in (((a, b, d), 0.0), ((a, d, e), 0.12)):
                # Light from the upper left: faces on the right and lower down are darker.
                light = 1.0 - i / columns * 0.75 - row / rows * 0.35 - turn + c.uniform(-0.16, 0.16)
                tone = mix(
                    mix(stone[0], stone[1], min(1.0, max(0.0, light * 2))),
                    stone[2],
                    min(1.0, max(0.0, light * 1.6 - 0.8)),
                )
                points = [(px * s, py * s) for px, py in triangle]
                draw.polygon(points, fill=tuple(int(v * 255) for v in tone))
                mask.polygon(points, fill=255)
    size = (c.width, c.height)
    rock = np.asarray(image.resize(size, Image.Resampling.BOX), np.float32) / 255
    alpha = np.asarray(cover.resize(size, Image.Resampling.BOX), np.float32) / 255
    rock = rock / np.maximum(alpha, 1e-3)[..., None]
    paint(picture, np.clip(rock * (1 + c.noise(40, 40, 3, 0.7)[..., None] * 0.08), 0, 1), alpha)


def _set_table(
    c: Canvas, p: Palette, brief: Brief, picture: Array, at: Point, k: float, grass: Colours
) -> None:
    """The things on the turf, from back to front so that nearer ones cover farther ones."""
    x, y = at
    side = 1 if c.chance(0.5) else -1
    pond = (x + side * k * 0.42, y + k * 0.13)
    _pond(c, p, picture, pond, k)
    house = (x - side * k * 0.20, y + k * 0.00)
    _walkway(c, picture, (house[0] + 0.02 * k, house[1] + 0.02 * k), (x - side * k * 0.05, y + k * 0.33), k)
    spots: list[Point] = []
    for _ in range(160):
        angle, far = c.uniform(0, 6.28), math.sqrt(c.uniform(0.05, 0.86))
        px, py = x + math.cos(angle) * far * k * 0.93, y + math.sin(angle) * far * k * 0.33
        clear_pond = math.hypot((px - pond[0]) / 0.30, (py - pond[1]) / 0.14) > k
        clear_house = abs(px - house[0]) > 0.36 * k or py < house[1] - 0.14 * k
        apart = all(math.hypot(px - qx, (py - qy) * 2.2) > k * 0.14 for qx, qy in spots)
        if clear_pond and clear_house and apart and not (abs(px - x) < 0.2 * k and py > y + 0.08 * k):
            spots.append((px, py))
    things: list[tuple[float, float, str]] = [(py, px, "tree") for px, py in spots[:13]] + [
        (house[1], house[0], "house")
    ]
    for py, px, kind in sorted(things):
        if kind == "house":
            _cottage(c, p, brief, picture, (px, py), k)
        else:
            _tree(c, picture, (px, py), k * c.uniform(0.20, 0.36), grass, round_crown=c.chance(0.35))


def _soft_shadow(c: Canvas, picture: Array, x: float, y: float, rx: float, ry: float) -> None:
    view, dx, dy = c.window(picture, x, y, rx * 2.2)
    fall = np.exp(-((dx / np.float32(rx)) ** 2 + (dy / np.float32(ry)) ** 2) * 1.4).astype(np.float32)
    paint(view, view * np.array([0.45, 0.52, 0.62], np.float32), fall * np.float32(0.62))


def _tree(c: Canvas, picture: Array, at: Point, k: float, grass: Colours, round_crown: bool) -> None:
    x, y = at
    _soft_shadow(c, picture, x + 0.24 * k, y + 0.02 * k, 0.36 * k, 0.10 * k)
    trunk = oklch(0.42, 0.05, 50)
    paint(
        picture,
        trunk,
        c.shape(
            [
                (x - 0.05 * k, y + 0.03 * k),
                (x - 0.035 * k, y - 0.4 * k),
                (x + 0.035 * k, y - 0.4 * k),
                (x + 0.05 * k, y + 0.03 * k),
            ]
        ),
    )
    dark, light = grass[2] * c.uniform(0.9, 1.1), grass[3] * c.uniform(0.92, 1.08)
    if round_crown:
        for ox, oy, r in ((0, -0.62, 0.30), (-0.17, -0.5, 0.21), (0.18, -0.5, 0.20), (0.02, -0.86, 0.2)):
            bx, by, br = x + ox * k, y + oy * k, r * k
            view, dx, dy = c.window(picture, bx, by, br * 1.1)
            ball = np.clip((br - np.hypot(dx, dy)) * c.height + 0.5, 0, 1).astype(np.float32)
            lamp = np.clip(0.5 - (dx * 0.6 + dy * 0.75) / np.float32(br), 0, 1)
            paint(view, mix(dark, light, (lamp * 0.95)[..., None]), ball)
        return
    for j in range(4):
        wide, base = (0.30 - 0.055 * j) * k, y - (0.16 + 0.24 * j) * k
        tip = base - 0.42 * k
        left = [(x - wide, base), (x, base + 0.07 * k), (x, tip)]
        right = [(x + wide, base), (x, base + 0.07 * k), (x, tip)]
        paint(picture, light * (0.86 + 0.05 * j), c.shape(left))
        paint(picture, dark * (0.86 + 0.06 * j), c.shape(right))


def _pond(c: Canvas, p: Palette, picture: Array, at: Point, k: float) -> None:
    wobble = c.noise(5, 5, 3) * np.float32(0.10)
    away = (
        np.hypot(
            (c.x - np.float32(at[0])) / np.float32(k * 0.27),
            (c.y - np.float32(at[1])) / np.float32(k * 0.105),
        )
        + wobble
    )
    shore = smooth(1.14, 1.08, away)
    paint(picture, oklch(0.80, 0.05, 85) * (0.5 if p.is_dark else 1.0), shore)
    water = ramp(
        (mix(p.sky[0], oklch(0.6, 0.09, 220), 0.5), mix(p.sky[2], oklch(0.82, 0.07, 205), 0.5)),
        np.clip((c.y - np.float32(at[1])) / np.float32(k * 0.2) + 0.5, 0, 1) + c.x * 0,
    )
    paint(picture, water, smooth(1.04, 0.99, away))
    ripple = smooth(0.35, 0.5, c.noise(14, 90, 3)) * smooth(1.0, 0.7, away)
    shine(picture, p.sun, ripple * np.float32(0.5))


def _walkway(c: Canvas, picture: Array, start: Point, end: Point, k: float) -> None:
    for i in range(7):
        t = i / 6
        px = start[0] + (end[0] - start[0]) * t + math.sin(t * 5) * 0.045 * k
        py = start[1] + 0.05 * k + (end[1] - start[1] - 0.06 * k) * t
        size = k * (0.028 + 0.016 * t)
        view, dx, dy = c.window(picture, px, py, size * 2)
        away = np.hypot(dx / np.float32(size * 1.5), dy / np.float32(size * 0.62))
        paint(view, oklch(0.84, 0.03, 80), smooth(1.04, 0.94, away) * np.float32(0.92))


def _cottage(c: Canvas, p: Palette, brief: Brief, picture: Array, at: Point, k: float) -> None:
    """Two walls and a roof in a three-quarter view, windows lit when it is dark, smoke from the chimney."""
    x, y = at
    _soft_shadow(c, picture, x + 0.20 * k, y + 0.05 * k, 0.36 * k, 0.10 * k)
    dim = np.float32(0.5) if p.is_dark else np.float32(1)
    plaster, roof = (
        oklch(0.93, 0.03, 85) * dim,
        (
            p.accent
            if brief.colours
            else oklch(0.60, 0.14 if c.vivid else 0.08, float(c.rng.choice([32, 40, 255, 15])))
        )
        * dim,
    )

    def quad(points: list[Point], colour: Array) -> None:
        paint(
            picture,
            np.clip(colour, 0, 1).astype(np.float32),
            c.shape([(x + a * k, y + b * k) for a, b in points]),
        )

    quad([(0.16, 0.085), (0.16, -0.17), (0.30, -0.22), (0.30, 0.03)], plaster * 0.72)
    quad([(0.16, -0.17), (0.23, -0.40), (0.30, -0.22)], plaster * 0.70)
    quad([(-0.22, 0.085), (-0.22, -0.17), (0.16, -0.17), (0.16, 0.085)], plaster)
    quad([(-0.12, -0.30), (-0.12, -0.50), (-0.05, -0.50), (-0.05, -0.30)], plaster * 0.62)
    quad([(-0.27, -0.15), (-0.14, -0.41), (0.235, -0.41), (0.175, -0.15)], roof)
    quad(
        [(0.175, -0.15), (0.235, -0.41), (0.325, -0.20), (0.305, -0.18), (0.235, -0.345), (0.19, -0.15)],
        roof * 0.66,
    )
    for i in range(1, 6 if c.fine else 4):
        t = i / (6 if c.fine else 4)
        quad(
            [
                (-0.27 + 0.13 * t, -0.15 - 0.26 * t),
                (0.175 + 0.06 * t, -0.15 - 0.26 * t),
                (0.175 + 0.06 * t, -0.157 - 0.26 * t),
                (-0.27 + 0.13 * t, -0.157 - 0.26 * t),
            ],
            roof * 0.84,
        )
    quad([(-0.02, 0.085), (-0.02, -0.08), (0.06, -0.08), (0.06, 0.085)], oklch(0.45, 0.08, 45) * dim)
    glass = (
        oklch(0.88, 0.13, 85)
        if p.is_dark or brief.light in ("dusk", "blue", "storm")
        else oklch(0.62, 0.06, 230)
    )
    for left in (-0.17, 0.09):
        quad(
            [(left - 0.012, 0.005), (left - 0.012, -0.10), (left + 0.062, -0.10), (left + 0.062, 0.005)],
            oklch(0.5, 0.06, 50) * dim,
        )
        quad([(left, -0.005), (left, -0.09), (left + 0.05, -0.09), (left + 0.05, -0.005)], glass)
    if p.is_dark:
        shine(
            picture,
            oklch(0.85, 0.13, 80),
            np.exp(-c.distance(x, y - 0.03 * k) / k * 4).astype(np.float32) * np.float32(0.5),
        )
    for i in range(12):
        px, py = x + (-0.085 + 0.018 * i + 0.02 * math.sin(i)) * k, y - (0.53 + 0.042 * i) * k
        view, dx, dy = c.window(picture, px, py, 0.14 * k)
        puff = smooth((0.03 + 0.008 * i) * k, 0, np.hypot(dx, dy)) * np.float32(0.62 - 0.045 * i)
        paint(view, mix(p.sky[2], np.ones(3, np.float32), 0.6), puff)
