"""Pictures for everybody: asked for by their maker, let through by staff, taken back; and what everybody sees.

A published picture is looked up anew at every step, with everything its showing depends on: whatever ends it, ends it
in the list, on its page, in the feed, in the sitemap and at each size at once.
"""

from collections.abc import Iterable
from typing import Any, TypedDict
from uuid import UUID

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.http import Http404
from django.utils import timezone

from images_app.audit.actions import record
from images_app.galleries.models import Publication
from images_app.images.access import images_of
from images_app.images.models import OPEN, StoredImage
from images_app.lib.ids import batches
from images_app.teams import activity
from images_app.teams.access import may
from images_app.teams.audience import Audience
from images_app.teams.models import Membership, Team, User
from images_app.teams.roles import Can

State = Publication.State
NONE = "no such picture"
REFUSED = "It was decided that this picture is not for everybody."


class Wish(TypedDict):
    """What a maker lets everybody read beside the picture."""

    prompt: bool
    credit: bool
    alt: str


class NotToBeHad(Exception):
    """The picture cannot be published; the text says why."""


def is_on() -> bool:
    """Whether this site has a public gallery at all."""
    return bool(settings.PUBLIC_GALLERY)


def must_be_on() -> None:
    """The 404 of an address that is not there, where the site has none."""
    if not is_on():
        raise Http404(NONE)


def wished(path: str = "") -> Q:
    """Pictures whose makers and teams want everybody to see them, now: a condition for rows that name a picture by
    ``path``. The seat is asked for as well, however it went."""
    to = f"{path}__" if path else ""
    seats = Membership.objects.filter(
        Q(team__may_publish=True) | Q(team__personal=True),
        person=OuterRef(f"{to}person"),
        team=OuterRef(f"{to}team"),
        person__is_active=True,
        team__ended_at=None,
    )
    there = {f"{to}trashed_at__isnull": True, f"{to}hidden_at__isnull": True}
    return Q(Exists(seats), **there, **{f"{to}audience": Audience.PUBLIC})


def shown() -> QuerySet[Publication]:
    """What everybody sees."""
    if not is_on():
        return Publication.objects.none()
    # Asked picture by picture, not joined: SQLite would begin with the pictures, and sort all of them.
    images = StoredImage.objects.filter(wished(), pk=OuterRef("image"))
    return Publication.objects.filter(Exists(images), state=State.SHOWN)


def shown_images() -> QuerySet[StoredImage]:
    """The same, as pictures: for an order by what only they know."""
    if not is_on():
        return StoredImage.objects.none()
    return StoredImage.objects.filter(OPEN, wished(), publication__state=State.SHOWN)


def shown_one(publication_id: UUID) -> Publication:
    """One of them, with what its page shows; the same 404 for one that was taken back as for none."""
    rows = shown().select_related("image__person", "image__job__generation")
    found = rows.filter(pk=publication_id).first()
    if found is None:
        raise Http404(NONE)
    return found


# --- its maker's word


def wish_of(image: StoredImage) -> Publication | None:
    """What was asked for this picture and still stands, decided or not; None where everybody is out of question.
    A refusal stands for good."""
    publication = Publication.objects.filter(image=image).exclude(state=State.TAKEN_BACK).first()
    if publication is None or publication.state == State.REFUSED:
        return publication
    # Whoever lowered the audience has taken the picture back by that.
    return publication if image.audience == Audience.PUBLIC else None


def at_once(team: Team) -> bool:
    """Whether its pictures hang in the gallery as soon as they are asked for: the team's wish, where the site allows
    it. The desk looks at them afterwards."""
    return bool(settings.PUBLISH_AT_ONCE) and team.shows_at_once


def may_ask(person: User, image: StoredImage) -> bool:
    """Whether the person may ask for this picture, which is their own, to be shown to everybody."""
    team = image.team
    return is_on() and team.publishes and team.ends_at is None and may(person, team, Can.PUBLISH)


