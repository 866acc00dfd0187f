"""The trash: what goes in comes out again for thirty days; then row and bytes go, but no byte another picture needs."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import storages
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from images_app.collections.models import Collection, CollectionItem
from images_app.galleries.models import Comment
from images_app.images import actions
from images_app.images.access import images_of, trash_of
from images_app.images.models import Favourite, Leftover, PictureText, StoredImage
from images_app.images.search import matching, person_word
from images_app.jobs import spool, sweeper
from images_app.jobs.models import Attempt, ImageJob
from images_app.lib import ids as lib_ids
from images_app.providers.models import ImageModel
from images_app.teams.models import Team, User
from tests.images import corpus
from tests.images.conftest import Stored
from tests.rows import make_generation, make_picture

ClientOf = Callable[[User], Client]
LONG_AGO = timedelta(days=actions.TRASH_DAYS, minutes=1)


def in_trash_since(image: StoredImage, ago: timedelta) -> None:
    StoredImage.objects.filter(pk=image.pk).update(trashed_at=timezone.now() - ago)
    ImageJob.objects.filter(pk=image.job_id).update(state="succeeded", finished_at=timezone.now())


def is_there(image: StoredImage) -> list[bool]:
    places = [("originals", image.original_key), ("previews", image.preview_key)]
    places.append(("previews", image.thumbnail_key))
    return [storages[alias].exists(key) for alias, key in places]


def test_a_picture_goes_into_the_trash_and_comes_back(alice: User, model: ImageModel) -> None:
    image = make_picture(make_generation(alice, model))
    assert actions.trash(alice, [image.pk]).count == 1
    assert not images_of(alice).exists()
    assert list(trash_of(alice)) == [image]
    assert actions.restore(alice, [image.pk]) == 1
    assert list(images_of(alice)) == [image]


def test_what_is_in_the_trash_keeps_its_day(alice: User, model: ImageModel) -> None:
    image = make_picture(make_generation(alice, model))
    first = actions.trash(alice, [image.pk])
    assert actions.trash(alice, [image.pk]).count == 0
    image.refresh_from_db()
    assert image.trashed_at == first.moment


def test_an_undo_takes_back_one_removal_only(alice: User, model: ImageModel) -> None:
    generation = make_generation(alice, model)
    images = [make_picture(generation, position=position) for position in range(3)]
    actions.trash(alice, [images[0].pk])
    removed = actions.trash(alice, [images[1].pk, images[2].pk])
    assert actions.restore_removed(alice, removed.moment) == 2
    assert list(trash_of(alice)) == [images[0]]
    assert actions.restore_removed(alice) == 1


def test_strangers_pictures_are_passed_over(alice: User, bob: User, model: ImageModel) -> None:
    theirs = make_picture(make_generation(alice, model))
    mine = make_picture(make_generation(bob, model))
    ids = [theirs.pk, mine.pk, uuid.uuid4()]
    assert actions.favourite_many(bob, ids, on=True) == 1
    assert actions.trash(bob, ids).count == 1
    actions.trash(alice, [theirs.pk])
    assert actions.restore(bob, ids) == 1
    assert list(trash_of(alice)) == [theirs]
    assert list(Favourite.objects.values_list("image", flat=True)) == [mine.pk]


def test_more_than_one_batch_is_one_removal(
    alice: User, model: ImageModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lib_ids, "BATCH", 2)
    generation = make_generation(alice, model)
    ids = [make_picture(generation, position=position).pk for position in range(5)]
    removed = actions.trash(alice, ids)
    assert removed.count == 5
    assert actions.restore_removed(alice, removed.moment) == 5


def test_its_bytes_are_seen_by_its_person_only(
    on_files: None, alice: User, bob: User, stored: Stored, client_of: ClientOf, client: Client
) -> None:
    image = stored(alice)
    actions.trash(alice, [image.pk])
    for variant in ("original", "preview", "thumbnail"):
        address = reverse("picture", args=[image.pk, variant])
        assert client_of(alice).get(address).status_code == 200  # the trash shows it
        assert client_of(bob).get(address).status_code == 404
        assert client.get(address).status_code == 302


def test_after_thirty_days_row_and_bytes_go_and_the_books_stay(
    storage: str, alice: User, stored: Stored
) -> None:
    image = stored(alice)
    in_trash_since(image, LONG_AGO)
    assert actions.purge() == 1
    assert not StoredImage.objects.filter(pk=image.pk).exists()
    assert is_there(image) == [False, False, False]
    assert Attempt.objects.filter(pk=image.attempt_id).exists()
    assert ImageJob.objects.filter(pk=image.job_id, state="succeeded").exists()
    assert actions.purge() == 0


def test_until_then_everything_stays(on_files: None, alice: User, stored: Stored) -> None:
    image = stored(alice)
    in_trash_since(image, timedelta(days=29))
    assert actions.purge() == 0
    assert is_there(image) == [True, True, True]


def test_bytes_another_picture_has_as_well_stay(storage: str, alice: User, stored: Stored) -> None:
    image, twin = stored(alice, corpus.png()), stored(alice, corpus.png())
    assert twin.original_key == image.original_key
    in_trash_since(image, LONG_AGO)
    assert actions.purge() == 1
    assert is_there(twin) == [True, True, True]
    in_trash_since(twin, LONG_AGO)
    assert actions.purge() == 1
    assert is_there(twin) == [False, False, False]


def test_a_copy_nobody_else_has_goes_though_the_original_stays(
    storage: str, alice: User, stored: Stored
) -> None:
    """A team that began to write prompts into its files has two kinds of copies of one original."""
    plain = stored(alice, corpus.png())
    Team.objects.filter(pk=plain.team_id).update(prompt_in_files=True)
    described = stored(alice, corpus.png())
    assert (described.original_key == plain.original_key, described.preview_key == plain.preview_key) == (
        True,
        False,
    )
    in_trash_since(plain, LONG_AGO)
    assert actions.purge() == 1
    assert is_there(described) == [True, True, True]
    assert is_there(plain) == [True, False, False]


def test_a_copy_deleted_just_before_the_row_is_stored_again(
    on_files: None, alice: User, stored: Stored, monkeypatch: pytest.MonkeyPatch
) -> None:
    create = StoredImage.objects.create

    def create_late(**fields: Any) -> StoredImage:
        storages["previews"].delete(fields["thumbnail_key"])
        return create(**fields)

    monkeypatch.setattr(StoredImage.objects, "create", create_late)
    assert is_there(stored(alice)) == [True, True, True]


def test_the_same_bytes_of_another_team_are_others(
    storage: str, alice: User, bob: User, stored: Stored
) -> None:
    mine, theirs = stored(alice, corpus.png()), stored(bob, corpus.png())
    assert mine.sha256 == theirs.sha256
    in_trash_since(mine, LONG_AGO)
    assert actions.purge() == 1
    assert (is_there(mine), is_there(theirs)) == ([False] * 3, [True] * 3)


def test_bytes_a_storage_that_is_away_cannot_let_go_of_go_the_next_time(
    on_files: None, alice: User, stored: Stored, tmp_path: Path
) -> None:
    image = stored(alice)
    in_trash_since(image, LONG_AGO)
    (tmp_path / "media").rename(tmp_path / "elsewhere")
    assert actions.purge() == 1
    assert Leftover.objects.count() == 3
    (tmp_path / "elsewhere").rename(tmp_path / "media")
    assert is_there(image) == [True, True, True]
    actions.purge()
    assert is_there(image) == [False, False, False]
    assert not Leftover.objects.exists()


def test_a_bucket_that_is_gone_is_not_an_empty_one(
    on_s3: None, alice: User, stored: Stored, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = stored(alice)
    in_trash_since(image, LONG_AGO)
    with monkeypatch.context() as away:
        for alias in ("originals", "previews"):
            away.setattr(storages[alias], "bucket_name", "no-such-bucket")
        assert actions.purge() == 1
    assert Leftover.objects.count() == 3
    actions.purge()
    assert is_there(image) == [False, False, False]


def test_a_storage_that_is_away_is_not_asked_about_every_picture(
    on_files: None, alice: User, stored: Stored, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def away(name: str) -> None:
        asked.append(name)
        raise OSError

    for alias in ("originals", "previews"):
        monkeypatch.setattr(storages[alias], "stream", away)
    for content in (corpus.png(), corpus.KEPT["jpeg"]):
        in_trash_since(stored(alice, content), LONG_AGO)
    assert actions.purge() == 2
    assert len(asked) == actions.MOST_FAILURES
    actions.purge()  # the others' turn
    assert len(set(asked)) == 2 * actions.MOST_FAILURES


def test_bytes_that_are_wanted_again_before_they_went_stay(
    on_files: None, alice: User, stored: Stored, tmp_path: Path
) -> None:
    in_trash_since(stored(alice, corpus.png()), LONG_AGO)
    (tmp_path / "media").rename(tmp_path / "elsewhere")
    actions.purge()
    (tmp_path / "elsewhere").rename(tmp_path / "media")
    twin = stored(alice, corpus.png())
    actions.purge()
    assert is_there(twin) == [True, True, True]
    assert not Leftover.objects.exists()


def test_a_machine_whose_clock_is_ahead_ends_nothing(
    on_files: None, alice: User, stored: Stored, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = stored(alice)
    in_trash_since(image, timedelta(hours=1))
    now = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: now + 2 * LONG_AGO)
    assert actions.purge() == 0
    assert is_there(image) == [True, True, True]


def test_what_hung_on_a_purged_picture_goes_and_what_became_of_it_stays(
    on_files: None, alice: User, stored: Stored, model: ImageModel
) -> None:
    image = stored(alice)
    collection = Collection.objects.create(team=image.team, person=alice, title="Herons")
    CollectionItem.objects.create(collection=collection, image=image, place=1)
    Comment.objects.create(image=image, person=alice, text="Lovely")
    actions.favourite(alice, image, on=True)
    remix = make_picture(make_generation(alice, model, parent_image=image))
    in_trash_since(image, LONG_AGO)
    assert actions.purge() == 1
    assert list(images_of(alice)) == [remix]
    remix.job.generation.refresh_from_db()
    assert remix.job.generation.parent_image is None
    for rows in (Favourite, CollectionItem, Comment, PictureText):
        assert not rows.objects.filter(image=image.pk).exists()
    assert not matching(images_of(alice), person_word(alice.pk), "lighthouse").exists()


def test_a_picture_still_being_worked_on_is_not_purged(on_files: None, alice: User, stored: Stored) -> None:
    image = stored(alice)
    in_trash_since(image, LONG_AGO)
    assert actions.purge(but=[image.attempt_id]) == 0
    ImageJob.objects.filter(pk=image.job_id).update(state="received", finished_at=None)
    assert actions.purge() == 0


def test_a_picture_restored_meanwhile_is_not_purged(on_files: None, alice: User, stored: Stored) -> None:
    image = stored(alice)
    in_trash_since(image, LONG_AGO)
    image.refresh_from_db()
    actions.restore(alice, [image.pk])
    assert not actions._purge(image, timezone.now())
    assert is_there(image) == [True, True, True]


def test_the_same_bytes_stored_while_they_are_deleted_are_put_back(
    on_files: None, alice: User, stored: Stored, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = stored(alice, corpus.png())
    in_trash_since(image, LONG_AGO)
    storage: Any = storages["originals"]
    delete, twins = storage.delete, []

    def delete_late(name: str) -> None:
        """Between the look for other rows and the delete, another picture of the same bytes is stored."""
        twins.append(stored(alice, corpus.png()))
        delete(name)

    monkeypatch.setattr(storage, "delete", delete_late)
    assert actions.purge() == 1
    assert is_there(twins[0]) == [True, True, True]


def test_bytes_deleted_just_before_the_row_are_stored_again(
    on_files: None, alice: User, stored: Stored, monkeypatch: pytest.MonkeyPatch
) -> None:
    create = StoredImage.objects.create

    def create_late(**fields: Any) -> StoredImage:
        storages["originals"].delete(fields["original_key"])
        return create(**fields)

    monkeypatch.setattr(StoredImage.objects, "create", create_late)
    assert is_there(stored(alice)) == [True, True, True]


def test_upkeep_purges_the_trash_but_no_picture_whose_reply_is_still_there(
    on_files: None, alice: User, stored: Stored
) -> None:
    done, at_work = stored(alice, corpus.png()), stored(alice, corpus.KEPT["jpeg"])
    for image in (done, at_work):
        in_trash_since(image, LONG_AGO)
    reply = spool.reply_path(at_work.attempt_id)
    reply.write_bytes(b"")
    try:
        assert sweeper.tidy() == 1
    finally:
        reply.unlink()
    assert list(StoredImage.objects.all()) == [at_work]
