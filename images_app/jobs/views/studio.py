"""The studio: the composer, and what a person made, newest first."""

import uuid
from typing import Any

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from images_app.budgets.actions import today
from images_app.budgets.keeping import keeps
from images_app.budgets.limits import Left, OverBudget, lefts
from images_app.budgets.models import Budget
from images_app.collections.access import destinations, visible_collection
from images_app.collections.models import Collection, Right
from images_app.images.access import visible_image
from images_app.jobs import composer
from images_app.jobs.access import generations_of, jobs_of, visible_generation
from images_app.jobs.actions import KeyReused, NotAgreed, submit_all
from images_app.jobs.composer import Composer
from images_app.jobs.forms import GenerationForm
from images_app.jobs.models import Generation
from images_app.jobs.presets import preset_choices
from images_app.jobs.starters import STARTERS
from images_app.jobs.tiles import runs, status, tiles
from images_app.lib.ids import id_in, ids_in
from images_app.lib.keyset import listing, older, page, place_asked
from images_app.moderation.actions import PromptRefused
from images_app.providers.actions import usable_models
from images_app.providers.models import ImageModel
from images_app.teams.access import current_team, own
from images_app.teams.models import User
from images_app.teams.request import PersonRequest

PAGE_SIZE = 12  # runs; drawing them is what the page takes its time for
MOST_TILES = 200
MOST_MISSED = 24
KEY_REUSED = (
    "This form was sent before, with another prompt. Press Generate once more to send it as it is now."
)


@require_http_methods(["GET", "HEAD", "POST"])
def studio(request: PersonRequest) -> HttpResponse:
    """GET: the page. POST: a generation, or the composer again with a sentence beside each wrong field (422)."""
    models = list(usable_models())
    if request.method != "POST":
        return show_studio(request, models, _asked(request, models))
    form = GenerationForm(request.POST, person=request.user, models=models)
    plan = composer.planned(form)
    if "look" in request.POST:  # without script: show what it would make, make nothing
        return show_studio(request, models, composer.of_form(form, plan, judge=False))
    if plan is not None:
        try:
            submitted = submit_all(plan.requests, agreed=form.price_shown)
        except KeyReused:
            form.add_error("submission", KEY_REUSED)
        except NotAgreed:
            form.add_error("agreed", plan.objection)
        except OverBudget as error:
            form.add_error("agreed", error.sentence)
            over = None if error.unknown else error.budget
            return composer_again(request, models, composer.of_form(form, plan), over=over)
        except PromptRefused as error:
            form.add_error("prompt", error.sentence)
        else:
            return _made(request, [one.generation for one in submitted], models)
    return composer_again(request, models, composer.of_form(form, plan))


@require_POST
def preview(request: PersonRequest) -> HttpResponse:
    """What a press would make, at what price: asked while somebody writes. Makes nothing."""
    models = list(usable_models())
    form = GenerationForm(request.POST, person=request.user, models=models)
    plan = composer.planned(form)
    shown = composer.of_form(form, plan, judge=False)
    context = {"composer": shown, "lefts": _lefts(request, shown)}
    return render(request, "jobs/_composer_plan.html", context)


@require_safe
def tiles_page(request: PersonRequest) -> HttpResponse:
    """The tiles of ``?ids=``, those of them that are mine, and how much is under way."""
    jobs = jobs_of(request.user).filter(pk__in=ids_in([request.GET.get("ids", "")])[:MOST_TILES])
    shown = tiles(jobs)
    touched = generations_of(request.user).filter(pk__in={tile.generation.pk for tile in shown})
    context = {
        "tiles": shown,
        "runs": runs(list(touched), list(usable_models())),
        "status": status(request.user.pk),
    }
    return render(request, "jobs/_tiles.html", context)


@require_safe
def generation_page(request: PersonRequest, id: uuid.UUID) -> HttpResponse:
    """One run, for a page that has not got it yet; with the others it is compared with."""
    generation = visible_generation(request.user, id)
    shown = [generation]
    if generation.compare and generation.batch:
        shown = list(generations_of(request.user).filter(batch=generation.batch, compare=True))
    return show_runs(request, shown)


