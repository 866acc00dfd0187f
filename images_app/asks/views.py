"""The pages of asking: one's own, those that wait for one's word, and what is said."""

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from images_app.asks import actions
from images_app.asks.access import SHOWN, ask_to, asks_of, asks_to, own_ask
from images_app.asks.models import Ask
from images_app.jobs import composer
from images_app.jobs.forms import GenerationForm
from images_app.jobs.views.studio import composer_again
from images_app.lib.redirects import way_back
from images_app.providers.actions import usable_models
from images_app.teams.request import PersonRequest

ASKED = "Asked. It is made once somebody who keeps the limit lets it through."
DECIDED = "That was decided meanwhile."


@require_safe
def asks(request: PersonRequest) -> HttpResponse:
    context = {"to_me": asks_to(request.user)[:SHOWN], "mine": asks_of(request.user)[:SHOWN]}
    return render(request, "asks/asks.html", context)


@require_POST
def ask_new(request: PersonRequest) -> HttpResponse:
    """Keeps what the composer holds, with a reason; the composer again where something is wrong with either."""
    models = list(usable_models())
    form = GenerationForm(request.POST, person=request.user, models=models)
    plan = composer.planned(form)
    reason = request.POST.get("reason", "").replace("\0", "").strip()
    over = None
    if plan is not None:
        try:
            if not reason:
                raise actions.NotAsked("Say what it is for.")
            asked = actions.ask(plan.requests, _kept(request), reason[:300])
        except actions.NotAsked as error:
            form.add_error("agreed", str(error))
            over = actions.first_short(plan.requests)
        else:
            return _asked(request, asked)
    return composer_again(request, models, composer.of_form(form, plan), over=over)


@require_POST
def ask_approval(request: PersonRequest, id: uuid.UUID) -> HttpResponse:
    ask = ask_to(request.user, id)
    try:
        if not actions.approve(ask, request.user, request):
            messages.error(request, DECIDED)
        elif ask.state == Ask.State.MADE:
            messages.success(request, f"Approved: {ask.words} for {ask.person.display_name}.")
        else:
            messages.warning(request, _not_gone_on(ask))
    except (actions.NotTheirs, actions.NotAsked) as error:
        messages.error(request, str(error))
    return redirect(way_back(request, "asks"))


@require_POST
def ask_refusal(request: PersonRequest, id: uuid.UUID) -> HttpResponse:
    answer = request.POST.get("answer", "").replace("\0", "").strip()
    done = actions.decline(ask_to(request.user, id), request.user, answer, request)
    messages.success(request, "Declined; they are told.") if done else messages.error(request, DECIDED)
    return redirect("asks")


@require_POST
def ask_withdrawal(request: PersonRequest, id: uuid.UUID) -> HttpResponse:
    done = actions.withdraw(own_ask(request.user, id))
    messages.success(request, "Taken back.") if done else messages.error(request, DECIDED)
    return redirect("asks")


def _kept(request: PersonRequest) -> dict[str, list[str]]:
    """What the composer sent, field by field; nothing else a request may bring."""
    fields = GenerationForm.base_fields.keys() | {"from"}
    return {name: request.POST.getlist(name) for name in request.POST if name in fields}


def _asked(request: PersonRequest, ask: Ask) -> HttpResponse:
    messages.success(request, f"{ASKED} ({ask.words})")
    if request.headers.get("HX-Request"):
        return HttpResponse(headers={"HX-Trigger": "studio:asked", "HX-Redirect": reverse("asks")})
    return redirect("asks")


def _not_gone_on(ask: Ask) -> str:
    if ask.state == Ask.State.ASKED:
        return "Others have used the room meanwhile. It waits: approve it again."
    return f"Approved, but it could not go on: {ask.answer}"
