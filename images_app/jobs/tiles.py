"""A job as a tile of the studio, and a generation as a run of tiles: plain data for the templates."""

import math
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Q
from django.utils import timezone

from images_app.images.models import StoredImage
from images_app.jobs.choices import quality_name, style_name, value_of
from images_app.jobs.expect import Line, expected_s, lines
from images_app.jobs.models import Generation, ImageJob
from images_app.jobs.request import again_price, agreed_again
from images_app.jobs.states import IN_FLIGHT, PENDING, REPEATABLE, State
from images_app.jobs.story import GIVEN_UP, ICONS
from images_app.lib.ratio import ratio_of, shape_name
from images_app.lib.words import about, ago, money, ordinal
from images_app.moderation.models import ChangedPrompt
from images_app.providers.models import ImageModel

# What a tile says in large where no picture is shown; the studio's words for the states of the machine.
HEADINGS: dict[str, str] = {
    State.QUEUED: "in line",
    State.CLAIMED: "Starting",
    State.SENT: "Developing",
    State.RECEIVED: "Saving",
    State.SUCCEEDED: "In the trash",
    State.REJECTED: "Refused",
    State.FAILED: "Failed",
    State.CANCELLED: "Cancelled",
    State.UNKNOWN: "Needs your decision",
    State.LOST: "Lost",
}
ROW = 4  # tiles beside each other before a run takes a second row; twice as many where they are tall
HUES = 4  # colours of the bath, tokens in tile.css


@dataclass(frozen=True)
class Tile:
    """One picture, made or not. ``key`` is fresh for every drawing of the tile."""

    job: ImageJob
    generation: Generation
    line: Line | None

    @property
    def state(self) -> State:
        return State(self.job.state)

    @property
    def image(self) -> StoredImage | None:
        """The first picture that came, once it is safe in storage and unless it is in the trash."""
        return next(iter(self.images), None)

    @property
    def images(self) -> list[StoredImage]:
        """None until all of it is safe in storage."""
        return self.job.kept_images if self.state is State.SUCCEEDED else []

    @property
    def more(self) -> int:
        """Further pictures of the same call: an endpoint may send more than was asked."""
        return max(len(self.images) - 1, 0)

    @property
    def pending(self) -> bool:
        return self.state in PENDING

    @property
    def developing(self) -> bool:
        return self.pending and self.state is not State.QUEUED

    @property
    def ratio(self) -> str:
        image = self.image
        return ratio_of(image.width, image.height) if image else ratio_of(*self.generation.shape)

    @property
    def icon(self) -> str:
        return "trash-2" if self.state is State.SUCCEEDED else ICONS[self.job.state]

    @property
    def hue(self) -> int:
        return self.job.pk.int % HUES

    @property
    def heading(self) -> str:
        if self.withheld:
            return "Hidden"
        return "Removed" if self.purged else HEADINGS[self.job.state]

    @property
    def withheld(self) -> bool:
        """Its picture was hidden by those who look after the site."""
        return self.state is State.SUCCEEDED and any(image.hidden_at for image in self.job.images.all())

    @property
    def purged(self) -> bool:
        """Its picture was removed, and its days in the trash are over."""
        return self.state is State.SUCCEEDED and not self.job.images.all()

    @property
    def place(self) -> str:
        """ "2nd" in line; "Next" for the first."""
        if self.line is None:
            return "Waits"
        return "Next" if self.line.place == 1 else ordinal(self.line.place)

    @property
    def sentence(self) -> str:
        """Why it is so, or what is to come; "" where there is nothing to add."""
        match self.state:
            case State.QUEUED:
                return waiting_words(self.line) if self.line else ""
            case State.UNKNOWN:
                return f"{self.risk} may have been charged." if self.risk else "It may have been charged."
            case State.FAILED if self.job.reason in GIVEN_UP:
                return f"{GIVEN_UP[self.job.reason]}."
            case State.REJECTED | State.FAILED | State.LOST:
                return self.job.message or self.charge
            case State.CANCELLED:
                return self.charge
            case State.SUCCEEDED if self.withheld:
                return "Whoever looks after this Easel has hidden its picture."
            case State.SUCCEEDED:
                return "Its picture was removed."
            case _:
                return ""

    @property
    def charge(self) -> str:
        if self.job.charged_usd is None:
            return ""
        return (
            f"You were charged {money(self.job.charged_usd)}."
            if self.job.charged_usd
            else "You were not charged."
        )

    @property
    def risk(self) -> str:
        """The money at risk; "" where the price is not known."""
        return "" if self.job.price_usd is None else money(self.job.price_usd)

    @property
    def price(self) -> str:
        """Of one more."""
        return again_price(self.generation, 1)

    @property
    def agreed(self) -> str:
        return agreed_again(self.generation, 1)

    @property
    def elapsed_s(self) -> int:
        """Whole seconds since the call was sent, by the server's clock; the page counts on from here."""
        sent = self.job.sent_at
        return max(0, int((timezone.now() - sent).total_seconds())) if sent else 0

    @property
    def expected_s(self) -> int:
        generation = self.generation
        return expected_s(generation.model, generation.size, generation.quality)

    @property
    def elapsed(self) -> str:
        """As static/js/tiles.js says it on."""
        return f"{self.elapsed_s} s" if self.elapsed_s < 90 else f"{self.elapsed_s // 60} min"

    @property
    def expected(self) -> str:
        return about(self.expected_s)

    @property
    def progress(self) -> int:
        """0 to 99, nearing the end ever more slowly once the estimate has passed."""
        if self.state is State.CLAIMED:
            return 0
        if self.state is State.RECEIVED:
            return 99
        return share_done(self.elapsed_s, self.expected_s)

    @property
    def late(self) -> bool:
        return self.state is State.SENT and self.elapsed_s > 1.5 * self.expected_s

    @property
    def key(self) -> str:
        """A new submission key: pressing one button twice makes one new picture."""
        return str(uuid.uuid4())


