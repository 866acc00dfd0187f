"""Two pictures beside each other: in what their recipes differ."""

import math
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from images_app.galleries.access import seen, visible_picture
from images_app.galleries.recipe import recipe_of
from images_app.galleries.shelf import Tile
from images_app.galleries.words import Part, difference
from images_app.images.access import images_of
from images_app.images.models import StoredImage
from images_app.lib.ratio import ratio_of
from images_app.teams.models import User

# What every picture has of its own: no word about how two recipes differ.
_INCIDENTAL = {"Took", "File", "Cost"}
BESIDE = 24
_AS_MADE = ("job__generation__created_at", "job__generation", "job__position", "position", "id")


@dataclass(frozen=True)
class Line:
    """One line of both recipes; "" where a model has no such setting."""

    name: str
    left: str
    right: str

    @property
    def differs(self) -> bool:
        return self.left != self.right


@dataclass(frozen=True)
class Pair:
    """Two pictures as ``reader`` sees them."""

    reader: User
    left: StoredImage
    right: StoredImage

    @property
    def tiles(self) -> tuple[Tile, Tile]:
        return Tile(self.left), Tile(self.right)

    @property
    def shape(self) -> str:
        """Of the frame both hang in: the one between the two, which is their own where they share it."""
        wide = math.sqrt(self.left.width * self.right.width)
        high = math.sqrt(self.left.height * self.right.height)
        return ratio_of(round(wide), round(high))

    @property
    def lines(self) -> list[Line]:
        left, right = dict(recipe_of(self.left)), dict(recipe_of(self.right))
        return [Line(name, left.get(name, ""), right.get(name, "")) for name in {**left, **right}]

    @property
    def labels(self) -> tuple[str, str]:
        """What sets each apart, in a few words for the corners of the frame; A and B where nothing does."""
        apart = [line for line in self.lines if line.differs and line.name not in _INCIDENTAL]
        left = ", ".join(line.left for line in apart if line.left)
        right = ", ".join(line.right for line in apart if line.right)
        return left or "A", right or "B"

    @property
    def beside(self) -> list[StoredImage]:
        """What else came of the same press, to be put at the right: the other models', and other pictures."""
        generations = [self.left.job.generation, self.right.job.generation]
        batches = [generation.batch for generation in generations if generation.compare and generation.batch]
        same = Q(job__generation__in=generations) | Q(job__generation__batch__in=batches)
        rows = seen(self.reader).filter(same).exclude(pk__in=[self.left.pk, self.right.pk])
        return list(rows.order_by(*_AS_MADE)[:BESIDE])

    @property
    def prompts(self) -> list[Part]:
        """How the left prompt became the right one; nothing where they are the same."""
        before, after = self.left.job.generation.prompt, self.right.job.generation.prompt
        return [] if before == after else difference(before, after)


def first_two(person: User, batch: str) -> list[UUID]:
    """Of models compared by one press: the first picture of the first two that have one."""
    try:
        rows = images_of(person).filter(job__generation__batch=UUID(batch), job__generation__compare=True)
    except ValueError:
        return []
    firsts: dict[UUID, UUID] = {}
    for generation, image in rows.order_by(*_AS_MADE).values_list("job__generation", "pk"):
        firsts.setdefault(generation, image)
    return list(firsts.values())[:2]


def pair_of(person: User, left: UUID, right: UUID) -> Pair:
    """Both pictures, or the 404 of none."""
    return Pair(person, visible_picture(person, left), visible_picture(person, right))
