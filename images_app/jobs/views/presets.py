"""Presets from within the composer: every button sends the whole composer along, so nothing written is lost."""

import uuid
from collections.abc import Callable

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from images_app.jobs import composer, presets
from images_app.jobs.forms import GenerationForm
from images_app.jobs.views.studio import show_studio
from images_app.providers.actions import usable_models
from images_app.teams.request import PersonRequest


@require_POST
def preset_new(request: PersonRequest) -> HttpResponse:
    name = request.POST.get("preset_name", "")
    return _done(request, lambda form: presets.save_preset(request.user, name, form))


@require_POST
def preset_settings(request: PersonRequest, id: uuid.UUID) -> HttpResponse:
    """The composer's settings replace the preset's."""
    preset = presets.own_preset(request.user, id)
    return _done(request, lambda form: presets.overwrite_preset(preset, form))


@require_POST
def preset_name(request: PersonRequest, id: uuid.UUID) -> HttpResponse:
    preset = presets.own_preset(request.user, id)
    name = request.POST.get(f"name-{preset.pk}", "")
    return _done(request, lambda form: presets.rename_preset(preset, name))


@require_POST
def preset_deletion(request: PersonRequest, id: uuid.UUID) -> HttpResponse:
    preset = presets.own_preset(request.user, id)
    return _done(request, lambda form: preset.delete())


@require_POST
def preset_application(request: PersonRequest, id: uuid.UUID) -> HttpResponse:
    """Without script: the composer with the preset's settings and the prompt as it is. Makes nothing."""
    models = list(usable_models())
    data = presets.applied(request.POST, presets.own_preset(request.user, id), models)
    form = GenerationForm(data, person=request.user, models=models)
    plan = composer.planned(form)
    return show_studio(request, models, composer.of_form(form, plan, judge=False))


def _done(request: PersonRequest, verb: Callable[[GenerationForm], object]) -> HttpResponse:
    """Does it, and shows the presets anew, or the whole studio where no script runs; a refusal is a sentence (422)."""
    models = list(usable_models())
    form = GenerationForm(request.POST, person=request.user, models=models)
    sentence, status = "", 200
    try:
        verb(form)
    except ValidationError as error:
        sentence, status = error.messages[0], 422
    if request.headers.get("HX-Request"):
        context = {
            "presets": presets.preset_choices(request.user, models),
            "preset_problem": sentence,
            "preset_name": request.POST.get("preset_name", "") if sentence else "",
        }
        return render(request, "jobs/_presets.html", context, status=status)
    plan = composer.planned(form)
    shown = composer.of_form(form, plan, judge=False, sentence=sentence)
    return show_studio(request, models, shown, status_code=status)
