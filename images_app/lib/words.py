"""How pages say money, places and times in passing, and what of a text can be seen at all."""

import math
import unicodedata
from datetime import datetime
from decimal import Decimal

from django.utils import timezone
from django.utils.formats import date_format


def money(usd: Decimal | None) -> str:
    """ "$0.04", "$0.011"; an unknown price is said to be unknown, never zero."""
    if usd is None:
        return "price unknown"
    text = f"{usd:,.4f}".rstrip("0")
    whole, _, cents = text.partition(".")
    return f"${whole}.{cents.ljust(2, '0')}"


def about(seconds: float) -> str:
    """ "18 s", "3 min", "2 h": a length of time nobody promised, rounded up."""
    if seconds < 90:
        return f"{max(1, math.ceil(seconds))} s"
    if seconds < 90 * 60:
        return f"{math.ceil(seconds / 60)} min"
    return f"{math.ceil(seconds / 3600)} h"


def ago(moment: datetime) -> str:
    """ "now", "4 min", "3 h", then the date."""
    seconds = (timezone.now() - moment).total_seconds()
    if seconds < 60:
        return "now"
    if seconds < 3600:
        return f"{int(seconds // 60)} min"
    if seconds < 24 * 3600:
        return f"{int(seconds // 3600)} h"
    return date_format(timezone.localtime(moment), "j M Y")


def ordinal(number: int) -> str:
    """ "1st", "2nd", "11th"."""
    if 10 <= number % 100 <= 20:
        return f"{number}th"
    return f"{number}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th') }"


def first_visible(text: str) -> str:
    """The first sign that is no space, line end, control, direction or zero-width character; "" without any."""
    return next((char for char in text if unicodedata.category(char)[0] not in "ZC"), "")


_CONTROLS = frozenset({"Cc", "Cn", "Cs"})  # and what is no sign at all, which XML refuses
# Signs that turn the direction of what stands behind them, beyond the end of whoever's name they stand in.
_TURNS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def tame(text: str) -> str:
    """The text without signs that control a page, a terminal or a file rather than say anything; its lines stay."""
    return "".join(
        char
        for char in text
        if char in "\n\t" or not (char in _TURNS or unicodedata.category(char) in _CONTROLS)
    )


def one_line(text: str) -> str:
    """The same in one line, as a name is."""
    return tame(" ".join(text.split()))
