"""Jobs in any state, without the engine that would bring them there."""

import itertools
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from images_app.jobs import health
from images_app.jobs.models import Generation, ImageJob, JobEvent
from images_app.jobs.states import IN_FLIGHT, State
from images_app.providers.models import ImageModel
from images_app.teams.access import current_team
from images_app.teams.models import User

MakeJob = Callable[..., ImageJob]


@pytest.fixture(autouse=True)
def _ask_anew() -> None:
    """The answers kept for a second belong to the test before."""
    health._kept.clear()


@pytest.fixture
def make_job(alice: User, model: ImageModel) -> MakeJob:
    """A job of Alice's: its state, and how many minutes ago it got there."""
    keys = itertools.count()

    def make(state: State, minutes: float = 0, **fields: Any) -> ImageJob:
        then = timezone.now() - timedelta(minutes=minutes)
        team = current_team(alice)
        generation = Generation.objects.create(
            team=team, person=alice, model=model, prompt="a secret garden", size="1024x1024", n=1,
            idempotency_key=f"k{next(keys)}", body_hash="0" * 64,
        )  # fmt: skip
        if state in IN_FLIGHT:
            fields.setdefault("lease_until", then + timedelta(seconds=60))
        job = ImageJob.objects.create(
            generation=generation, team=team, person=alice, provider=model.provider, position=0, state=state,
            turn=0.0, created_at=then, run_after=then, **fields,
        )  # fmt: skip
        JobEvent.objects.create(job=job, to_state=state, at=then)
        return job

    return make
