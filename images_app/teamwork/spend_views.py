"""The spend pages of a team: what was spent, as a page and as a file, and the limits."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from images_app.budgets.keeping import remove_limit, set_limit
from images_app.jobs.spending import Range
from images_app.lib.handoff import hand_over
from images_app.teams.access import seat_in
from images_app.teams.models import Membership
from images_app.teams.request import PersonRequest
from images_app.teams.roles import Can
from images_app.teamwork.forms import LimitForm
from images_app.teamwork.spend import Spend


@require_safe
def team_spend(request: PersonRequest, slug: str) -> HttpResponse:
    """A month, or a year, by person, model and day: of all for those who keep the team's money, else of oneself."""
    return _show(request, seat_in(request.user, slug))


def _show(request: PersonRequest, seat: Membership, form: LimitForm | None = None) -> HttpResponse:
    spend = Spend(seat, Range(request.GET.get("range", "")))
    context = {
        "seat": seat,
        "team_shown": seat.team,
        "spend": spend,
        "form": (form or LimitForm(team=seat.team)) if spend.keeps else None,
    }
    return render(request, "teams/spend.html", context, status=422 if form else 200)


@require_safe
def team_spend_export(request: PersonRequest, slug: str) -> HttpResponseBase:
    """The same range as CSV, entry by entry."""
    spend = Spend(seat_in(request.user, slug), Range(request.GET.get("range", "")))
    headers = {
        "Content-Type": "text/csv; charset=utf-8",
        "Content-Disposition": f'attachment; filename="spend-{slug}-{spend.range.value}.csv"',
        "Cache-Control": "no-store",
    }
    return hand_over(request, spend.as_csv(), headers)


@require_POST
def team_limits(request: PersonRequest, slug: str) -> HttpResponse:
    """Sets the limit of the team or of somebody in it, for a day or a month."""
    seat = seat_in(request.user, slug, Can.KEEP)
    form = LimitForm(request.POST, team=seat.team)
    if not form.is_valid():
        return _show(request, seat, form)
    set_limit(seat.team, by=request.user, **form.cleaned_data)
    messages.success(request, "The limit is set. It counts what was spent before in the same period.")
    return redirect("team_spend", slug)


@require_POST
def team_limit_removal(request: PersonRequest, slug: str, id: int) -> HttpResponse:
    seat = seat_in(request.user, slug, Can.KEEP)
    remove_limit(get_object_or_404(seat.team.budgets, pk=id), request.user)
    messages.success(request, "The limit is gone.")
    return redirect("team_spend", slug)
