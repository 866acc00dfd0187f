"""A job in words for its owner: how it stands, what it cost, what happened and what they can do now."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from uuid import UUID

from images_app.images.models import StoredImage
from images_app.jobs.choices import quality_name, style_name
from images_app.jobs.expect import Line
from images_app.jobs.models import Attempt, ImageJob, JobEvent
from images_app.jobs.request import again_price, agreed_again
from images_app.jobs.states import IN_FLIGHT, PENDING, REPEATABLE, State
from images_app.lib.ratio import ratio_of
from images_app.lib.words import about, money, ordinal
from images_app.providers.models import shape_of

# The icon beside each state's name: no state is told by colour alone.
ICONS: dict[str, str] = {
    State.QUEUED: "clock",
    State.CLAIMED: "hourglass",
    State.SENT: "wand-sparkles",
    State.RECEIVED: "layers",
    State.SUCCEEDED: "check",
    State.REJECTED: "shield-alert",
    State.FAILED: "triangle-alert",
    State.CANCELLED: "ban",
    State.UNKNOWN: "flag",
    State.LOST: "triangle-alert",
}

# What the owner should know or do, by state.
ADVICE: dict[str, str] = {
    State.QUEUED: "It starts by itself when its turn comes. Until then it costs nothing to cancel.",
    State.CLAIMED: "A worker has taken it up and is about to send it.",
    State.SENT: "The endpoint is making the picture. It appears here and in your library when it is done.",
    State.RECEIVED: "The endpoint has answered. The picture is being checked and put into storage.",
    State.SUCCEEDED: "The picture is in your library.",
    State.REJECTED: "The endpoint would not make this picture. Change the prompt, or try again.",
    State.FAILED: "No picture came of this. You can try again as a new picture.",
    State.CANCELLED: "It was cancelled before it was sent.",
    State.UNKNOWN: "Nothing is repeated until you decide.",
    State.LOST: "It was paid for. The administrator has it on their list, and the endpoint's reply is set aside.",
}

_CHANGES: dict[tuple[str, str], str] = {
    ("", State.QUEUED): "Asked for",
    (State.QUEUED, State.CLAIMED): "Taken up by a worker",
    (State.CLAIMED, State.QUEUED): "Put back in line; nothing had been sent",
    (State.CLAIMED, State.SENT): "Sent to the endpoint",
    (State.SENT, State.QUEUED): "Not carried out by the endpoint; back in line",
    (State.SENT, State.REJECTED): "Refused by the endpoint",
    (State.SENT, State.RECEIVED): "The endpoint answered with a picture",
    (State.SENT, State.UNKNOWN): "No clear answer came back",
    (State.UNKNOWN, State.QUEUED): "To be sent once more",
    (State.UNKNOWN, State.FAILED): "Given up",
    (State.RECEIVED, State.SUCCEEDED): "Checked and stored",
    (State.RECEIVED, State.LOST): "The paid picture could not be kept",
    (State.QUEUED, State.CANCELLED): "Cancelled",
}
# By the reasons that actions.decide sets.
GIVEN_UP = {
    "given_up_charged": "Given up, and counted as charged",
    "given_up_written_off": "Given up, and counted as not charged",
}
_SOURCES = {"studio": "Studio", "api": "The API"}
_CAUSES = {
    "submit": "Asked for",
    "requeue": "Sent again: the call before was not carried out",
    "decision": "Sent again by decision",
    "policy": "Sent again by the team's rule",
}


@dataclass(frozen=True)
class Entry:
    """One job with what a list or its own page shows of it. ``line`` is its place in the queue, where it waits."""

    job: ImageJob
    line: Line | None = None

    @property
    def state(self) -> State:
        return State(self.job.state)

    @property
    def icon(self) -> str:
        return ICONS[self.job.state]

    @property
    def advice(self) -> str:
        return ADVICE[self.job.state]

    @property
    def why(self) -> str:
        """The place in line, or why it is as it is; "" where there is nothing to add."""
        if self.line is not None:
            place = "Next in line" if self.line.place == 1 else f"{ordinal(self.line.place)} in line"
            starts = self.line.starts_in_s
            soon = "" if starts is None else f", starts in about {about(starts)}"
            return f"{place}{soon}"
        if self.job.cancel_requested and self.state in IN_FLIGHT:
            return "It was sent before you cancelled; its picture is kept, as it is paid"
        if self.state not in {State.UNKNOWN, *REPEATABLE} or self.state is State.CANCELLED:
            return ""
        return GIVEN_UP.get(self.job.reason) or self.job.message or words(self.job.reason)

    @property
    def cost(self) -> str:
        return cost(self.job)

    @property
    def took(self) -> str:
        """From the call to the picture in storage; "" until both are known."""
        if self.job.sent_at is None or self.job.finished_at is None or self.state is not State.SUCCEEDED:
            return ""
        return span(self.job.finished_at - self.job.sent_at)

    @cached_property
    def image(self) -> StoredImage | None:
        """The picture that came of it (the first, where an endpoint sent more), unless it is in the trash."""
        return next(iter(self.job.kept_images), None)

    @property
    def shape(self) -> str:
        """The shape that was asked for, for ``data-ar``."""
        return ratio_of(*self.job.generation.shape)

    @property
    def settings(self) -> list[str]:
        """Model, size and what else of the recipe is worth a word in a list."""
        generation = self.job.generation
        named = (generation.model.label, size_words(generation.size), quality_name(generation.quality))
        return [name for name in named if name]

    @property
    def recipe(self) -> list[tuple[str, str]]:
        """Names and values, as one job's page lists them; what a model does not have is left out."""
        generation = self.job.generation
        lines = [
            ("Model", generation.model.label),
            ("Endpoint", self.job.provider.name),
            ("Size", size_words(generation.size)),
            ("Quality", quality_name(generation.quality)),
            ("Style", style_name(generation.style)),
            ("Price", self.price),
            ("Asked from", _SOURCES.get(generation.source, generation.source)),
        ]
        return [(name, value) for name, value in lines if value]

    @property
    def price(self) -> str:
        """Of one call."""
        return money(self.job.price_usd)

    @property
    def again(self) -> str:
        """What one more try would come to, before anyone presses."""
        return again_price(self.job.generation, 1)

    @property
    def agreed(self) -> str:
        return agreed_again(self.job.generation, 1)

    @property
    def pending(self) -> bool:
        """Whether it changes by itself: the page then asks again every few seconds."""
        return self.state in PENDING

    @property
    def may_cancel(self) -> bool:
        return self.state in {State.QUEUED, *IN_FLIGHT} and not self.job.cancel_requested

    @property
    def cancel_is_free(self) -> bool:
        return self.state is State.QUEUED

    @property
    def may_decide(self) -> bool:
        return self.state is State.UNKNOWN

    @property
    def may_repeat(self) -> bool:
        return self.state in REPEATABLE