@dataclass(frozen=True)
class Run:
    """One generation: its recipe, and its tiles in order."""

    generation: Generation
    tiles: list[Tile]
    model_value: str
    # What was written, where a rule wrote something else.
    rewritten: ChangedPrompt | None = None

    @property
    def columns(self) -> int:
        width, height = self.generation.shape
        count, most = max(len(self.tiles), 1), ROW if width >= height else 2 * ROW
        return math.ceil(count / math.ceil(count / most))

    @property
    def ratio(self) -> str:
        return ratio_of(*self.generation.shape)

    @property
    def settings(self) -> list[str]:
        """The recipe in words, without the prompt."""
        generation = self.generation
        named = (generation.model.label, quality_name(generation.quality), style_name(generation.style))
        return [name for name in named if name]

    @property
    def ago(self) -> str:
        return ago(self.generation.created_at)

    @property
    def waiting(self) -> int:
        return sum(tile.state is State.QUEUED for tile in self.tiles)

    @property
    def quiet(self) -> bool:
        """Whether what waits of it waits until it is quiet."""
        return any(tile.job.quiet for tile in self.tiles if tile.state is State.QUEUED)

    @property
    def asked_quiet(self) -> bool:
        """Whether it was asked for whenever it is quiet: a part of the recipe, also when it is made."""
        return any(tile.job.quiet for tile in self.tiles)

    @property
    def failed(self) -> list[Tile]:
        """Those that came to nothing; one press asks for all of them anew."""
        return [tile for tile in self.tiles if tile.state in REPEATABLE]

    @property
    def unclear(self) -> list[Tile]:
        return [tile for tile in self.tiles if tile.state is State.UNKNOWN]

    @property
    def images(self) -> list[StoredImage]:
        return [image for tile in self.tiles for image in tile.images]

    @property
    def ids(self) -> str:
        """Of its pictures, as the verbs over several take them."""
        return ",".join(str(image.pk) for image in self.images)

    @property
    def hearts(self) -> int:
        """How many of its pictures have the person's heart (images.access.with_hearts)."""
        return sum(image.favourite for image in self.images)  # type: ignore[attr-defined]

    @property
    def standing(self) -> str:
        """Changes whenever what can be done with the run does."""
        counts = (self.waiting, self.quiet, len(self.failed), len(self.unclear), len(self.images))
        return "-".join(str(int(count)) for count in counts)

    @property
    def price(self) -> str:
        """Of the whole run, made again."""
        return again_price(self.generation, self.generation.n)

    @property
    def agreed(self) -> str:
        return agreed_again(self.generation, self.generation.n)

    @property
    def retry_price(self) -> str:
        return again_price(self.generation, len(self.failed))

    @property
    def retry_agreed(self) -> str:
        return agreed_again(self.generation, len(self.failed))

    @property
    def risk(self) -> str:
        """The money at risk in all unclear calls together."""
        return total(self.unclear).removeprefix("about ")

    @property
    def pair(self) -> UUID:
        """The same for runs that are to be compared side by side."""
        generation = self.generation
        return generation.batch if generation.compare and generation.batch else generation.pk

    @property
    def parent(self) -> StoredImage | None:
        """The picture it began with, while that can be met."""
        parent = self.generation.parent_image
        return parent if parent and not (parent.trashed_at or parent.hidden_at) else None

    @property
    def changes(self) -> list[str]:
        """What a remix changed of the recipe it began with: "HD → Standard"."""
        parent = self.generation.parent_image
        if parent is None:
            return []
        before, after = parent.job.generation, self.generation
        named = [
            (before.model.label, after.model.label),
            (_shape(before), _shape(after)),
            (quality_name(before.quality), quality_name(after.quality)),
            (style_name(before.style), style_name(after.style)),
        ]
        words = [f"{old or 'none'} → {new or 'none'}" for old, new in named if old != new]
        return words if before.prompt == after.prompt else ["another prompt", *words]

    @property
    def key(self) -> str:
        return str(uuid.uuid4())


