"""Pictures that belong to nobody and stand in no library: checked and stored as all others, under a name of their own."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from django.core.files.base import ContentFile, File

from images_app.images.actions import EXTENSIONS, put
from images_app.images.derive import derive


@dataclass(frozen=True)
class Kept:
    """Where the bytes lie, the size of the original in bytes, and its pixels."""

    original_key: str
    preview_key: str
    size: int
    width: int
    height: int


def keep(path: Path, stem: str) -> Kept:
    """Keep the picture at ``path`` under ``stem``, and a copy to look at. Repeatable; not to be called in a transaction.

    Raises BadPicture for bytes that will never be a picture, and what the storage raises.
    """
    derived = derive(path)
    original_key, preview_key = f"{stem}.{EXTENSIONS[derived.format]}", f"{stem}-preview.webp"
    with path.open("rb") as file:
        put("originals", original_key, File(file), sha256=derived.sha256, size=derived.size)
    sha256 = hashlib.sha256(derived.preview).hexdigest()
    put("previews", preview_key, ContentFile(derived.preview), sha256=sha256, size=len(derived.preview))
    return Kept(original_key, preview_key, derived.size, derived.width, derived.height)
