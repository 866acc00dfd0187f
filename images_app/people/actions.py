"""Keeping a person out, and letting them in again. Each verb owns its transaction."""

from datetime import datetime

from allauth.usersessions.adapter import get_adapter
from allauth.usersessions.models import UserSession
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from images_app.audit.actions import record
from images_app.jobs.actions import cancel_together
from images_app.jobs.models import ImageJob
from images_app.jobs.states import IN_FLIGHT, State
from images_app.lib import bus
from images_app.people import looking
from images_app.people.models import Impersonation, Suspension
from images_app.teams.access import own
from images_app.teams.models import Membership, User


class LastOne(Exception):
    """Nobody who runs the place would be left."""


@transaction.atomic
def suspend(person: User, by: User | None, reason: str, *, until: datetime | None = None) -> bool:
    """Keeps the person out from the commit on, until ``until`` or until they are restored; False where they are out
    already.

    Their sessions end, open pages' streams too, and what waits is cancelled with its holds released. A call under way
    is paid: its picture is kept, and no other call is made for it. ``by`` None is the system. Raises PermissionDenied for
    oneself, and for staff where ``by`` is no superuser; LastOne for the last superuser.
    """
    # Held in one order: of two superusers who suspend each other at once, one stays.
    mighty = User.objects.select_for_update(no_key=True).filter(is_superuser=True, is_active=True)
    others = [one.pk for one in mighty.order_by("pk") if one.pk != person.pk]
    now = User.objects.get(pk=person.pk)
    mighty_or_none = by is None or by.pk in others
    if by == person or ((now.is_staff or now.is_superuser) and not mighty_or_none):
        raise PermissionDenied
    if now.is_superuser and not others:
        raise LastOne
    # A press holds the seat it makes pictures from (teams.access.hold_seat): one under way is waited for, and what it
    # made is cancelled below; one that comes later finds the person out.
    list(Membership.objects.select_for_update(no_key=True).filter(person=person).order_by("pk"))
    if not User.objects.filter(pk=person.pk, is_active=True).update(is_active=False):
        return False
    Suspension.objects.create(person=person, by=by, reason=reason[:300], until=until)
    record(
        "user.suspended",
        actor=by,
        target=person,
        before={"is_active": True},
        after={"is_active": False, "until": until},
        reason=reason,
    )
    looking.end_all(Impersonation.objects.filter(Q(by=person) | Q(person=person)), "somebody was suspended")
    get_adapter().end_sessions(list(UserSession.objects.filter(user=person).select_related("user")))
    waiting = ImageJob.objects.filter(own(person), state__in=[State.QUEUED, *IN_FLIGHT])
    cancel_together(list(waiting), None, "its maker was suspended")
    message = {"kind": "out", "person": str(person.pk)}
    transaction.on_commit(lambda: bus.announce(message), robust=True)
    return True


@transaction.atomic
def restore(person: User, by: User | None, reason: str = "") -> bool:
    """Lets the person in again; False where they are not out. ``by`` None: their time is over. What was cancelled stays
    so. Raises PermissionDenied for staff where ``by`` is no superuser."""
    mighty = by is None or (by.is_active and by.is_superuser)
    if (person.is_staff or person.is_superuser) and not mighty:
        raise PermissionDenied
    if not User.objects.filter(pk=person.pk, is_active=False).update(is_active=True):
        return False
    Suspension.objects.filter(person=person, ended_at=None).update(ended_at=timezone.now(), ended_by=by)
    before, after = {"is_active": False}, {"is_active": True}
    record("user.restored", actor=by, target=person, before=before, after=after, reason=reason)
    return True


def restore_due() -> int:
    """Lets those in whose time is over; how many. Two at once do no harm."""
    due = Suspension.objects.filter(ended_at=None, until__lte=timezone.now()).select_related("person")
    return sum(_end(suspension) for suspension in due)


@transaction.atomic
def _end(suspension: Suspension) -> bool:
    # Held: whoever was restored and suspended anew meanwhile stays out.
    mine = Suspension.objects.select_for_update().filter(pk=suspension.pk, ended_at=None)
    return mine.first() is not None and restore(suspension.person, None, "the time is over")
