"""What a person does to whole generations: make one again, stop what waits."""

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from images_app.jobs import actions
from images_app.jobs.access import visible_generation
from images_app.jobs.choices import COUNTS
from images_app.jobs.request import plain
from images_app.jobs.views.studio import show_run
from images_app.providers.actions import usable_models
from images_app.teams.request import PersonRequest


@require_POST
def generation_again(request: PersonRequest, id: uuid.UUID) -> HttpResponse:
    """The same recipe as a new generation; ``n`` pictures, or as many as before. ``submission`` makes it one."""
    generation = visible_generation(request.user, id)
    models = list(usable_models())
    if generation.model not in models:
        messages.error(request, f"{generation.model.label} is not offered any more. Choose another model.")
        return _elsewhere(request, f"{reverse('studio')}?recipe={generation.pk}")
    count = request.POST.get("n") or request.GET.get("n", "")
    n = int(count) if count in {str(k) for k in COUNTS} else generation.n
    key = f"again:{generation.pk}:{n}:{plain(request.POST.get('submission', '')) or uuid.uuid4()}"
    submitted = actions.again(generation, request.user, key=key, n=n)
    if request.headers.get("HX-Request"):
        return show_run(request, visible_generation(request.user, submitted.generation.pk), models)
    return redirect("studio")


@require_POST
def generation_cancellation(request: PersonRequest, id: uuid.UUID) -> HttpResponse:
    generation = visible_generation(request.user, id)
    count = actions.cancel_generation(generation, request.user)
    if request.headers.get("HX-Request"):
        return show_run(request, visible_generation(request.user, id), list(usable_models()))
    messages.success(request, _cancelled(count))
    return redirect("studio")


@require_POST
def waiting_cancellation(request: PersonRequest) -> HttpResponse:
    messages.success(request, _cancelled(actions.cancel_waiting(request.user)))
    return _elsewhere(request, reverse("studio"))


def _elsewhere(request: PersonRequest, address: str) -> HttpResponse:
    """Another page, for a browser with htmx as for one without."""
    if request.headers.get("HX-Request"):
        return HttpResponse(headers={"HX-Redirect": address})
    return redirect(address)


def _cancelled(count: int) -> str:
    if not count:
        return "Nothing was waiting any more."
    return f"Cancelled {count} waiting picture{'' if count == 1 else 's'}."
