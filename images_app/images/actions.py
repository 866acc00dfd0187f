"""From the received bytes of a paid call to a picture in storage and its row."""

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.files.base import ContentFile, File
from django.core.files.storage import storages
from django.db import IntegrityError, transaction

from images_app.images.derive import PREVIEW_EDGE, THUMBNAIL_EDGE, derive
from images_app.images.headers import BadPicture
from images_app.images.models import StoredImage
from images_app.images.storage import NotWhole

if TYPE_CHECKING:
    from images_app.models import Attempt, ImageJob

__all__ = ["EXTENSIONS", "BadPicture", "NotWhole", "store"]

EXTENSIONS = {"png": "png", "jpeg": "jpg", "webp": "webp"}


def store(
    path: Path, *, job: "ImageJob", attempt: "Attempt", position: int, revised_prompt: str
) -> StoredImage:
    """Keeps the picture at ``path`` byte for byte, with its display copies, and answers its row.

    Repeatable: the keys name the content, and a second call for the same attempt and position finds the first row.
    The row comes last, so a row always has its bytes. Not to be called inside a transaction: it uploads.
    Raises BadPicture for bytes that will never be a picture; NotWhole and errors of storage or database as they
    are, for a later try.
    """
    stored = StoredImage.objects.filter(attempt=attempt, position=position).first()
    if stored is not None:
        return stored
    derived = derive(path)
    stem = f"{job.team_id}/{derived.sha256[:2]}/{derived.sha256}"
    original_key = f"{stem}.{EXTENSIONS[derived.format]}"
    preview_key, thumbnail_key = f"{stem}-{PREVIEW_EDGE}.webp", f"{stem}-{THUMBNAIL_EDGE}.webp"
    with path.open("rb") as file:
        _put("originals", original_key, File(file), sha256=derived.sha256, size=derived.size)
    for key, data in ((preview_key, derived.preview), (thumbnail_key, derived.thumbnail)):
        _put("previews", key, ContentFile(data), sha256=hashlib.sha256(data).hexdigest(), size=len(data))
    try:
        with transaction.atomic():
            return StoredImage.objects.create(
                attempt=attempt,
                position=position,
                team_id=job.team_id,
                person_id=job.person_id,
                job=job,
                revised_prompt=revised_prompt,
                sha256=derived.sha256,
                format=derived.format,
                bytes=derived.size,
                width=derived.width,
                height=derived.height,
                original_key=original_key,
                preview_key=preview_key,
                thumbnail_key=thumbnail_key,
                placeholder=derived.placeholder,
            )
    except IntegrityError:  # another worker was first
        return StoredImage.objects.get(attempt=attempt, position=position)


def _put(alias: str, key: str, content: File[Any], *, sha256: str, size: int) -> None:
    """Writes and looks again: what storage answers is only believed when the bytes are there."""
    storage: Any = storages[alias]
    storage.save(key, content)
    storage.check(key, sha256=sha256, size=size)