@require_safe
def newer_page(request: PersonRequest) -> HttpResponse:
    """The runs after the one named ``?after=``, for a page that was without a connection meanwhile."""
    known = visible_generation(request.user, id_in(request.GET.get("after", "")) or uuid.UUID(int=0))
    newer = Q(created_at__gt=known.created_at) | Q(created_at=known.created_at, pk__gt=known.pk)
    return show_runs(request, list(generations_of(request.user).filter(newer)[:MOST_MISSED]))


def show_runs(request: PersonRequest, generations: list[Generation]) -> HttpResponse:
    context = {"runs": runs(generations, list(usable_models())), "status": status(request.user.pk)}
    return render(request, "jobs/_run_alone.html", context)


def show_studio(
    request: PersonRequest,
    models: list[ImageModel],
    shown: Composer,
    *,
    status_code: int = 200,
    more: dict[str, Any] | None = None,
) -> HttpResponse:
    """The whole page; ``more`` is for its templates."""
    found = page(generations_of(request.user), place_asked(request), PAGE_SIZE)
    under_way = status(request.user.pk)
    context = {
        "composer": shown,
        "presets": preset_choices(request.user, models),
        "destinations": _destinations(request, shown),
        "lefts": _lefts(request, shown),
        "runs": runs(found.rows, models),
        "page": found,
        "older": older(request, found.next),
        "status": under_way,
        # Without script a page that refreshes by itself is one that is only looked at.
        "watching": "watch" in request.GET and under_way.pending > 0,
        "starters": STARTERS,
        **(more or {}),
    }
    response = listing(request, "jobs/studio.html", "jobs/_runs.html", context)
    response.status_code = status_code
    return response


def _asked(request: PersonRequest, models: list[ImageModel]) -> Composer:
    """The composer the address asks for: a picture to start from, a recipe to use once more, a collection to hang
    the pictures in, or an empty one."""
    if image_id := id_in(request.GET.get("from", "")):
        image = visible_image(request.user, image_id)
        return composer.of_recipe(models, image.job.generation, image)
    if generation_id := id_in(request.GET.get("recipe", "")):
        return composer.of_recipe(models, visible_generation(request.user, generation_id))
    if collection_id := id_in(request.GET.get("into", "")):
        return composer.into(models, visible_collection(request.user, collection_id, Right.ADD))
    return composer.blank(models, request.GET.get("prompt", "").replace("\0", "")[:4000])


def _destinations(request: PersonRequest, shown: Composer) -> list[Collection]:
    return destinations(request.user, shown.team or current_team(request.user), shown.collection)


def _lefts(request: PersonRequest, shown: Composer) -> list[Left]:
    """What is left of the budgets that what the composer makes would count in."""
    return lefts(shown.team or current_team(request.user), request.user, today())


def _made(request: PersonRequest, made: list[Generation], models: list[ImageModel]) -> HttpResponse:
    if not request.headers.get("HX-Request"):
        return redirect(f"{reverse('studio')}?watch=1")
    if _are_first(request.user, made):
        # The empty page gives way to the whole studio.
        return HttpResponse(headers={"HX-Redirect": request.path})
    whole = generations_of(request.user).filter(pk__in=[generation.pk for generation in made])
    context = {
        "runs": runs(list(whole), models),
        "status": status(request.user.pk),
        "composer": composer.blank(models),
    }
    return render(request, "jobs/_submitted.html", context)


def composer_again(
    request: PersonRequest, models: list[ImageModel], shown: Composer, *, over: Budget | None = None
) -> HttpResponse:
    """As it was sent, with what was wrong (422). ``over``: the limit that has no room, whose keepers can be asked."""
    limit = {"over": over, "over_kept": over is not None and keeps(request.user, over)}
    if not request.headers.get("HX-Request"):
        return show_studio(request, models, shown, status_code=422, more=limit)
    context = {
        **limit,
        "composer": shown,
        "presets": preset_choices(request.user, models),
        "destinations": _destinations(request, shown),
        "lefts": _lefts(request, shown),
    }
    response = render(request, "jobs/_composer.html", context, status=422)
    response["HX-Retarget"] = "#composer"
    response["HX-Reswap"] = "outerHTML"
    patch_vary_headers(response, ["HX-Request"])
    return response


def _are_first(person: User, made: list[Generation]) -> bool:
    mine = Generation.objects.filter(own(person))
    return not mine.exclude(pk__in=[generation.pk for generation in made]).exists()
