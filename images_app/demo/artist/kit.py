"""The artist's tools: noise, gradients, masks, light and the last varnish.

A picture is a float32 array of shape (height, width, 3), 0 to 1, in display (gamma) space. A mask is a float32
array of shape (height, width). Positions are fractions of the height unless a name says pixels.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

Array = NDArray[np.floating[Any]]
Amount = Array | float | np.floating[Any]
Point = tuple[float, float]

SUPERSAMPLE = 2


def mix(a: Amount, b: Amount, t: Amount) -> Array:
    """`a` where t is 0, `b` where t is 1."""
    return np.asarray(a + (b - a) * t, dtype=np.float32)


def smooth(low: float, high: float, x: Array) -> Array:
    """0 below `low`, 1 above `high` (or the other way round), eased between."""
    t = np.clip((x - low) / (high - low), 0, 1).astype(np.float32)
    return np.asarray(t * t * (3 - 2 * t), dtype=np.float32)


def ramp(colours: Sequence[Array], t: Array, stops: Sequence[float] | None = None) -> Array:
    """The colour at `t` (0..1) of a gradient through `colours`; shape t.shape + (3,)."""
    places = np.linspace(0, 1, len(colours)) if stops is None else np.asarray(stops)
    table = np.stack(
        [np.interp(np.linspace(0, 1, 1024), places, [c[i] for c in colours]) for i in range(3)], -1
    )
    index = np.clip(t * 1023, 0, 1023).astype(np.int32)
    return np.asarray(table.astype(np.float32)[index])


class Canvas:
    """The grid of one picture and its own stream of chance.

    x and y are broadcastable rows and columns in units of the picture's height (y: 0 top, 1 bottom; x: 0 left,
    `aspect` right), so that shapes stay round on wide and tall pictures.
    """

    def __init__(self, width: int, height: int, seed: int, fine: bool, vivid: bool) -> None:
        self.width, self.height, self.fine, self.vivid = width, height, fine, vivid
        self.aspect = width / height
        self.rng = np.random.default_rng(seed)
        self.x: Array = ((np.arange(width, dtype=np.float32) + 0.5) / height)[None, :]
        self.y: Array = ((np.arange(height, dtype=np.float32) + 0.5) / height)[:, None]

    def strip(self, top: float, bottom: float = 1.0) -> tuple[slice, Canvas]:
        """The rows between two heights, and a canvas for just them: work on what is seen costs only what is seen."""
        first = min(max(int(top * self.height), 0), self.height - 2)
        rows = slice(first, max(first + 2, min(self.height, int(bottom * self.height) + 1)))
        part = copy.copy(self)
        part.y = self.y[rows]
        return rows, part

    @property
    def unit(self) -> float:
        """The shorter side in units of the height: sizes of things that must fit both ways."""
        return min(1.0, self.aspect)

    def uniform(self, low: float, high: float) -> float:
        return float(self.rng.uniform(low, high))

    def chance(self, probability: float) -> bool:
        return bool(self.rng.random() < probability)

    def fill(self, colour: Array) -> Array:
        return np.broadcast_to(colour.astype(np.float32), (self.height, self.width, 3)).copy()

    def noise(self, across: float, down: float | None = None, octaves: int = 5, gain: float = 0.5) -> Array:
        """Smooth fractal noise, mostly within -1..1; `across` and `down` are cells per picture height."""
        cells_y = across if down is None else down
        extra = 1 if self.fine else 0
        rows = len(self.y)
        shape = (rows, self.width)
        return fractal(
            self.rng, shape, across * self.aspect, cells_y * rows / self.height, octaves + extra, gain
        )

    def line(self, cells: float, octaves: int = 6, gain: float = 0.5) -> Array:
        """One row of fractal noise, shape (width,): a skyline, a crest, a shore."""
        extra = 2 if self.fine else 0
        row: Array = fractal(self.rng, (1, self.width), cells * self.aspect, 1, octaves + extra, gain)[0]
        return row

    def distance(self, x: float, y: float) -> Array:
        return np.asarray(np.hypot(self.x - np.float32(x), self.y - np.float32(y)), np.float32)

    def window(self, picture: Array, x: float, y: float, reach: float) -> tuple[Array, Array, Array]:
        """What lies within `reach` of a point: a view of the picture, and x and y from the point, in heights."""
        left, right = (int(np.clip((x + d) * self.height, 0, self.width)) for d in (-reach, reach))
        top, bottom = (int(np.clip((y + d) * self.height, 0, self.height)) for d in (-reach, reach))
        return (
            picture[top:bottom, left:right],
            self.x[:, left:right] - np.float32(x),
            self.y[top:bottom] - np.float32(y),
        )

    def below(self, edge: Array) -> Array:
        """1 under the line `edge` (shape (width,), in heights), 0 above, with a one pixel soft border."""
        return np.clip((self.y - edge[None, :]) * self.height + 0.5, 0, 1).astype(np.float32)

    def mask(self, paint: Callable[[ImageDraw.ImageDraw, float], None], soften: float = 0) -> Array:
        """A mask drawn with Pillow at twice the size; `paint(draw, scale)` gets pixels per height unit."""
        scale = SUPERSAMPLE
        image = Image.new("L", (self.width * scale, self.height * scale), 0)
        paint(ImageDraw.Draw(image), float(self.height * scale))
        image = image.resize((self.width, self.height), Image.Resampling.BOX)
        if soften:
            image = image.filter(ImageFilter.GaussianBlur(soften * self.height))
        return np.asarray(image, dtype=np.float32) / 255

    def shape(self, points: Sequence[Point]) -> Array:
        """A filled polygon as a mask; points in height units. Only its own box is drawn."""
        out = np.zeros((self.height, self.width), np.float32)
        xs, ys = [x * self.height for x, _ in points], [y * self.height for _, y in points]
        left, right = max(0, int(min(xs)) - 1), min(self.width, int(max(xs)) + 2)
        top, bottom = max(0, int(min(ys)) - 1), min(self.height, int(max(ys)) + 2)
        if left >= right or top >= bottom:
            return out
        fine = 4
        image = Image.new("L", ((right - left) * fine, (bottom - top) * fine), 0)
        ImageDraw.Draw(image).polygon(
            [((x - left) * fine, (y - top) * fine) for x, y in zip(xs, ys, strict=True)], fill=255
        )
        image = image.resize((right - left, bottom - top), Image.Resampling.BOX)
        out[top:bottom, left:right] = np.asarray(image, np.float32) / 255
        return out


def fractal(
    rng: np.random.Generator,
    shape: tuple[int, int],
    across: float,
    down: float,
    octaves: int,
    gain: float,
) -> Array:
    """Octaves of random grids, each enlarged by a bicubic filter: fast, and smooth enough to light."""
    height, width = shape
    total = np.zeros(shape, np.float32)
    weight, power = 1.0, 0.0
    for octave in range(octaves):
        cx, cy = across * 2**octave, down * 2**octave
        if octave and (cx > width or cy > max(height, 4)):
            break
        grid = rng.standard_normal((math.ceil(cy) + 5, math.ceil(cx) + 5)).astype(np.float32)
        ox, oy = 2 + rng.random(), 2 + rng.random()
        layer = Image.fromarray(grid).resize(
            (width, height), Image.Resampling.BICUBIC, box=(ox, oy, ox + cx, oy + cy)
        )
        total += np.asarray(layer, np.float32) * np.float32(weight)
        power += weight * weight
        weight *= gain
    return total * np.float32(0.55 / math.sqrt(power))


def paint(picture: Array, colour: Array, mask: Amount) -> None:
    """Lay `colour` (one, or a picture) over `picture` where `mask` says, in place.

    Only the box the mask touches is worked on: most things are small, and this is the hot path.
    """
    if not isinstance(mask, np.ndarray):
        picture += (colour - picture) * np.float32(mask)
        return
    if not mask.size:
        return
    rows = np.flatnonzero(mask.max(axis=1) > 0.002)
    if not len(rows):
        return
    top, bottom = int(rows[0]), int(rows[-1]) + 1
    columns = np.flatnonzero(mask[top:bottom].max(axis=0) > 0.002)
    left, right = int(columns[0]), int(columns[-1]) + 1
    part = picture[top:bottom, left:right]
    over = colour[top:bottom, left:right] if colour.ndim == 3 else colour
    part += (over - part) * mask[top:bottom, left:right, None]


def shine(picture: Array, colour: Array, amount: Array) -> None:
    """Add light, in place, the way a lens does: bright parts gain less (a screen, not a sum)."""
    rows = np.flatnonzero(amount.max(axis=1) > 0.002)
    if not len(rows):
        return
    part = picture[int(rows[0]) : int(rows[-1]) + 1]
    light = np.clip(amount[int(rows[0]) : int(rows[-1]) + 1], 0, 1)[..., None] * colour.astype(np.float32)
    part += light * (1 - np.clip(part, 0, 1))


def blur(values: Array, radius: float) -> Array:
    """A soft blur of a mask or picture by `radius` pixels: shrink, smooth, enlarge."""
    if values.ndim == 3:
        return np.stack([blur(np.ascontiguousarray(values[..., i]), radius) for i in range(3)], -1)
    height, width = values.shape
    factor = max(1, int(radius))
    small = Image.fromarray(values.astype(np.float32)).resize(
        (max(2, width // factor), max(2, height // factor)), Image.Resampling.BOX
    )
    grid = np.pad(np.asarray(small, np.float32), 2, mode="edge")
    for axis in (0, 1):
        grid = sum_of_shifts(grid, axis)
    grid = np.ascontiguousarray(grid[2:-2, 2:-2])
    return np.asarray(Image.fromarray(grid).resize((width, height), Image.Resampling.BICUBIC), np.float32)


def sum_of_shifts(grid: Array, axis: int) -> Array:
    """A five-tap binomial smoothing along one axis."""
    out = np.zeros_like(grid)
    for shift, weight in ((-2, 1), (-1, 4), (0, 6), (1, 4), (2, 1)):
        out += np.roll(grid, shift, axis) * np.float32(weight / 16)
    return out


def shifted(values: Array, right: float, down: float) -> Array:
    """The mask moved by whole pixels, its edges repeated."""
    dx, dy = round(right), round(down)
    height, width = values.shape[:2]
    padded = np.pad(values, ((max(dy, 0), max(-dy, 0)), (max(dx, 0), max(-dx, 0))), mode="edge")
    top, left = max(-dy, 0), max(-dx, 0)
    return padded[top : top + height, left : left + width]


def extruded(mask: Array, right: float, down: float) -> Array:
    """The mask swept along a vector of pixels: the sides of a block, or a long shadow."""
    steps = max(1, math.ceil(max(abs(right), abs(down))))
    swept, done = mask, 1
    while done < steps:
        move = min(done, steps - done)
        swept = np.maximum(swept, shifted(swept, right * move / steps, down * move / steps))
        done += move
    return swept


def sample(texture: Array, x: Array, y: Array) -> Array:
    """The texture at fractional pixel positions, wrapped at its edges, linear between pixels."""
    height, width = texture.shape[:2]
    fx, fy = np.floor(x), np.floor(y)
    tx, ty = (x - fx).astype(np.float32), (y - fy).astype(np.float32)
    left, top = fx.astype(np.int32) % width, fy.astype(np.int32) % height
    right, bottom = (left + 1) % width, (top + 1) % height
    if texture.ndim == 3:
        tx, ty = tx[..., None], ty[..., None]
    upper = mix(texture[top, left], texture[top, right], tx)
    lower = mix(texture[bottom, left], texture[bottom, right], tx)
    return mix(upper, lower, ty)


def slopes(relief: Array) -> tuple[Array, Array]:
    """Differences to the right and down, of the relief's own shape."""
    right = np.empty_like(relief)
    right[:, :-1] = relief[:, 1:] - relief[:, :-1]
    right[:, -1] = right[:, -2]
    down = np.empty_like(relief)
    down[:-1] = relief[1:] - relief[:-1]
    down[-1] = down[-2]
    return right, down


def curve(points: Sequence[Point], steps: int = 24) -> list[Point]:
    """A closed-form cubic Bezier chain (1 + 3k control points) as a list of points."""
    out: list[Point] = []
    for i in range(0, len(points) - 3, 3):
        (x0, y0), (x1, y1), (x2, y2), (x3, y3) = points[i : i + 4]
        for step in range(steps):
            t = step / (steps - 1)
            a, b, c, d = (1 - t) ** 3, 3 * (1 - t) ** 2 * t, 3 * (1 - t) * t * t, t**3
            out.append((a * x0 + b * x1 + c * x2 + d * x3, a * y0 + b * y1 + c * y2 + d * y3))
    return out
