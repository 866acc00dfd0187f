"""Review rounds: guests of a link take part under a name, and answer until it closes. Nobody needs an account.

Each verb holds the link's row, so none of them passes a round that closes, or a link that is taken back, meanwhile.
"""

from dataclasses import dataclass
from datetime import date
from typing import TypedDict
from uuid import UUID

from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from images_app.audit.actions import record
from images_app.galleries import links
from images_app.galleries.models import Guest, ShareLink, Vote
from images_app.lib.counts import take_try
from images_app.lib.tokens import hashed, new_token
from images_app.lib.words import first_visible, one_line, tame
from images_app.notices.actions import tell
from images_app.notices.models import Kind, Notice
from images_app.teams.models import User

NAME, COMMENT = 60, 2000  # characters
SCORES = range(1, 6)
# How many names one address, and how many all of a link's guests, may give in ten minutes.
JOINS, ALL_JOINS, JOIN_SECONDS = 10, 60, 600
# The same of answers, in ten seconds: more than a hand can press.
ANSWERS, ALL_ANSWERS, ANSWER_SECONDS = 30, 100, 10
MANY = 500  # rounds told of at once
PICKS = Q(picked=True)
SCORED = Q(score__isnull=False)
SAID = ~Q(comment="")


class Answer(TypedDict, total=False):
    """What a guest says about a picture; what is left out stays as it was."""

    picked: bool
    score: int | None
    comment: str


class Closed(Exception):
    """The round has closed, its link is gone, or the guest was removed from it."""


class Full(Exception):
    """The link has as many guests as it may."""


class TooFast(Exception):
    """More was sent in a short time than people send."""


@dataclass(frozen=True)
class Sheet:
    """A guest's own answers about the pictures that the link still shows."""

    votes: dict[UUID, Vote]

    @property
    def answered(self) -> int:
        return len(self.votes)

    @property
    def picks(self) -> int:
        return sum(vote.picked for vote in self.votes.values())

    @property
    def scores(self) -> int:
        return sum(vote.score is not None for vote in self.votes.values())

    @property
    def comments(self) -> int:
        return sum(bool(vote.comment) for vote in self.votes.values())


def answered(votes: QuerySet[Vote]) -> QuerySet[Vote]:
    """Those that say anything: whoever takes all of an answer back has given none."""
    return votes.filter(PICKS | SCORED | SAID)


def guest_of(link: ShareLink, key: str) -> Guest | None:
    """The guest whose browser has this key of the link."""
    return Guest.objects.filter(link=link, key_hash=hashed(key)).first() if key else None


def sheet_of(link: ShareLink, guest: Guest | None) -> Sheet:
    """What the guest has answered so far; nothing for nobody. Nobody else's answers are ever in it."""
    if guest is None:
        return Sheet({})
    shown = links.pictures_through(link).order_by().values("pk")
    return Sheet({vote.image_id: vote for vote in answered(guest.votes.filter(image__in=shown))})


@transaction.atomic
def join(link: ShareLink, name: str) -> tuple[Guest, str]:
    """A new guest, and the key for their browser. Raises Closed and Full."""
    _hold(link)
    if Guest.objects.filter(link=link).count() >= settings.LINK_GUESTS:
        raise Full
    key = new_token()
    return Guest.objects.create(link=link, name=name, key_hash=hashed(key)), key


@transaction.atomic
def answer(guest: Guest, image_id: UUID, said: Answer) -> Vote:
    """Keeps what the guest says of what the link asks; the caller knows that it shows the picture. Raises Closed."""
    link = _hold_for(guest)
    asked = {"picked": link.asks_pick, "score": link.asks_score, "comment": link.asks_comment}
    fields = {name: value for name, value in said.items() if asked[name]}
    vote, _ = Vote.objects.update_or_create(
        guest=guest, image_id=image_id, defaults={**fields, "updated_at": timezone.now()}
    )
    return vote


@transaction.atomic
def say_done(guest: Guest, done: bool) -> None:
    """The guest has looked at all they wanted to, or goes on. Raises Closed."""
    _hold_for(guest)
    Guest.objects.filter(pk=guest.pk).update(done_at=timezone.now() if done else None)


def _hold(link: ShareLink) -> ShareLink:
    """The link as it is now, held until the transaction ends."""
    rows = ShareLink.objects.select_for_update(no_key=True, of=("self",))
    found = rows.filter(links.alive(), pk=link.pk, closes_at__gt=timezone.now()).first()
    if found is None or not found.asks:
        raise Closed
    return found


