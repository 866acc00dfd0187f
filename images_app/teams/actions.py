"""Making people and their teams; each verb owns its transaction."""

import uuid

from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction
from django.utils.crypto import salted_hmac

from images_app.teams.models import Membership, Role, Team, User, free_slug


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
def vouch_for_email(person: User) -> None:
    """The address on the person's row is theirs, confirmed and the main one; an earlier main one is forgotten."""
    EmailAddress.objects.filter(user=person, primary=True).exclude(email=person.email).delete()
    EmailAddress.objects.update_or_create(
        user=person, email=person.email, defaults={"verified": True, "primary": True}
    )


def _first_id() -> uuid.UUID:
    digest = salted_hmac("easel.first-account", "", algorithm="sha256").digest()
    return uuid.UUID(bytes=digest[:16], version=4)
