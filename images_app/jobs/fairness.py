"""Fair order: start-time fair queueing over people within teams, decided when a job is submitted.

Each person's line in a provider's queue has a finish tag; a new job starts at the later of that tag and the provider's
virtual time (the start tag of the job claimed last). Claiming is then one index lookup. A person's jobs are spaced by
the number of people of their team who are waiting, so that a team's share does not grow with its people.
What waits until it is quiet has a queue of its own, with lines and a clock of its own, behind the ordinary one: it takes
no turn from anybody, its owner included.
Source: Goyal, Vin and Cheng, "Start-time Fair Queueing", 1996.
"""

from collections.abc import Iterable
from typing import Literal
from uuid import UUID

from django.db import models
from django.db.models import Max

from images_app.jobs.models import ImageJob, Turn
from images_app.jobs.states import State
from images_app.providers.models import Provider
from images_app.teams.models import Team, User


class Move(models.TextChoices):
    """Where to, within one's own line."""

    FIRST = "first", "First"
    UP = "up", "Earlier"
    DOWN = "down", "Later"


def clock_of(quiet: bool) -> Literal["virtual_time", "quiet_time"]:
    """The provider's field that holds the queue's virtual time: the start tag of the job claimed last."""
    return "quiet_time" if quiet else "virtual_time"


def hold_lines(providers: Iterable[Provider], team: Team, person: User, *, quiet: bool = False) -> None:
    """Locks a person's lines at several providers, always in one order: two presses at once then wait, not deadlock."""
    for provider in sorted(providers, key=lambda provider: provider.pk):
        Turn.objects.get_or_create(provider=provider, team=team, person=person, quiet=quiet)
        Turn.objects.select_for_update().get(provider=provider, team=team, person=person, quiet=quiet)


def take_turns(
    provider: Provider, team: Team, person: User, count: int, *, quiet: bool = False
) -> list[float]:
    """Start tags for ``count`` new jobs. Runs inside the submitting transaction and locks the person's line."""
    Turn.objects.get_or_create(provider=provider, team=team, person=person, quiet=quiet)
    line = Turn.objects.select_for_update().get(provider=provider, team=team, person=person, quiet=quiet)
    virtual_time = Provider.objects.values_list(clock_of(quiet), flat=True).get(pk=provider.pk)
    others = (
        ImageJob.objects.filter(provider=provider, team=team, state=State.QUEUED, quiet=quiet)
        .exclude(person=person)
        .order_by()
        .values("person")
        .distinct()
        .count()
    )
    step = 1.0 + others
    first = max(virtual_time, line.finish)
    line.finish = first + step * count
    line.save(update_fields=["finish"])
    return [first + step * place for place in range(count)]


def give_back_turns(provider_id: UUID, team_id: UUID, person_id: UUID) -> None:
    """After a cancellation: a line ends where its last waiting job does, so nothing unclaimed is paid for."""
    lines = Turn.objects.select_for_update().filter(
        provider_id=provider_id, team_id=team_id, person_id=person_id
    )
    for line in lines.order_by("quiet"):
        last = ImageJob.objects.filter(
            provider_id=provider_id,
            team_id=team_id,
            person_id=person_id,
            state=State.QUEUED,
            quiet=line.quiet,
        ).aggregate(last=Max("turn"))["last"]
        claimed = Provider.objects.values_list(clock_of(line.quiet), flat=True).get(pk=provider_id)
        line.finish = min(line.finish, max(claimed, last or 0.0) + 1.0)
        line.save(update_fields=["finish"])


def deal_anew(waiting: list[ImageJob], generation_id: UUID, move: Move) -> list[ImageJob]:
    """Of one person's waiting jobs of one queue those whose turn changes, with the new one set.

    A submission moves as a whole, past another one as a whole. The turns are the same ones, dealt anew: nobody
    else's place changes.
    """
    groups: dict[UUID, list[ImageJob]] = {}
    for job in sorted(waiting, key=lambda job: (job.turn, job.pk)):
        groups.setdefault(job.generation_id, []).append(job)
    order = list(groups)
    at = order.index(generation_id)
    to = {Move.FIRST: 0, Move.UP: max(at - 1, 0), Move.DOWN: at + 1}[move]
    order.insert(to, order.pop(at))
    turns = sorted(job.turn for job in waiting)
    changed = []
    for job, turn in zip((job for key in order for job in groups[key]), turns, strict=True):
        if job.turn != turn:
            job.turn = turn
            changed.append(job)
    return changed
