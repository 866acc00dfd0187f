"""A team ends: its pictures go where its owner said, and then its seats.

A team may have hundreds of thousands of pictures. They go a batch at a time, each batch in a transaction of its own that
other work need not wait for; the team has ended once nothing of it is left. So any number of workers may be at it and any
may be killed: the next one goes on.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import structlog
from django.db import transaction
from django.db.models import Exists, F, Model, OuterRef, Q, QuerySet
from django.utils import timezone

from images_app.audit.actions import record
from images_app.collections import actions as collecting
from images_app.collections.models import Collection
from images_app.galleries import publications
from images_app.images import search
from images_app.images.models import StoredImage
from images_app.jobs.models import Generation, ImageJob
from images_app.jobs.states import PENDING
from images_app.lib.dbtime import from_now
from images_app.lib.failpoints import failpoint
from images_app.teams.access import makes_in
from images_app.teams.actions import give_personal_team
from images_app.teams.models import Ending, Invitation, Membership, Team, User
from images_app.teams.roles import Role

BATCH = 500
# What moves with its maker. Jobs and generations say what was paid, and follow their pictures.
OWNED: tuple[type[Model], ...] = (StoredImage, ImageJob, Generation, Collection)

log = structlog.get_logger(__name__)


def end_due_teams() -> int:
    """Ends the teams whose time has come; how many. A team with calls under way is left for the next time, and so is
    one that cannot end: it keeps no other waiting."""
    ended = 0
    for team in Team.objects.filter(_due()).order_by("ends_at"):
        try:
            ended += end(team)
        except Exception:
            log.exception("teams.not_ended", team=team.slug)
    _follow_to_the_trash()
    return ended


def end(team: Team) -> bool:
    """Ends a team whose time has come; False where it has not, or while a call of it is under way, because a paid
    picture may still come of it."""
    found = Team.objects.filter(_due(), pk=team.pk).select_related("heir").first()
    if found is None or _at_work(found):
        return False
    # Before they move: where a picture goes to, nobody has asked for it to be shown to everybody.
    publications.take_back_all(found)
    if found.ends_with == Ending.NOWHERE:
        # Their bytes go with the trash; what was paid for them stays in the books.
        _trash(StoredImage.objects.filter(team=found, trashed_at=None), timezone.now())
    elif (heir := _heir_of(found)) is not None:
        _move(found, heir)
    else:
        for person in _makers(found):
            _move(found, person.personal_team() or give_personal_team(person), person)
    return _close(found)


def _due() -> Q:
    """By the database's clock, which decides whether it may still be kept, and by this machine's as well: one clock
    that is ahead must not end a team."""
    return Q(ends_at__lte=from_now(0)) & Q(ends_at__lte=timezone.now())


def _at_work(team: Team) -> bool:
    return ImageJob.objects.filter(team=team, state__in=PENDING).exists()


def _heir_of(team: Team) -> Team | None:
    """Who gets all the pictures; nobody where the owner who asked for that may put nothing there any more."""
    owner = team.memberships.filter(role=Role.OWNER).select_related("person").first()
    there = team.ends_with == Ending.HEIR and owner and team.heir in makes_in(owner.person)
    return team.heir if there else None


def _makers(team: Team) -> QuerySet[User]:
    """Whoever has anything in the team, whether or not they still belong to it."""
    theirs = Q()
    for model in OWNED:
        theirs |= Q(Exists(model._default_manager.filter(team=team, person=OuterRef("pk"))))
    return User.objects.filter(theirs)


def _move(team: Team, to: Team, person: User | None = None) -> None:
    whose = {"person": person} if person else {}

    def hand_on(images: QuerySet[StoredImage]) -> None:
        search.hand_on(images, team.pk, to.pk)
        images.update(team=to)

    _in_steps(StoredImage.objects.filter(team=team, **whose), hand_on)
    for rows in (ImageJob, Generation):
        _in_steps(rows._default_manager.filter(team=team, **whose), lambda some: some.update(team=to))
    with transaction.atomic():
        collecting.move(team, to, person)


def _trash(images: QuerySet[StoredImage], moment: datetime) -> None:
    _in_steps(images, lambda some: some.update(trashed_at=moment))


def _in_steps(rows: QuerySet[Any], change: Callable[[QuerySet[Any]], object]) -> None:
    """Until none of ``rows`` is left, which ``change`` makes of each that it is given."""
    while some := list(rows.order_by().values_list("pk", flat=True)[:BATCH]):
        with transaction.atomic():
            change(rows.model._default_manager.filter(pk__in=some))
        failpoint("team_step")


@transaction.atomic
def _close(team: Team) -> bool:
    """The seats go; False where something came into the team meanwhile, which is left for the next time."""
    held = Team.objects.select_for_update().filter(_due(), pk=team.pk).first()
    if held is None or _at_work(held):
        return False
    left = (StoredImage.objects.filter(trashed_at=None),) if held.ends_with == Ending.NOWHERE else ()
    for rows in left or (model._default_manager.all() for model in OWNED):
        if rows.filter(team=held).exists():
            return False
    Team.objects.filter(heir=held).update(heir=None, ends_with=Ending.MAKERS)
    Membership.objects.filter(team=held).delete()
    Invitation.objects.filter(team=held).delete()
    # The row stays: attempts and their costs hang on it. Nobody has a seat in it, so no page shows it.
    Team.objects.filter(pk=held.pk).update(ends_at=None, ends_with="", heir=None, ended_at=timezone.now())
    before = {"pictures": held.ends_with, "heir": held.heir.slug if held.heir else ""}
    record("team.ended", actor=None, target=held, team=held, before=before)
    return True


def _follow_to_the_trash() -> None:
    """A call nobody had an answer of may be answered after the team's end. Its picture goes where the others went."""
    late = StoredImage.objects.filter(team__ended_at__isnull=False, trashed_at=None, team=F("job__team"))
    _trash(late, timezone.now())
