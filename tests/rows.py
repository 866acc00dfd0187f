"""Rows as the engine leaves them, made at once: for tests of pages, where no call need be made."""

import uuid
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from images_app.images import search
from images_app.images.models import StoredImage
from images_app.jobs.models import Attempt, Generation, ImageJob, JobEvent
from images_app.jobs.states import IN_FLIGHT, State
from images_app.providers.models import ImageModel
from images_app.teams.access import current_team
from images_app.teams.models import User

PLACEHOLDER = "data:image/webp;base64,UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA=="


def make_generation(
    person: User, model: ImageModel, prompt: str = "A heron", *, at: datetime | None = None, **fields: Any
) -> Generation:
    recipe = {"size": model.sizes[0], "quality": model.qualities[0], "style": model.styles[0], "n": 1}
    return Generation.objects.create(
        **{
            **recipe,
            "team": current_team(person),
            "person": person,
            "model": model,
            "prompt": prompt,
            "idempotency_key": uuid.uuid4().hex,
            "body_hash": "",
            "created_at": at or timezone.now(),
            **fields,
        }
    )


def make_job(generation: Generation, state: State, *, position: int = 0, **fields: Any) -> ImageJob:
    """A job in ``state`` with the event that says so."""
    if state in IN_FLIGHT:
        fields.setdefault("lease_until", timezone.now() + timedelta(minutes=1))
    job = ImageJob.objects.create(
        **{
            "generation": generation,
            "team": generation.team,
            "person": generation.person,
            "provider": generation.model.provider,
            "position": position,
            "state": state,
            "turn": 0.0,
            "price_usd": Decimal("0.04"),
            "created_at": generation.created_at,
            **fields,
        }
    )
    JobEvent.objects.create(job=job, from_state="", to_state=State.QUEUED, actor=generation.person)
    if state is not State.QUEUED:
        JobEvent.objects.create(job=job, from_state=State.QUEUED, to_state=state, reason=job.reason)
    return job


def make_attempt(job: ImageJob, outcome: Attempt.Outcome = Attempt.Outcome.DONE, **fields: Any) -> Attempt:
    number = job.attempts.count() + 1
    values = {"provider": job.provider, "number": number, "cause": "submit", "price_usd": job.price_usd}
    return Attempt.objects.create(job=job, outcome=outcome, **{**values, **fields})


def make_picture(
    generation: Generation, *, position: int = 0, revised_prompt: str = "", **fields: Any
) -> StoredImage:
    """A finished job of ``generation`` and its picture; the row only, no bytes."""
    job = make_job(generation, State.SUCCEEDED, position=position, charged_usd=Decimal("0.04"))
    attempt = make_attempt(job, answered_at=timezone.now() + timedelta(seconds=12))
    image = StoredImage.objects.create(
        **{
            "team": job.team,
            "person": job.person,
            "job": job,
            "model": generation.model,
            "attempt": attempt,
            "revised_prompt": revised_prompt,
            "sha256": uuid.uuid4().hex * 2,
            "format": "png",
            "bytes": 1_234_567,
            "width": 1792,
            "height": 1024,
            "original_key": "o",
            "preview_key": "p",
            "thumbnail_key": "t",
            "placeholder": PLACEHOLDER,
            "created_at": generation.created_at,
            **fields,
        }
    )
    search.enter(image, generation.prompt)
    return image
