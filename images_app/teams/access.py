"""Which team a person works in, and which teams they may see."""

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404

from images_app.teams.actions import give_personal_team
from images_app.teams.models import Team, User


def current_team(person: User) -> Team:
    """The team new pictures go to: the personal one."""
    # Somebody made by a command of Django's own has none yet.
    return person.personal_team() or give_personal_team(person)


def teams_of(person: User) -> QuerySet[Team]:
    """Every team the person belongs to, each once."""
    return Team.objects.filter(memberships__person=person)


def kept_team(person: User, slug: str) -> Team:
    """A team this person may change: the 404 of no team for strangers, 403 for its other members."""
    team = teams_of(person).prefetch_related("memberships__person").filter(slug=slug).first()
    if team is None:
        raise Http404("no such team")
    if person not in team.keepers:
        raise PermissionDenied
    return team
