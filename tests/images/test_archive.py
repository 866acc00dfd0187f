"""Many originals as one archive, from files and from S3."""

import csv
import hashlib
import io
import itertools
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from botocore.exceptions import ResponseStreamingError
from django.core.files.storage import storages
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from zipstream import ZipStream

from images_app.galleries import zips
from images_app.galleries.zips import seen, zip_of
from images_app.images import actions
from images_app.images.models import StoredImage
from images_app.images.storage import Away
from images_app.providers.models import ImageModel
from images_app.teams.models import User
from tests.images import corpus
from tests.images.conftest import Stored
from tests.rows import make_generation, make_picture

ClientOf = Callable[[User], Client]


def opened(person: User, images: list[StoredImage]) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(b"".join(zip_of(person, [image.pk for image in images]))))


def manifest(archive: zipfile.ZipFile) -> list[dict[str, str]]:
    text = archive.read("manifest.csv").decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_originals_come_byte_for_byte_and_not_packed(storage: str, alice: User, stored: Stored) -> None:
    kinds = ["png", "jpeg", "webp"]
    images = [stored(alice, corpus.KEPT[kind], f"A {kind}, please") for kind in kinds]
    archive = opened(alice, images)
    assert archive.testzip() is None
    names = archive.namelist()
    assert names[-1] == "manifest.csv"
    assert [archive.read(name) for name in names[:-1]] == [corpus.KEPT[kind] for kind in kinds]
    assert {entry.compress_type for entry in archive.infolist()} == {zipfile.ZIP_STORED}
    assert names[0].startswith("0001-a-png-please-")
    assert [name.rpartition(".")[2] for name in names[:-1]] == ["png", "jpg", "webp"]


def test_pictures_of_one_prompt_have_names_of_their_own(on_files: None, alice: User, stored: Stored) -> None:
    images = [stored(alice, corpus.png()) for _ in range(3)]
    names = opened(alice, images).namelist()
    assert len(set(names)) == 4


def test_the_manifest_says_what_each_was_made_with(on_files: None, alice: User, stored: Stored) -> None:
    image = stored(alice, corpus.KEPT["png"], 'A "fox", söft\nsecond line')
    archive = opened(alice, [image])
    [row] = manifest(archive)
    assert row["file"] == archive.namelist()[0]
    assert row["prompt"] == 'A "fox", söft\nsecond line'
    assert row["model"] == "DALL·E 3"
    assert row["sha256"] == hashlib.sha256(archive.read(row["file"])).hexdigest()
    assert (row["note"], row["picture"]) == ("", str(image.pk))


@pytest.mark.parametrize(
    "prompt",
    [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "  =1+1",
        "＝1+1",
        "\u200b=1",
        "\u200f =1",
        '=HYPERLINK("http://x")',
    ],
)
def test_no_spreadsheet_calculates_with_a_prompt(
    on_files: None, alice: User, stored: Stored, prompt: str
) -> None:
    [row] = manifest(opened(alice, [stored(alice, corpus.KEPT["png"], prompt)]))
    assert row["prompt"] == "'" + prompt


def test_a_picture_that_is_gone_is_said_and_the_others_come(
    storage: str, alice: User, stored: Stored
) -> None:
    images = [stored(alice, corpus.KEPT[kind]) for kind in ("png", "jpeg", "webp")]
    storages["originals"].delete(images[1].original_key)
    archive = opened(alice, images)
    assert archive.testzip() is None
    assert len(archive.namelist()) == 3
    assert [row["note"] for row in manifest(archive)] == ["", zips.MISSING, ""]
    assert manifest(archive)[1]["file"] == ""


def test_a_storage_that_is_away_is_not_said_to_lack_everything(
    on_files: None, alice: User, stored: Stored, tmp_path: Path
) -> None:
    image = stored(alice)
    (tmp_path / "media").rename(tmp_path / "elsewhere")
    with pytest.raises(Away):
        list(zip_of(alice, [image.pk]))


def test_strangers_pictures_and_the_trash_stay_out(
    on_files: None, alice: User, bob: User, stored: Stored
) -> None:
    mine, thrown, theirs = stored(alice), stored(alice, corpus.png()), stored(bob, corpus.KEPT["jpeg"])
    actions.trash(alice, [thrown.pk])
    assert seen(alice, [theirs.pk, thrown.pk, mine.pk]) == [mine.pk]
    # Even where they are asked for: nothing but what was asked is said.
    archive = opened(alice, [theirs, thrown, mine])
    rows = manifest(archive)
    assert [row["file"] for row in rows] == ["", "", archive.namelist()[0]]
    for row in rows[:2]:
        assert {name for name, text in row.items() if text} == {"note", "picture"}


def test_through_the_page_it_is_a_download(
    on_files: None, alice: User, stored: Stored, client_of: ClientOf
) -> None:
    image = stored(alice)
    answer: Any = client_of(alice).post(reverse("images_zip"), {"ids": str(image.pk)})
    assert answer["Content-Type"] == "application/zip"
    assert answer["Content-Disposition"].startswith('attachment; filename="easel-')
    assert zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))).testzip() is None


