"""Which team a person works in, and which teams they may see."""

from django.db.models import QuerySet

from images_app.teams.actions import give_personal_team
from images_app.teams.models import Team, User


def current_team(person: User) -> Team:
    """The team new pictures go to: the personal one."""
    # Somebody made by a command of Django's own has none yet.
    return person.personal_team() or give_personal_team(person)


def teams_of(person: User) -> QuerySet[Team]:
    """Every team the person belongs to, each once."""
    return Team.objects.filter(memberships__person=person)
