"""Studio still lifes: plaster arches, a stair and spheres; a bottle or a vase on a plinth."""

from __future__ import annotations

import numpy as np
from PIL import ImageDraw

from .kit import Array, Canvas, Point, blur, extruded, mix, paint, shifted, shine, smooth
from .palette import Palette, oklch
from .stage import WARM, Stage
from .words import Brief


def arches(c: Canvas, p: Palette, brief: Brief) -> Array:
    """Plaster slabs with arched openings, a stair, and a coloured sphere that carries the picture."""
    wall, block, accent = _studio_colours(c, p, brief)
    stage = Stage(c, wall, c.uniform(0.68, 0.74), c.chance(0.6))
    if c.chance(0.55):
        stage.window(c.uniform(0.3, 0.7), int(c.rng.integers(2, 5)))
    k, mid = min(1.0, c.aspect * 1.05), c.aspect / 2
    foot = stage.floor_y + 0.03
    lean = 1 if c.chance(0.5) else -1
    if c.chance(0.4):
        _nested(stage, mid, foot, k, block, accent)
        return stage.picture
    big_x = mid + lean * k * c.uniform(0.06, 0.16)
    _arch(stage, big_x, foot, 0.21 * k, c.uniform(0.50, 0.58), 0.105 * k, 0.045 * k, block[0])
    small_x = mid - lean * k * c.uniform(0.20, 0.27)
    _arch(stage, small_x, foot + 0.055, 0.135 * k, c.uniform(0.26, 0.36), 0.066 * k, 0.036 * k, block[1])
    if brief.words & {"stair", "stairs", "staircase", "step", "steps"} or c.chance(0.6):
        _stair(stage, big_x, foot + 0.10, 0.11 * k, block[2])
    post_x = mid + lean * k * c.uniform(0.33, 0.38)
    _column(stage, post_x, foot + 0.075, 0.048 * k, c.uniform(0.16, 0.26), block[1], accent[1])
    ball = c.uniform(0.075, 0.105) * k
    stage.ball(mid - lean * k * c.uniform(0.06, 0.12), foot + 0.165, ball, accent[0])
    if c.chance(0.6):
        stage.ball(mid - lean * k * c.uniform(0.33, 0.38), foot + 0.175, ball * 0.48, accent[2])
    return stage.picture


def _nested(stage: Stage, mid: float, foot: float, k: float, block: list[Array], accent: list[Array]) -> None:
    """Arch within arch within arch, and a sphere on the threshold: a calm, central picture."""
    c = stage.c
    tall = c.uniform(0.58, 0.64)
    for i in range(3):
        half = (0.32 - 0.085 * i) * k
        high = max(tall - 0.15 * i, half * 1.25)
        _arch(stage, mid, foot + 0.045 * i, half, high, half - 0.085 * k, 0.05 * k, block[i])
    r = c.uniform(0.060, 0.078) * k
    stage.ball(mid + c.uniform(-0.02, 0.02) * k, foot + 0.135, r, accent[0])
    side = 1 if c.chance(0.5) else -1
    _column(stage, mid + side * 0.40 * k, foot + 0.10, 0.042 * k, c.uniform(0.12, 0.20), block[1], accent[1])
    stage.ball(mid - side * 0.31 * k, foot + 0.165, r * 0.55, accent[2])


def _studio_colours(c: Canvas, p: Palette, brief: Brief) -> tuple[Array, list[Array], list[Array]]:
    """Wall, three plaster tones, three accents: calm grounds, one colour that speaks."""
    hue = float(c.rng.choice([40, 55, 70, 200, 15, 150]))
    strong = 0.055 if c.vivid else 0.03
    wall = oklch(0.82, strong, hue)
    if len(brief.colours) > 1:
        wall = mix(wall, p.layer(0.72), 0.6)
    block = [
        oklch(0.80, strong * 1.25, hue - 12),
        oklch(0.90, strong * 0.5, hue + 15),
        oklch(0.86, strong * 0.7, hue + 5),
    ]
    speaking = float(c.rng.choice([38, 30, 250, 150, 85]))
    quiet = float(c.rng.choice([230, 160, 20]))
    if brief.colours:
        return wall, block, [p.inks[0], p.inks[2], p.inks[1]]
    rich = 1.0 if c.vivid else 0.6
    return (
        wall,
        block,
        [
            oklch(0.60, 0.15 * rich, speaking),
            oklch(0.78, 0.12 * rich, 82),
            oklch(0.48, 0.07 * rich, quiet),
        ],
    )


