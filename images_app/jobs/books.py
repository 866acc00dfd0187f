"""How each authorised call of a job stands, for the books: a function of the job's row and its attempts.

A round is one authorised call: the first by the submission, each further one by a decision or a team's rule. A call that
was surely not executed is tried again within its round. Whoever changes a job or an attempt calls ``book`` last in that
transaction, so no state of a job is ever committed without its booking.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from uuid import UUID

from images_app.budgets import actions
from images_app.budgets.actions import Round
from images_app.budgets.models import LedgerEntry
from images_app.jobs.models import Attempt, ImageJob
from images_app.jobs.states import State

Kind = LedgerEntry.Kind
Outcome = Attempt.Outcome
ANEW = frozenset({"decision", "policy"})  # causes that authorise another call
WAITING = frozenset({State.QUEUED, State.CLAIMED})
# Ends without a picture: what is feared to have cost something is taken as charged, as ``settle.owed`` says.
FEARED = frozenset({State.FAILED, State.REJECTED, State.CANCELLED})


def hold(jobs: Sequence[ImageJob]) -> None:
    """The first call of new jobs. Raises OverBudget."""
    actions.enter([_round(job, 1, Kind.HELD) for job in jobs], limited=True)


def book(jobs: Iterable[UUID], *, limited: bool = False) -> int:
    """Enters what changed about them; how many bookings it took. Their rows are held from here on. ``limited``: raises
    OverBudget where another call has no room."""
    return len(actions.enter(rounds_of(_locked(jobs)), limited=limited))


def rounds_of(jobs: Sequence[ImageJob]) -> list[Round]:
    """How every call of the jobs stands."""
    held = actions.rounds_held(job.pk for job in jobs)
    attempts: dict[UUID, list[Attempt]] = {job.pk: [] for job in jobs}
    for attempt in Attempt.objects.filter(job__in=attempts).order_by("number"):
        attempts[attempt.job_id].append(attempt)
    return [one for job in jobs for one in _rounds(job, attempts[job.pk], held.get(job.pk, 0))]


def wrong(job: UUID) -> list[LedgerEntry]:
    """What the ledger lacks of a job. Its row is held from here on."""
    return actions.missing(rounds_of(_locked([job])))


def _locked(jobs: Iterable[UUID]) -> list[ImageJob]:
    rows = ImageJob.objects.select_for_update(of=("self",), no_key=True).select_related("generation")
    return list(rows.filter(pk__in=list(jobs)).order_by("pk"))


def _rounds(job: ImageJob, attempts: list[Attempt], held: int) -> list[Round]:
    number, last = 1, dict[int, Attempt]()
    for attempt in attempts:
        number += attempt.cause in ANEW
        last[number] = attempt
    waits = job.state in WAITING
    count = max(held, number + (waits and job.next_cause in ANEW))
    return [_stands(job, place, last.get(place), waits and place == count) for place in range(1, count + 1)]


def _stands(job: ImageJob, number: int, attempt: Attempt | None, waits: bool) -> Round:
    if attempt is not None and attempt.outcome == Outcome.DONE:
        return _round(job, number, Kind.SETTLED, attempt, cost=attempt.cost)
    if attempt is not None and attempt.outcome == Outcome.UNKNOWN:
        if job.state == State.FAILED and job.reason == "given_up_written_off":
            return _round(job, number, Kind.WRITTEN_OFF, attempt, reason=job.reason)
        if job.state in FEARED:
            return _round(
                job, number, Kind.SETTLED, attempt, cost=attempt.cost, reason=job.reason or "unclear"
            )
        return _round(job, number, Kind.HELD, attempt)  # at risk
    if waits or (attempt is not None and attempt.outcome == Outcome.OPEN):
        return _round(job, number, Kind.HELD, attempt)
    return _round(job, number, Kind.RELEASED, attempt, reason=job.reason)


def _round(
    job: ImageJob,
    number: int,
    stands: LedgerEntry.Kind,
    attempt: Attempt | None = None,
    *,
    cost: Decimal | None = None,
    reason: str = "",
) -> Round:
    return Round(
        job=job.pk,
        number=number,
        stands=stands,
        team=job.team_id,
        person=job.person_id,
        provider=job.provider_id,
        model=job.generation.model_id,
        price=job.price_usd,
        cost=cost,
        attempt=attempt.pk if attempt else None,
        reason=reason,
    )
