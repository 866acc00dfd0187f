"""Links for people outside: made, opened, taken back; and what a link shows, asked anew at every step."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import NotRequired, TypedDict
from uuid import UUID

from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.http import Http404
from django.urls import reverse
from django.utils import timezone

from images_app.audit.actions import record
from images_app.collections.models import Collection
from images_app.galleries.models import Guest, ShareItem, ShareLink
from images_app.images.access import shareable_by
from images_app.images.models import StoredImage
from images_app.lib.counts import take_try
from images_app.lib.ids import batches
from images_app.lib.tokens import hashed, new_token
from images_app.teams import activity
from images_app.teams.audience import Audience
from images_app.teams.models import Membership, Team, User
from images_app.teams.roles import MAY, Can

# Passwords of one link that one address, and that all of them together, may try in ten minutes.
TRIES, ALL_TRIES, TRY_SECONDS = 10, 50, 600
VISIT_SECONDS = 1800  # a guest who looks around, or a program that asks again, is one visit
BATCH = 500
NONE = "no such link"


class Asked(TypedDict):
    """What a review round asks of guests, until the end of which day."""

    pick: bool
    score: bool
    comment: bool
    until: date
    message: str


class Terms(TypedDict):
    """What its maker decides about a link. ``password`` as typed, empty for none; ``days`` None: until revoked;
    without ``round`` guests are asked for nothing."""

    title: str
    password: str
    days: int | None
    view_limit: int | None
    downloads: bool
    prompts: bool
    round: NotRequired[Asked | None]


@dataclass(frozen=True)
class Made:
    """A new link with its address, which nobody can look up later."""

    link: ShareLink
    address: str


class TooManyTries(Exception):
    """The link's passwords of these minutes are used up."""


def alive() -> Q:
    """Links that open something, as far as the link and its maker's seat say. The seat is asked for however it went: what
    the administration takes away takes no link back."""
    seat = Membership.objects.filter(
        team=OuterRef("team"), person=OuterRef("made_by"), role__in=MAY[Can.SHARE]
    )
    return Q(Exists(seat), revoked_at=None, team__ended_at=None, made_by__is_active=True) & (
        Q(expires_at=None) | Q(expires_at__gt=timezone.now())
    )


def found(token: str) -> ShareLink:
    """The link behind a token; the same 404 for one that died as for one that never was."""
    link = (
        ShareLink.objects.select_related("team", "made_by", "collection")
        .filter(alive(), token_hash=hashed(token))
        .first()
    )
    if link is None:
        raise Http404(NONE)
    return link


def pictures_through(link: ShareLink) -> QuerySet[StoredImage]:
    """What the link shows, in its order: pictures of its team that are for whoever has a link, while it lives. Its
    maker's own, and others' as long as they keep the team: who may not hand a picture out shows it by no collection
    either."""
    living = ShareLink.objects.filter(alive(), pk=link.pk)
    keeps = Membership.objects.filter(team=link.team_id, person=link.made_by_id, role__in=MAY[Can.HAND_OUT])
    rows = StoredImage.objects.filter(
        Exists(living),
        Q(person=link.made_by_id) | Exists(keeps),
        team=link.team_id,
        audience__gte=Audience.LINK,
        trashed_at=None,
        hidden_at=None,
    )
    return hung_on(link, rows)


def hung_on(link: ShareLink, rows: QuerySet[StoredImage]) -> QuerySet[StoredImage]:
    """Those of ``rows`` that the link leads to, in its order, whether or not it lives."""
    if link.image_id:
        return rows.filter(pk=link.image_id)
    path = "collection_items" if link.collection_id else "share_items"
    hung = (
        Q(collection_items__collection=link.collection_id)
        if link.collection_id
        else Q(share_items__link=link)
    )
    return rows.filter(hung).order_by(f"{path}__place", f"{path}__id")


# --- making and taking back


def make_for_image(person: User, image: StoredImage, terms: Terms) -> Made:
    """A link to a picture that images.access.shareable_by() has. Raises PermissionDenied where the person may make none
    in its team."""
    return _make(person, image.team, terms, [image.pk], image=image)


def make_for_collection(person: User, collection: Collection, terms: Terms) -> Made:
    """A link to a collection the person manages: it shows those of its pictures that shareable_by() has, which are for
    whoever has a link from now on. What is hung in it later stays out until somebody makes it for whoever has a link."""
    ids = collection.items.values_list("image", flat=True)
    return _make(person, collection.team, terms, list(ids), collection=collection)


def make_for_selection(person: User, team: Team, ids: Iterable[UUID], terms: Terms) -> Made:
    """A link to those pictures of the team among ``ids`` that shareable_by() has, in that order."""
    return _make(person, team, terms, list(dict.fromkeys(ids)), selection=True)


