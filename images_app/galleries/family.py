"""Where a picture came from and what became of it: remixes, a few generations up and down."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from images_app.galleries.access import seen
from images_app.images.access import seen_by
from images_app.images.models import StoredImage
from images_app.teams.access import own
from images_app.teams.models import User

UP, DOWN = 4, 2  # generations
MOST = 8  # pictures beside each other in one generation
_ROWS = 64  # read for them: a submission may hold several pictures, and only its first is shown


@dataclass(frozen=True)
class Family:
    """Only what the person may see; pictures in the trash are left out, not what lies beyond them."""

    ancestors: list[StoredImage]  # the oldest first
    siblings: list[StoredImage]  # other remixes of the same picture, the oldest first
    descendants: list[list[StoredImage]]  # one list a generation, the nearest first

    @property
    def parent(self) -> StoredImage | None:
        return self.ancestors[-1] if self.ancestors else None


def family_of(person: User, picture: StoredImage) -> Family:
    parent = picture.job.generation.parent_image_id
    siblings = _remixes(person, [parent]) if parent else []
    here = picture.job.generation_id
    return Family(
        _ancestors(person, picture),
        [image for image in siblings if image.job.generation_id != here][:MOST],
        _descendants(person, picture),
    )


def _ancestors(person: User, picture: StoredImage) -> list[StoredImage]:
    """Two queries, however long the line: its ids, then its pictures."""
    step = "job__generation__parent_image"
    paths = ["__".join([step] * level) + "_id" for level in range(1, UP + 1)]
    line = StoredImage.objects.filter(pk=picture.pk).values_list(*paths).first() or ()
    # A picture cannot be its own ancestor; a line bent by hand in the database still ends.
    ids = list(dict.fromkeys(id for id in line if id and id != picture.pk))
    found = seen(person).in_bulk(ids) if ids else {}
    return [found[id] for id in reversed(ids) if id in found]


def _descendants(person: User, picture: StoredImage) -> list[list[StoredImage]]:
    known, parents, found = {picture.pk}, [picture.pk], []
    for _ in range(DOWN):
        remixes = [image for image in _remixes(person, parents) if image.pk not in known][:MOST]
        if not remixes:
            break
        found.append(remixes)
        # Whatever lies in a remix's strip may have been remixed, not only its first picture.
        strips = {image.job.generation_id for image in remixes}
        parents = list(
            StoredImage.objects.filter(own(person) | seen_by(person), job__generation__in=strips).values_list(
                "pk", flat=True
            )
        )
        known.update(parents)
    return found


def _remixes(person: User, parents: Iterable[UUID]) -> list[StoredImage]:
    """The first picture of each submission that began with one of ``parents``, the oldest first."""
    rows = seen(person).filter(job__generation__parent_image__in=parents)
    firsts: dict[UUID, StoredImage] = {}
    for image in rows.order_by(
        "job__generation__created_at", "job__generation_id", "job__position", "position"
    )[:_ROWS]:
        firsts.setdefault(image.job.generation_id, image)
    return list(firsts.values())
