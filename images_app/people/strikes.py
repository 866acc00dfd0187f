"""Strikes: given with a reason, in force until a day, lifted by another row. So many at once suspend a person, where the
installation says so."""

from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from images_app.audit.actions import name_of, record
from images_app.notices.actions import tell
from images_app.notices.models import Kind
from images_app.people.actions import LastOne, suspend
from images_app.people.models import Strike, StrikeLift
from images_app.teams.models import User

log = structlog.get_logger(__name__)


def of(person: User) -> QuerySet[Strike]:
    """All the person's strikes, the newest first, each with its lift."""
    return Strike.objects.filter(person_id=person.pk).select_related("lift")


def active() -> QuerySet[Strike]:
    """Those in force now."""
    lifted = StrikeLift.objects.filter(strike=OuterRef("pk"))
    return Strike.objects.filter(~Exists(lifted), expires_at__gt=timezone.now())


@transaction.atomic
def give(
    person: User, by: User, code: str, text: str, case: UUID | None = None, until: datetime | None = None
) -> Strike:
    """A strike in force until ``until``, or for STRIKE_DAYS; the person is told, and suspended where it is one too many.

    ``code`` is a Reason, ``text`` what the person reads besides, 300 signs at most. Raises PermissionDenied for oneself,
    and for staff where ``by`` is no superuser.
    """
    # Held like suspend() does, in one order: two strikes at once see each other, and no two wait for one another.
    held = User.objects.select_for_update(no_key=True).filter(
        Q(is_superuser=True, is_active=True) | Q(pk=person.pk)
    )
    people = {one.pk: one for one in held.order_by("pk")}
    now = people[person.pk]
    if person.pk == by.pk or ((now.is_staff or now.is_superuser) and not by.is_superuser):
        raise PermissionDenied
    end = until or timezone.now() + timedelta(days=settings.STRIKE_DAYS)
    strike = Strike.objects.create(
        person_id=person.pk,
        person_name=name_of(person)[:340],
        code=code,
        text=text[:300],
        by_id=by.pk,
        by_name=name_of(by)[:340],
        case_id=case,
        expires_at=end,
    )
    after = {"code": code, "strike": strike.pk, "case": case, "expires_at": end}
    record("strike.given", actor=by, target=person, after=after, reason=strike.reason)
    if now.is_active:
        tell(Kind.STRIKE, [person], strike=strike)
        _suspend_where_too_many(person)
    return strike


@transaction.atomic
def lift(strike: Strike, by: User, reason: str = "") -> bool:
    """Takes a strike back; False where somebody has done so already. Whom it suspended stays out until restored. Raises
    PermissionDenied for one's own."""
    if strike.person_id == by.pk:
        raise PermissionDenied
    try:
        with transaction.atomic():
            StrikeLift.objects.create(
                strike=strike, by_id=by.pk, by_name=name_of(by)[:340], reason=reason[:300]
            )
    except IntegrityError:
        return False
    person = User.objects.filter(pk=strike.person_id).first()
    record("strike.lifted", actor=by, target=person, before={"strike": strike.pk}, reason=reason)
    return True


def _suspend_where_too_many(person: User) -> None:
    most = settings.STRIKES_TO_SUSPEND
    count = active().filter(person_id=person.pk).count() if most else 0
    if not most or count < most:
        return
    try:
        suspend(person, None, f"{count} strikes")
    except LastOne:
        log.warning("people.last_superuser_stays", person=str(person.pk))
