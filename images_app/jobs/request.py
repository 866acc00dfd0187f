"""The one value every door makes: the browser's form, the API, a retry."""

import hashlib
import json
from dataclasses import dataclass

from images_app.images.models import StoredImage
from images_app.providers.models import ImageModel
from images_app.teams.models import Team, User

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
        ]
        return hashlib.sha256(json.dumps(body).encode()).hexdigest()
