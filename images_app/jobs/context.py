"""What the frame around every page needs to know. Nothing is asked of the database until a template shows it."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from images_app.jobs.access import undecided
from images_app.providers.models import Provider
from images_app.teams.access import chosen_team, current_team, seats_of

THEMES = frozenset({"light", "dark"})


def shell(request: HttpRequest) -> dict[str, Any]:
    """``theme`` as the person set it, ``public_gallery`` and ``single_sign_on`` where the site has them; for somebody
    signed in ``demo``, ``team`` (where new pictures go), ``seats`` (all of theirs), ``home`` (the team they look at) and
    ``decisions`` as well."""
    theme = request.COOKIES.get("theme", "")
    context: dict[str, Any] = {
        "theme": theme if theme in THEMES else "",
        "public_gallery": settings.PUBLIC_GALLERY,
        "single_sign_on": bool(settings.OIDC_ISSUER),
    }
    person = getattr(request, "user", None)
    if person is None or not person.is_authenticated:
        return context
    seats: Any = SimpleLazyObject(lambda: list(seats_of(person)))
    return context | {
        "demo": SimpleLazyObject(lambda: Provider.objects.filter(enabled=True, is_demo=True).exists()),
        "team": SimpleLazyObject(lambda: current_team(person)),
        "seats": seats,
        "home": SimpleLazyObject(lambda: chosen_team(person, seats)),
        "decisions": SimpleLazyObject(lambda: undecided(person)),
    }
