"""Pictures as one zip archive, made while it is sent: originals byte for byte, and what they were made with."""

import csv
import io
from collections.abc import Iterable, Iterator
from tempfile import SpooledTemporaryFile
from typing import Any
from uuid import UUID

from django.core.files.storage import storages
from zipstream import ZipStream

from images_app.images.access import images_of
from images_app.images.models import StoredImage
from images_app.images.views import download_name
from images_app.teams.models import User

BATCH = 100  # rows read at once; the archive holds no more of them at any moment
IN_MEMORY = 1024 * 1024  # bytes of the manifest, before it goes to a file
CHUNK = 64 * 1024
MISSING = "not in the storage any more"

HEADINGS = [
    "file",
    "note",
    "prompt",
    "revised prompt",
    "model",
    "size asked for",
    "quality",
    "style",
    "price in USD",
    "made at",
    "width",
    "height",
    "bytes",
    "sha256",
    "picture",
]
# What a spreadsheet may take for the beginning of a formula, the wide forms of other scripts included.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", "|", "%")


def zip_of(person: User, ids: Iterable[UUID]) -> Iterator[bytes]:
    """The archive of the person's own pictures among ``ids``, in that order, then ``manifest.csv``.

    Stored, not packed; ZIP64 where it grows large. One chunk of one picture is in memory at a time. A picture whose
    bytes are gone is said in the manifest; any other trouble of the storage breaks the archive off.
    """
    archive = ZipStream()
    originals: Any = storages["originals"]
    with SpooledTemporaryFile(max_size=IN_MEMORY) as manifest:
        manifest.write("\ufeff".encode())  # without it, spreadsheets guess at the encoding
        manifest.write(_line(HEADINGS))
        for number, image in enumerate(_images(person, list(ids)), 1):
            name, note = f"{number:04d}-{download_name(image)}", ""
            try:
                size, chunks = originals.stream(image.original_key)
            except FileNotFoundError:
                note = MISSING
            else:
                archive.add(chunks, name, size=size)
                yield from archive.file()
            manifest.write(_line(["" if note else name, note, *_recipe(image)]))
        manifest.seek(0)
        archive.add(iter(lambda: manifest.read(CHUNK), b""), "manifest.csv")
        yield from archive.finalize()


def _images(person: User, ids: list[UUID]) -> Iterator[StoredImage]:
    for start in range(0, len(ids), BATCH):
        batch = ids[start : start + BATCH]
        rows = images_of(person).select_related("job__generation__model", "attempt").in_bulk(batch)
        yield from (rows[pk] for pk in batch if pk in rows)


def _recipe(image: StoredImage) -> list[object]:
    generation, price = image.job.generation, image.attempt.price_usd
    return [
        generation.prompt,
        image.revised_prompt,
        generation.model.label,
        generation.size,
        generation.quality,
        generation.style,
        "" if price is None else price.normalize(),
        image.created_at.isoformat(timespec="seconds"),
        image.width,
        image.height,
        image.bytes,
        image.sha256,
        image.pk,
    ]


def _line(values: list[Any]) -> bytes:
    line = io.StringIO()
    csv.writer(line, quoting=csv.QUOTE_ALL).writerow([plain(str(value)) for value in values])
    return line.getvalue().encode()


def plain(text: str) -> str:
    """The text so that no spreadsheet calculates with it: an apostrophe in front of what looks like a formula."""
    return f"'{text}" if text.lstrip(" \u00a0").startswith(_FORMULA) else text