@transaction.atomic
def _make(
    person: User,
    team: Team,
    terms: Terms,
    ids: list[UUID],
    *,
    image: StoredImage | None = None,
    collection: Collection | None = None,
    selection: bool = False,
) -> Made:
    # Held until the commit: whoever is removed at this moment leaves no link behind.
    seat = Membership.objects.select_for_update(no_key=True).filter(person=person, team=team).first()
    if seat is None or not seat.may(Can.SHARE):
        raise PermissionDenied
    token = new_token()
    days = _days(team, terms["days"])
    expires_at = timezone.now() + timedelta(days=days) if days else None
    link = ShareLink.objects.create(
        team=team,
        made_by=person,
        token_hash=hashed(token),
        hint=token[-4:],
        image=image,
        collection=collection,
        title=terms["title"],
        password=make_password(terms["password"]) if terms["password"] else "",
        expires_at=expires_at,
        view_limit=terms["view_limit"],
        downloads=terms["downloads"],
        prompts=terms["prompts"],
        **_round(terms.get("round"), expires_at),
    )
    opened = _open_up(person, team, ids)
    if selection:
        rows = (ShareItem(link=link, image_id=pk, place=n) for n, pk in enumerate(ids) if pk in opened)
        ShareItem.objects.bulk_create(rows, batch_size=BATCH)
    record("share.made", actor=person, target=link, team=team, after=_told(link) | {"pictures": len(opened)})
    return Made(link, f"{settings.BASE_URL}{reverse('guest', args=[token])}")


def _told(link: ShareLink) -> dict[str, object]:
    """What the audit log says of a link: what it leads to and on which terms, never its password."""
    thing = "picture" if link.image_id else "collection" if link.collection_id else "selection"
    return {
        "leads_to": thing,
        "id": link.image_id or link.collection_id or "",
        "password": bool(link.password),
        "expires_at": link.expires_at,
        "view_limit": link.view_limit,
        "downloads": link.downloads,
        "prompts": link.prompts,
        "round": link.asks,
    }


def _open_up(person: User, team: Team, ids: list[UUID]) -> set[UUID]:
    """Makes the pictures of the team that the person may share visible to whoever has a link; which these are."""
    opened: set[UUID] = set()
    for batch in batches(ids):
        rows = shareable_by(person).filter(team=team, pk__in=batch)
        opened.update(rows.values_list("pk", flat=True))
        fresh = list(rows.filter(audience__lt=Audience.TEAM).select_related("team"))
        rows.filter(audience__lt=Audience.LINK).update(audience=Audience.LINK)
        activity.note_pictures(fresh, by=person)
    return opened


def _days(team: Team, asked: int | None) -> int | None:
    """How long the link lives: never longer than its team allows."""
    if team.link_days_most is None:
        return asked
    return min(asked or team.link_days_most, team.link_days_most)


def closing_of(day: date, expires_at: datetime | None) -> datetime:
    """The end of the day, or of the link where that comes first."""
    end = timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))
    return min(end, expires_at) if expires_at else end


def _round(asked: Asked | None, expires_at: datetime | None) -> dict[str, object]:
    """The columns of a round, or of none: what guests answered in it is kept."""
    if asked is None:
        return {"asks_pick": False, "asks_score": False, "asks_comment": False, "message": ""}
    return {
        "asks_pick": asked["pick"],
        "asks_score": asked["score"],
        "asks_comment": asked["comment"],
        "closes_at": closing_of(asked["until"], expires_at),
        "message": asked["message"],
    }


def life_of(link: ShareLink, days: int | None) -> datetime | None:
    """When the link ends that shall live so many days from now; never later than its team allows, from its making."""
    most = link.team.link_days_most
    latest = link.created_at + timedelta(days=most) if most else None
    asked = timezone.now() + timedelta(days=days) if days else None
    return min(filter(None, (asked, latest)), default=None)


@transaction.atomic
def change(
    link: ShareLink, terms: Terms, *, expires_at: datetime | None, password: str | None, by: User
) -> bool:
    """Other terms for a link; ``password`` None leaves it, "" takes it off, and either way whoever came in by the
    old one has to come in anew where there is one. False where the link was taken back meanwhile."""
    fields: dict[str, object] = {
        name: terms[name] for name in ("title", "view_limit", "downloads", "prompts")
    }
    fields |= {"expires_at": expires_at, **_round(terms.get("round"), expires_at)}
    asked = terms.get("round")
    if asked and link.closes_at and link.last_day and asked["until"] == timezone.localdate(link.last_day):
        # A day that stays opens no round again.
        fields["closes_at"] = min(filter(None, (link.closes_at, expires_at)))
    if password is not None:
        fields["password"] = make_password(password) if password else ""
    if fields.get("closes_at", link.closes_at) != link.closes_at:
        fields["closed_told_at"] = None
    changed = bool(ShareLink.objects.filter(pk=link.pk, revoked_at=None).update(**fields))
    if changed:
        before, after = _told(link), _told(ShareLink.objects.get(pk=link.pk))
        if password is not None:
            before["password"], after["password"] = bool(link.password), "another" if password else False
        other = [name for name in after if after[name] != before[name]]
        old, new = {n: before[n] for n in other}, {n: after[n] for n in other}
        record("share.changed", actor=by, target=link, team=link.team, before=old, after=new)
    return changed


