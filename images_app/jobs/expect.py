"""What a person who waits is told: the place in line, an honest time, and why it waits."""

import bisect
import statistics
import time
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.utils import timezone

from images_app.jobs.models import Attempt, ImageJob
from images_app.jobs.states import IN_FLIGHT, State
from images_app.lib.dbtime import from_now
from images_app.providers.models import ImageModel, Provider

SAMPLE = 50
FIRST_GUESS_S = 18
REMEMBER_S = 30.0
LONGEST_LINE = 1000

_measured: dict[tuple[UUID, str, str], tuple[float, int | None]] = {}


@dataclass(frozen=True)
class Line:
    """A waiting job's prospects: ``place`` 1 is next; ``starts_in_s`` None where nobody can say."""

    place: int
    starts_in_s: int | None
    why: str


def expected_s(model: ImageModel, size: str, quality: str) -> int:
    """Seconds one picture of these settings takes: the median of the last 50, or a first guess."""
    return measured_s(model, size, quality) or FIRST_GUESS_S


def measured_s(model: ImageModel, size: str, quality: str) -> int | None:
    """The median of what was measured, in seconds; None where nothing was yet. Remembered for half a minute."""
    key = (model.pk, size, quality)
    known = _measured.get(key)
    if known and time.monotonic() - known[0] < REMEMBER_S:
        return known[1]
    rows = Attempt.objects.filter(
        provider_id=model.provider_id,
        outcome=Attempt.Outcome.DONE,
        job__generation__model=model,
        job__generation__size=size,
        job__generation__quality=quality,
    ).exclude(answered_at=None)
    spans = [
        (answered - sent).total_seconds()
        for sent, answered in rows.order_by("-sent_at").values_list("sent_at", "answered_at")[:SAMPLE]
        if answered is not None
    ]
    median = max(round(statistics.median(spans)), 1) if spans else None
    _measured[key] = (time.monotonic(), median)
    return median


def ordinary_waiting(providers: Iterable[Provider]) -> int:
    """How many pictures at these endpoints go before all that waits until it is quiet."""
    return ImageJob.objects.filter(provider__in=providers, state=State.QUEUED, quiet=False).count()


def lines(jobs: Iterable[ImageJob]) -> dict[UUID, Line]:
    """The prospects of those of ``jobs`` that wait. The number of queries grows with providers, not with jobs."""
    by_provider: dict[UUID, list[ImageJob]] = {}
    for job in jobs:
        if job.state == State.QUEUED:
            by_provider.setdefault(job.provider_id, []).append(job)
    found: dict[UUID, Line] = {}
    for provider in Provider.objects.filter(pk__in=by_provider):
        found |= _lines_at(provider, by_provider[provider.pk])
    return found


def _lines_at(provider: Provider, jobs: list[ImageJob]) -> dict[UUID, Line]:
    waiting = list(
        ImageJob.objects.filter(provider=provider, state=State.QUEUED)
        .order_by("quiet", "turn", "id")
        .values_list("quiet", "turn", "id")[:LONGEST_LINE]
    )
    in_flight = ImageJob.objects.filter(provider=provider, state__in=IN_FLIGHT).count()
    per_minute = provider.images_per_minute
    recent = Attempt.objects.filter(provider=provider, sent_at__gt=from_now(-60)).count() if per_minute else 0
    return {job.pk: _line(provider, job, waiting, in_flight, recent) for job in jobs}


def _line(
    provider: Provider, job: ImageJob, waiting: list[tuple[bool, float, UUID]], in_flight: int, recent: int
) -> Line:
    ahead = bisect.bisect_left(waiting, (job.quiet, job.turn, job.pk))
    place = ahead + 1
    now = timezone.now()
    if provider.paused_at is not None or not provider.enabled:
        why = provider.paused_because
        return Line(place, None, f"Paused: {why}" if why else "Paused")
    free = provider.max_in_flight - in_flight
    each_s = expected_s(job.generation.model, job.generation.size, job.generation.quality)
    if provider.cooldown_until is not None and provider.cooldown_until > now:
        wait_s = round((provider.cooldown_until - now).total_seconds())
        return Line(place, wait_s + _queue_s(provider, ahead, free, each_s), "The endpoint asked us to wait")
    if job.run_after > now:
        return Line(place, round((job.run_after - now).total_seconds()), "Trying again shortly")
    if provider.images_per_minute is not None and recent + ahead >= provider.images_per_minute:
        return Line(
            place,
            round(60 * max(recent + place - provider.images_per_minute, 1) / provider.images_per_minute),
            f"The endpoint's limit of {provider.images_per_minute} a minute: {ahead} ahead",
        )
    if ahead >= free:
        most = provider.max_in_flight
        taken = "The endpoint's only place is taken" if most == 1 else f"All {most} places are taken"
        if job.quiet:
            taken = "Waits until it is quiet"
        why = f"{taken}: {ahead} ahead" if ahead else taken
        return Line(place, _queue_s(provider, ahead, free, each_s), why)
    return Line(place, 0, "")


def _queue_s(provider: Provider, ahead: int, free: int, each_s: int) -> int:
    """Seconds until a place is free for the job with ``ahead`` others before it."""
    rounds = max(ahead - free + 1, 0) / provider.max_in_flight
    return round(rounds * each_s)