def test_rows_are_read_by_the_batch(
    on_files: None, alice: User, model: ImageModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(zips, "BATCH", 5)
    generation = make_generation(alice, model)
    ids = [make_picture(generation, position=position).pk for position in range(20)]
    Path(storages["originals"].path("")).mkdir(parents=True)
    with CaptureQueriesContext(connection) as queries:
        list(zip_of(alice, ids))
    assert len(queries) == 4


def test_it_grows_beyond_four_gigabytes() -> None:
    """The way zip_of() adds a picture, with more bytes than the old format can count."""
    archive = ZipStream()
    size, chunk = 5 * 1024**3, bytes(64 * 1024 * 1024)
    archive.add(itertools.repeat(chunk, size // len(chunk)), "large.png", size=size)
    sizes = sum(map(len, archive.file()))
    archive.add(iter([b"x"]), "after.png", size=1)
    rest = b"".join(archive.finalize())
    assert sizes > size
    assert b"PK\x06\x06" in rest  # the ZIP64 end of the central directory


def test_one_chunk_is_in_memory_at_a_time(on_files: None, alice: User, stored: Stored) -> None:
    image = stored(alice, corpus.KEPT["png"])
    storage: Any = storages["originals"]
    large = bytes(8 * 1024 * 1024)
    (storage_path := storage.path(image.original_key))
    with open(storage_path, "wb") as file:
        file.write(large)
    assert max(map(len, zip_of(alice, [image.pk]))) <= 512 * 1024


def test_a_picture_removed_meanwhile_is_said(on_files: None, alice: User, stored: Stored) -> None:
    images = [stored(alice, corpus.KEPT[kind]) for kind in ("png", "jpeg")]
    coming = zip_of(alice, [image.pk for image in images])
    actions.trash(alice, [images[1].pk])
    rows = manifest(zipfile.ZipFile(io.BytesIO(b"".join(coming))))
    assert [row["note"] for row in rows] == ["", zips.REMOVED]
    assert rows[1]["picture"] == str(images[1].pk)


def test_bytes_that_changed_in_the_storage_are_said(on_files: None, alice: User, stored: Stored) -> None:
    image = stored(alice, corpus.KEPT["png"])
    storage: Any = storages["originals"]
    with open(storage.path(image.original_key), "r+b") as file:
        file.truncate(100)
    archive = opened(alice, [image])
    assert [row["note"] for row in manifest(archive)] == [zips.CHANGED]
    assert archive.testzip() is None


def test_a_storage_that_fails_half_way_leaves_no_archive_that_looks_whole(
    on_files: None, alice: User, stored: Stored, monkeypatch: pytest.MonkeyPatch
) -> None:
    images = [stored(alice, corpus.KEPT[kind]) for kind in ("png", "jpeg", "webp")]
    storage: Any = storages["originals"]
    stream = storage.stream

    def fail_at_the_second(name: str) -> tuple[int, Iterator[bytes]]:
        size, chunks = stream(name)
        return size, chunks if name != images[1].original_key else broken(next(chunks))

    def broken(chunk: bytes) -> Iterator[bytes]:
        yield chunk[:10]
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(storage, "stream", fail_at_the_second)
    got: list[bytes] = []
    with pytest.raises(OSError, match="Input/output"):
        got.extend(zip_of(alice, [image.pk for image in images]))
    with pytest.raises(zipfile.BadZipFile):
        zipfile.ZipFile(io.BytesIO(b"".join(got)))


def test_an_archive_given_up_leaves_no_open_file(on_files: None, alice: User, stored: Stored) -> None:
    image = stored(alice, corpus.KEPT["png"])
    process = psutil.Process()
    before = len(process.open_files())
    coming: Any = zip_of(alice, [image.pk])
    for _ in range(2):  # its head, then its bytes
        next(coming)
    assert len(process.open_files()) > before
    coming.close()
    assert len(process.open_files()) == before


def test_more_than_one_archive_holds_is_refused_not_cut(
    on_files: None, alice: User, model: ImageModel, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("hands", "views.hands"):
        monkeypatch.setattr(f"images_app.galleries.{module}.MOST", 3)
    generation = make_generation(alice, model)
    for position in range(4):
        make_picture(generation, position=position)
    answer = client_of(alice).post(reverse("images_zip"), {"all": "1"}, headers={"HX-Request": "true"})
    assert "Narrow the filters" in answer.content.decode()


def test_a_connection_that_breaks_is_taken_up_where_it_broke(
    on_s3: None, alice: User, stored: Stored, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = stored(alice, corpus.KEPT["png"])
    storage: Any = storages["originals"]
    get, asked = storage._get, []

    class Breaks:
        def __init__(self, body: Any) -> None:
            self._body = body

        def iter_chunks(self, size: int) -> Iterator[bytes]:
            yield self._body.read(10)
            raise ResponseStreamingError(error="cut")

        def close(self) -> None:
            self._body.close()

    def cut_once(name: str, **conditions: str) -> dict[str, Any]:
        answer: dict[str, Any] = get(name, **conditions)
        asked.append(conditions.get("Range", ""))
        return {**answer, "Body": Breaks(answer["Body"])} if len(asked) == 1 else answer

    monkeypatch.setattr(storage, "_get", cut_once)
    size, chunks = storage.stream(image.original_key)
    assert b"".join(chunks) == corpus.KEPT["png"]
    assert size == len(corpus.KEPT["png"])
    assert asked == ["", "bytes=10-"]
