"""What the frame around every page needs to know. Nothing is asked of the database until a template shows it."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from images_app.jobs.models import ImageJob
from images_app.jobs.states import State
from images_app.providers.models import Provider
from images_app.teams.access import current_team

THEMES = frozenset({"light", "dark"})
TINTS = 5


def shell(request: HttpRequest) -> dict[str, Any]:
    """``theme`` as the person set it, and for somebody signed in ``demo``, ``team``, ``decisions``, ``tint``."""
    theme = request.COOKIES.get("theme", "")
    context: dict[str, Any] = {"theme": theme if theme in THEMES else ""}
    person = getattr(request, "user", None)
    if person is None or not person.is_authenticated:
        return context
    return context | {
        "demo": SimpleLazyObject(lambda: Provider.objects.filter(enabled=True, is_demo=True).exists()),
        "team": SimpleLazyObject(lambda: current_team(person)),
        "decisions": SimpleLazyObject(
            lambda: ImageJob.objects.filter(person=person, state=State.UNKNOWN).count()
        ),
        "tint": person.pk.int % TINTS + 1,
    }