def _arch(
    stage: Stage, x: float, foot: float, half: float, tall: float, opening: float, depth: float, colour: Array
) -> None:
    """A slab with an arched opening; all sizes in heights."""
    # Some wall must stay above the arch, however wide it is.
    spring = max(foot - tall * 0.62, foot - tall + opening + 0.07)

    def outline(draw: ImageDraw.ImageDraw, s: float) -> None:
        draw.rectangle([(x - half) * s, (foot - tall) * s, (x + half) * s, foot * s], fill=255)
        draw.rectangle([(x - opening) * s, spring * s, (x + opening) * s, (foot + 0.01) * s], fill=0)
        draw.ellipse(
            [(x - opening) * s, (spring - opening) * s, (x + opening) * s, (spring + opening) * s], fill=0
        )

    front = stage.c.mask(outline)
    stage.shadow(front, 0.17, 0.010, 0.40)
    stage.slab(front, colour, depth)


def _stair(stage: Stage, x: float, foot: float, half: float, colour: Array) -> None:
    """Four steps towards the eye, treads lit from above."""
    steps, rise, run = 4, 0.035, 0.020
    c = stage.c
    stage.shadow(_box(c, x - half, foot - steps * (rise + run) + run, x + half, foot), 0.09, 0.008, 0.42)
    rows, _ = c.strip(foot - steps * (rise + run) - 0.01, foot + 0.01)
    picture, light, rough = stage.picture[rows], stage.light[rows], stage.stucco[rows]
    for i in reversed(range(steps)):
        base = foot - i * (run + rise)
        tread = _box(c, x - half, base - rise - run, x + half, base - rise)[rows]
        riser = _box(c, x - half, base - rise, x + half, base)[rows]
        paint(picture, np.clip(colour * (light * 1.10)[..., None], 0, 1), tread)
        paint(picture, colour * (light * (0.84 + 0.03 * i) * (1 + rough))[..., None], riser)
    stage.contact(x, half, foot, 0.3)


def _column(stage: Stage, x: float, foot: float, r: float, tall: float, colour: Array, crown: Array) -> None:
    """A round post with a ball on it."""
    c = stage.c
    stage.shadow(_box(c, x - r, foot - tall, x + r, foot), 0.14, 0.010, 0.42)
    stage.contact(x, r, foot)
    stage.turned(x, foot - tall, foot, lambda t: r + t * 0, colour)
    paint(stage.picture, np.clip(colour * 1.14, 0, 1), _disc(c, x, foot - tall, r, r * 0.30))
    stage.ball(x, foot - tall + r * 0.18, r * 0.92, crown, 0.25)


def _box(c: Canvas, left: float, top: float, right: float, bottom: float) -> Array:
    return c.shape([(left, top), (right, top), (right, bottom), (left, bottom)])


def _disc(c: Canvas, x: float, y: float, rx: float, ry: float) -> Array:
    """A flat ellipse: a round rim seen a little from above."""
    return c.mask(lambda d, s: d.ellipse([(x - rx) * s, (y - ry) * s, (x + rx) * s, (y + ry) * s], fill=255))


# Half widths from rim to foot, as shares of the widest.
VASES: tuple[tuple[float, ...], ...] = (
    (0.34, 0.30, 0.28, 0.42, 0.72, 0.96, 1.0, 0.90, 0.70, 0.52, 0.46),
    (0.62, 0.52, 0.42, 0.40, 0.46, 0.60, 0.78, 0.92, 0.98, 0.90, 0.66),
    (0.22, 0.20, 0.20, 0.22, 0.34, 0.66, 0.92, 1.0, 0.98, 0.86, 0.62),
    (0.90, 0.96, 1.0, 1.0, 0.98, 0.94, 0.88, 0.80, 0.72, 0.64, 0.58),
)
CERAMIC_WORDS = {"vase", "cup", "mug", "pot", "pottery", "ceramic", "bowl", "jar", "tea", "coffee", "lamp"}


