"""What a person does to whole generations: make one again, move or stop what waits, decide on all of it."""

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from images_app.budgets.limits import OverBudget
from images_app.jobs import actions
from images_app.jobs.access import visible_generation
from images_app.jobs.choices import COUNTS
from images_app.jobs.decision import DecisionForm
from images_app.jobs.fairness import Move
from images_app.jobs.line import move_in_line, set_quiet
from images_app.jobs.models import Generation
from images_app.jobs.request import again_price, plain
from images_app.jobs.views.studio import show_runs
from images_app.lib.redirects import way_back
from images_app.moderation.actions import PromptRefused
from images_app.providers.actions import usable_models
from images_app.teams.request import PersonRequest


@require_POST
def generation_again(request: PersonRequest, id: uuid.UUID) -> HttpResponse:
    """The same recipe as a new generation; ``n`` pictures, or as many as before. ``submission`` makes it one."""
    generation = visible_generation(request.user, id)
    if refusal := _not_offered(request, generation):
        return refusal
    n = _count(request) or generation.n
    key = _key(request, f"again:{id}:{n}")
    try:
        submitted = actions.again(generation, request.user, key=key, n=n, agreed=agreed_in(request))
    except actions.NotAgreed:
        return not_agreed(request, generation, n)
    except OverBudget as error:
        return over_budget(request, generation, error)
    except PromptRefused as error:
        return prompt_refused(request, generation, error)
    return _show(request, submitted.generation.pk)


@require_POST
def generation_retry(request: PersonRequest, id: uuid.UUID) -> HttpResponse:
    """What came to nothing of a generation, as a new one: of ``n`` pictures at most. ``submission`` makes it one."""
    generation = visible_generation(request.user, id)
    if refusal := _not_offered(request, generation):
        return refusal
    most, key = _count(request), _key(request, f"retry:{id}")
    try:
        submitted = actions.retry_failed(
            generation, request.user, key=key, most=most, agreed=agreed_in(request)
        )
    except actions.NotAgreed:
        return not_agreed(request, generation, most or generation.n)
    except OverBudget as error:
        return over_budget(request, generation, error)
    except PromptRefused as error:
        return prompt_refused(request, generation, error)
    return _show(request, submitted.generation.pk if submitted else id)


@require_POST
def generation_decision(request: PersonRequest, id: uuid.UUID) -> HttpResponse:
    """One decision for every unclear call of a generation."""
    generation = visible_generation(request.user, id)
    form = DecisionForm(request.POST)
    if form.is_valid():
        try:
            actions.decide_all(
                generation, request.user, form.cleaned_data["choice"], form.cleaned_data["note"]
            )
        except OverBudget as error:
            return refused(request, error, way_back(request, "studio"))
    return _show(request, id)


@require_POST
def generation_quiet(request: PersonRequest, id: uuid.UUID) -> HttpResponse:
    """``quiet`` 1: what waits of it waits until it is quiet; 0: no longer."""
    set_quiet(visible_generation(request.user, id), request.user, request.POST.get("quiet") == "1")
    return _show(request, id)


@require_POST
def generation_turn(request: PersonRequest, id: uuid.UUID) -> HttpResponse:
    """Moves what waits of it within one's own line: ``move`` first, up or down."""
    generation = visible_generation(request.user, id)
    move = request.POST.get("move", "")
    if move in Move:
        move_in_line(generation, request.user, Move(move))
    return _show(request, id)


@require_POST
def generation_cancellation(request: PersonRequest, id: uuid.UUID) -> HttpResponse:
    generation = visible_generation(request.user, id)
    count = actions.cancel_generation(generation, request.user)
    if not request.headers.get("HX-Request"):
        messages.success(request, _cancelled(count))
    return _show(request, id)


@require_POST
def waiting_cancellation(request: PersonRequest) -> HttpResponse:
    count, back = actions.cancel_waiting(request.user), way_back(request, "studio")
    if request.headers.get("HX-Request") and back == reverse("queue"):
        return redirect(back)  # the drawer shows it
    messages.success(request, _cancelled(count))
    return _elsewhere(request, back)


def _key(request: PersonRequest, what: str) -> str:
    """The button's own key for this verb: pressed twice, it is done once."""
    return f"{what}:{plain(request.POST.get('submission', '')) or uuid.uuid4()}"


def _count(request: PersonRequest) -> int | None:
    """How many pictures the button spoke of."""
    count = request.POST.get("n") or request.GET.get("n", "")
    return int(count) if count in {str(k) for k in COUNTS} else None


def agreed_in(request: PersonRequest) -> str | None:
    """The price that the button named."""
    return request.POST.get("agreed") or request.GET.get("agreed") or None


def not_agreed(request: PersonRequest, generation: Generation, n: int) -> HttpResponse:
    """Nothing is made at a price nobody saw: the composer shows what it would cost by now."""
    count = "1 picture" if n == 1 else f"{n} pictures"
    messages.error(
        request, f"Nothing was made: the price has changed. {count}: {again_price(generation, n)}."
    )
    return _elsewhere(request, f"{reverse('studio')}?recipe={generation.pk}")


def over_budget(request: PersonRequest, generation: Generation, error: OverBudget) -> HttpResponse:
    """Nothing is made beyond a budget: the composer keeps the recipe."""
    return refused(request, error, f"{reverse('studio')}?recipe={generation.pk}")


def prompt_refused(request: PersonRequest, generation: Generation, error: PromptRefused) -> HttpResponse:
    """A rule came since it was made: the composer holds the prompt, to be changed."""
    return refused(request, error, f"{reverse('studio')}?recipe={generation.pk}")


def refused(request: PersonRequest, error: OverBudget | PromptRefused, address: str) -> HttpResponse:
    messages.error(request, error.sentence)
    return _elsewhere(request, address)


def _not_offered(request: PersonRequest, generation: Generation) -> HttpResponse | None:
    if generation.model in usable_models():
        return None
    messages.error(request, f"{generation.model.label} is not offered any more. Choose another model.")
    return _elsewhere(request, f"{reverse('studio')}?recipe={generation.pk}")


def _show(request: PersonRequest, id: uuid.UUID) -> HttpResponse:
    """The run, for htmx in the studio; else the page the form was on, of which htmx takes its own part."""
    back = way_back(request, "studio")
    if request.headers.get("HX-Request") and back != reverse("queue"):
        return show_runs(request, [visible_generation(request.user, id)])
    return redirect(back)


def _elsewhere(request: PersonRequest, address: str) -> HttpResponse:
    """Another page, for a browser with htmx as for one without."""
    if request.headers.get("HX-Request"):
        return HttpResponse(headers={"HX-Redirect": address})
    return redirect(address)


def _cancelled(count: int) -> str:
    if not count:
        return "Nothing was waiting any more."
    return f"Cancelled {count} waiting picture{'' if count == 1 else 's'}."
