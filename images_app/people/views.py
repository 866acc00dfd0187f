"""What a person reads of the strikes against them; the end of looking as somebody else."""

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from images_app.audit.context import impersonator_of
from images_app.people import looking, strikes
from images_app.teams.request import PersonRequest

SHOWN = 100


@require_safe
def own_strikes(request: PersonRequest) -> HttpResponse:
    """The newest first."""
    context = {"strikes": strikes.of(request.user)[:SHOWN], "most": settings.STRIKES_TO_SUSPEND}
    return render(request, "people/strikes.html", context)


@require_POST
def impersonation_ending(request: PersonRequest) -> HttpResponse:
    """Back to one's own account."""
    found = getattr(request, "looking", None)
    if found is None or impersonator_of(request) is None:
        return redirect("studio")
    looking.end(found, "ended by themselves")
    del request.session[looking.KEY]
    return redirect("admin:images_app_user_change", found.person_id)
