import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.core.exceptions import SuspiciousOperation
from django.core.files.base import ContentFile
from django.core.files.storage import storages

from images_app.images.storage import SIGNED_SECONDS, DurableFileStorage, NotWhole

KEY = "team/ab/abcdef.png"
SHA = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"  # of b"abc"


def put(data: bytes, key: str = KEY) -> Any:
    store: Any = storages["originals"]
    assert store.save(key, ContentFile(data)) == key
    return store


def test_what_is_put_is_read_back(storage: str) -> None:
    with put(bytes(range(256)) * 900).open(KEY) as file:
        assert file.read() == bytes(range(256)) * 900


def test_a_second_put_keeps_the_key(storage: str) -> None:
    put(b"abc")
    store = put(b"abc")
    assert store.listdir("team/ab")[1] == ["abcdef.png"]


def test_check_accepts_what_is_whole(storage: str) -> None:
    put(b"abc").check(KEY, sha256=SHA, size=3)


def test_check_refuses_a_short_object(storage: str) -> None:
    with pytest.raises(NotWhole):
        put(b"ab").check(KEY, sha256=SHA, size=3)


def test_check_refuses_what_is_not_there(storage: str) -> None:
    with pytest.raises(NotWhole):
        put(b"abc").check("team/no/thing.png", sha256=SHA, size=3)


def test_the_two_storages_are_apart(storage: str) -> None:
    put(b"abc")
    assert not storages["previews"].exists(KEY)


def test_a_key_cannot_leave_its_place(storage: str) -> None:
    with pytest.raises(SuspiciousOperation):
        storages["originals"].save("../../other.png", ContentFile(b"abc"))


class Breaking(ContentFile[bytes]):
    """Ends with an error after its first half."""

    def chunks(self, chunk_size: int | None = None) -> Iterator[bytes]:
        yield b"half"
        raise OSError(28, "No space left on device")


def test_a_failed_put_leaves_no_file(on_files: None, tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No space"):
        storages["originals"].save(KEY, Breaking(b"half whole"))
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_failed_put_leaves_the_old_file(on_files: None) -> None:
    store = put(b"abc")
    with pytest.raises(OSError, match="No space"):
        store.save(KEY, Breaking(b"half whole"))
    store.check(KEY, sha256=SHA, size=3)


def test_a_reader_never_sees_a_half_written_file(on_files: None) -> None:
    with put(b"abc").open(KEY) as reading:
        put(b"a longer file")
        assert reading.read() == b"abc"


def test_changed_bytes_of_the_same_length_are_found_on_files(on_files: None) -> None:
    with pytest.raises(NotWhole):
        put(b"abd").check(KEY, sha256=SHA, size=3)


def test_file_and_folders_are_flushed_before_the_put_returns(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    flushed: list[str] = []
    monkeypatch.setattr(os, "fsync", lambda handle: flushed.append(os.readlink(f"/proc/self/fd/{handle}")))
    DurableFileStorage(location=tmp_path / "media").save("team/ab/x.png", ContentFile(b"abc"))
    places = [Path(place).relative_to(tmp_path).as_posix() for place in flushed]
    assert places[:3] == [".", "media", "media/team"]  # each holds the name of a folder just made
    assert places[3].endswith(".part")
    assert places[4:] == ["media/team/ab"]


def test_files_have_no_public_address(on_files: None) -> None:
    store = put(b"abc")
    with pytest.raises(NotImplementedError):
        store.url(KEY)
    assert store.signed_url(KEY, method="GET", content_type="image/png") is None


def signed(**options: Any) -> str:
    address: str = put(b"abc").signed_url(KEY, **({"method": "GET", "content_type": "image/png"} | options))
    return address


def test_a_signed_address_answers_with_our_content_type(on_s3: None) -> None:
    answer = httpx.get(signed())
    assert (answer.status_code, answer.content) == (200, b"abc")
    assert answer.headers["content-type"] == "image/png"


def test_a_signed_address_lives_five_minutes_at_most(on_s3: None) -> None:
    assert 0 < int(httpx.URL(signed()).params["X-Amz-Expires"]) <= SIGNED_SECONDS == 300


def test_a_signed_address_cannot_be_made_to_live_longer(on_s3: None) -> None:
    longer = httpx.URL(signed()).copy_set_param("X-Amz-Expires", "86400")
    assert httpx.get(longer).status_code == 403


def test_a_signed_address_opens_no_other_key(on_s3: None) -> None:
    other = signed().replace("abcdef", "abcdee")
    assert httpx.get(other).status_code in (403, 404)
    put(b"abc", KEY.replace("abcdef", "abcdee"))
    assert httpx.get(other).status_code == 403


@pytest.mark.parametrize("path", ["originals/team/ab/abcdef.png", ""])
def test_the_bucket_is_not_public(on_s3: None, s3: dict[str, str], path: str) -> None:
    put(b"abc")
    answer = httpx.get(f"{s3['AWS_S3_ENDPOINT_URL']}/{s3['AWS_STORAGE_BUCKET_NAME']}/{path}")
    assert answer.status_code == 403


def test_a_download_has_its_name(on_s3: None) -> None:
    answer = httpx.get(signed(filename="a-red-fox.png"))
    assert answer.headers["content-disposition"] == 'attachment; filename="a-red-fox.png"'


def test_bytes_changed_on_the_way_are_refused_by_the_server(on_s3: None) -> None:
    class Changing(ContentFile[bytes]):
        """Hashes as one thing, is sent as another."""

        def chunks(self, chunk_size: int | None = None) -> Iterator[bytes]:
            yield b"abd"

    with pytest.raises(Exception, match="BadDigest"):
        storages["originals"].save(KEY + ".changed", Changing(b"abc"))
    assert not storages["originals"].exists(KEY + ".changed")