@dataclass(frozen=True)
class Status:
    """What a person has under way, over all their generations."""

    developing: int
    waiting: int
    decisions: int

    @property
    def pending(self) -> int:
        return self.developing + self.waiting


def runs(generations: Sequence[Generation], models: list[ImageModel]) -> list[Run]:
    """Runs of generations that came with their jobs and images; the number of queries does not grow with them."""
    jobs = {
        generation.pk: sorted(generation.jobs.all(), key=lambda job: job.position)
        for generation in generations
    }
    places = lines(job for row in jobs.values() for job in row)
    rewritten = ChangedPrompt.objects.in_bulk(list(jobs))
    return [
        Run(
            generation,
            [Tile(job, generation, places.get(job.pk)) for job in jobs[generation.pk]],
            value_of(generation.model, models),
            rewritten.get(generation.pk),
        )
        for generation in generations
    ]


def tiles(jobs: Iterable[ImageJob]) -> list[Tile]:
    """Tiles of single jobs that came with their generation and images."""
    jobs = list(jobs)
    places = lines(jobs)
    return [Tile(job, job.generation, places.get(job.pk)) for job in jobs]


def status(person_id: UUID) -> Status:
    """One query over the few jobs that are under way."""
    counted = ImageJob.objects.filter(person_id=person_id, state__in=[*PENDING, State.UNKNOWN]).aggregate(
        developing=Count("pk", filter=Q(state__in=[*IN_FLIGHT, State.RECEIVED])),
        waiting=Count("pk", filter=Q(state=State.QUEUED)),
        decisions=Count("pk", filter=Q(state=State.UNKNOWN)),
    )
    return Status(**counted)


def total(tiles: Sequence[Tile]) -> str:
    """What so many pictures cost; one unknown price makes the sum unknown."""
    prices = [tile.job.price_usd for tile in tiles]
    known = [price for price in prices if price is not None]
    if not known or len(known) < len(prices):
        return "price unknown"
    return f"about {money(sum(known[1:], known[0]))}"


def waiting_words(line: Line) -> str:
    """Why it waits, or when it starts."""
    if line.why:
        soon = f"; starts in about {about(line.starts_in_s)}" if line.starts_in_s else ""
        return f"{line.why}{soon}."
    return f"Starts in about {about(line.starts_in_s)}." if line.starts_in_s else "Starts at once."


def share_done(elapsed_s: float, expected_s: float) -> int:
    """Percent for the bar: straight to 92 at the estimate, then slower and slower towards 98."""
    if elapsed_s < expected_s:
        return round(92 * elapsed_s / expected_s)
    return round(92 + 6 * (1 - expected_s / elapsed_s)) if elapsed_s else 0


def _shape(generation: Generation) -> str:
    return shape_name(*generation.shape)
