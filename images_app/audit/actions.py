"""Writing down what was done."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.db.models import Model
from django.http import HttpRequest

from images_app.audit.context import address_of, impersonator_of, session_of, under_way
from images_app.audit.models import AuditEntry

LONGEST = 500  # of a text among before and after; an entry is no archive of what people wrote


def record(
    verb: str,
    *,
    actor: AbstractBaseUser | AnonymousUser | None,
    target: Model | None = None,
    team: Model | None = None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    reason: str = "",
    request: HttpRequest | None = None,
    name: str | None = None,
) -> AuditEntry:
    """An entry in the transaction of whoever calls: it is there exactly when what it tells of is.

    ``actor`` None is the system. ``before`` and ``after`` are flat and hold what changed, never a secret or a prompt.
    ``request`` says from where; None takes the one under way, if any. ``name`` stands for the target instead of its own,
    which may be what somebody wrote: an entry cannot be deleted with it.
    """
    request = request or under_way()
    known = actor if actor is not None and actor.pk else None
    behind = impersonator_of(request) if request else None
    if behind is not None and known is not None and behind.pk == known.pk:
        behind = None  # what they do in their own name
    return AuditEntry.objects.create(
        verb=verb,
        actor_id=known.pk if known else None,
        actor_name=name_of(known)[:340] if known else "",
        impersonator_id=behind.pk if behind else None,
        impersonator_name=name_of(behind)[:340] if behind else "",
        team_id=team.pk if team else None,
        team_slug=str(getattr(team, "slug", ""))[:60],
        target_kind=target._meta.label_lower if target else "",
        target_id=str(target.pk)[:64] if target else "",
        target_name=clean(str(target) if name is None else name)[:200] if target else "",
        before=plain(before or {}),
        after=plain(after or {}),
        reason=clean(reason)[:1000],
        from_address=address_of(request) if request else "",
        session=session_of(request) if request else "",
    )


def name_of(person: AbstractBaseUser | AnonymousUser) -> str:
    """As somebody who reads it years later can still tell two of them apart."""
    return clean(f"{person} ({person.get_username()})")


def plain(value: Any) -> Any:
    """The value as JSON that every database takes: texts cut and clean, ids, money and times as text."""
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, Mapping):
        return {clean(str(name)): plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(one) for one in value]
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, float):
        return value if value == value and abs(value) != float("inf") else str(value)
    if isinstance(value, Decimal):
        return str(value)
    return clean(str(value))[:LONGEST]


def clean(text: str) -> str:
    """Without what PostgreSQL refuses in a text: NUL and halves of a sign."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode()
