"""Looking at the site as another person does: for superusers, with a reason, for half an hour, and only looking.

The session stays the administrator's own and says as whom they look. For each request the person takes their place
(looking_middleware.py), so what is seen is what the person sees.
"""

from datetime import timedelta
from typing import Any

from django.contrib.sessions.models import Session
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from images_app.audit.actions import record
from images_app.audit.models import AuditEntry
from images_app.audit.watched import read
from images_app.images.models import StoredImage
from images_app.people.models import Impersonation
from images_app.teams.audience import Audience
from images_app.teams.models import User

KEY = "looking"  # where the session keeps which one goes on
NAMED = frozenset({"id", "slug", "name"})  # of an address, what an entry may tell
LONGEST = timedelta(minutes=30)
# What stays writable meanwhile: what is written down about it, and the administrator's own session.
WRITABLE = frozenset({AuditEntry._meta.db_table, Session._meta.db_table})


def may(by: User, person: User) -> bool:
    """A superuser, as anybody but themselves, another superuser, or somebody who is suspended."""
    mighty = by.is_active and by.is_superuser
    return mighty and person.is_active and not person.is_superuser and person.pk != by.pk


@transaction.atomic
def start(by: User, person: User, reason: str) -> Impersonation:
    """Raises PermissionDenied where they may not, or no reason is given."""
    if not may(by, person) or not reason.strip():
        raise PermissionDenied
    looking = Impersonation.objects.create(
        person=person, by=by, reason=reason.strip()[:300], until=timezone.now() + LONGEST
    )
    after = {"until": looking.until}
    record("impersonation.started", actor=by, target=person, after=after, reason=looking.reason)
    return looking


def going_on(by: Any, id: str) -> Impersonation | None:
    """The one the session names, while it may go on."""
    rows = Impersonation.objects.select_related("person", "by").filter(pk=id, ended_at=None)
    looking = rows.filter(by=by.pk, until__gt=timezone.now()).first() if by.is_authenticated else None
    return looking if looking and may(by, looking.person) else None


@transaction.atomic
def end(looking: Impersonation, why: str) -> bool:
    """False where it is over already."""
    now = timezone.now()
    if not Impersonation.objects.filter(pk=looking.pk, ended_at=None).update(ended_at=now):
        return False
    record("impersonation.ended", actor=looking.by, target=looking.person, reason=why)
    return True


def end_all(rows: QuerySet[Impersonation], why: str) -> int:
    """How many of ``rows`` were not over already."""
    return sum(end(looking, why) for looking in rows.filter(ended_at=None).select_related("person", "by"))


def end_due() -> int:
    """Ends those whose time is over and that nobody came back to; how many."""
    return end_all(Impersonation.objects.filter(until__lte=timezone.now()), "the time is over")


def note(request: HttpRequest, looking: Impersonation, *, page: bool) -> None:
    """Writes down what of the person's was looked at: pages by the names of their addresses, private pictures once."""
    match = request.resolver_match
    if match is None:
        return
    if page:
        # By its name: an address may hold what opens something.
        after = {
            "page": match.view_name,
            **{name: str(match.kwargs[name]) for name in NAMED & set(match.kwargs)},
        }
        record(
            "impersonation.looked", actor=request.user, target=looking.person, after=after, request=request
        )
    if match.url_name in ("image", "picture") and "id" in match.kwargs:
        image = StoredImage.objects.select_related("team").filter(pk=match.kwargs["id"]).first()
        if image and image.audience == Audience.PRIVATE and image.person_id != looking.by_id:
            mine = AuditEntry.objects.filter(impersonator_id=looking.by_id, at__gte=looking.begun_at)
            if not mine.filter(target_id=str(image.pk), verb="storedimage.read").exists():
                read(request, image)
