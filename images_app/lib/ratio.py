"""Shapes as the pages know them: the nearest of a few ratios, because the CSP allows no style of one's own."""

import math

# static/css/tokens.css gives each of these its number.
RATIOS = {
    "1:1": 1.0,
    "5:4": 5 / 4,
    "4:3": 4 / 3,
    "3:2": 3 / 2,
    "7:4": 7 / 4,
    "16:9": 16 / 9,
    "2:1": 2.0,
    "21:9": 21 / 9,
    "4:5": 4 / 5,
    "3:4": 3 / 4,
    "2:3": 2 / 3,
    "4:7": 4 / 7,
    "9:16": 9 / 16,
    "1:2": 1 / 2,
    "9:21": 9 / 21,
}

# Width by height of each shape: from the first number on, below the second. They part halfway between two RATIOS.
_SQUARE, _WIDE, _TALL = math.sqrt(5 / 4), math.sqrt(3 / 2 * 7 / 4), math.sqrt(2 / 3 * 4 / 7)
SHAPES = {
    "square": (1 / _SQUARE, _SQUARE),
    "landscape": (_SQUARE, _WIDE),
    "wide": (_WIDE, 1e9),
    "portrait": (_TALL, 1 / _SQUARE),
    "tall": (0.0, _TALL),
}


def shape_name(width: int, height: int) -> str:
    """ "Square", "Landscape", "Wide", "Portrait" or "Tall"."""
    ratio = RATIOS[ratio_of(width, height)]
    return next(name.title() for name, (least, most) in SHAPES.items() if least <= ratio < most)


def ratio_of(width: int, height: int) -> str:
    """The name of the nearest ratio, for ``data-ar``; "1:1" where a side is not known."""
    if width <= 0 or height <= 0:
        return "1:1"
    wanted = math.log(width / height)
    return min(RATIOS, key=lambda name: abs(math.log(RATIOS[name]) - wanted))
