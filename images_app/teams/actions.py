"""Making people and their teams, and giving roles; each verb owns its transaction."""

import uuid

from allauth.account.models import EmailAddress
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils.crypto import salted_hmac

from images_app.audit.actions import record
from images_app.lib import bus
from images_app.teams.models import Membership, Team, User, free_slug
from images_app.teams.roles import Role, assignable


class PersonExists(Exception):
    """Somebody has this email address already."""


class NoSuchTeam(Exception):
    """No team has this slug."""


class NotFirst(Exception):
    """There is an account already, so the first one cannot be made again."""


@transaction.atomic
def make_person(
    email: str,
    password: str | None,
    *,
    name: str = "",
    superuser: bool = False,
    team_slug: str | None = None,
    id: uuid.UUID | None = None,
) -> User:
    """A person with a personal team, and a member of the team ``team_slug`` where one is named.

    Their address counts as verified: whoever runs the place vouches for it. ``password`` None: nobody can sign
    in with one until it is set. Raises PersonExists and NoSuchTeam.
    """
    if User.objects.filter(email__iexact=email).exists():
        raise PersonExists(email)
    team = Team.objects.filter(slug=team_slug).first()
    if team_slug and team is None:
        raise NoSuchTeam(team_slug)
    make = User.objects.create_superuser if superuser else User.objects.create_user
    person = make(email, password, name=name, **({"id": id} if id else {}))
    vouch_for_email(person)
    give_personal_team(person)
    if team:
        Membership.objects.create(team=team, person=person)
    return person


def make_first_person(email: str, password: str, *, name: str = "") -> User:
    """The account that runs the place: a superuser. Raises NotFirst where anybody has an account.

    Two people or two machines may try at the same moment. The id is the same for both (and nobody else can
    know it), so the database itself lets one of them in.
    """
    try:
        with transaction.atomic():
            if User.objects.exists():
                raise NotFirst
            return make_person(email, password, name=name, superuser=True, id=_first_id())
    except IntegrityError:
        raise NotFirst from None


@transaction.atomic
def give_personal_team(person: User) -> Team:
    """The person's own team: the one they have, or a new one with them as the owner."""
    if mine := person.personal_team():
        return mine
    team = Team.objects.create(name=person.display_name, slug=free_slug(person.display_name), personal=True)
    Membership.objects.create(team=team, person=person, role=Role.OWNER)
    return team


@transaction.atomic
def make_team(person: User, name: str) -> Team:
    """A new team with the person as its owner; it is where they work from now on."""
    team = Team.objects.create(name=name, slug=free_slug(name))
    Membership.objects.create(team=team, person=person, role=Role.OWNER)
    choose_team(person, team)
    record("team.made", actor=person, target=team, team=team)
    return team


def tell_seat(seat: Membership) -> None:
    """The person's open pages ask whether they may still be looked at, once this transaction is committed."""
    message = {"kind": "seat", "person": str(seat.person_id), "team": str(seat.team_id)}
    transaction.on_commit(lambda: bus.announce(message), robust=True)


@transaction.atomic
def rename(person: User, name: str) -> None:
    """Calls the person by another name, everywhere at once; an empty one leaves what stands before their email's @."""
    before, person.name = person.name, name
    if name != before:
        person.save(update_fields=["name"])
        record("user.renamed", actor=person, target=person, before={"name": before}, after={"name": name})


def choose_team(person: User, team: Team) -> None:
    User.objects.filter(pk=person.pk).update(team=team)


@transaction.atomic
def give_role(seat: Membership, role: Role, by: Membership) -> bool:
    """Another role for a seat, from somebody who may give it; False where it has changed hands meanwhile.
    Raises PermissionDenied for a role they may not give, or may not take away."""
    if not {role, seat.role} <= set(assignable(by.role)):
        raise PermissionDenied
    given = bool(Membership.objects.filter(pk=seat.pk, role=seat.role).update(role=role))
    if given:
        record_role(seat, role, by.person)
    return given


def record_role(seat: Membership, role: Role, by: User | None) -> None:
    """Somebody has another role than ``seat`` says; ``by`` None: it follows their groups."""
    before, after = {"role": str(seat.role)}, {"role": str(role)}
    record("team.role_given", actor=by, target=seat.person, team=seat.team, before=before, after=after)


@transaction.atomic
def hand_over(owner: Membership, to: Membership) -> None:
    """Makes ``to`` the owner of the team, and its owner an admin. Raises PermissionDenied where that is not so."""
    Team.objects.select_for_update().get(pk=owner.team_id)
    left = Membership.objects.filter(pk=owner.pk, role=Role.OWNER).update(role=Role.ADMIN)
    given = Membership.objects.filter(pk=to.pk, team=owner.team_id).exclude(role=Role.OWNER)
    if not (left and given.update(role=Role.OWNER)) or owner.team.personal:
        raise PermissionDenied
    before, after = {"owner": owner.person.email}, {"owner": to.person.email}
    record(
        "team.handed_over", actor=owner.person, target=owner.team, team=owner.team, before=before, after=after
    )


@transaction.atomic
def vouch_for_email(person: User) -> None:
    """The address on the person's row is theirs, confirmed and the main one; an earlier main one is forgotten."""
    EmailAddress.objects.filter(user=person, primary=True).exclude(email=person.email).delete()
    EmailAddress.objects.update_or_create(
        user=person, email=person.email, defaults={"verified": True, "primary": True}
    )


def _first_id() -> uuid.UUID:
    digest = salted_hmac("easel.first-account", "", algorithm="sha256").digest()
    return uuid.UUID(bytes=digest[:16], version=4)
