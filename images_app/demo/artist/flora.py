"""A herbarium sheet: stems, leaves and flowers in washed inks on paper."""

from __future__ import annotations

import math

import numpy as np
from PIL import Image, ImageDraw

from .kit import Array, Canvas, Point, mix
from .palette import Palette, oklch
from .words import Brief

Ink = tuple[int, int, int, int]
SCALE = 2


class Sheet:
    """A drawing at twice the size whose strokes are see-through, as watercolour is."""

    def __init__(self, c: Canvas, paper: Array) -> None:
        self.c, self.s = c, float(c.height * SCALE)
        ground = tuple(int(v * 255) for v in paper)
        self.image = Image.new("RGB", (c.width * SCALE, c.height * SCALE), ground)
        self.draw = ImageDraw.Draw(self.image, "RGBA")

    def ink(self, colour: Array, alpha: float, spread: float = 0.05) -> Ink:
        """A colour as Pillow takes it, a little different each time."""
        shade = 1 + self.c.uniform(-spread, spread) * 2
        r, g, b = (int(min(255, max(0, v * shade * 255))) for v in colour)
        return r, g, b, int(alpha * 255)

    def polygon(self, points: list[Point], ink: Ink) -> None:
        self.draw.polygon([(x * self.s, y * self.s) for x, y in points], fill=ink)

    def line(self, points: list[Point], width: float, ink: Ink) -> None:
        self.draw.line(
            [(x * self.s, y * self.s) for x, y in points], fill=ink, width=max(1, int(width * self.s))
        )

    def leaf(
        self, x: float, y: float, angle: float, length: float, width: float, colour: Array, vein: Array
    ) -> None:
        """A leaf with a darker half, a midrib and side veins."""
        cos, sin = math.cos(angle), math.sin(angle)
        bend = self.c.uniform(-0.18, 0.18) * length

        def at(t: float, side: float) -> Point:
            out = math.sin(math.pi * t**0.82) * width * (1 - 0.2 * t) * side
            sway = bend * t * t
            return x + cos * length * t - sin * (out + sway), y + sin * length * t + cos * (out + sway)

        steps = [i / 14 for i in range(15)]
        spine = [at(t, 0) for t in steps]
        for side, shade in ((1.0, 1.0), (-1.0, 0.84)):
            self.polygon([at(t, side) for t in steps] + spine[::-1], self.ink(colour * shade, 0.88))
        self.line(spine, width * 0.07, self.ink(vein, 0.65, 0))
        count = 9 if self.c.fine else 6
        for i in range(1, count):
            t = i / count
            for side in (-1.0, 1.0):
                a, b = at(t, 0), at(min(1.0, t + 0.13), side * 0.82)
                self.line([a, b], width * 0.03, self.ink(vein, 0.32, 0))

    def finish(self) -> Array:
        small = self.image.resize((self.c.width, self.c.height), Image.Resampling.BOX)
        return np.asarray(small, np.float32) / 255


def flora(c: Canvas, p: Palette, brief: Brief) -> Array:
    """A loose bouquet from one foot: leafy stems, tall grasses, flowers of one or two kinds."""
    paper = mix(oklch(0.94, 0.018, 88), p.layer(0.96), 0.35 if brief.colours else 0.0)
    night = brief.light == "night" or (c.chance(0.18) and not brief.colours)
    if night:
        paper = oklch(0.23, 0.03, float(c.rng.choice([160, 250, 20])))
    sheet = Sheet(c, paper)
    lift = 0.16 if night else 0.0
    rich = 1.0 if c.vivid else 0.6
    greens = [
        oklch(light + lift, chroma * rich, hue)
        for light, chroma, hue in ((0.42, 0.07, 155), (0.50, 0.08, 140), (0.60, 0.08, 122), (0.44, 0.05, 190))
    ]
    warm = float(c.rng.choice([28, 45, 12, 355, 300, 70]))
    petals = (
        [p.inks[0], p.inks[2]]
        if brief.colours
        else [oklch(0.66, 0.15 * rich, warm), oklch(0.82, 0.10 * rich, warm + 35)]
    )
    foot_x, foot_y = c.aspect / 2 + c.uniform(-0.03, 0.03), 0.965
    spread = min(0.62, 0.42 * c.aspect + 0.16)
    count = int(c.rng.integers(6, 9))
    for i in range(count):
        lean = (i / (count - 1) - 0.5) * 2 * spread + c.uniform(-0.08, 0.08)
        tall = c.uniform(0.60, 0.86) * (1 - 0.28 * abs(lean))
        _stem(sheet, (foot_x, foot_y), lean, tall, greens[i % 4], paper, c.uniform(0.7, 1.25))
    kinds = [int(k) for k in c.rng.integers(0, 4, 2)]
    if brief.words & {"daisy", "daisies", "sunflower", "sunflowers"}:
        kinds = [0, 0]
    elif brief.words & {"tulip", "tulips", "poppy", "poppies"}:
        kinds = [1, 1]
    elif brief.words & {"rose", "roses", "peony", "peonies"}:
        kinds = [2, 2]
    for i in range(int(c.rng.integers(6, 9))):
        lean = c.uniform(-1, 1) * spread * 1.05
        tall = c.uniform(0.50, 0.88) * (1 - 0.22 * abs(lean))
        tip, angle = _stalk(sheet, (foot_x, foot_y), lean, tall, greens[(i + 1) % 4])
        _flower(sheet, tip, angle, c.uniform(0.036, 0.068) * c.unit, petals[i % 2], kinds[i % 2], night)
    washed = sheet.finish()
    tooth = c.noise(6, 6, 5) * np.float32(0.02) + c.noise(170, 170, 2) * np.float32(0.018)
    away = np.abs(washed - paper).sum(-1)
    wash = c.noise(11, 11, 5) * np.float32(0.13) * np.clip(away * 3, 0, 1)
    return np.asarray(washed * (1 + tooth + wash)[..., None], np.float32)


