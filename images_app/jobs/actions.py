"""What people do with jobs. Each verb owns its transaction; every door calls these."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from hashlib import sha256

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, models, transaction
from django.db.models.functions import Now
from django.utils import timezone

from images_app.audit.actions import record as audit
from images_app.jobs import books
from images_app.jobs.access import may_act_on
from images_app.jobs.fairness import give_back_turns, hold_lines, take_turns
from images_app.jobs.hints import hint
from images_app.jobs.models import Generation, ImageJob
from images_app.jobs.request import JobRequest, agreed_words
from images_app.jobs.settle import feared, owed
from images_app.jobs.states import IN_FLIGHT, REPEATABLE, State
from images_app.jobs.transition import move, record
from images_app.lib.dbtime import from_now
from images_app.lib.failpoints import failpoint
from images_app.lib.words import money
from images_app.moderation import actions as moderation
from images_app.moderation.judging import Verdict
from images_app.teams.access import hold_seat, own
from images_app.teams.audience import Audience
from images_app.teams.models import User

MOST_HINTS = 8
CANCEL_TRIES = 3


class KeyReused(Exception):
    """The idempotency key was used before, for something else."""


class NotAgreed(Exception):
    """The price is not the one that was shown."""


@dataclass(frozen=True)
class Submitted:
    """What a submission came to; ``created`` is False where the key had been used for the same thing before."""

    generation: Generation
    created: bool


class Choice(models.TextChoices):
    """What a person may decide about a call with unknown outcome."""

    RETRY = "retry", "Make it again"
    CHARGED = "charged", "Give up: it was charged"
    WRITTEN_OFF = "written_off", "Give up: write it off"


def submit(request: JobRequest) -> Submitted:
    """One generation and its jobs, once per idempotency key; KeyReused where the key stands for something else."""
    return submit_all([request])[0]


def submit_all(requests: Sequence[JobRequest], *, agreed: str | None = None) -> list[Submitted]:
    """All of them or none, in their order. They bear one person's one key, the key of the press: pressed twice, they
    are made once. KeyReused where it stands for anything else, be it one prompt more or less; NotAgreed where a new
    press would cost another sum than ``agreed`` (as request.agreed_words says it; None: nothing was shown);
    moderation's PromptRefused where a rule is against one of the prompts; OverBudget where a hard limit has no room for
    all of them. May wait for an endpoint that is asked about the prompts: never inside a transaction.
    """
    press = _press(requests)
    if earlier := _earlier(press):
        return earlier
    if agreed is not None and agreed != agreed_words(requests):
        raise NotAgreed
    one = requests[0]
    verdicts = moderation.check(
        one.person,
        one.team,
        [request.prompt for request in requests],
        key=one.idempotency_key,
        limit=min(request.model.prompt_limit for request in requests),
    )
    try:
        with transaction.atomic():
            hold_seat(one.person, one.team)
            hold_lines(
                {request.model.provider for request in requests}, one.team, one.person, quiet=one.quiet
            )
            # Lists are newest first: of one press the first prompt stands first.
            now = timezone.now()
            made = [
                _create(request, body_hash, now - timedelta(milliseconds=place), verdicts[request.prompt])
                for place, (request, body_hash) in enumerate(press)
            ]
            # Last: a tally is a row that everybody's presses wait for.
            books.hold([job for _, jobs in made for job in jobs])
    except IntegrityError:
        # The same form, sent twice at once: the other one was first.
        if earlier := _earlier(press):
            return earlier
        raise
    failpoint("submitted")
    return [Submitted(generation, created=True) for generation, _ in made]


def again(
    generation: Generation, actor: User, *, key: str, n: int | None = None, agreed: str | None = None
) -> Submitted:
    """A new submission of the same recipe; what waited until it was quiet waits for that again.

    NotAgreed where it would cost another sum than ``agreed`` (request.agreed_again; None: nothing was shown);
    PromptRefused as for ``submit_all``: a rule may have come since.
    """
    request = JobRequest(
        person=actor,
        team=generation.team,
        model=generation.model,
        prompt=generation.prompt,
        size=generation.size,
        quality=generation.quality,
        style=generation.style,
        n=n or generation.n,
        quiet=generation.jobs.filter(quiet=True).exists(),
        idempotency_key=key,
        audience=Audience(generation.audience),
        collection=generation.collection,
    )
    return submit_all([request], agreed=agreed)[0]


def retry_failed(
    generation: Generation, actor: User, *, key: str, most: int | None = None, agreed: str | None = None
) -> Submitted | None:
    """A new submission of as many pictures as came to nothing, ``most`` at most; None where none did.

    A call with unknown outcome is none of them: only a decision may repeat it. NotAgreed and PromptRefused as for
    ``again``.
    """
    failed = generation.jobs.filter(state__in=REPEATABLE).count()
    count = failed if most is None else min(failed, most)
    try:
        return again(generation, actor, key=key, n=count, agreed=agreed) if count else None
    except KeyReused:  # pressed twice, and meanwhile one more had failed
        made = Generation.objects.get(person=actor, idempotency_key=key)
        return Submitted(made, created=False)


def cancel(job: ImageJob, actor: User) -> bool:
    """Cancel what waits. A call already made is paid: it is only marked, and its picture is stored all the same.

    True where the job is cancelled now; False where it was too late.
    """
    with transaction.atomic():
        cancelled = _cancel(job, actor)
        if cancelled:
            books.book([job.pk])
    return cancelled


def cancel_together(jobs: Sequence[ImageJob], actor: User | None, note: str = "cancelled") -> int:
    """The same of many in the caller's transaction; how many. ``actor`` None is the site itself, which may.
    Booked after the last of them: from then on the transaction waits for nobody, and others wait for it."""
    gone = [job for job in jobs if _cancel(job, actor, note)]
    books.book([job.pk for job in gone])
    return len(gone)


def _cancel(job: ImageJob, actor: User | None, note: str = "cancelled") -> bool:
    if actor is not None and not may_act_on(actor, job):
        raise PermissionDenied
    for _ in range(CANCEL_TRIES):  # a worker may take it, or give it back, between the two steps
        with transaction.atomic():
            if move(job, [State.QUEUED], State.CANCELLED, actor=actor, note=note, charged_usd=owed(job)):
                give_back_turns(job.provider_id, job.team_id, job.person_id)
                return True
        if ImageJob.objects.filter(pk=job.pk, state__in=IN_FLIGHT).update(cancel_requested=True):
            return False
        if not ImageJob.objects.filter(pk=job.pk, state=State.QUEUED).exists():
            return False
    return False


def cancel_generation(generation: Generation, actor: User) -> int:
    """Cancel every picture of a submission that waits; returns how many."""
    return sum(cancel(job, actor) for job in generation.jobs.filter(state__in=[State.QUEUED, *IN_FLIGHT]))


def cancel_waiting(person: User) -> int:
    """Cancel everything of a person that waits; returns how many."""
    return sum(cancel(job, person) for job in ImageJob.objects.filter(own(person), state=State.QUEUED))


def decide(job: ImageJob, actor: User, choice: Choice, note: str = "") -> bool:
    """The person's word on a call with unknown outcome; False where it was settled meanwhile. Raises PermissionDenied,
    for another call also where they may make none in the team any more, and OverBudget where a limit has no room for it.
    """
    if not may_act_on(actor, job):
        raise PermissionDenied
    words = f": {note}" if note else ""
    if choice is Choice.RETRY:
        risk = money(job.price_usd)
        with transaction.atomic():
            hold_seat(actor, job.team)  # it is a new call
            moved = move(
                job,
                [State.UNKNOWN],
                State.QUEUED,
                actor=actor,
                note=f"make it again, at the risk of another {risk}{words}",
                reason="",
                message="",
                next_cause="decision",
                next_actor=actor,
                run_after=from_now(0),
                cancel_requested=False,
            )
            if moved:
                _audit("job.retried", job, actor, note)
                hint("jobs.generate", "generate")
                books.book([job.pk], limited=True)
        return moved
    charged = choice is Choice.CHARGED
    with transaction.atomic():
        moved = move(
            job,
            [State.UNKNOWN],
            State.FAILED,
            actor=actor,
            note=f"{'given up as charged' if charged else 'given up and written off'}{words}",
            reason="given_up_charged" if charged else "given_up_written_off",
            charged_usd=feared(job) if charged else Decimal(0),
        )
        if moved:
            books.book([job.pk])
            _audit("job.given_up_charged" if charged else "job.written_off", job, actor, note)
    return moved


def _audit(verb: str, job: ImageJob, actor: User, note: str) -> None:
    """Somebody's word on money: what another call may cost, or what one without an answer may have cost."""
    price = {"usd": "unknown" if job.price_usd is None else job.price_usd}
    audit(verb, actor=actor, target=job, team=job.team, after=price, reason=note)


