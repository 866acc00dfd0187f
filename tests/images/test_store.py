import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError
from django.core.files.storage import storages
from django.db import connection

from images_app.images.actions import BadPicture, NotWhole, store
from images_app.images.models import StoredImage
from images_app.images.storage import DurableFileStorage
from images_app.jobs.models import Attempt
from images_app.teams.models import Team, User
from tests.images import corpus
from tests.images.conftest import Stored

AttemptOf = Callable[..., Attempt]


def test_the_original_is_kept_byte_for_byte(storage: str, alice: User, stored: Stored) -> None:
    data = corpus.KEPT["png with html behind"]
    image = stored(alice, data)
    with storages["originals"].open(image.original_key) as file:
        assert file.read() == data
    assert (image.sha256, image.bytes) == (hashlib.sha256(data).hexdigest(), len(data))


def test_the_row_says_whose_it_is_and_what(
    on_files: None, alice: User, attempt_of: AttemptOf, tmp_path: Path
) -> None:
    attempt = attempt_of(alice)
    path = tmp_path / "received"
    path.write_bytes(corpus.png((700, 300)))
    image = store(path, job=attempt.job, attempt=attempt, position=1, revised_prompt="A tall lighthouse")
    image.refresh_from_db()
    assert (image.person, image.team, image.job, image.attempt) == (
        alice,
        attempt.job.team,
        attempt.job,
        attempt,
    )
    assert (image.position, image.revised_prompt) == (1, "A tall lighthouse")
    assert (image.format, image.width, image.height) == ("png", 700, 300)


@pytest.mark.parametrize(("name", "extension"), [("png", "png"), ("jpeg", "jpg"), ("webp", "webp")])
def test_keys_name_team_and_content(
    on_files: None, alice: User, stored: Stored, name: str, extension: str
) -> None:
    image = stored(alice, corpus.KEPT[name])
    stem = f"{image.team_id}/{image.sha256[:2]}/{image.sha256}"
    assert image.original_key == f"{stem}.{extension}"
    assert image.preview_key == f"{stem}-1280.webp"
    assert image.thumbnail_key == f"{stem}-512.webp"
    assert storages["previews"].exists(image.preview_key)
    assert storages["previews"].exists(image.thumbnail_key)


def test_storing_again_finds_the_first_row(
    storage: str, alice: User, attempt_of: AttemptOf, tmp_path: Path
) -> None:
    attempt = attempt_of(alice)
    path = tmp_path / "received"
    path.write_bytes(corpus.png())
    rows = {store(path, job=attempt.job, attempt=attempt, position=0, revised_prompt="") for _ in range(3)}
    assert StoredImage.objects.count() == len(rows) == 1


def test_the_same_bytes_of_two_calls_are_two_rows_on_one_object(
    storage: str, alice: User, stored: Stored
) -> None:
    first, second = stored(alice), stored(alice)
    assert first.pk != second.pk
    assert first.original_key == second.original_key


def test_a_team_may_have_its_prompts_in_the_display_copies_but_never_in_the_original(
    storage: str, alice: User, stored: Stored
) -> None:
    plain = stored(alice, prompt="A lighthouse in the fog")
    Team.objects.update(prompt_in_files=True)
    told, other = (stored(alice, prompt=prompt) for prompt in ("A lighthouse in the fog", "A harbour"))
    for image, words in ((plain, b""), (told, b"A lighthouse in the fog"), (other, b"A harbour")):
        with storages["originals"].open(image.original_key) as file:
            assert file.read() == corpus.png()
        for key in (image.preview_key, image.thumbnail_key):
            with storages["previews"].open(key) as file:
                data = file.read()
            assert (b"dc:description" in data) == bool(words)
            assert words in data
    assert len({image.preview_key for image in (plain, told, other)}) == 3
    assert len({image.original_key for image in (plain, told, other)}) == 1


def test_strangers_share_no_object(on_files: None, alice: User, bob: User, stored: Stored) -> None:
    assert stored(alice).original_key != stored(bob).original_key


def test_storing_ends_what_broke_off_before_the_row(storage: str, alice: User, stored: Stored) -> None:
    image = stored(alice)
    image.delete()  # as if the process had died between upload and row
    assert stored(alice).original_key == image.original_key


@pytest.mark.parametrize("name", ["half a png", "html", "png of 4 gigapixels"])
def test_bad_bytes_leave_nothing(
    on_files: None, alice: User, stored: Stored, tmp_path: Path, name: str
) -> None:
    with pytest.raises(BadPicture):
        stored(alice, corpus.REFUSED[name][0])
    assert not StoredImage.objects.exists()
    assert not list(tmp_path.glob("media/**/*.*"))


def test_a_full_or_missing_disk_is_an_error_to_try_again(
    on_files: None, alice: User, stored: Stored, tmp_path: Path
) -> None:
    (tmp_path / "media").write_text("a file where a folder should be")
    with pytest.raises(NotADirectoryError):
        stored(alice)
    assert not StoredImage.objects.exists()


def test_a_bucket_out_of_reach_is_an_error_to_try_again(
    on_s3: None, settings: Any, alice: User, stored: Stored
) -> None:
    settings.STORAGES = {name: dict(value) for name, value in settings.STORAGES.items()}
    options = settings.STORAGES["originals"]["OPTIONS"]
    settings.STORAGES["originals"]["OPTIONS"] = {**options, "endpoint_url": "http://127.0.0.1:9"}
    with pytest.raises(EndpointConnectionError):
        stored(alice)
    assert not StoredImage.objects.exists()


def test_a_storage_that_lies_gets_no_row(
    on_files: None, alice: User, stored: Stored, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(DurableFileStorage, "_save", lambda self, name, content: name)
    with pytest.raises(NotWhole):
        stored(alice)
    assert not StoredImage.objects.exists()


def test_a_row_whose_bytes_are_not_there_is_no_end_of_it(
    on_files: None, alice: User, attempt_of: AttemptOf, tmp_path: Path
) -> None:
    """Purged in the moment between them, and whoever stored it was stopped before it could look again."""
    attempt, path = attempt_of(alice), tmp_path / "received"
    path.write_bytes(corpus.png())
    image = store(path, job=attempt.job, attempt=attempt, position=0, revised_prompt="")
    storages["originals"].delete(image.original_key)
    assert store(path, job=attempt.job, attempt=attempt, position=0, revised_prompt="") == image
    assert storages["originals"].exists(image.original_key)


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_make_one_row(
    on_files: None, alice: User, attempt_of: AttemptOf, tmp_path: Path
) -> None:
    attempt = attempt_of(alice)
    path = tmp_path / "received"
    path.write_bytes(corpus.png((512, 512)))

    def one(_: int) -> StoredImage:
        try:
            return store(path, job=attempt.job, attempt=attempt, position=0, revised_prompt="")
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert len({image.pk for image in pool.map(one, range(4))}) == 1
    assert StoredImage.objects.count() == 1