def _path(foot: Point, lean: float, tall: float, bow: float, steps: int = 26) -> list[tuple[Point, float]]:
    """Points and directions along a stem that leaves its foot upright and leans as it goes."""
    out: list[tuple[Point, float]] = []
    x, y = foot
    for i in range(steps):
        t = i / steps
        angle = -math.pi / 2 + lean * (0.35 + 1.25 * t) + bow * math.sin(t * 3.1)
        x, y = x + math.cos(angle) * tall / steps, y + math.sin(angle) * tall / steps
        out.append(((x, y), angle))
    return out


def _stem(
    sheet: Sheet, foot: Point, lean: float, tall: float, green: Array, vein: Array, size: float
) -> None:
    c = sheet.c
    path = _path(foot, lean, tall, c.uniform(-0.12, 0.12))
    pairs = c.chance(0.5)
    for i in range(len(path) - 1):
        sheet.line(
            [path[i][0], path[i + 1][0]], 0.0062 * (1.15 - i / len(path)), sheet.ink(green * 0.82, 0.95, 0.02)
        )
    narrow = c.uniform(0.16, 0.34)
    for i in range(5, len(path), 2 if size < 1 else 3):
        t = i / len(path)
        (x, y), angle = path[i]
        length = tall * 0.20 * size * (1.25 - 0.85 * t) * c.uniform(0.85, 1.15)
        sides = (-1.0, 1.0) if pairs else ((-1.0,) if i % 4 < 2 else (1.0,))
        for side in sides:
            turn = side * (0.95 - 0.35 * t) + c.uniform(-0.1, 0.1)
            sheet.leaf(x, y, angle + turn, length, length * narrow, green, vein)
    (x, y), angle = path[-1]
    sheet.leaf(x, y, angle, tall * 0.10 * size, tall * 0.10 * size * narrow, green, vein)


def _stalk(sheet: Sheet, foot: Point, lean: float, tall: float, green: Array) -> tuple[Point, float]:
    path = _path(foot, lean, tall, sheet.c.uniform(-0.15, 0.15))
    sheet.line([foot] + [point for point, _ in path], 0.0035, sheet.ink(green * 0.85, 0.9, 0.02))
    return path[-1]


def _flower(sheet: Sheet, at: Point, angle: float, r: float, colour: Array, kind: int, night: bool) -> None:
    c = sheet.c
    heart = oklch(0.80, 0.14 if c.vivid else 0.08, 85)
    x, y = at
    if kind == 1:  # a cup, seen from the side
        for turn, shade in ((-0.55, 0.82), (0.55, 0.82), (-0.25, 0.95), (0.25, 0.95), (0.0, 1.06)):
            sheet.leaf(x, y, angle + turn, r * 2.1, r * 0.72, np.clip(colour * shade, 0, 1), colour * 0.7)
        return
    rings = (
        ((13, 1.55, 0.30),)
        if kind == 0
        else ((7, 1.5, 0.62), (6, 1.15, 0.55), (5, 0.75, 0.42))
        if kind == 2
        else ((5, 1.45, 0.66),)
    )
    for ring, (petals, length, width) in enumerate(rings):
        start = c.uniform(0, 6.28)
        for k in range(petals):
            turn = start + k / petals * 2 * math.pi + c.uniform(-0.1, 0.1)
            squash = 0.82 + 0.18 * abs(math.cos(turn))
            tone = np.clip(colour * (1 - 0.10 * ring), 0, 1)
            sheet.leaf(x, y, turn, r * length * squash, r * width, tone, tone * 0.72)
    if kind != 2:
        for _ in range(34 if c.fine else 20):
            turn, far = c.uniform(0, 6.28), math.sqrt(c.uniform(0, 1)) * r * 0.36
            px, py, dot = x + math.cos(turn) * far, y + math.sin(turn) * far, r * 0.085
            box = [(px - dot) * sheet.s, (py - dot) * sheet.s, (px + dot) * sheet.s, (py + dot) * sheet.s]
            sheet.draw.ellipse(box, fill=sheet.ink(heart * (1.0 if night else 0.92), 0.95, 0.12))
