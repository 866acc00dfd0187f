"""A provider's own numbers: read from the CSV that its site exports, and kept beside the ledger. Exports name their
columns differently; the names below are those of the exports of costs and of usage that are common."""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation

from django.db import transaction
from django.http import HttpRequest

from images_app.audit.actions import record
from images_app.budgets.actions import today
from images_app.oversight.models import UsageLine
from images_app.providers.models import Provider
from images_app.teams.models import User

MOST_BYTES = 2 * 1024 * 1024
MOST_LINES = 20_000
MOST_SAID = 5  # mistakes of a file that are told at once
MOST_USD = Decimal(10) ** 8
MOST_PICTURES = 10**9
_BATCH = 500  # days in one statement
_DAY = ("day", "date", "start_time_iso", "start_time", "bucket_start_time")
_NAME = ("model", "line_item", "name")
_PICTURES = ("pictures", "images", "num_images")
_USD = ("usd", "cost", "cost_usd", "amount_usd", "amount_value", "amount")
_CURRENCY = ("currency", "amount_currency")


class NotRead(Exception):
    """A file that is not taken. ``mistakes`` are sentences for whoever sent it."""

    def __init__(self, mistakes: list[str]) -> None:
        super().__init__(*mistakes)
        self.mistakes = mistakes


@dataclass
class Sums:
    """Of one day and name: pictures, and US dollars. None where no line says it."""

    pictures: int | None = None
    usd: Decimal | None = None

    def add(self, pictures: int | None, usd: Decimal | None) -> None:
        if pictures is not None:
            self.pictures = (self.pictures or 0) + pictures
        if usd is not None:
            self.usd = (self.usd or Decimal(0)) + usd


Usage = dict[tuple[date, str], Sums]


def read(file: bytes) -> Usage:
    """The sums of each day (UTC) and name. Raises NotRead, and then nothing of the file counts."""
    if len(file) > MOST_BYTES:
        raise NotRead(["The file is larger than 2 MB. Export a shorter time."])
    try:
        text = file.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise NotRead(["This is no text in UTF-8. Export it as CSV."]) from None
    head = text.partition("\n")[0]
    delimiter = max(",;\t", key=head.count)
    rows = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, restkey="")
    try:
        return _sums(rows, delimiter)
    except csv.Error as error:
        raise NotRead([f"Line {rows.line_num + 1}: {error}."]) from None


def take(usage: Usage, provider: Provider, by: User | None, request: HttpRequest | None = None) -> int:
    """Puts the usage in the place of whatever was there for the same days; answers how many days. Two at once: one waits
    for the other."""
    days = sorted({day for day, _ in usage})
    lines = [
        UsageLine(provider=provider, day=day, name=name, pictures=sums.pictures, usd=sums.usd)
        for (day, name), sums in usage.items()
    ]
    with transaction.atomic():
        Provider.objects.select_for_update().get(pk=provider.pk)
        for first in range(0, len(days), _BATCH):
            UsageLine.objects.filter(provider=provider, day__in=days[first : first + _BATCH]).delete()
        UsageLine.objects.bulk_create(lines, batch_size=_BATCH)
        record(
            "usage.imported",
            actor=by,
            target=provider,
            after={"days": len(days), "first": f"{days[0]}", "last": f"{days[-1]}", "lines": len(lines)},
            request=request,
        )
    return len(days)


def _sums(rows: "csv.DictReader[str]", delimiter: str) -> Usage:
    names = [(name or "").strip().lower() for name in rows.fieldnames or []]
    columns = {
        wanted: next((names.index(name) for name in known if name in names), None)
        for wanted, known in {
            "day": _DAY,
            "name": _NAME,
            "pictures": _PICTURES,
            "usd": _USD,
            "currency": _CURRENCY,
        }.items()
    }
    if columns["day"] is None or (columns["pictures"] is None and columns["usd"] is None):
        raise NotRead(
            [
                "The first line must name the columns: one for the day (day, date, start_time), and one for the pictures "
                "(pictures, images, num_images) or the money (usd, cost, amount_value)."
            ]
        )
    found: Usage = {}
    mistakes: list[str] = []
    for row in rows:
        cells = [str(cell or "").strip() for cell in row.values()]
        cell = {name: "" if at is None else cells[at] for name, at in columns.items()}
        if not any(cells):
            continue
        try:
            day, name, pictures, usd = _line(cell, delimiter)
        except ValueError as error:
            mistakes.append(f"Line {rows.line_num}: {error}")
            if len(mistakes) == MOST_SAID:
                break
            continue
        if pictures is not None or usd is not None:
            found.setdefault((day, name), Sums()).add(pictures, usd)
        if rows.line_num > MOST_LINES:
            raise NotRead([f"The file has more than {MOST_LINES:,} lines. Export sums by day."])
    if mistakes:
        raise NotRead(mistakes)
    if not found:
        raise NotRead(["The file has no line with pictures or money in it."])
    return found


def _line(cell: Mapping[str, str], delimiter: str) -> tuple[date, str, int | None, Decimal | None]:
    if cell["currency"] and cell["currency"].lower() != "usd":
        raise ValueError(f"the money is not in US dollars, but in {cell['currency'][:20]}.")
    return (
        _day(cell["day"]),
        cell["name"][:200],
        _pictures(cell["pictures"]) if cell["pictures"] else None,
        _usd(cell["usd"], delimiter) if cell["usd"] else None,
    )


def _day(text: str) -> date:
    try:
        if text.isascii() and text.isdigit() and 9 <= len(text) <= 11:  # seconds since 1970
            day = datetime.fromtimestamp(int(text), UTC).date()
        else:
            at = datetime.fromisoformat(text)
            day = (at.astimezone(UTC) if at.tzinfo else at).date()
    except (ValueError, OverflowError):
        raise ValueError(f"“{text[:40]}” is no day such as 2026-11-24.") from None
    if not date(2020, 1, 1) <= day <= today() + timedelta(days=1):
        raise ValueError(f"{day} is not a day that can have been charged.")
    return day


def _pictures(text: str) -> int:
    number = _decimal(text)
    if number is None or number != number.to_integral_value() or not 0 <= number <= MOST_PICTURES:
        raise ValueError(f"“{text[:40]}” is no number of pictures.")
    return int(number)


def _usd(text: str, delimiter: str) -> Decimal:
    plain = text.removeprefix("$").strip()
    # Where commas part the columns they part no decimals; elsewhere spreadsheets write 0,04.
    number = _decimal(plain if delimiter == "," else plain.replace(",", "."))
    if number is None or abs(number) > MOST_USD:
        raise ValueError(f"“{text[:40]}” is no sum of US dollars.")
    return number


def _decimal(text: str) -> Decimal | None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None
