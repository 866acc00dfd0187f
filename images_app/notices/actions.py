"""Telling people something, and what they do with it. Rooms from galleries on call ``tell``; the paid path calls
nothing here: presses.py reads what became of it.
"""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import structlog
from allauth.account.models import EmailAddress
from django.db import transaction
from django.utils import timezone

from images_app.budgets.models import BudgetAlarm
from images_app.images.models import StoredImage
from images_app.jobs.models import Generation
from images_app.lib import bus
from images_app.notices.access import Way, notices_of, ways_to
from images_app.notices.models import Kind, Mail, Notice, NoticeSetting
from images_app.teams.models import Invitation, Team, User

if TYPE_CHECKING:
    from images_app.models import Ask, Case, Comment, ShareLink, Strike

log = structlog.get_logger(__name__)


def tell(
    kind: Kind,
    people: Iterable[User],
    *,
    team: Team | None = None,
    actor: User | None = None,
    generation: Generation | None = None,
    image: StoredImage | None = None,
    comment: "Comment | None" = None,
    link: "ShareLink | None" = None,
    invitation: Invitation | None = None,
    alarm: BudgetAlarm | None = None,
    case: "Case | None" = None,
    strike: "Strike | None" = None,
    ask: "Ask | None" = None,
    count: int = 0,
) -> int:
    """Tells each of ``people`` once what happened, in the way they chose; how many have a new notice.

    Written in the caller's transaction, so it is there exactly when what it tells of is. ``team``: whose people alone
    may read it. ``actor``, who did it, is not told. Repeatable: the same kind about the same generation, comment,
    link, invitation, alarm or ask is one notice. Never raises: what cannot be told is logged.
    """
    listeners = [person for person in dict.fromkeys(people) if person != actor]
    if not listeners:
        return 0
    picture = image or (comment.image if comment else None)
    try:
        with transaction.atomic():
            ways = ways_to(listeners, kind)
            rows = [
                Notice(
                    person=person,
                    kind=kind,
                    team=team,
                    actor=actor,
                    generation=generation,
                    image=picture,
                    comment=comment,
                    link=link,
                    invitation=invitation,
                    alarm=alarm,
                    case=case,
                    strike=strike,
                    ask=ask,
                    count=count,
                    listed=ways[person.pk].listed,
                    mail=ways[person.pk].mail,
                )
                for person in listeners
                if ways[person.pk].listed or ways[person.pk].mail != Mail.OFF
            ]
            Notice.objects.bulk_create(rows, ignore_conflicts=True)
            for row in rows:
                _announce(row.person)
    except Exception:
        log.exception("notices.not_told", kind=str(kind))
        return 0
    return len(rows)


def tell_invited(invitation: Invitation) -> None:
    """Whoever has the invitation's address here already finds it among their notices as well."""
    known = EmailAddress.objects.filter(email__iexact=invitation.email, verified=True, user__is_active=True)
    people = [known.user for known in known.select_related("user")] if invitation.email else []
    tell(Kind.INVITATION, people, actor=invitation.made_by, invitation=invitation)


def read(person: User, notices: Iterable[Notice] | None = None) -> int:
    """Marks notices as read, or all of the list; how many were not before."""
    rows = notices_of(person).filter(read_at=None)
    if notices is not None:
        rows = rows.filter(pk__in=[notice.pk for notice in notices])
    changed = rows.update(read_at=timezone.now())
    if changed:
        _announce(person)
    return changed


@transaction.atomic
def choose(person: User, ways: Mapping[Kind, Way]) -> None:
    """How the person hears of these kinds from now on. What waits for a mail they do not want stays unsent."""
    for kind, way in ways.items():
        NoticeSetting.objects.update_or_create(
            person=person, kind=kind, defaults={"listed": way.listed, "mail": way.mail}
        )
        unsent = Notice.objects.filter(person=person, kind=kind, letter=None).exclude(mail=Mail.OFF)
        unsent.exclude(mail=way.mail).update(mail=way.mail)


def _announce(person: User) -> None:
    message = {"kind": "notice", "person": str(person.pk)}
    transaction.on_commit(lambda: bus.announce(message), robust=True)