def bottle(c: Canvas, p: Palette, brief: Brief) -> Array:
    """One thing on a plinth in window light: glass with something golden in it, or glazed clay."""
    wall, block, accent = _studio_colours(c, p, brief)
    stage = Stage(c, wall, c.uniform(0.70, 0.76), c.chance(0.6))
    stage.window(c.uniform(0.3, 0.8), int(c.rng.integers(2, 4)))
    k = min(1.0, c.aspect * 1.15)
    x = c.aspect / 2 + c.uniform(-0.05, 0.05)
    foot = stage.floor_y + 0.02
    plinth = _box(c, x - 0.33 * k, foot, x + 0.33 * k, foot + 0.14)
    stage.shadow(plinth, 0.12, 0.012, 0.35)
    far, near = sorted((x - stage.side * 0.31 * k, x - stage.side * 0.11 * k))
    behind = _box(c, far, foot - 0.02 - 0.28 * k, near, foot - 0.012)
    stage.shadow(behind, 0.10, 0.012, 0.3)
    stage.slab(behind, block[0], 0.04 * k)
    stage.slab(plinth, block[1], 0.06 * k)
    stand = foot - 0.006
    if brief.words & CERAMIC_WORDS:
        _vase(stage, x, stand, k, accent)
    else:
        _glass(stage, x, stand, k, accent, brief)
    stage.ball(
        x - stage.side * c.uniform(0.22, 0.27) * k, foot + 0.205, 0.052 * k, accent[2 if c.chance(0.5) else 0]
    )
    return stage.picture


def _vase(stage: Stage, x: float, foot: float, k: float, accent: list[Array]) -> None:
    c = stage.c
    profile = VASES[int(c.rng.integers(len(VASES)))]
    tall, wide = c.uniform(0.36, 0.46) * k, c.uniform(0.12, 0.155) * k
    fitted = np.interp(np.linspace(0, 1, 512), np.linspace(0, 1, len(profile)), profile)
    for _ in range(3):
        fitted = np.convolve(np.pad(fitted, 15, mode="edge"), np.ones(31) / 31, mode="valid")

    def radius(t: Array) -> Array:
        return np.asarray(wide * np.interp(t, np.linspace(0, 1, 512), fitted), np.float32)

    inside = (c.y > foot - tall) & (c.y < foot)
    width = radius(np.clip((c.y - np.float32(foot - tall)) / np.float32(tall), 0, 1))
    outline = np.clip((width - np.abs(c.x - np.float32(x))) * c.height, 0, 1) * inside
    stage.shadow(outline.astype(np.float32), 0.20, 0.014, 0.5)
    stage.contact(x, wide * float(fitted[-1]), foot)
    stage.turned(x, foot - tall, foot, radius, accent[0], gloss=0.55)
    mouth = wide * float(fitted[0])
    paint(stage.picture, np.clip(accent[0] * 1.12, 0, 1), _disc(c, x, foot - tall, mouth, mouth * 0.24))
    paint(stage.picture, accent[0] * 0.24, _disc(c, x, foot - tall + 0.001, mouth * 0.86, mouth * 0.19))


