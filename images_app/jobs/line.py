"""What a person does with their own line: its order, and which of it waits until it is quiet.

Neither makes anybody else wait longer: the order changes by swapping one's own turns, and who joins a line joins it at
its end. Rows are locked in one order everywhere: provider, jobs, lines (of one person the ordinary one first).
"""

from django.core.exceptions import PermissionDenied
from django.db import transaction

from images_app.jobs.access import may_act_on
from images_app.jobs.fairness import Move, deal_anew, give_back_turns, hold_lines, take_turns
from images_app.jobs.hints import hint
from images_app.jobs.models import Generation, ImageJob
from images_app.jobs.states import State
from images_app.providers.models import Provider
from images_app.teams.models import User

ROWS_AT_ONCE = 200


class _Moved(Exception):
    """A job left the line meanwhile: nothing is changed."""


def set_quiet(generation: Generation, actor: User, quiet: bool) -> int:
    """Let what waits of a submission wait until it is quiet, or no longer; returns how many changed lines."""
    with transaction.atomic():
        waiting = list(
            generation.jobs.select_for_update(of=("self",), no_key=True)
            .filter(state=State.QUEUED, quiet=not quiet)
            .select_related("provider", "team", "person")
            .order_by("pk")
        )
        if not waiting:
            return 0
        if not may_act_on(actor, waiting[0]):
            raise PermissionDenied
        waiting.sort(key=lambda job: (job.turn, job.pk))
        job = waiting[0]
        for line in (False, True):  # both, in the order in which whoever leaves a line takes them
            hold_lines([job.provider], job.team, job.person, quiet=line)
        turns = take_turns(job.provider, job.team, job.person, len(waiting), quiet=quiet)
        moved = sum(
            ImageJob.objects.filter(pk=job.pk, state=State.QUEUED).update(quiet=quiet, turn=turn)
            for job, turn in zip(waiting, turns, strict=True)
        )
        give_back_turns(job.provider_id, job.team_id, job.person_id)
        hint("jobs.generate", "generate")
    return moved


def move_in_line(generation: Generation, actor: User, move: Move) -> bool:
    """Move what waits of one's own submission past one's own others; False where there was nothing to move."""
    if generation.person_id != actor.pk:
        raise PermissionDenied
    try:
        with transaction.atomic():
            # No claim meanwhile: it takes this lock too.
            Provider.objects.select_for_update(no_key=True).get(pk=generation.model.provider_id)
            return bool(sum(_move(generation, move, quiet) for quiet in (False, True)))
    except _Moved:
        return False


def _move(generation: Generation, move: Move, quiet: bool) -> int:
    line = ImageJob.objects.filter(
        provider_id=generation.model.provider_id,
        person_id=generation.person_id,
        team_id=generation.team_id,
        state=State.QUEUED,
        quiet=quiet,
    )
    waiting = list(line.select_for_update(no_key=True).only("turn", "generation_id").order_by("pk"))
    if not any(job.generation_id == generation.pk for job in waiting):
        return 0
    changed = deal_anew(waiting, generation.pk, move)
    if changed and line.bulk_update(changed, ["turn"], batch_size=ROWS_AT_ONCE) != len(changed):
        raise _Moved
    return len(changed)
