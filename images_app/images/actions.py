"""From the received bytes of a paid call to a picture in storage and its row; hearts, the trash and its end."""

import hashlib
import logging
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.core.files.base import ContentFile, File
from django.core.files.storage import storages
from django.db import IntegrityError, InterfaceError, OperationalError, transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from images_app.audit.actions import record
from images_app.images import search
from images_app.images.access import decided_by, images_of, left_to, seen_by, trash_of
from images_app.images.derive import PREVIEW_EDGE, THUMBNAIL_EDGE, derive
from images_app.images.headers import BadPicture
from images_app.images.models import SHOWN, Favourite, Leftover, StoredImage
from images_app.images.storage import NotWhole
from images_app.lib.dbtime import from_now
from images_app.lib.ids import batches
from images_app.teams import activity
from images_app.teams.audience import Audience
from images_app.teams.models import Membership, Team, User
from images_app.teams.roles import MAY, Can

if TYPE_CHECKING:
    from images_app.models import Attempt, ImageJob

__all__ = [
    "EXTENSIONS",
    "TRASH_DAYS",
    "BadPicture",
    "NotWhole",
    "favourite",
    "favourite_many",
    "hide",
    "purge",
    "put",
    "restore",
    "restore_removed",
    "show",
    "store",
    "trash",
]

logger = logging.getLogger(__name__)

EXTENSIONS = {"png": "png", "jpeg": "jpg", "webp": "webp"}
TRASH_DAYS = 30
# Where a picture's bytes lie: the storage, and the row's field with the key.
BYTES = (("originals", "original_key"), ("previews", "preview_key"), ("previews", "thumbnail_key"))
BATCH = 500  # what one purge takes, so that no lock is held for long
MOST_FAILURES = 3  # of the storage, one after the other


