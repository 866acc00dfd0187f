"""Fair order: start-time fair queueing over people within teams, decided when a job is submitted.

Each person's line in a provider's queue has a finish tag; a new job starts at the later of that tag and the provider's
virtual time (the start tag of the job claimed last). Claiming is then one index lookup. A person's jobs are spaced by
the number of people of their team who are waiting, so that a team's share does not grow with its people.
Source: Goyal, Vin and Cheng, "Start-time Fair Queueing", 1996.
"""

from uuid import UUID

from django.db.models import Max

from images_app.jobs.models import ImageJob, Turn
from images_app.jobs.states import State
from images_app.providers.models import Provider
from images_app.teams.models import Team, User


def take_turns(provider: Provider, team: Team, person: User, count: int) -> list[float]:
    """Start tags for ``count`` new jobs. Runs inside the submitting transaction and locks the person's line."""
    Turn.objects.get_or_create(provider=provider, team=team, person=person)
    line = Turn.objects.select_for_update().get(provider=provider, team=team, person=person)
    virtual_time = Provider.objects.values_list("virtual_time", flat=True).get(pk=provider.pk)
    others = (
        ImageJob.objects.filter(provider=provider, team=team, state=State.QUEUED)
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
    """After a cancellation: the line ends where its last waiting job does, so nothing unclaimed is paid for."""
    last = ImageJob.objects.filter(
        provider_id=provider_id, team_id=team_id, person_id=person_id, state=State.QUEUED
    ).aggregate(last=Max("turn"))["last"]
    line = Turn.objects.select_for_update().filter(
        provider_id=provider_id, team_id=team_id, person_id=person_id
    )
    for turn in line:
        claimed = Provider.objects.values_list("virtual_time", flat=True).get(pk=turn.provider_id)
        turn.finish = min(turn.finish, max(claimed, last or 0.0) + 1.0)
        turn.save(update_fields=["finish"])
