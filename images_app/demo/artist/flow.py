"""Pictures of movement alone: strokes along a current, poured paint, folds of silk."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw

from .kit import Array, Canvas, mix, paint, ramp, sample, shine, slopes, smooth
from .palette import Palette, hex_colour
from .space import seamless
from .words import Brief


def flow(c: Canvas, p: Palette, brief: Brief) -> Array:
    """Which of the three depends on the words, or on chance."""
    if brief.words & {
        "silk",
        "fabric",
        "ribbon",
        "satin",
        "smoke",
        "wind",
        "dream",
        "music",
        "flame",
        "flames",
        "fire",
    }:
        return _silk(c, p, brief)
    if brief.words & {"ink", "marble", "fluid", "liquid", "acrylic", "pour", "swirl", "swirls", "oil"}:
        return _pour(c, p)
    if brief.words & {"brush", "strokes", "gogh", "expressionist", "painting", "flow"}:
        return _strokes(c, p)
    choice = int(c.rng.integers(3))
    if choice == 0:
        return _silk(c, p, brief)
    return _pour(c, p) if choice == 1 else _strokes(c, p)


def _strokes(c: Canvas, p: Palette) -> Array:
    """Thousands of brush strokes that follow one current; neighbours share a colour."""
    scale = 2
    width, height = c.width * scale, c.height * scale
    dark = c.chance(0.35)
    ground = p.dark if dark else p.paper
    image = Image.new("RGB", (width, height), tuple(int(v * 255) for v in ground))
    draw = ImageDraw.Draw(image)
    angle = c.noise(1.7, 1.7, 3, 0.4) * np.float32(5.5) + np.float32(c.uniform(0, 6.28))
    field = c.noise(1.5, 1.5, 3, 0.45)
    inks = [*p.inks, p.dark if not dark else p.paper]
    count = int((7600 if c.fine else 4600) * c.aspect)
    steps = 34
    x, y = c.rng.uniform(-0.05, 1.05, count) * c.width, c.rng.uniform(-0.05, 1.05, count) * c.height
    trail = np.empty((steps, count, 2), np.float32)
    pace = c.height * 0.0062
    for step in range(steps):
        row, column = np.clip(y, 0, c.height - 1).astype(int), np.clip(x, 0, c.width - 1).astype(int)
        turn = angle[row, column]
        x, y = x + np.cos(turn) * pace, y + np.sin(turn) * pace
        trail[step, :, 0], trail[step, :, 1] = x * scale, y * scale
    start = field[
        np.clip(trail[0, :, 1] / scale, 0, c.height - 1).astype(int),
        np.clip(trail[0, :, 0] / scale, 0, c.width - 1).astype(int),
    ]
    choice = np.clip(
        (start + c.rng.normal(0, 0.08, count) + 0.75) / 1.5 * len(inks), 0, len(inks) - 1
    ).astype(int)
    widths = (
        c.rng.choice([2, 3, 4, 6, 10, 15], count, p=[0.22, 0.26, 0.22, 0.16, 0.09, 0.05])
        * (c.height / 1024)
        * scale
        / 2
    )
    order = np.argsort(-widths + c.rng.normal(0, 2.5, count))
    lengths = c.rng.integers(9, steps, count)
    shades = c.rng.normal(0, 0.035, (count, 1)).astype(np.float32)
    colours = np.clip((np.stack(inks)[choice] + shades) * 255, 0, 255).astype(int)
    for i in order:
        points = trail[: lengths[i], i].ravel().tolist()
        colour = (int(colours[i, 0]), int(colours[i, 1]), int(colours[i, 2]))
        thick = max(1, int(widths[i]))
        draw.line(points, fill=colour, width=thick)
        if thick > 3:
            for px, py in ((points[0], points[1]), (points[-2], points[-1])):
                draw.ellipse([px - thick / 2, py - thick / 2, px + thick / 2, py + thick / 2], fill=colour)
    picture = np.asarray(image.resize((c.width, c.height), Image.Resampling.BOX), np.float32) / 255
    relief = picture.mean(-1)
    right, down = slopes(relief)
    return np.asarray(np.clip(picture + ((right + down) * np.float32(0.35))[..., None], 0, 1), np.float32)


def _warped(c: Canvas, scale: float, push: float) -> tuple[Array, Array, Array]:
    """Noise read at places moved by other noise: three related fields."""
    side = 768
    texture, other = seamless(c, side, 2.35), seamless(c, side, 2.6)
    x, y = c.x * np.float32(side * scale) + c.y * 0, c.y * np.float32(side * scale) + c.x * 0
    first, second = sample(other, x * 0.7, y * 0.7), sample(other, x * 0.7 + 301, y * 0.7 + 157)
    k = np.float32(side * push)
    third = sample(texture, x + first * k, y + second * k)
    final = sample(texture, x + third * k * 1.1 + 87, y + first * k * 1.1 + third * k * 0.5)
    return final, third, first


def _pour(c: Canvas, p: Palette) -> Array:
    """Poured acrylic: bands of paint folded into each other, with veins of gold."""
    final, third, first = _warped(c, 0.42, 0.085)
    bands = (final * np.float32(0.62) + third * np.float32(0.42) + first * np.float32(0.2) + 0.5) % 1
    colours = [p.inks[0], p.inks[1], p.paper, p.inks[2], p.inks[3], p.dark, p.inks[0]]
    # Paint keeps its edges: the ramp rests on each colour and turns quickly to the next.
    place = bands * np.float32(len(colours) - 1)
    whole = np.floor(place)
    picture = ramp(colours, (whole + smooth(0.44, 0.56, place - whole)) / np.float32(len(colours) - 1))
    right, down = slopes(final)
    light = np.clip((right * -0.6 + down * -0.8) * np.float32(c.height / 26), -1, 1)
    picture = picture * (1 + light * np.float32(0.22))[..., None]
    vein = np.abs(
        (final * np.float32(1.24) + third * np.float32(0.84) + first * np.float32(0.4) + 0.21) % 1 - 0.5
    )
    gold = smooth(0.05, 0.015, vein) * smooth(-0.2, 0.6, third)
    paint(picture, hex_colour("#e7c37a") * (0.85 + 0.4 * light[..., None]), gold * np.float32(0.9))
    shine(picture, np.ones(3, np.float32), smooth(0.45, 1.0, light) * np.float32(0.45))
    return np.asarray(np.clip(picture, 0, 1), np.float32)


def _silk(c: Canvas, p: Palette, brief: Brief) -> Array:
    """Folds of lit cloth, or of smoke when the ground is dark."""
    final, third, first = _warped(c, 0.22, 0.10)
    folds = final * np.float32(0.9) + third * np.float32(0.5)
    tilt = c.uniform(-0.6, 0.6)
    phase = (c.x * np.float32(1 + tilt) + c.y * np.float32(1 - tilt)) * np.float32(3.2) + folds * np.float32(
        1.5
    )
    wave = np.sin(phase * np.float32(2.1)) * 0.6 + np.sin(phase * np.float32(5.3) + first) * 0.28
    thread = np.sin(phase * np.float32(52 if c.fine else 38)) * np.float32(0.018)
    right, down = slopes(wave.astype(np.float32))
    light = np.clip(0.5 + (right * -0.7 - down * 0.7) * np.float32(c.height / 26), 0, 1).astype(np.float32)
    tone = np.clip(0.10 + 0.62 * light + 0.14 * wave + thread + 0.08 * first, 0, 1)
    if brief.words & {"fire", "flame", "flames"} and not brief.colours:
        colours = [hex_colour(text) for text in ("#120404", "#5c0f0a", "#d8421b", "#ffb03a", "#fff2c4")]
    else:
        colours = [p.layer(t) for t in (0.0, 0.2, 0.42, 0.68, 0.97)]
    picture = ramp(colours, tone, (0, 0.25, 0.5, 0.75, 1))
    other = p.inks[1] if brief.colours else p.layer(0.55)[::-1].copy()
    paint(picture, mix(picture, other, 0.8), smooth(0.2, 1.6, first) * np.float32(0.45) * (1 - light))
    shine(picture, mix(p.sun, np.ones(3, np.float32), 0.5), smooth(0.72, 1.0, light) * np.float32(0.42))
    return picture
