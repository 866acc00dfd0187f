"""The first start, and how one's teams work. Signing in and everything after it is allauth's (templates/account/)."""

from typing import Any

from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe
from django.views.generic import FormView

from images_app.teams.access import current_team, kept_team, teams_of
from images_app.teams.actions import NotFirst
from images_app.teams.forms import TeamForm, WelcomeForm
from images_app.teams.models import User
from images_app.teams.request import PersonRequest
from images_app.teams.welcome import WrongToken, make_first_person_with, token_fits


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's own page of a 400 looks for a CSRF token in the very form that cannot be read, and fails anew."""
    return render(request, "400.html", status=400)


@require_safe
def teams(request: PersonRequest) -> HttpResponse:
    """Every team of the person, the one new pictures go to first; only its owners and admins can change one."""
    mine = current_team(request.user)
    found = teams_of(request.user).prefetch_related("memberships__person").order_by("name", "pk")
    shown = sorted(found, key=lambda team: team != mine)
    return render(request, "teams/teams.html", {"teams": shown, "mine": mine})


@require_POST
def team(request: PersonRequest, slug: str) -> HttpResponse:
    """How a team works, changed by who may."""
    form = TeamForm(request.POST, instance=kept_team(request.user, slug))
    if form.is_valid():
        messages.success(request, f"Saved for {form.save()}.")
    return redirect("teams")


@method_decorator(sensitive_post_parameters(), name="dispatch")
@method_decorator(never_cache, name="dispatch")
@method_decorator(login_not_required, name="dispatch")
class WelcomeView(FormView[WelcomeForm]):
    """Makes the first account for whoever brings the token; not there once somebody has one."""

    form_class = WelcomeForm
    template_name = "teams/welcome.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if User.objects.exists():
            raise Http404
        token = request.POST.get("token") if request.method == "POST" else request.GET.get("token")
        if not token_fits(token or ""):
            return render(request, "teams/welcome_closed.html", {"wrong": bool(token)}, status=403)
        return super().dispatch(request, *args, **kwargs)  # type: ignore[return-value]

    def get_initial(self) -> dict[str, Any]:
        return {"token": self.request.GET.get("token")}

    def form_valid(self, form: WelcomeForm) -> HttpResponse:
        given = form.cleaned_data
        try:
            person = make_first_person_with(
                given["token"], given["email"], given["password"], name=given["name"]
            )
        except (WrongToken, NotFirst):
            # Somebody was quicker, perhaps the same person's second click.
            return redirect("account_login")
        login(self.request, person, backend="django.contrib.auth.backends.ModelBackend")
        return redirect("studio")