def decide_all(generation: Generation, actor: User, choice: Choice, note: str = "") -> int:
    """One decision for every picture of a submission that needs one; returns for how many."""
    return sum(decide(job, actor, choice, note) for job in generation.jobs.filter(state=State.UNKNOWN))


def _press(requests: Sequence[JobRequest]) -> list[tuple[JobRequest, str]]:
    """Each with a key of its own, and the hash of all of them together: a press is the same as a whole or not at all.

    The first bears the key of the press itself, so that no other press can have the same.
    """
    hashes = [request.body_hash() for request in requests]
    whole = hashes[0] if len(hashes) == 1 else sha256(" ".join(hashes).encode()).hexdigest()
    return [
        (replace(request, idempotency_key=f"{request.idempotency_key}:{place}") if place else request, whole)
        for place, request in enumerate(requests)
    ]


def _earlier(press: list[tuple[JobRequest, str]]) -> list[Submitted]:
    """What this press came to before; nothing where it is new."""
    hashes = {request.idempotency_key: whole for request, whole in press}
    found = {
        generation.idempotency_key: generation
        for generation in Generation.objects.filter(
            person=press[0][0].person, idempotency_key__in=list(hashes)
        )
    }
    if not found:
        return []
    if {key: generation.body_hash for key, generation in found.items()} != hashes:
        raise KeyReused
    return [Submitted(found[key], created=False) for key in hashes]


