"""The first start, and where one is signed in. Signing in and everything after it is allauth's (templates/account/)."""

from typing import Any

from allauth.usersessions.adapter import get_adapter as sessions_adapter
from allauth.usersessions.models import UserSession
from allauth.usersessions.views import ListUserSessionsView
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse_lazy
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST
from django.views.generic import FormView

from images_app.teams.actions import NotFirst, rename
from images_app.teams.forms import NameForm, WelcomeForm
from images_app.teams.models import User
from images_app.teams.request import PersonRequest
from images_app.teams.sessions import device
from images_app.teams.welcome import WrongToken, make_first_person_with, token_fits


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's own page of a 400 looks for a CSRF token in the very form that cannot be read, and fails anew."""
    return render(request, "400.html", status=400)


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


class NameView(FormView[NameForm]):
    """What the person is called beside their pictures and comments."""

    form_class = NameForm
    template_name = "teams/name.html"
    success_url = reverse_lazy("account_name")
    request: PersonRequest

    def get_initial(self) -> dict[str, Any]:
        return {"name": self.request.user.name}

    def form_valid(self, form: NameForm) -> HttpResponse:
        rename(self.request.user, form.cleaned_data["name"])
        messages.info(self.request, f"Others see you as {self.request.user.display_name} now.")
        return super().form_valid(form)


class SessionsView(ListUserSessionsView):  # type: ignore[misc]
    """allauth's page, the newest first, in words for people. Its form ends all sessions but this one."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        newest = sorted(
            context["sessions"], key=lambda row: (row.is_current(), row.last_seen_at), reverse=True
        )
        return {**context, "sessions": [(row, device(row.user_agent)) for row in newest]}


@require_POST
def session_ending(request: PersonRequest, id: int) -> HttpResponse:
    """Signs one of the person's sessions out, from its next request on."""
    session = get_object_or_404(UserSession, pk=id, user=request.user)
    if session.is_current():
        return redirect("account_logout")
    sessions_adapter().end_sessions([session])
    messages.info(request, f"{device(session.user_agent)} is signed out.")
    return redirect("usersessions_list")
