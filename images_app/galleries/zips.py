"""Pictures as one zip archive, made while it is sent: originals byte for byte, and what they were made with."""

import csv
import hashlib
import io
from collections.abc import Iterator
from tempfile import SpooledTemporaryFile
from typing import Any
from uuid import UUID

from django.core.files.storage import storages
from zipstream import ZipStream

from images_app.images.access import images_of
from images_app.images.models import StoredImage
from images_app.images.views import download_name
from images_app.lib.words import first_visible
from images_app.teams.models import User

BATCH = 100  # rows read at once; the archive holds no more of them at any moment
MANY = 500  # ids of one question
IN_MEMORY = 1024 * 1024  # bytes of the manifest, before it goes to a file
CHUNK = 64 * 1024
MISSING = "not in the storage any more"
CHANGED = "its bytes are not the ones that were stored"
REMOVED = "removed before it was packed"

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
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "|", "%")
_BREAKS = ("\t", "\r", "\n")


def own(person: User, ids: list[UUID]) -> list[UUID]:
    """The person's own pictures among ``ids``, in that order."""
    mine: set[UUID] = set()
    for start in range(0, len(ids), MANY):
        rows = images_of(person).filter(pk__in=ids[start : start + MANY])
        mine.update(rows.values_list("pk", flat=True))
    return [pk for pk in ids if pk in mine]


def zip_of(person: User, ids: list[UUID]) -> Iterator[bytes]:
    """The archive of the person's ``own`` pictures, in the order of ``ids``, then ``manifest.csv``.

    Stored, not packed; ZIP64 where it grows large. One chunk of one picture is in memory at a time. A picture that
    is gone when its turn comes is said in the manifest, and so are bytes that are not those which were stored. Any
    other trouble of the storage breaks the archive off before its end is written: no program opens it as a whole one.
    """
    archive = ZipStream()
    originals: Any = storages["originals"]
    with SpooledTemporaryFile(max_size=IN_MEMORY) as manifest:
        manifest.write("\ufeff".encode())  # without it, spreadsheets guess at the encoding
        manifest.write(_line(HEADINGS))
        for number, (pk, image) in enumerate(_images(person, ids), 1):
            if image is None:
                manifest.write(_line(["", REMOVED, *[""] * (len(HEADINGS) - 3), pk]))
                continue
            name, note = f"{number:04d}-{download_name(image)}", ""
            try:
                size, chunks = originals.stream(image.original_key)
            except FileNotFoundError:
                name, note = "", MISSING
            else:
                digest = hashlib.sha256()
                archive.add(_told(chunks, digest), name, size=size)
                yield from archive.file()
                if digest.hexdigest() != image.sha256:
                    note = CHANGED
            manifest.write(_line([name, note, *_recipe(image)]))
        manifest.seek(0)
        archive.add(iter(lambda: manifest.read(CHUNK), b""), "manifest.csv")
        yield from archive.finalize()


def _told(chunks: Iterator[bytes], digest: Any) -> Iterator[bytes]:
    for chunk in chunks:
        digest.update(chunk)
        yield chunk


def _images(person: User, ids: list[UUID]) -> Iterator[tuple[UUID, StoredImage | None]]:
    """Each with its row; None for what went into the trash meanwhile."""
    for start in range(0, len(ids), BATCH):
        batch = ids[start : start + BATCH]
        rows = images_of(person).select_related("job__generation__model", "attempt").in_bulk(batch)
        yield from ((pk, rows.get(pk)) for pk in batch)


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
    """The text so that no spreadsheet calculates with it: an apostrophe in front of what looks like a formula,
    even behind spaces and signs that nobody sees."""
    return f"'{text}" if first_visible(text) in _FORMULA or text.startswith(_BREAKS) else text