def links_of(seat: Membership) -> QuerySet[ShareLink]:
    """The links of a team that somebody may take back: their own, for its keepers everybody's; not those taken back."""
    rows = ShareLink.objects.filter(team=seat.team_id, revoked_at=None)
    if not seat.may(Can.TIDY):
        rows = rows.filter(made_by=seat.person_id)
    return rows.select_related("made_by", "team", "image__job__generation", "collection")


def own_links(person: User, **thing: object) -> QuerySet[ShareLink]:
    """The person's own links to one thing that could still be opened."""
    left = Q(view_limit=None) | Q(views__lt=F("view_limit"))
    rows = ShareLink.objects.filter(alive(), left, made_by=person, **thing)
    return rows.select_related("team", "image__job__generation", "collection")


def revoke(link: ShareLink, by: User) -> bool:
    """The link opens nothing from the commit on; False where it was revoked before."""
    return bool(_revoke(ShareLink.objects.filter(pk=link.pk), by))


def revoke_all(team: Team, person: User, by: User | None) -> int:
    """Takes back what somebody made in a team; how many. ``by`` None: their groups took the seat."""
    return _revoke(ShareLink.objects.filter(team=team, made_by=person), by)


@transaction.atomic
def _revoke(rows: QuerySet[ShareLink], by: User | None) -> int:
    """Those of ``rows`` that were not revoked before; how many."""
    revoked = 0
    for link in rows.filter(revoked_at=None).select_related("team"):
        if ShareLink.objects.filter(pk=link.pk, revoked_at=None).update(revoked_at=timezone.now()):
            record("share.revoked", actor=by, target=link, team=link.team, before=_told(link))
            revoked += 1
    return revoked


@transaction.atomic
def part_from(collection: Collection, by: User) -> None:
    """Before the collection is deleted: its links open nothing any more. Those that guests took part in stay with the
    team as links to the pictures that hang there now, so that what was said in their rounds is kept."""
    links = ShareLink.objects.filter(collection=collection)
    held = list(links.select_for_update(no_key=True, of=("self",)))  # nobody takes part meanwhile
    _revoke(links, by)
    kept = set(Guest.objects.filter(link__in=held).values_list("link", flat=True))
    hung = list(collection.items.order_by("place", "id").values_list("image", flat=True)) if kept else []
    for link in held:
        if link.pk in kept:
            rows = (ShareItem(link=link, image_id=pk, place=place) for place, pk in enumerate(hung))
            ShareItem.objects.bulk_create(rows, batch_size=BATCH)
            links.filter(pk=link.pk).update(collection=None, title=link.title or collection.title)


def leading_to(collection: Collection) -> dict[str, int]:
    """How many links to it are ``open``, and how many of all its links guests took ``part`` in."""
    took_part = Exists(Guest.objects.filter(link=OuterRef("pk")))
    rows = ShareLink.objects.filter(collection=collection)
    return rows.aggregate(open=Count("pk", filter=alive()), part=Count("pk", filter=Q(took_part)))


# --- opening


def spent(link: ShareLink) -> bool:
    return link.view_limit is not None and link.views >= link.view_limit


def count_view(link: ShareLink) -> bool:
    """Counts an opening; False where the link has none left, though two come for the last one at once."""
    left = Q(view_limit=None) | Q(views__lt=F("view_limit"))
    opened = ShareLink.objects.filter(left, pk=link.pk, revoked_at=None)
    return bool(opened.update(views=F("views") + 1, last_view_at=timezone.now()))


def count_visit(link: ShareLink, visitor: str) -> bool:
    """Counts an opening of a link without a limit, once in half an hour for each ``visitor``; whether it did."""
    if not cache.add(f"visit:{link.pk}:{hashed(visitor)[:16]}", 1, VISIT_SECONDS):
        return False
    return count_view(link)


def fits(link: ShareLink, password: str, address: str) -> bool:
    """Whether the link's password is this one, tried from ``address``. Raises TooManyTries."""
    if not link.password:
        return True
    places: list[str] = []
    for name, most in ((f"link:{link.pk}:{hashed(address)[:16]}", TRIES), (f"link:{link.pk}", ALL_TRIES)):
        place = take_try(name, most=most, seconds=TRY_SECONDS)
        if place is None:
            raise TooManyTries
        places.append(place)
    right = check_password(password, link.password)
    if right:
        for place in places:
            cache.delete(place)
    return right
