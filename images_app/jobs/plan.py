"""What one press of the composer would make: shown before anything is sent, and charged as it was shown."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property

from images_app.jobs.choices import Asked, duration_s, quality_name, size_name, style_name, time_words
from images_app.jobs.near import NearPicture, near_pictures
from images_app.jobs.request import JobRequest, agreed_words, total_usd
from images_app.lib.words import money
from images_app.moderation.judging import Change, judge_each
from images_app.providers.models import Provider


@dataclass(frozen=True)
class Share:
    """What one model does of it: its settings in words, and the price of all its pictures."""

    label: str
    settings: list[str]
    price: str


@dataclass(frozen=True)
class Plan:
    """``requests`` are of one press: the same settings for every prompt, one generation for each prompt and model."""

    requests: Sequence[JobRequest]
    # A remix is meant to be near to what there is.
    remix: bool = field(default=False)

    @property
    def batch(self) -> bool:
        return len(self.requests) > 1

    @cached_property
    def prompts(self) -> list[str]:
        return list(dict.fromkeys(request.prompt for request in self.requests))

    @property
    def pictures(self) -> int:
        return sum(request.n for request in self.requests)

    @property
    def each(self) -> int:
        return self.requests[0].n

    @property
    def compare(self) -> bool:
        return self.requests[0].compare

    @cached_property
    def shares(self) -> list[Share]:
        """One for each model, in the order of the page."""
        by_model: dict[str, list[JobRequest]] = {}
        for request in self.requests:
            by_model.setdefault(str(request.model.pk), []).append(request)
        return [_share(requests) for requests in by_model.values()]

    @property
    def usd(self) -> Decimal | None:
        return total_usd(self.requests)

    @property
    def agreed(self) -> str:
        """What the form sends back: the money that was shown."""
        return agreed_words(self.requests)

    @property
    def providers(self) -> set[Provider]:
        return {request.model.provider for request in self.requests}

    @property
    def price(self) -> str:
        return "price unknown" if self.usd is None else f"about {money(self.usd)}"

    @property
    def estimate(self) -> str:
        """ "about $0.48, about 36 s": price and time of everything."""
        asked = [Asked(one.model, one.size, one.quality, one.n) for one in self.requests]
        seconds = duration_s(asked)
        return f"{self.price}, {time_words(seconds, self.requests[0].quiet)}" if seconds else self.price

    @cached_property
    def changes(self) -> list[Change]:
        """What rules would write instead; what they refuse is said, and kept, only once it is sent."""
        verdicts = judge_each(self.prompts, self.requests[0].team)
        return list(dict.fromkeys(change for verdict in verdicts for change in verdict.changes))

    @cached_property
    def near(self) -> list[NearPicture]:
        """What the library holds of nearly the same."""
        return [] if self.remix else near_pictures(self.requests[0].person, self.prompts)

    @property
    def objection(self) -> str:
        """To somebody who pressed without having seen this price."""
        them = "it" if self.pictures == 1 else f"these {self.pictures} pictures"
        return f"Nothing was made yet. The price is {self.price}: press Generate to make {them}."


def _share(requests: list[JobRequest]) -> Share:
    one = requests[0]
    named = (size_name(one.size), quality_name(one.quality), style_name(one.style))
    return Share(one.model.label, [name for name in named if name], money(total_usd(requests)))
