"""The studio: a wall, a floor, one lamp, and the things that stand in its light."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .kit import Array, Canvas, blur, extruded, mix, paint, shifted, shine, smooth

WARM = np.array([1.0, 0.93, 0.82], np.float32)
COOL = np.array([0.88, 0.88, 0.94], np.float32)


class Stage:
    """A wall, a floor and one lamp. Things put on it cast their own shadows."""

    def __init__(self, c: Canvas, wall: Array, floor_y: float, from_left: bool) -> None:
        self.c, self.floor_y = c, floor_y
        self.side = 1.0 if from_left else -1.0
        lamp_x = -0.1 * c.aspect if from_left else 1.1 * c.aspect
        reach = np.hypot((c.x - np.float32(lamp_x)) * 0.8, c.y - 0.15)
        self.light: Array = np.clip(1.20 - 0.42 * reach, 0.55, 1.25).astype(np.float32)
        stucco = c.noise(5, 5, 5) * np.float32(0.022) + c.noise(90, 90, 3, 0.7) * np.float32(0.016)
        floor = smooth(floor_y - 0.004, floor_y + 0.004, c.y + c.x * 0)
        near = np.clip((c.y - np.float32(floor_y)) / (1 - floor_y), 0, 1)
        tone = mix(1.0 - 0.10 * np.exp(-np.abs(c.y - np.float32(floor_y)) * 9), 1.05 + 0.07 * near, floor)
        self.picture: Array = wall * (self.light * tone * (1 + stucco))[..., None]
        self.stucco = stucco

    def window(self, tilt: float, panes: int) -> None:
        """A patch of window light on the wall."""
        c = self.c
        cx, cy = c.aspect * (0.5 + 0.12 * self.side), self.floor_y * 0.46
        u = (c.x - np.float32(cx)) + (c.y - np.float32(cy)) * np.float32(tilt * self.side)
        v = (c.y - np.float32(cy)) - u * np.float32(0.16 * self.side)
        half_w, half_h = 0.34 * c.unit, 0.30
        inside = smooth(half_w, half_w - 0.03, np.abs(u)) * smooth(half_h, half_h - 0.03, np.abs(v))
        for k in range(1, panes):
            bar = -half_w + 2 * half_w * k / panes
            inside *= smooth(0.006, 0.020, np.abs(u - np.float32(bar)))
        inside *= smooth(0.006, 0.020, np.abs(v + np.float32(0.02)))
        self.picture *= (1 - 0.13 * (1 - inside))[..., None]
        shine(self.picture, WARM, inside * np.float32(0.20))

    def shadow(self, mask: Array, reach: float, softness: float, strength: float = 0.5) -> None:
        """Darken the wall and floor where `mask`'s long shadow falls, away from the lamp."""
        h = self.c.height
        cast = extruded(mask, self.side * reach * h, reach * 0.42 * h)
        cast = blur(cast, max(2.0, softness * h))
        touched = np.flatnonzero(cast.max(axis=1) > 0.002)
        if len(touched):
            rows = slice(int(touched[0]), int(touched[-1]) + 1)
            # A shadow is a little cooler than the light that misses there.
            dim = np.float32(strength) * (1 + (1 - COOL) * np.float32(0.5))
            self.picture[rows] *= 1 - cast[rows, :, None] * dim

    def contact(self, x: float, half_width: float, y: float, strength: float = 0.55) -> None:
        """The dark where a thing touches the floor, and its soft shadow along it."""
        c = self.c
        rows, c = c.strip(y - 0.12, y + 0.14)
        dx, dy = (c.x - np.float32(x)), (c.y - np.float32(y))
        tight = np.exp(-((dx / np.float32(half_width * 1.05)) ** 4) - (dy / 0.012) ** 2)
        off = dx - np.float32(self.side * half_width * 1.5)
        wide = np.exp(-((off / np.float32(half_width * 2.1)) ** 2) - ((dy - 0.012) / 0.034) ** 2)
        self.picture[rows] *= (1 - np.float32(strength) * np.clip(tight + wide * 0.75, 0, 1))[
            ..., None
        ].astype(np.float32)

    def slab(self, front: Array, colour: Array, depth: float) -> None:
        """A block with the outline `front`, its thickness seen on the side away from the lamp and inside openings."""
        h = self.c.height
        lines, columns = np.flatnonzero(front.max(axis=1) > 0.5), np.flatnonzero(front.max(axis=0) > 0.5)
        rows, c = self.c.strip(lines[0] / h - depth * 0.34 - 0.004, lines[-1] / h + 0.004)
        front = front[rows]
        back = extruded(front, self.side * depth * h, -depth * 0.34 * h)
        far = columns[-1] if self.side > 0 else columns[0]
        beyond = (c.x * h - far) * np.float32(self.side * 0.34)
        on_top = np.clip(lines[0] - c.y * h - beyond + 0.5, 0, 1) * (c.y * h < lines[0] + 1)
        tone = mix(0.60 + 0.08 * np.cos(c.y * 5), 1.12, on_top)
        light, rough = self.light[rows], self.stucco[rows]
        side = (
            colour * (light * tone * (1 + rough))[..., None] * np.where(on_top[..., None] > 0.5, WARM, COOL)
        )
        paint(self.picture[rows], np.clip(side, 0, 1), back)
        face = colour * (light * (1.04 - 0.10 * c.y) * (1 + rough * 1.4))[..., None]
        paint(self.picture[rows], np.clip(face, 0, 1), front)
        rim = np.clip(front - shifted(front, self.side * 1.5, 1.5), 0, 1)
        shine(self.picture[rows], WARM, rim * np.float32(0.28))

    def turned(
        self,
        x: float,
        top: float,
        bottom: float,
        radius: Callable[[Array], Array],
        colour: Array,
        gloss: float = 0.0,
    ) -> None:
        """A thing turned on a lathe: `radius(t)` from top (0) to bottom (1), heights."""
        rows, c = self.c.strip(top - 0.004, bottom + 0.004)
        t = np.clip((c.y - np.float32(top)) / np.float32(bottom - top), 0, 1)
        r = np.maximum(radius(t), 1e-4).astype(np.float32)
        across = (c.x - np.float32(x)) / r
        mask = np.clip((r - np.abs(c.x - np.float32(x))) * c.height + 0.5, 0, 1)
        mask = mask * (
            np.clip((c.y - np.float32(top)) * c.height + 0.5, 0, 1)
            * np.clip((np.float32(bottom) - c.y) * c.height + 0.5, 0, 1)
        )
        slope = np.gradient(r[:, 0]).astype(np.float32)[:, None] * c.height
        across = np.clip(across, -1, 1)
        front = np.sqrt(np.clip(1 - across * across, 0, 1))
        length = np.sqrt(1 + slope * slope)
        nx, ny, nz = across / length, -slope / length, front / length
        lamp = (-0.66 * self.side, -0.50, 0.56)
        direct = np.clip(nx * lamp[0] + ny * lamp[1] + nz * lamp[2], 0, 1)
        bounce = np.clip(ny, 0, 1) * 0.16 + np.clip(nx * self.side, 0, 1) * 0.07
        shade = 0.30 + 0.90 * direct + bounce
        skin = colour * shade[..., None]
        skin = mix(skin * COOL, skin * WARM, np.clip(direct * 1.2, 0, 1)[..., None]) * (
            1 + self.stucco[rows, :, None] * 1.2
        )
        if gloss:
            mirror = np.clip(2 * direct * nz - lamp[2], 0, 1)
            spark = mirror**24 * gloss
            skin = skin + (spark + np.float32(gloss * 0.16) * (1 - nz) ** 3)[..., None]
        paint(self.picture[rows], np.clip(skin, 0, 1).astype(np.float32), mask.astype(np.float32))

    def ball(self, x: float, foot: float, r: float, colour: Array, gloss: float = 0.1) -> None:
        self.contact(x, r * 0.62, foot - 0.004)
        self.turned(
            x, foot - 2 * r, foot, lambda t: r * np.sqrt(np.clip(4 * t * (1 - t), 0, 1)), colour, gloss
        )
