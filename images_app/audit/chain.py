"""Seals over the entries, each over the one before it: who changes an entry afterwards, however mighty in the database,
must make every later seal anew, and the last one no longer is what somebody noted elsewhere.

Entries are not chained one to the next as they are written: every writer of the installation would wait for the one
before. A duty seals what has been written since, once a minute, in the order of their numbers.
"""

import hashlib
import json
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import IntegrityError, OperationalError, connection, transaction
from django.db.models import Max
from django.db.models.functions import Now

from images_app.audit.models import AuditEntry, AuditSeal

MOST = 1000  # entries under one seal
_PAIR = struct.Struct(">q32s")
_FIELDS = sorted(field.attname for field in AuditEntry._meta.concrete_fields)


@dataclass(frozen=True)
class Verdict:
    """``problem`` says in words what is broken first, "" where nothing is. ``head`` is the newest seal's hash."""

    problem: str
    entries: int
    unsealed: int
    seals: int
    head: str


def seal() -> int:
    """Seals what nobody will write before any more; how many entries. Two at once do no harm: one of them stops."""
    upto, sealed = _horizon(), 0
    while True:
        last = AuditSeal.objects.order_by("-number").first()
        begin = last.upto if last else 0
        rows = list(_entries(begin, upto)[:MOST])
        if not rows:
            return sealed
        try:
            with transaction.atomic():
                _close(last, rows)
        except IntegrityError:
            return sealed  # another worker was first with this number
        sealed += len(rows)


def verify(noted: str = "") -> Verdict:
    """Reckons every seal and every entry under one anew, in order.

    ``noted`` is a hash that was the head once: an end that was cut off, or a chain made anew throughout, shows by its
    absence alone."""
    previous, upto, entries, seals, found = "", 0, 0, 0, not noted
    rows = _Rows()
    problem = ""
    for one in AuditSeal.objects.order_by("number").iterator(chunk_size=50):
        problem = _broken_seal(one, seals + 1, previous) or _broken_entry(one, rows)
        if problem:
            break
        previous, upto, seals, entries = one.hash, one.upto, seals + 1, entries + one.count
        found = found or one.hash == noted
    if not problem and not found:
        problem = "The noted hash is no seal's: the log was cut off, or made anew."
    unsealed = 0 if problem else AuditEntry.objects.filter(pk__gt=upto).count()
    return Verdict(problem, entries, unsealed, seals, previous)


def _horizon() -> int:
    """The highest number below which no entry can turn up any more.

    SQLite has one writer at a time, so numbers are committed in order. On PostgreSQL a number is taken before its
    transaction ends, and an earlier one may be committed later. A moment's lock against writers says when none is
    between the two: each writer holds its own until its commit, and takes it before the number. Where somebody writes
    for long the lock is not waited for, since others would wait behind it: the next minute will do. 0 says so.
    """
    try:
        with transaction.atomic():
            if connection.vendor == "postgresql":
                with connection.cursor() as cursor:
                    cursor.execute("SET LOCAL lock_timeout = '200ms'")
                    cursor.execute(f'LOCK TABLE "{AuditEntry._meta.db_table}" IN SHARE MODE')
            return AuditEntry.objects.aggregate(last=Max("pk"))["last"] or 0
    except OperationalError:
        return 0


def _entries(after: int, upto: int) -> Any:
    return AuditEntry.objects.filter(pk__gt=after, pk__lte=upto).order_by("pk").values(*_FIELDS)


def _close(last: AuditSeal | None, rows: list[dict[str, Any]]) -> None:
    # The database's own moment, which the hash covers, so it must be known beforehand.
    at = AuditEntry.objects.order_by().annotate(now=Now()).values_list("now", flat=True)[:1].get()
    number, previous = (last.number + 1, last.hash) if last else (1, "")
    digests = b"".join(_PAIR.pack(row["id"], digest_of(row)) for row in rows)
    AuditSeal.objects.create(
        number=number,
        at=at,
        upto=rows[-1]["id"],
        count=len(rows),
        digests=digests,
        previous=previous,
        hash=_hash(number, previous, at, rows[-1]["id"], len(rows), digests),
    )


def digest_of(row: dict[str, Any]) -> bytes:
    """SHA-256 of an entry's columns as JSON: keys sorted, no spaces, times in UTC to the microsecond, ids as text."""
    text = json.dumps(
        {name: _plain(row[name]) for name in _FIELDS},
        sort_keys=True,
        separators=(",", ":"),
        ensure_ascii=True,
    )
    return hashlib.sha256(text.encode()).digest()


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return _moment(value)
    return value if value is None or isinstance(value, int | str | dict | list) else str(value)


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def _hash(number: int, previous: str, at: datetime, upto: int, count: int, digests: bytes) -> str:
    head = f"{number}\n{previous}\n{_moment(at)}\n{upto}\n{count}\n"
    return hashlib.sha256(head.encode() + digests).hexdigest()


def _broken_seal(one: AuditSeal, number: int, previous: str) -> str:
    if one.number != number:
        return f"Seal {number} is gone."
    digests = bytes(one.digests)
    right = _hash(one.number, one.previous, one.at, one.upto, one.count, digests)
    if one.previous != previous or one.hash != right or len(digests) != one.count * _PAIR.size:
        return f"Seal {number} was changed."
    return ""


def _broken_entry(one: AuditSeal, rows: "_Rows") -> str:
    """The first entry under the seal that is not as it was sealed, or "". Takes the rows up to the seal's end."""
    for number, digest in _PAIR.iter_unpack(bytes(one.digests)):
        row = rows.take()
        if row is None or row["id"] > number:
            return f"Entry {number} is gone. Seal {one.number} has it."
        if row["id"] < number:
            return f"Entry {row['id']} was put in afterwards, under seal {one.number}."
        if digest_of(row) != digest:
            return f"Entry {number} was changed after seal {one.number}."
    row = rows.peek()
    if row is not None and row["id"] <= one.upto:
        return f"Entry {row['id']} was put in afterwards, under seal {one.number}."
    return ""


class _Rows:
    """All entries in their order, read as they are taken. The first is asked for after the first seal: what is written
    meanwhile is under no seal that was read."""

    def __init__(self) -> None:
        self._rows: Iterator[dict[str, Any]] | None = None
        self._next: list[dict[str, Any]] = []

    def peek(self) -> dict[str, Any] | None:
        if not self._next:
            if self._rows is None:
                self._rows = AuditEntry.objects.order_by("pk").values(*_FIELDS).iterator(chunk_size=2000)
            self._next.extend(row for row in [next(self._rows, None)] if row is not None)
        return self._next[0] if self._next else None

    def take(self) -> dict[str, Any] | None:
        row = self.peek()
        self._next.clear()
        return row
