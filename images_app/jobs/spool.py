"""Paid replies on disk, before anything else is done with them.

A reply is written whole, fsynced and renamed into place before the database hears of it; whoever finds it later (the
adopter) can finish the work. One file per attempt: a line of JSON (status, headers, times), then the raw body.
"""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

from django.conf import settings

from images_app.lib.disk import sync_folder

_SUFFIX = ".reply"


@dataclass(frozen=True)
class Spooled:
    """What came back for one attempt, as it came."""

    attempt_id: UUID
    job_id: UUID
    status: int
    headers: dict[str, str]
    body: bytes


def write(spooled: Spooled) -> Path:
    """Keep a reply; on return it survives a power cut."""
    head = {
        "attempt": str(spooled.attempt_id),
        "job": str(spooled.job_id),
        "status": spooled.status,
        "headers": spooled.headers,
    }
    path = reply_path(spooled.attempt_id)
    write_durably(path, json.dumps(head).encode() + b"\n" + spooled.body)
    return path


def read(path: Path) -> Spooled:
    """The reply kept at ``path``; ValueError where it is not one of ours, FileNotFoundError where it is gone."""
    with path.open("rb") as file:
        head = json.loads(file.readline())
        body = file.read()
    try:
        return Spooled(
            UUID(head["attempt"]), UUID(head["job"]), int(head["status"]), dict(head["headers"]), body
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError("the first line is not ours") from error


def waiting(older_than_s: float, now: float) -> Iterator[Path]:
    """Replies that have lain for longer than ``older_than_s``, oldest first; ``now`` in seconds since the epoch."""
    found = []
    for path in folder().glob(f"*{_SUFFIX}"):
        try:
            age = now - path.stat().st_mtime
        except FileNotFoundError:
            continue  # finished by its worker meanwhile
        if age >= older_than_s:
            found.append((age, path))
    return (path for _, path in sorted(found, reverse=True))


def discard(attempt_id: UUID) -> None:
    """Forget an attempt's reply and bytes: its pictures are in storage."""
    reply_path(attempt_id).unlink(missing_ok=True)
    for path in folder().glob(f"{attempt_id}-*.bin"):
        path.unlink(missing_ok=True)


def set_aside(attempt_id: UUID) -> None:
    """Keep an unclear reply for the decision, out of the adopter's way."""
    path = reply_path(attempt_id)
    aside = folder() / "unclear"
    aside.mkdir(exist_ok=True)
    if path.exists():
        path.replace(aside / path.name)


def abandoned(older_than_s: float, now: float) -> list[Path]:
    """Half-written drafts, and bytes without a reply, that nobody has touched for so long."""
    lone = [p for p in folder().glob("*.bin") if not (folder() / f"{p.name[:36]}{_SUFFIX}").exists()]
    old = []
    for path in [*folder().glob(".*"), *lone]:
        try:
            if path.is_file() and now - path.stat().st_mtime > older_than_s:
                old.append(path)
        except FileNotFoundError:
            continue
    return old


def attempt_of(path: Path) -> UUID | None:
    """Whose reply a file is, by its name."""
    try:
        return UUID(path.name.removesuffix(_SUFFIX))
    except ValueError:
        return None


def reply_path(attempt_id: UUID) -> Path:
    return folder() / f"{attempt_id}{_SUFFIX}"


def bytes_path(attempt_id: UUID, position: int) -> Path:
    """Where the downloaded or decoded bytes of one picture lie until they are stored."""
    return folder() / f"{attempt_id}-{position}.bin"


def folder() -> Path:
    path: Path = settings.SPOOL_DIR
    path.mkdir(parents=True, exist_ok=True)
    return path


def write_durably(path: Path, data: bytes) -> None:
    """Write, fsync, rename, fsync the folder: the file is whole or not there."""
    _write(path, data, flush=True)
    sync_folder(path.parent)


def write_quickly(path: Path, data: bytes) -> None:
    """Write and rename: whole or not there, but a power cut may take it."""
    _write(path, data, flush=False)


def _write(path: Path, data: bytes, *, flush: bool) -> None:
    draft = path.with_name(f".{path.name}.{uuid4().hex}")
    try:
        with draft.open("wb") as file:
            file.write(data)
            if flush:
                file.flush()
                os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
