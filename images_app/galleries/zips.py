"""Pictures as one zip archive, made while it is sent: originals byte for byte, and what they were made with."""

import hashlib
from collections.abc import Callable, Iterator
from functools import partial
from tempfile import SpooledTemporaryFile
from typing import Any
from uuid import UUID

from django.core.files.storage import storages
from django.db.models import QuerySet
from zipstream import ZipStream

from images_app.images.access import seen_by
from images_app.images.models import StoredImage
from images_app.images.views import download_name
from images_app.lib.ids import batches
from images_app.lib.sheets import BEGINNING, line
from images_app.teams.models import User

BATCH = 100  # rows read at once; the archive holds no more of them at any moment
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


def seen(person: User, ids: list[UUID]) -> list[UUID]:
    """Those among ``ids`` that the person may look at, in that order."""
    mine: set[UUID] = set()
    for batch in batches(ids):
        rows = StoredImage.objects.filter(seen_by(person), pk__in=batch)
        mine.update(rows.values_list("pk", flat=True))
    return [pk for pk in ids if pk in mine]


def zip_of(person: User, ids: list[UUID]) -> Iterator[bytes]:
    """The archive of the pictures among ``ids`` that the person may look at, with all they were made with."""
    rows = StoredImage.objects.filter(seen_by(person))
    return _archive(rows, ids, HEADINGS, _recipe, download_name)


def guest_zip_of(rows: QuerySet[StoredImage], ids: list[UUID], *, prompts: bool) -> Iterator[bytes]:
    """The archive of ``rows`` for somebody from outside: no prices, and no words of the prompts but with ``prompts``."""

    def recipe(image: StoredImage) -> list[object]:
        asked = [image.job.generation.prompt] if prompts else []
        return [*asked, image.width, image.height, image.bytes, image.sha256, image.pk]

    headings = [*HEADINGS[:2], *(["prompt"] if prompts else []), *HEADINGS[-5:]]
    return _archive(rows, ids, headings, recipe, partial(download_name, told=prompts))


def _archive(
    rows: QuerySet[StoredImage],
    ids: list[UUID],
    headings: list[str],
    recipe: Callable[[StoredImage], list[object]],
    name_of: Callable[[StoredImage], str],
) -> Iterator[bytes]:
    """The archive of ``rows``, in the order of ``ids``, then ``manifest.csv``.

    Stored, not packed; ZIP64 where it grows large. One chunk of one picture is in memory at a time. A picture that
    is gone when its turn comes is said in the manifest, and so are bytes that are not those which were stored. Any
    other trouble of the storage breaks the archive off before its end is written: no program opens it as a whole one.
    """
    archive = ZipStream()
    originals: Any = storages["originals"]
    with SpooledTemporaryFile(max_size=IN_MEMORY) as manifest:
        manifest.write(BEGINNING)
        manifest.write(line(headings))
        for number, (pk, image) in enumerate(_images(rows, ids), 1):
            if image is None:
                manifest.write(line(["", REMOVED, *[""] * (len(headings) - 3), pk]))
                continue
            name, note = f"{number:04d}-{name_of(image)}", ""
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
            manifest.write(line([name, note, *recipe(image)]))
        manifest.seek(0)
        archive.add(iter(lambda: manifest.read(CHUNK), b""), "manifest.csv")
        yield from archive.finalize()


def _told(chunks: Iterator[bytes], digest: Any) -> Iterator[bytes]:
    for chunk in chunks:
        digest.update(chunk)
        yield chunk


def _images(rows: QuerySet[StoredImage], ids: list[UUID]) -> Iterator[tuple[UUID, StoredImage | None]]:
    """Each with its row; None for what went into the trash meanwhile."""
    wanted = rows.select_related("job__generation__model", "attempt")
    for batch in batches(ids, BATCH):
        found = wanted.in_bulk(batch)
        yield from ((pk, found.get(pk)) for pk in batch)


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