def _hold_for(guest: Guest) -> ShareLink:
    link = _hold(guest.link)
    if not Guest.objects.filter(pk=guest.pk).exists():
        raise Closed
    return link


@transaction.atomic
def remove(link: ShareLink, guest_id: int, by: User) -> str | None:
    """Takes a guest out of the round, with all they said; their name, None where there is no such guest any more.
    Whoever was removed may take part anew under another name, as anybody with the link may."""
    ShareLink.objects.select_for_update(no_key=True, of=("self",)).get(pk=link.pk)
    guest = Guest.objects.filter(link=link, pk=guest_id).first()
    if guest is None:
        return None
    before = {"guest": guest.name, "answers": answered(guest.votes.all()).count()}
    guest.delete()
    record("round.guest_removed", actor=by, target=link, team=link.team, before=before)
    return guest.name


def take_join(link: ShareLink, address: str) -> None:
    """Raises TooFast where the address, or all of the link's guests, give names faster than people do."""
    _take(f"joins:{link.pk}", address, JOINS, ALL_JOINS, JOIN_SECONDS)


def take_answer(link: ShareLink, address: str) -> None:
    """The same for answers."""
    _take(f"answers:{link.pk}", address, ANSWERS, ALL_ANSWERS, ANSWER_SECONDS)


def _take(name: str, address: str, one: int, everybody: int, seconds: int) -> None:
    place = take_try(f"{name}:{hashed(address)[:16]}", most=one, seconds=seconds)
    if place is None:
        raise TooFast
    if take_try(name, most=everybody, seconds=seconds) is None:
        cache.delete(place)
        raise TooFast


def name_of(text: str) -> str:
    """A guest's name as it is kept: one line, "" where nothing of it can be seen."""
    name = one_line(text)[:NAME]
    return name if first_visible(name) else ""


def comment_of(text: str) -> str:
    """What is kept of a guest's comment; "" where nothing of it can be seen."""
    comment = tame(text.replace("\r\n", "\n")).strip()[:COMMENT]
    return comment if first_visible(comment) else ""


# --- the end of a round


def close(link: ShareLink) -> bool:
    """The round closes now; False where it had closed. Whoever closes it need not be told so."""
    now = timezone.now()
    open_ones = ShareLink.objects.filter(pk=link.pk, revoked_at=None, closes_at__gt=now)
    return bool(open_ones.update(closes_at=now, closed_told_at=now))


@transaction.atomic
def reopen(link: ShareLink, day: date) -> bool:
    """Guests may answer until the end of the day; False where the link is gone, or the day is over."""
    closes_at = links.closing_of(day, link.expires_at)
    if closes_at <= timezone.now():
        return False
    living = ShareLink.objects.filter(links.alive(), pk=link.pk, closes_at__isnull=False)
    opened = bool(living.update(closes_at=closes_at, closed_told_at=None))
    if opened:  # what was told of its end is not so any more; its next end is told anew
        Notice.objects.filter(kind=Kind.ROUND, link=link).delete()
    return opened


def closed_untold() -> QuerySet[ShareLink]:
    """Rounds that closed by themselves and whose makers have not been told yet; not those taken back."""
    return (
        ShareLink.objects.filter(closes_at__lte=timezone.now(), closed_told_at=None, revoked_at=None)
        .filter(Q(asks_pick=True) | Q(asks_score=True) | Q(asks_comment=True))
        .filter(team__ended_at=None, made_by__is_active=True)
        .select_related("team", "made_by", "collection")
        .order_by("closes_at")
    )


def tell_closed() -> int:
    """Tells makers of rounds that closed by themselves; of how many."""
    return sum(_tell(link) for link in closed_untold()[:MANY])


@transaction.atomic
def _tell(link: ShareLink) -> bool:
    claimed = claim_closed(link)
    if claimed:
        tell(Kind.ROUND, [link.made_by], team=link.team, link=link)
    return claimed


def claim_closed(link: ShareLink) -> bool:
    """Whether it is this caller's to tell the maker: one of all who ask, and none where it was opened again."""
    waiting = ShareLink.objects.filter(pk=link.pk, closed_told_at=None, closes_at__lte=timezone.now())
    return bool(waiting.update(closed_told_at=timezone.now()))
