"""The pages of those who look after the whole site."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from images_app.jobs.spending import YEAR, Range
from images_app.lib.handoff import hand_over
from images_app.oversight.access import importer, may_import, overseer
from images_app.oversight.dashboard import Dashboard
from images_app.oversight.forms import UsageForm
from images_app.oversight.reconcile import Reconciled
from images_app.oversight.spend import SiteSpend
from images_app.oversight.usage import take
from images_app.providers.models import Provider
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
    return hand_over(request, spend.as_csv(), _as_file(f"spend-{spend.range.value}"))


@require_safe
def reconciliation(request: PersonRequest) -> HttpResponse:
    """What a provider says it charged in a month, beside the ledger."""
    overseer(request.user)
    return _reconciled(request, _asked_provider(request))


@require_POST
def usage_import(request: PersonRequest, slug: str) -> HttpResponse:
    """Takes a provider's export, in the place of what was there for the same days."""
    importer(request.user)
    provider = get_object_or_404(Provider, slug=slug)
    form = UsageForm(request.POST, request.FILES)
    if not form.is_valid():
        return _reconciled(request, provider, form)
    days = take(form.usage, provider, request.user, request)
    messages.success(request, f"The numbers of {days} day{'' if days == 1 else 's'} are in.")
    last = max(day for day, _ in form.usage)
    return redirect(f"{reverse('reconciliation')}?provider={provider.slug}&range={last:%Y-%m}")


@require_safe
def reconciliation_export(request: PersonRequest) -> HttpResponseBase:
    """The same month as CSV, a day each."""
    overseer(request.user)
    provider = get_object_or_404(Provider, slug=request.GET.get("provider", ""))
    books = Reconciled(provider, _month(request))
    return hand_over(request, books.as_csv(), _as_file(f"reconciled-{books.range.value}"))


def _reconciled(
    request: PersonRequest, provider: Provider | None, form: UsageForm | None = None
) -> HttpResponse:
    context = {
        "providers": Provider.objects.order_by("name"),
        "books": Reconciled(provider, _month(request)) if provider else None,
        "form": (form or UsageForm()) if may_import(request.user) else None,
    }
    return render(request, "oversight/reconciliation.html", context, status=422 if form else 200)


def _asked_provider(request: PersonRequest) -> Provider | None:
    """The one asked for, else the first by name; None where there is none."""
    if asked := request.GET.get("provider"):
        return get_object_or_404(Provider, slug=asked)
    return Provider.objects.order_by("name").first()


def _month(request: PersonRequest) -> Range:
    """The month asked for; for a year, as for nonsense, this one."""
    asked = request.GET.get("range", "")
    return Range("" if asked == YEAR else asked)


def _as_file(name: str) -> dict[str, str]:
    return {
        "Content-Type": "text/csv; charset=utf-8",
        "Content-Disposition": f'attachment; filename="{name}.csv"',
        "Cache-Control": "no-store",
    }