def _create(
    request: JobRequest, body_hash: str, created_at: datetime, verdict: Verdict
) -> tuple[Generation, list[ImageJob]]:
    provider = request.model.provider
    generation = Generation.objects.create(
        team=request.team,
        person=request.person,
        model=request.model,
        prompt=verdict.sent,
        size=request.size,
        quality=request.quality,
        style=request.style,
        n=request.n,
        idempotency_key=request.idempotency_key,
        body_hash=body_hash,
        source=request.source,
        parent_image=request.parent_image,
        batch=request.batch,
        compare=request.compare,
        collection=request.collection,
        audience=request.team.audience if request.audience is None else request.audience,
        created_at=created_at,
    )
    moderation.keep(verdict, generation.pk)
    price = request.model.price(request.size, request.quality)
    turns = take_turns(provider, request.team, request.person, request.n, quiet=request.quiet)
    jobs = ImageJob.objects.bulk_create(
        ImageJob(
            generation=generation,
            team=request.team,
            person=request.person,
            provider=provider,
            position=position,
            turn=turn,
            quiet=request.quiet,
            price_usd=price,
            run_after=Now(),  # the database's clock, as the claim's
        )
        for position, turn in enumerate(turns)
    )
    for job in jobs:
        record(job, "", State.QUEUED, actor=request.person, note="submitted")
    # One hint wakes one thread, which then goes on while there is work.
    for _ in range(min(request.n, MOST_HINTS)):
        hint("jobs.generate", "generate")
    return generation, jobs
