"""The log as a file for spreadsheets."""

import json
from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet

from images_app.audit.models import AuditEntry
from images_app.lib.sheets import BEGINNING, line

BATCH = 1000
COLUMNS = (
    *("id", "at", "verb", "actor_name", "actor_id", "impersonator_name", "impersonator_id", "team_slug"),
    *(
        "team_id",
        "target_kind",
        "target_name",
        "target_id",
        "before",
        "after",
        "reason",
        "from_address",
        "session",
    ),
)


def as_csv(rows: QuerySet[AuditEntry], *, before: int) -> Iterator[bytes]:
    """Those of ``rows`` with a number below ``before``, the oldest first, a batch at a time: nothing of the database is
    held between two chunks."""
    yield BEGINNING + line(COLUMNS)
    last = 0
    while True:
        some = list(rows.filter(pk__gt=last, pk__lt=before).order_by("pk").values_list(*COLUMNS)[:BATCH])
        if not some:
            return
        last = some[-1][0]
        yield b"".join(line(map(_cell, row)) for row in some)


def _cell(value: Any) -> object:
    if value is None:
        return ""
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False, sort_keys=True) if value else ""
    return value.isoformat(timespec="milliseconds") if hasattr(value, "isoformat") else value
