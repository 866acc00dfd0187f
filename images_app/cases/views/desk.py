"""The desk: what waits for a decision, and the decisions. There only for who looks after cases."""

from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from images_app.audit.actions import record
from images_app.cases import access, attention, deciding, queue
from images_app.cases.deciding import Outcome
from images_app.cases.forms import DecisionForm, seen_in
from images_app.cases.models import Case, Decision, Opening, Reason
from images_app.images.views import serve
from images_app.lib.keyset import older, place_asked
from images_app.teams.request import PersonRequest

LISTS = {"": Case.State.OPEN, "appeals": Case.State.APPEALED}
SAID = {
    Decision.Word.APPROVE: "left as it is",
    Decision.Word.HIDE: "hidden",
    Decision.Word.REMOVE: "removed, or its removal asked for",
    Decision.Word.ESCALATE: "escalated",
}


@never_cache
@require_safe
def desk(request: PersonRequest) -> HttpResponse:
    access.must_decide(request.user)
    chosen = request.GET.get("list", "")
    if chosen not in LISTS:
        raise Http404(access.NONE)
    after = place_asked(request)
    tiles, following = queue.page(request.user, LISTS[chosen], after)
    context = {
        "tiles": tiles,
        "appeals": chosen == "appeals",
        "appeals_count": access.count_of(request.user, Case.State.APPEALED),
        "first": after is None,
        "older": older(request, following),
        "reasons": Reason.choices,
        "late": list(attention.overdue()),
    }
    return render(request, "cases/desk.html", context)


@require_POST
def opening(request: PersonRequest, id: UUID) -> HttpResponse:
    """Somebody asks to see what a case is about: that is written down, and from then on they see it."""
    case = access.desk_case(request.user, id)
    with transaction.atomic():
        _, first = Opening.objects.get_or_create(case=case, person=request.user)
        if first:
            record("case.opened", actor=request.user, target=case, team=case.team, request=request)
    if request.headers.get("HX-Request"):
        [tile] = queue.tiles_of(request.user, [case])
        return render(request, "cases/_tile.html", {"tile": tile})
    query = "?list=appeals" if request.POST.get("list") == "appeals" else ""
    return redirect(reverse("desk") + query)


@never_cache
@require_safe
def picture(request: PersonRequest, id: UUID) -> HttpResponseBase:
    """The picture a case is about, for who has opened it; hidden ones as well."""
    image = access.opened_case(request.user, id).image
    if image is None:
        raise Http404(access.NONE)
    response = serve(request, image, "preview", signed=False)
    response["Cache-Control"] = "private, no-store"
    return response


@require_POST
def decisions(request: PersonRequest) -> HttpResponse:
    """``word`` about each of ``cases``, with a reason's ``code`` and ``text``."""
    access.must_decide(request.user)
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return _wrong(request, form)
    asked = form.cleaned_data
    word = Decision.Word(asked["word"])
    seen, strike = seen_in(request.POST), asked["strike"]
    outcome = deciding.decide(request.user, seen, word, asked["code"], asked["text"], strike=strike)
    return _answer(request, outcome, SAID[word], undo=True)


@require_POST
def undo(request: PersonRequest) -> HttpResponse:
    """Takes back the last word about ``cases``, as the versions after it name them."""
    access.must_decide(request.user)
    outcome = deciding.undo(request.user, seen_in(request.POST))
    return _answer(request, outcome, "taken back", undo=False)


def _wrong(request: PersonRequest, form: DecisionForm) -> HttpResponse:
    words = next((str(error) for errors in form.errors.values() for error in errors), "")
    if request.headers.get("HX-Request"):
        return render(request, "cases/_outcome.html", {"words": words, "outcome": Outcome()}, status=422)
    messages.error(request, words)
    return redirect("desk")


def _answer(request: PersonRequest, outcome: Outcome, said: str, *, undo: bool) -> HttpResponse:
    words = f"{len(outcome.done)} {said}." if outcome.done else "Nothing has changed."
    if request.headers.get("HX-Request"):
        context = {"words": words, "outcome": outcome, "undo": undo and outcome.done}
        return render(request, "cases/_outcome.html", context)
    messages.info(request, words)
    for _, why in outcome.passed:
        messages.warning(request, why)
    return redirect("desk")
