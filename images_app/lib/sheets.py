"""Lines of CSV for spreadsheets, which calculate nothing of what people wrote."""

import csv
import io
from collections.abc import Iterable

from images_app.lib.words import first_visible

BEGINNING = "\ufeff".encode()  # without it, spreadsheets guess at the encoding

# What a spreadsheet may take for the beginning of a formula, the wide forms of other scripts included.
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "|", "%")
_BREAKS = ("\t", "\r", "\n")


def line(values: Iterable[object]) -> bytes:
    """One row of the file, every cell quoted and plain."""
    row = io.StringIO()
    csv.writer(row, quoting=csv.QUOTE_ALL).writerow([plain(str(value)) for value in values])
    return row.getvalue().encode()


def plain(text: str) -> str:
    """The text so that no spreadsheet calculates with it: an apostrophe in front of what looks like a formula,
    even behind spaces and signs that nobody sees."""
    return f"'{text}" if first_visible(text) in _FORMULA or text.startswith(_BREAKS) else text