@dataclass(frozen=True)
class Step:
    """One event of a job's timeline."""

    at: datetime
    text: str
    note: str
    icon: str
    state: str


@dataclass(frozen=True)
class Call:
    """One attempt, as its owner reads it."""

    attempt: Attempt

    @property
    def cause(self) -> str:
        return _CAUSES.get(self.attempt.cause, self.attempt.cause)

    @property
    def outcome(self) -> str:
        return self.attempt.get_outcome_display()

    @property
    def reason(self) -> str:
        return words(self.attempt.reason)

    @property
    def took(self) -> str:
        answered = self.attempt.answered_at
        return "" if answered is None else span(answered - self.attempt.sent_at)

    @property
    def price(self) -> str:
        price = money(self.attempt.price_usd)
        match self.attempt.outcome:
            case Attempt.Outcome.DONE:
                return price
            case Attempt.Outcome.OPEN:
                return f"about {price}" if self.attempt.price_usd is not None else price
            case Attempt.Outcome.UNKNOWN:
                return f"perhaps {price}" if self.attempt.price_usd is not None else price
            case _:
                return "not charged"


def entries(jobs: Iterable[ImageJob], lines: Mapping[UUID, Line]) -> list[Entry]:
    return [Entry(job, lines.get(job.pk)) for job in jobs]


def timeline(events: Iterable[JobEvent]) -> list[Step]:
    """Every change of a job in words, oldest first."""
    return [_step(event) for event in events]


def _step(event: JobEvent) -> Step:
    change = _CHANGES.get((event.from_state, event.to_state))
    if change is None:
        late = event.to_state == State.RECEIVED
        change = "A late result arrived and was kept" if late else State(event.to_state).label
    by = f" by {event.actor.display_name}" if event.actor and event.from_state else ""
    return Step(
        event.at,
        change + by,
        words(event.reason) if event.from_state else "",
        ICONS[event.to_state],
        event.to_state,
    )


def size_words(size: str) -> str:
    """ "1792 × 1024" for a size in pixels; else as the profile calls it."""
    shape = shape_of(size)
    return f"{shape[0]} × {shape[1]}" if shape else size


def words(code: str) -> str:
    """A stable code such as "rate_limit", or a sentence, as people read it."""
    return code.replace("_", " ")


def cost(job: ImageJob) -> str:
    """What a job cost, or may cost, in the fewest words; an unknown price is never shown as nothing."""
    price = money(job.price_usd)
    match State(job.state):
        case State.UNKNOWN:
            return f"at risk {price}" if job.price_usd is not None else f"at risk, {price}"
        case State.QUEUED | State.CLAIMED | State.SENT:
            return f"about {price}" if job.price_usd is not None else price
        case State.SUCCEEDED | State.RECEIVED | State.LOST:
            return price if job.charged_usd is None else money(job.charged_usd)
        case _:
            return money(job.charged_usd) if job.charged_usd or job.charged_usd is None else "not charged"


def span(time: timedelta) -> str:
    """A length of time as people say it: 9.4 s, 18 s, 2 min 5 s, 3 h 20 min."""
    seconds = max(time.total_seconds(), 0.0)
    if seconds < 10 and seconds != int(seconds):
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if minutes else f"{hours} h"
