"""Where pictures lie: files that survive a power cut, or a private S3-compatible bucket.

Both take keys that name their content (see actions.py), so writing a key again is harmless, and both answer the
same two questions beyond Django's: is it there whole, and may a browser fetch it from somewhere else.
"""

import base64
import contextlib
import hashlib
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from django.core.files.base import File
from django.core.files.storage import FileSystemStorage
from storages.backends.s3 import S3Storage

from images_app.lib.disk import sync_folder

SIGNED_SECONDS = 300
CHUNK = 512 * 1024  # bytes read at a time
TRIES = 4  # a reader who pauses for long finds the connection closed by the bucket


class NotWhole(Exception):
    """What storage holds under a key is not what was put there; putting it again may help."""


class Away(Exception):
    """The storage as a whole is not where it was, which says nothing about what it holds."""


class DurableFileStorage(FileSystemStorage):
    """Files that are either whole and flushed to the disk, or not there at all."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"allow_overwrite": True, **options})

    def _save(self, name: str, content: File[bytes]) -> str:
        target = Path(self.path(name))
        _make_folder(target.parent)
        draft = target.with_name(f".{secrets.token_hex(8)}.part")
        try:
            with draft.open("xb") as file:
                for chunk in content.chunks():
                    file.write(chunk)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(target)
        except BaseException:
            draft.unlink(missing_ok=True)
            raise
        sync_folder(target.parent)
        return name

    def url(self, name: str | None) -> str:
        raise NotImplementedError("Pictures are private: the picture view serves them.")

    def signed_url(self, name: str, *, method: str, content_type: str, filename: str = "") -> str | None:
        """None: files are served by the picture view."""
        return None

    def stream(self, name: str) -> tuple[int, Iterator[bytes]]:
        """How many bytes, and these by the CHUNK; raises FileNotFoundError or Away at once."""
        try:
            file = Path(self.path(name)).open("rb")  # noqa: SIM115
        except FileNotFoundError as error:
            if not Path(self.location).is_dir():  # a volume that is not mounted
                raise Away(str(self.location)) from error
            raise

        def read() -> Iterator[bytes]:
            with file:
                while chunk := file.read(CHUNK):
                    yield chunk

        return os.fstat(file.fileno()).st_size, read()

    def check(self, name: str, *, sha256: str, size: int) -> None:
        """Raises NotWhole unless exactly these bytes are there."""
        try:
            with Path(self.path(name)).open("rb") as file:
                found = hashlib.file_digest(file, "sha256").hexdigest()
        except FileNotFoundError as error:
            raise NotWhole(f"{name}: not there") from error
        if found != sha256:
            raise NotWhole(f"{name}: {self.size(name)} of {size} bytes, other content")


def _make_folder(folder: Path) -> None:
    """Makes the folder and those above it, each flushed in its parent: a file in a lost folder is lost."""
    if folder.is_dir():
        return
    _make_folder(folder.parent)
    with contextlib.suppress(FileExistsError):
        folder.mkdir()
    sync_folder(folder.parent)


class PrivateS3Storage(S3Storage):  # type: ignore[misc]
    """A private bucket; browsers read it by addresses signed for SIGNED_SECONDS at most."""

    def _save(self, name: str, content: File[bytes]) -> str:
        """One put whose Content-MD5 makes the server refuse bytes that changed on the way."""
        digest = hashlib.md5(usedforsecurity=False)
        for chunk in content.chunks():
            digest.update(chunk)
        content.seek(0)
        self.connection.meta.client.put_object(
            Bucket=self.bucket_name,
            Key=self._normalize_name(name),
            Body=content,
            ContentMD5=base64.b64encode(digest.digest()).decode(),
            **self._get_write_parameters(name, content),
        )
        return name

    def signed_url(self, name: str, *, method: str, content_type: str, filename: str = "") -> str | None:
        """An address that answers ``method`` with this content type, as a download where ``filename`` is given."""
        parameters = {
            "ResponseContentType": content_type,
            "ResponseCacheControl": "private, max-age=31536000",
        }
        if filename:
            parameters["ResponseContentDisposition"] = f'attachment; filename="{filename}"'
        url: str = self.url(name, parameters=parameters, expire=SIGNED_SECONDS, http_method=method)
        return url

    def stream(self, name: str) -> tuple[int, Iterator[bytes]]:
        """How many bytes, and these by the CHUNK; raises FileNotFoundError or Away at once.

        A connection that breaks is taken up where it broke, TRIES times in all.
        """
        first = self._get(name)
        size = int(first["ContentLength"])

        def read() -> Iterator[bytes]:
            answer, got, tries = first, 0, 1
            while True:
                try:
                    with contextlib.closing(answer["Body"]) as body:
                        for chunk in body.iter_chunks(CHUNK):
                            got += len(chunk)
                            yield chunk
                    return
                except BotoCoreError:
                    tries += 1
                    if tries > TRIES:
                        raise
                    answer = self._get(name, Range=f"bytes={got}-", IfMatch=first["ETag"])

        return size, read()

    def _get(self, name: str, **conditions: str) -> dict[str, Any]:
        try:
            answer: dict[str, Any] = self.connection.meta.client.get_object(
                Bucket=self.bucket_name, Key=self._normalize_name(name), **conditions
            )
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] == 404:
                if error.response["Error"].get("Code") == "NoSuchBucket":
                    raise Away(self.bucket_name) from error
                raise FileNotFoundError(name) from error
            raise
        return answer

    def check(self, name: str, *, sha256: str, size: int) -> None:
        """Raises NotWhole unless an object of this size is there; the put itself proved its content."""
        try:
            found = self.size(name)
        except FileNotFoundError as error:
            raise NotWhole(f"{name}: not there") from error
        if found != size:
            raise NotWhole(f"{name}: {found} of {size} bytes")