def store(
    path: Path,
    *,
    job: "ImageJob",
    attempt: "Attempt",
    position: int,
    revised_prompt: str,
    also: Callable[[StoredImage], None] = lambda image: None,
) -> StoredImage:
    """Keeps the picture at ``path`` byte for byte, with its display copies, and answers its row.

    Repeatable: the keys name the content, and a second call for the same attempt and position finds the first row.
    The row comes last, so a row always has its bytes; ``also`` happens with it or not at all, and once. Not to be
    called inside a transaction: it uploads.
    Raises BadPicture for bytes that will never be a picture; NotWhole and errors of storage or database as they
    are, for a later try.
    """
    stored = StoredImage.objects.filter(attempt=attempt, position=position).first()
    if stored is not None and _is_there(stored):
        return stored
    description = job.generation.prompt if job.team.prompt_in_files else ""
    derived = derive(path, description)
    stem = f"{job.team_id}/{derived.sha256[:2]}/{derived.sha256}"
    original_key = f"{stem}.{EXTENSIONS[derived.format]}"
    # A copy that carries words is another one than the copy of the same picture without, or with others.
    words = f"-{hashlib.sha256(description.encode()).hexdigest()[:12]}" if description else ""
    preview_key, thumbnail_key = (f"{stem}-{edge}{words}.webp" for edge in (PREVIEW_EDGE, THUMBNAIL_EDGE))

    def upload() -> None:
        with path.open("rb") as file:
            put("originals", original_key, File(file), sha256=derived.sha256, size=derived.size)
        for key, data in ((preview_key, derived.preview), (thumbnail_key, derived.thumbnail)):
            put("previews", key, ContentFile(data), sha256=hashlib.sha256(data).hexdigest(), size=len(data))

    upload()
    try:
        with transaction.atomic():
            image = StoredImage.objects.create(
                attempt=attempt,
                position=position,
                team_id=job.team_id,
                person_id=job.person_id,
                job=job,
                model_id=job.generation.model_id,
                audience=job.generation.audience,
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
            search.enter(image, job.generation.prompt)
            also(image)
    except IntegrityError:  # another worker was first
        return StoredImage.objects.get(attempt=attempt, position=position)
    # The same bytes may have been purged in this moment: purge() saw no row yet, but from here on it sees one.
    if not _is_there(image):
        upload()
    return image


def _is_there(image: StoredImage) -> bool:
    return all(storages[alias].exists(getattr(image, field)) for alias, field in BYTES)


def put(alias: str, key: str, content: File[Any], *, sha256: str, size: int) -> None:
    """Writes and looks again: what storage answers is only believed when the bytes are there."""
    storage: Any = storages[alias]
    storage.save(key, content)
    storage.check(key, sha256=sha256, size=size)


def favourite(person: User, image: StoredImage, on: bool) -> None:
    """Puts a person's heart on a picture, or takes it off; a second time changes nothing."""
    favourite_many(person, [image.pk], on)


def favourite_many(person: User, ids: Iterable[UUID], on: bool) -> int:
    """Hearts for those among ``ids`` that the person may look at; how many. Others are passed over."""
    count = 0
    for batch in batches(ids):
        with transaction.atomic():
            # Locked in one order, so that the hearts of two people at once are counted one after the other.
            found = StoredImage.objects.filter(seen_by(person), pk__in=batch).order_by("pk")
            images = list(found.select_related("team").select_for_update(no_key=True, of=("self",)))
            there = [image.pk for image in images]
            loved = set(
                Favourite.objects.filter(person=person, image__in=there).values_list("image", flat=True)
            )
            if on:
                fresh = [pk for pk in there if pk not in loved]
                Favourite.objects.bulk_create(Favourite(person=person, image_id=pk) for pk in fresh)
                StoredImage.objects.filter(pk__in=fresh).update(hearts=F("hearts") + 1)
                activity.note_hearts([image for image in images if image.pk in set(fresh)], person)
            else:
                Favourite.objects.filter(person=person, image__in=loved).delete()
                StoredImage.objects.filter(pk__in=loved).update(hearts=F("hearts") - 1)
                activity.forget_hearts(loved, person)
        count += len(there)
    return count


def show(person: User, ids: Iterable[UUID], audience: Audience) -> int:
    """Who sees the pictures among ``ids`` that are the person's to decide on from now on; how many have changed. To
    fewer people always, to more only in teams where they may show anything, and which are not their own alone; what
    lies in the trash stays as it is."""
    seats = Membership.objects.filter(person=person, role__in=MAY[Can.MAKE], team__personal=False).values(
        "team"
    )
    count = 0
    for batch in batches(ids):
        with transaction.atomic():
            rows = decided_by(person).filter(Q(audience__gt=audience) | Q(team__in=seats), pk__in=batch)
            rows = rows.exclude(audience=audience)
            hidden = rows.filter(audience__lt=Audience.TEAM).select_related("team")
            fresh = list(hidden) if audience >= Audience.TEAM else []
            count += rows.update(audience=audience)
            activity.note_pictures(fresh, by=person)
    return count


def hide(keeper: Membership, image: StoredImage) -> bool:
    """Takes somebody's picture out of what the team sees; its maker keeps it, and where they have left those who keep
    the team. False where it was not there. Raises PermissionDenied."""
    if not keeper.may(Can.TIDY) or image.team_id != keeper.team_id:
        raise PermissionDenied
    shown = StoredImage.objects.filter(SHOWN, pk=image.pk)
    return bool(shown.update(audience=Audience.PRIVATE))


def withhold(ids: Iterable[UUID], reason: str) -> list[UUID]:
    """Nobody meets the pictures from the commit on; their makers read the ``reason`` (no empty one). Which were not
    hidden before. Addresses of the bucket that were handed out die within SIGNED_SECONDS."""
    hidden: list[UUID] = []
    for pk in dict.fromkeys(ids):
        rows = StoredImage.objects.filter(pk=pk, hidden_at=None)
        if rows.update(hidden_at=timezone.now(), hidden_reason=reason):
            hidden.append(pk)
    return hidden


def release(ids: Iterable[UUID]) -> int:
    """The pictures are met again by whoever met them before; how many were hidden."""
    rows = StoredImage.objects.filter(pk__in=list(ids), hidden_at__isnull=False)
    return rows.update(hidden_at=None, hidden_reason="")


@dataclass(frozen=True)
class Removed:
    """What one press put into the trash: ``moment`` names it, for an undo."""

    count: int
    moment: datetime


def trash(person: User, ids: Iterable[UUID]) -> Removed:
    """Puts the pictures among ``ids`` that are the person's to decide on into the trash, all at one moment; others
    are passed over."""
    moment = timezone.now()
    with transaction.atomic():
        count = sum(_throw(person, batch, moment) for batch in batches(ids))
    return Removed(count, moment)


def _throw(person: User, ids: list[UUID], moment: datetime) -> int:
    own = images_of(person).filter(pk__in=ids)
    _record("image.trashed", own, person)
    count = own.update(trashed_at=moment)
    left = StoredImage.objects.filter(left_to(person), pk__in=ids)
    _record("image.trashed", left, person)
    return count + left.update(trashed_at=moment, trashed_by=person)


def _record(verb: str, images: QuerySet[StoredImage], by: User) -> None:
    """One entry for each team and at most BATCH pictures: a press may be about fifty thousand."""
    rows = images.order_by("team").values_list("pk", "team")
    of_team: dict[UUID, list[UUID]] = {}
    for pk, team in rows:
        of_team.setdefault(team, []).append(pk)
    teams = Team.objects.in_bulk(list(of_team))
    for team, pks in of_team.items():
        for start in range(0, len(pks), BATCH):
            some = pks[start : start + BATCH]
            one = StoredImage(pk=some[0]) if len(some) == 1 else None
            after = {} if one else {"count": len(some), "images": some}
            record(verb, actor=by, target=one, team=teams[team], after=after)


def restore(person: User, ids: Iterable[UUID]) -> int:
    """Takes the pictures among ``ids`` that the person can have back out of the trash; how many."""
    with transaction.atomic():
        return sum(_back(trash_of(person).filter(pk__in=batch), person) for batch in batches(ids))


@transaction.atomic
def restore_removed(person: User, moment: datetime | None = None) -> int:
    """Takes out of the trash what was removed at ``moment``, or all that is in it; how many."""
    rows = trash_of(person)
    return _back(rows if moment is None else rows.filter(trashed_at=moment), person)


def _back(thrown: QuerySet[StoredImage], person: User) -> int:
    _record("image.restored", thrown, person)
    return thrown.update(trashed_at=None, trashed_by=None)


def purge(before: datetime | None = None, *, but: Collection[UUID] = ()) -> int:
    """Ends for good what has lain in the trash since before ``before`` (30 days ago); how many pictures.

    Row and bytes go; the job and its attempts, which say what was paid, stay. ``but``: attempts whose reply is still
    being worked on, and a job that is not at its end keeps its pictures as well. Repeatable, a batch at a time: bytes
    the storage does not let go of now are a Leftover, and tried again the next time.
    """
    due = StoredImage.objects.filter(job__finished_at__isnull=False)
    if before is None:
        # By the database's clock as well: one machine whose clock is ahead must not end what was removed today.
        before = timezone.now() - timedelta(days=TRASH_DAYS)
        due = due.filter(trashed_at__lt=from_now(-timedelta(days=TRASH_DAYS).total_seconds()))
    due = due.filter(trashed_at__lt=before)
    done = 0
    for image in (
        due.exclude(attempt__in=list(but)).select_related("person", "team").order_by("trashed_at")[:BATCH]
    ):
        try:
            done += _purge(image, before)
        except (OperationalError, InterfaceError):
            raise  # it would be the same for the others
        except Exception:
            logger.exception("picture %s could not be purged; going on", image.pk)
    _clear_up()
    return done


def _purge(image: StoredImage, before: datetime) -> bool:
    """The row goes, and in the same moment it is written down which bytes are to follow."""
    with transaction.atomic():
        still = StoredImage.objects.select_for_update().filter(pk=image.pk, trashed_at__lt=before)
        if not still:  # taken out of the trash meanwhile
            return False
        Leftover.objects.bulk_create(
            Leftover(storage=alias, key=getattr(image, field), sha256=image.sha256) for alias, field in BYTES
        )
        gone = {"person": image.person.email, "trashed_at": image.trashed_at, "sha256": image.sha256}
        record("image.purged", actor=None, target=image, team=image.team, before=gone)
        still.delete()
    return True


def _clear_up() -> None:
    """Deletes the bytes of purged pictures, those that were tried longest ago first."""
    failures = 0
    for leftover in Leftover.objects.order_by("tried_at", "pk")[: 2 * BATCH * len(BYTES)]:
        try:
            _delete_bytes(leftover)
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            logger.exception("bytes %s could not be deleted; they will be tried again", leftover.key)
            Leftover.objects.filter(pk=leftover.pk).update(tried_at=timezone.now())
            failures += 1
            if failures == MOST_FAILURES:  # the storage is away: each further try may last a minute
                return
        else:
            leftover.delete()
            failures = 0


def _delete_bytes(leftover: Leftover) -> None:
    if _needed(leftover):
        return
    storage: Any = storages[leftover.storage]
    try:
        held = b"".join(storage.stream(leftover.key)[1])
    except FileNotFoundError:
        return
    storage.delete(leftover.key)
    # The same bytes may have been stored anew in this moment. Its row is either here by now, or store() looks again
    # after writing it: one of the two puts back what this took away.
    if _needed(leftover):
        storage.save(leftover.key, ContentFile(held))


def _needed(leftover: Leftover) -> bool:
    """Whether another picture of the same bytes lies under this key. Each key is asked for by itself: pictures of one
    original may have display copies of their own, with words in them."""
    fields = (field for alias, field in BYTES if alias == leftover.storage)
    under = Q(*((field, leftover.key) for field in fields), _connector=Q.OR)
    return StoredImage.objects.filter(under, sha256=leftover.sha256).exists()