@transaction.atomic
def ask(person: User, image_id: UUID, wish: Wish) -> Publication:
    """Asks for one of the person's own pictures to be shown to everybody; its team sees it from now on, and everybody
    where the team shows at_once().

    Raises PermissionDenied where they may not, and NotToBeHad for a picture that was refused or is asked for already.
    """
    if not is_on():
        raise PermissionDenied
    images = images_of(person).select_for_update(no_key=True, of=("self",)).select_related("team")
    image = images.filter(pk=image_id).first()
    if image is None:
        raise Http404(NONE)
    # Held until the commit: whoever is removed at this moment leaves nothing behind.
    seats = Membership.objects.select_for_update(no_key=True, of=("self",)).select_related("team")
    seat = seats.filter(person=person, team=image.team_id).first()
    if seat is None or not seat.may(Can.PUBLISH) or not seat.team.publishes or seat.team.ends_at:
        raise PermissionDenied
    standing = wish_of(image)
    if standing is not None:
        refused = standing.state == State.REFUSED
        raise NotToBeHad(REFUSED if refused else "That was asked for already.")
    publication = Publication.objects.filter(image=image).first() or Publication(image=image)
    publication.shape = image.shape
    publication.state = State.ASKED
    publication.before = min(image.audience, Audience.LINK)
    publication.prompt, publication.credit, publication.alt = wish["prompt"], wish["credit"], wish["alt"]
    publication.asked_by, publication.asked_at = person, timezone.now()
    publication.decided_by = publication.decided_at = None
    publication.reason = ""
    publication.to_look_at = at_once(seat.team)
    if publication.to_look_at:
        publication.state, publication.decided_at = State.SHOWN, publication.asked_at
    publication.save()
    StoredImage.objects.filter(pk=image.pk).update(audience=Audience.PUBLIC)
    if image.audience < Audience.TEAM:
        activity.note_pictures([image], by=person)
    after = {"prompt": publication.prompt, "credit": publication.credit}
    record("publication.asked", actor=person, target=publication, team=image.team, after=after)
    if publication.to_look_at:
        # By nobody's word but the team's setting.
        shown_now = {"state": str(State.SHOWN), "looked_at": "afterwards"}
        record("publication.shown", actor=None, target=publication, team=image.team, after=shown_now)
    return publication


def take_back(by: User, image_id: UUID) -> bool:
    """The maker, or a keeper of the picture's team, takes it out of the public gallery: those see it who saw it before.

    False where it was not to be seen, nor asked for. Raises PermissionDenied for others.
    """
    image = StoredImage.objects.filter(pk=image_id).first()
    seat = image and Membership.objects.filter(person=by, team=image.team_id).first()
    if image is None or not seat or not (image.person_id == by.pk or seat.may(Can.TIDY)):
        raise PermissionDenied
    return bool(_end(Publication.objects.filter(image=image), by))


def take_back_all(team: Team, person: User | None = None, by: User | None = None) -> int:
    """Whoever leaves a team takes back what they published of it; a team that ends takes back everything."""
    rows = Publication.objects.filter(image__team=team)
    return _end(rows.filter(image__person=person) if person else rows, by)


@transaction.atomic
def _end(rows: QuerySet[Publication], by: User | None) -> int:
    # Held: what is written down of them stays true until the commit.
    standing = rows.filter(state__in=[State.ASKED, State.SHOWN]).select_for_update(no_key=True, of=("self",))
    ids = list(standing.values_list("pk", flat=True))
    ended = 0
    for some in batches(ids):
        # By whose word, one by one; a team's end is nobody's in particular.
        for one in Publication.objects.filter(pk__in=some).select_related("image__team"):
            _record("publication.taken_back", one, by, State.TAKEN_BACK)
        ended += Publication.objects.filter(pk__in=some, state__in=[State.ASKED, State.SHOWN]).update(
            state=State.TAKEN_BACK, decided_by=by, decided_at=timezone.now()
        )
        before = Publication.objects.filter(image=OuterRef("pk")).values("before")
        StoredImage.objects.filter(publication__in=some, audience=Audience.PUBLIC).update(
            audience=Subquery(before)
        )
    return ended


def _record(verb: str, one: Publication, by: User | None, after: State, reason: str = "") -> None:
    """``one`` as it was before."""
    before, state = {"state": str(one.state)}, {"state": str(after)}
    record(verb, actor=by, target=one, team=one.image.team, before=before, after=state, reason=reason)


# --- the word of whoever looks after the site


def show(by: User, ids: Iterable[UUID]) -> list[Publication]:
    """Lets the pictures through that still may be, from waiting or after a second look; which those were."""
    return _decide(by, ids, [State.ASKED, State.REFUSED], State.SHOWN, wished("image"))


def refuse(by: User, ids: Iterable[UUID], reason: str) -> list[Publication]:
    """Everybody does not see them, or not any more; which those were. Their makers read the ``reason``."""
    return _decide(by, ids, [State.ASKED, State.SHOWN], State.REFUSED, Q(), reason=reason)


def _decide(
    by: User, ids: Iterable[UUID], before: list[State], after: State, still: Q, reason: str = ""
) -> list[Publication]:
    changes: dict[str, Any] = {"state": after, "decided_by": by, "reason": reason, "to_look_at": False}
    decided = []
    rows = Publication.objects.filter(still, pk__in=list(ids), state__in=before)
    for publication in rows.select_related("image__team"):
        same = Publication.objects.filter(
            pk=publication.pk, state=publication.state, asked_at=publication.asked_at
        )
        with transaction.atomic():
            if same.update(**changes, decided_at=timezone.now()):
                verb = "publication.shown" if after == State.SHOWN else "publication.refused"
                _record(verb, publication, by, after, reason)
                decided.append(publication)
    return decided
