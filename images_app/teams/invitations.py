"""Ways into a team: a letter to one address, or a link that some people may use for some days."""

from dataclasses import dataclass
from datetime import timedelta
from functools import reduce
from operator import or_

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.mail import send_mail
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from images_app.audit.actions import record
from images_app.lib.counts import take_try
from images_app.lib.tokens import hashed, new_token
from images_app.lib.words import one_line
from images_app.teams import activity
from images_app.teams.models import Deed, Happening, Invitation, Membership, Team, User
from images_app.teams.roles import MAY, Can, Role, assignable

# Where the session keeps which invitation was looked at, and by which an account was made: hashes of their tokens.
INVITED, JOINED = "invited", "joined"
MOST_OPEN = 200  # of one team; each is one row, and a letter
# Letters that one person sends in an hour, and that one address gets in a day, whoever sends them.
LETTERS, LETTER_SECONDS = 60, 3600
TO_ONE, TO_ONE_SECONDS = 3, 24 * 3600


class TooManyOpen(Exception):
    """The team has asked MOST_OPEN people or more who have not answered."""


class TooManyLetters(Exception):
    """More letters than people write, or more than one address should get."""


class NotForThem(Exception):
    """The invitation is for another address than the person has, or older than their going."""


@dataclass(frozen=True)
class Made:
    """A new invitation with its address, which nobody can look up later."""

    invitation: Invitation
    address: str


def open_ones() -> QuerySet[Invitation]:
    """Invitations somebody could still use: they give what whoever made them may still give, and nothing more."""
    rows = Invitation.objects.filter(_stands_for(), uses_left__gt=0, expires_at__gt=timezone.now())
    return rows.select_related("team", "made_by")


def _stands_for() -> Q:
    seats = Membership.objects.filter(
        team=OuterRef("team"), person=OuterRef("made_by"), person__is_active=True, role__in=MAY[Can.INVITE]
    )
    may = [Q(Exists(seats.filter(role=giver)), role__in=assignable(giver)) for giver in MAY[Can.INVITE]]
    return reduce(or_, may)


@transaction.atomic
def invite(team: Team, by: User, role: Role, *, email: str = "", days: int, uses: int = 1) -> Made:
    """An invitation into ``team``; an earlier one to the same address is replaced. Raises TooManyOpen, and
    PermissionDenied for somebody's own team."""
    if team.personal:
        raise PermissionDenied
    Team.objects.select_for_update().get(pk=team.pk)
    Invitation.objects.filter(team=team, expires_at__lte=timezone.now()).delete()
    Invitation.objects.filter(team=team, uses_left=0).delete()
    if email:
        Invitation.objects.filter(team=team, email__iexact=email).delete()
    if team.invitations.count() >= MOST_OPEN:
        raise TooManyOpen
    token = new_token()
    invitation = Invitation.objects.create(
        team=team,
        made_by=by,
        role=role,
        email=email.lower(),
        token_hash=hashed(token),
        expires_at=timezone.now() + timedelta(days=days),
        uses_left=1 if email else uses,
    )
    after = {"email": invitation.email, "role": str(role), "days": days, "uses": invitation.uses_left}
    record("team.invited", actor=by, target=invitation, team=team, after=after)
    return Made(invitation, f"{settings.BASE_URL}{reverse('invitation', args=[token])}")


@transaction.atomic
def take_back(invitation: Invitation, by: User) -> None:
    """It opens nothing from the commit on."""
    before = {"email": invitation.email, "role": str(invitation.role)}
    record("team.invitation_taken_back", actor=by, target=invitation, team=invitation.team, before=before)
    invitation.delete()


def take_letter(by: User, email: str) -> None:
    """One of the letters that somebody may send. Raises TooManyLetters."""
    if take_try(f"letters:{by.pk}", most=LETTERS, seconds=LETTER_SECONDS) is None:
        raise TooManyLetters
    if take_try(f"letters-to:{hashed(email.lower())[:16]}", most=TO_ONE, seconds=TO_ONE_SECONDS) is None:
        raise TooManyLetters


def send(made: Made) -> None:
    """The letter. Raises what the mail server's trouble raises (OSError, SMTPException)."""
    invitation = made.invitation
    words = {"invitation": invitation, "address": made.address}
    send_mail(
        # Names are free, and a header is one line.
        one_line(f"Easel: {invitation.made_by} invites you to {invitation.team}"),
        render_to_string("teams/invitation.txt", words),
        None,
        [invitation.email],
    )


def found(token: str) -> Invitation | None:
    """The invitation behind a token, where somebody could still use it."""
    return found_by(hashed(token))


def found_by(token_hash: str) -> Invitation | None:
    """The same by what is kept of its token."""
    return open_ones().filter(token_hash=token_hash).first()


def fits(invitation: Invitation, person: User) -> bool:
    """Whether the person has the address it was sent to; a link fits everybody. Whoever has left the team since, or was
    removed, needs a new one."""
    gone = Happening.objects.filter(team=invitation.team_id, person=person, kind=Deed.LEFT)
    if gone.filter(created_at__gte=invitation.created_at).exists():
        return False
    if not invitation.email or person.email.lower() == invitation.email:
        return True
    known = EmailAddress.objects.filter(user=person, verified=True)
    return bool(known.filter(email__iexact=invitation.email).exists())


@transaction.atomic
def join(person: User, token: str) -> Membership | None:
    """The person's seat in the team, and the team is where they work from now on; None where the token opens
    nothing any more. Somebody who belongs to the team keeps their role and uses nothing up. Raises NotForThem."""
    invitation = found(token)
    return accept(person, invitation) if invitation else None


@transaction.atomic
def accept(person: User, invitation: Invitation) -> Membership | None:
    """As join(), for an invitation that was found by another way."""
    if not fits(invitation, person):
        raise NotForThem
    # Held: a second press of the same person waits, and finds the seat.
    User.objects.select_for_update(no_key=True).get(pk=person.pk)
    seat = Membership.objects.filter(team=invitation.team, person=person).first()
    if seat is None:
        used = open_ones().filter(pk=invitation.pk).update(uses_left=F("uses_left") - 1)
        if not used:
            return None  # somebody else was quicker with the last use
        seat = Membership.objects.create(team=invitation.team, person=person, role=invitation.role)
        activity.note(invitation.team, person, Deed.JOINED)
        after = {"role": str(seat.role), "invitation": str(invitation.pk)}
        record("team.joined", actor=person, target=person, team=invitation.team, after=after)
    User.objects.filter(pk=person.pk).update(team=invitation.team)
    return seat