def _glass(stage: Stage, x: float, foot: float, k: float, accent: list[Array], brief: Brief) -> None:
    """A bottle: clear walls that darken at their edges, liquid, label, cap, and light thrown through it."""
    c = stage.c
    half, tall = c.uniform(0.105, 0.15) * k, c.uniform(0.26, 0.36) * k
    corner = c.uniform(0.02, 0.05) * k
    shoulder = foot - tall
    hue = float(c.rng.choice([60, 75, 35, 210, 350]))
    liquid = accent[0] if brief.colours else oklch(0.72, 0.15 if c.vivid else 0.10, hue)

    def rounded(inset: float, top: float) -> Array:
        box = (x - half + inset, top, x + half - inset, foot - inset)
        r = max(0.004, corner - inset * 0.5)
        return c.mask(lambda d, s: d.rounded_rectangle([v * s for v in box], radius=r * s, fill=255))

    body = rounded(0, shoulder)
    stage.shadow(body, 0.20, 0.016, 0.30)
    through = rounded(0.02 * k, shoulder + tall * 0.35)
    cast = blur(extruded(through, stage.side * 0.20 * c.height, 0.085 * c.height), 0.012 * c.height)
    shine(stage.picture, liquid, cast * np.float32(0.36))
    stage.contact(x, half, foot, 0.5)
    across = np.clip((c.x - np.float32(x)) / np.float32(half), -1, 1)
    edge = np.abs(across) ** 7
    glass = mix(stage.picture * 0.94 + 0.05, stage.picture * 0.45, (edge * 0.75)[..., None])
    paint(stage.picture, glass, body)
    level = shoulder + tall * c.uniform(0.16, 0.36)
    inside = rounded(0.011 * k, level)
    deep = np.clip((c.y - np.float32(level)) / np.float32(foot - level), 0, 1)
    lit = (
        0.95 - 0.30 * edge + 0.30 * np.exp(-(((across - 0.45 * stage.side) / 0.35) ** 2)) * deep - 0.12 * deep
    )
    paint(stage.picture, np.clip(liquid * lit[..., None], 0, 1), inside * np.float32(0.86))
    surface = np.exp(-(((c.y - np.float32(level)) / 0.0035) ** 2)) * inside
    shine(stage.picture, WARM, (surface * 0.6).astype(np.float32))
    tall_strip = smooth(shoulder + 0.02, shoulder + 0.05, c.y) * smooth(foot - 0.015, foot - 0.05, c.y)
    for place, width, power in ((-0.80, 0.035, 0.85), (-0.62, 0.02, 0.4), (0.86, 0.025, 0.5)):
        strip = np.exp(-(((across * stage.side - place) / width) ** 2)) * tall_strip
        shine(stage.picture, WARM, (strip * body * power).astype(np.float32))
    line = (body - shifted(body, 0, 2)).clip(0) + (body - shifted(body, stage.side * 1.5, 0)).clip(0)
    shine(stage.picture, WARM, np.clip(line, 0, 1) * np.float32(0.7))
    _label(stage, x, shoulder + tall * 0.62, half * 0.56, tall * 0.22, across)
    _cap(stage, x, shoulder, k)


def _cap(stage: Stage, x: float, shoulder: float, k: float) -> None:
    c = stage.c
    neck, half, tall = 0.032 * k, c.uniform(0.04, 0.055) * k, c.uniform(0.07, 0.10) * k
    stage.turned(
        x, shoulder - 0.022 * k, shoulder + 0.002, lambda t: neck + t * 0, oklch(0.82, 0.06, 85), 0.7
    )
    metal = [oklch(0.76, 0.11, 82), oklch(0.26, 0.01, 60), oklch(0.70, 0.08, 50)][int(c.rng.integers(3))]
    foot = shoulder - 0.02 * k
    if c.chance(0.4):
        r = tall * 0.62
        stage.turned(x, foot - 2 * r, foot, lambda t: r * np.sqrt(np.clip(4 * t * (1 - t), 0, 1)), metal, 0.9)
    else:
        stage.turned(
            x, foot - tall, foot, lambda t: half * (1 - 0.06 * np.clip(1 - t * 14, 0, 1) ** 2), metal, 0.9
        )


def _label(stage: Stage, x: float, y: float, half: float, half_tall: float, across: Array) -> None:
    """A paper label with lines that stand for print."""
    c = stage.c
    tone = 0.94 - 0.10 * across * stage.side + c.y * 0
    paper = np.clip(np.array([0.98, 0.96, 0.92], np.float32) * tone[..., None], 0, 1)
    paint(stage.picture, paper, _box(c, x - half, y - half_tall, x + half, y + half_tall) * np.float32(0.97))
    lines: list[Point] = [(-0.35, 0.62), (-0.02, 0.42), (0.14, 0.5), (0.45, 0.2)]
    for i, (place, width) in enumerate(lines):
        thick = half_tall * (0.09 if i == 0 else 0.04)
        middle = y + half_tall * place
        mask = _box(c, x - half * width, middle - thick / 2, x + half * width, middle + thick / 2)
        paint(stage.picture, np.array([0.2, 0.18, 0.17], np.float32), mask * np.float32(0.85))
