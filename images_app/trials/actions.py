"""Asking for a trial, what becomes of trials whose worker died, and the end of old ones."""

from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.db.models.functions import Now

from images_app.audit.actions import record
from images_app.jobs.hints import hint, send
from images_app.lib.dbtime import from_now
from images_app.providers.models import Provider
from images_app.teams.models import User
from images_app.trials.models import Trial
from images_app.trials.offers import Offer
from images_app.trials.steps import FAILED, MENDS, UNCLEAR, Step

MOST_TRIES = 3  # of a step that kills its worker
UNHEARD_S = 10.0  # a hint that took so long was lost
KEPT_DAYS = 90
BATCH = 100


def ask_picture(provider: Provider, actor: User, offer: Offer, submission: UUID) -> Trial:
    """A trial that makes one picture; the same form again is the same trial."""
    return _ask(
        submission,
        provider=provider,
        actor=actor,
        kind=Trial.Kind.PICTURE,
        model=offer.model,
        model_name=offer.model.name,
        size=offer.size,
        quality=offer.quality,
        price_usd=offer.usd,
    )


def ask_key(provider: Provider, actor: User, which: Trial.Which, submission: UUID) -> Trial:
    """A trial of a key alone, which costs nothing."""
    return _ask(submission, provider=provider, actor=actor, kind=Trial.Kind.KEY, which_key=which)


def _ask(submission: UUID, **fields: Any) -> Trial:
    try:
        with transaction.atomic():
            trial = Trial.objects.create(submission=submission, **fields)
            asked = {
                "kind": trial.kind,
                "key": trial.which_key,
                "model": trial.model_name,
                "usd": trial.price_usd,
            }
            record("provider.tested", actor=trial.actor, target=trial.provider, after=asked)
            hint("trials.call", "generate", str(trial.pk))
    except IntegrityError:
        return Trial.objects.get(submission=submission)
    return trial


def sweep() -> None:
    """Hints that were lost are sent again, and trials whose worker died go on or end. Never a second paid call."""
    for trial in Trial.objects.filter(state__in=Trial.UNFINISHED).order_by("asked_at")[:BATCH]:
        _look_after(trial)
    _end_old()


def _look_after(trial: Trial) -> None:
    # Asked again in the UPDATE itself: its worker may have moved on since.
    here = Trial.objects.filter(pk=trial.pk, state=trial.state)
    dead = here.filter(lease_until__lt=Now())
    if trial.state == Trial.State.ASKED:
        if here.filter(asked_at__lt=from_now(-UNHEARD_S)).exists():
            send("trials.call", "generate", str(trial.pk))
    elif trial.state == Trial.State.SENT:
        dead.update(**ended_unknown(trial, "The worker was cut off while the endpoint worked."))
    elif trial.state == Trial.State.RECEIVED and trial.tries < MOST_TRIES:
        if dead.exists():
            send("trials.store", "media", str(trial.pk))
    elif trial.tries >= MOST_TRIES:
        step = "store" if trial.state == Trial.State.RECEIVED else "reach"
        words = f"The worker died {MOST_TRIES} times in this step."
        failed = Step(step, FAILED, words, mend="Read the worker's log.")
        dead.update(state=Trial.State.FAILED, steps=[*trial.steps, failed.row()], finished_at=Now())
    elif dead.update(state=Trial.State.ASKED, token=None, steps=[]):  # nothing that costs was sent
        send("trials.call", "generate", str(trial.pk))


def ended_unknown(trial: Trial, why: str, ms: int | None = None) -> dict[str, object]:
    """The columns of a trial whose paid call has no known end."""
    step = Step("generate", UNCLEAR, why, ms, MENDS["unknown"])
    return {
        "state": Trial.State.UNKNOWN,
        "cost": Trial.Cost.MAYBE,
        "steps": [*trial.steps, step.row()],
        "finished_at": Now(),
    }


def _end_old() -> None:
    """Trials of three months ago go, and leave their bytes to be deleted (models.py)."""
    old = ~Q(state__in=Trial.UNFINISHED) & Q(asked_at__lt=from_now(-KEPT_DAYS * 86_400))
    for trial in Trial.objects.filter(old)[:BATCH]:
        trial.delete()
