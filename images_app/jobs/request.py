"""The one value every door makes: the browser's form, the API, a retry."""

import hashlib
import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from images_app.collections.models import Collection
from images_app.images.models import StoredImage
from images_app.lib.words import money
from images_app.providers.models import ImageModel
from images_app.teams.audience import Audience
from images_app.teams.models import Team, User

if TYPE_CHECKING:
    from images_app.jobs.models import Generation

KEY_AT_MOST = 64


def plain(key: str) -> str:
    """A form's idempotency key as the database can hold it: short, and without the NUL that PostgreSQL refuses."""
    return key.replace("\0", "")[:KEY_AT_MOST]


@dataclass(frozen=True)
class JobRequest:
    """Who asks for how many pictures of what, already checked against the model's profile."""

    person: User
    team: Team
    model: ImageModel
    prompt: str
    size: str
    quality: str
    style: str
    n: int
    idempotency_key: str
    source: str = "studio"
    parent_image: StoredImage | None = None
    # Whenever it is quiet: behind everybody's ordinary pictures.
    quiet: bool = False
    # Sent together with others by one press, and whether they are to be compared side by side.
    batch: uuid.UUID | None = None
    compare: bool = False
    # Where the pictures are hung once they are made, besides the library.
    collection: Collection | None = None
    # Who is to see the pictures; None: as the team has set.
    audience: Audience | None = None

    def body_hash(self) -> str:
        """sha256 over what is asked for, so that a key cannot be used again for something else."""
        body = [
            str(self.model.pk),
            self.prompt,
            self.size,
            self.quality,
            self.style,
            self.n,
            str(self.team.pk),
            self.audience,
            *([str(self.collection.pk)] if self.collection else []),
        ]
        return hashlib.sha256(json.dumps(body).encode()).hexdigest()


def total_usd(requests: Sequence[JobRequest]) -> Decimal | None:
    """US dollars for all their pictures; None where one price is not known, since unknown is never zero."""
    total = Decimal(0)
    for request in requests:
        usd = request.model.price(request.size, request.quality)
        if usd is None:
            return None
        total += usd * request.n
    return total


def agreed_words(requests: Sequence[JobRequest]) -> str:
    """What somebody saw, as a form repeats it: "0.1600/4" for four pictures, "unknown/4" where the price is not known.

    static/js/composer.js writes the same.
    """
    return _agreed(total_usd(requests), sum(one.n for one in requests))


def agreed_again(generation: "Generation", n: int) -> str:
    """The same for ``n`` more pictures of an earlier recipe, at the price of now."""
    usd = generation.model.price(generation.size, generation.quality)
    return _agreed(None if usd is None else usd * n, n)


def again_price(generation: "Generation", n: int) -> str:
    """What they would cost, before anyone presses: what the earlier ones did cost is no promise."""
    usd = generation.model.price(generation.size, generation.quality)
    return "price unknown" if usd is None else f"about {money(usd * n)}"


def _agreed(usd: Decimal | None, n: int) -> str:
    return f"{'unknown' if usd is None else format(usd, '.4f')}/{n}"
