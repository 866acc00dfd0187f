"""The pages of those who look after the whole site."""

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from images_app.jobs.spending import Range
from images_app.lib.handoff import hand_over
from images_app.oversight.access import overseer
from images_app.oversight.dashboard import Dashboard
from images_app.oversight.spend import SiteSpend
from images_app.teams.request import PersonRequest


@require_safe
def dashboard(request: PersonRequest) -> HttpResponse:
    """What ended in a range, how long it took, and how the site stands now."""
    board = Dashboard(request.GET.get("range", ""), overseer(request.user))
    return render(request, "oversight/dashboard.html", {"board": board})


@require_safe
def site_spend(request: PersonRequest) -> HttpResponse:
    """A month, or a year, of all teams: by team, person, model and day; money at risk, and every limit."""
    overseer(request.user)
    spend = SiteSpend(Range(request.GET.get("range", "")))
    context = {"spend": spend}
    return render(request, "oversight/spend.html", context)


@require_safe
def site_spend_export(request: PersonRequest) -> HttpResponseBase:
    """The same range as CSV, entry by entry, with the team of each."""
    overseer(request.user)
    spend = SiteSpend(Range(request.GET.get("range", "")))
    headers = {
        "Content-Type": "text/csv; charset=utf-8",
        "Content-Disposition": f'attachment; filename="spend-{spend.range.value}.csv"',
        "Cache-Control": "no-store",
    }
    return hand_over(request, spend.as_csv(), headers)
