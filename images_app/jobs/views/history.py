"""Every job of a person, one job's whole story, and what its owner may do about it."""

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from images_app.budgets.limits import OverBudget
from images_app.jobs import actions, story
from images_app.jobs.access import jobs_of, visible_job
from images_app.jobs.decision import DecisionForm
from images_app.jobs.expect import lines
from images_app.jobs.filters import GROUPS, JobFilter, tabs
from images_app.jobs.models import ImageJob
from images_app.jobs.request import plain
from images_app.jobs.states import REPEATABLE
from images_app.jobs.views.verbs import agreed_in, not_agreed, over_budget, prompt_refused, refused
from images_app.lib.keyset import listing, older, page, place_asked
from images_app.lib.redirects import way_back
from images_app.moderation.actions import PromptRefused
from images_app.moderation.models import ChangedPrompt
from images_app.providers.actions import usable_models
from images_app.teams.request import PersonRequest

PAGE_SIZE = 40


@require_safe
def jobs_page(request: PersonRequest) -> HttpResponse:
    """Newest first, a page at a time; only the rows where htmx asks for more of them."""
    found = JobFilter(request.GET, queryset=jobs_of(request.user))
    shown = page(found.rows, place_asked(request), PAGE_SIZE)
    context = {
        "entries": story.entries(shown.rows, lines(list(shown.rows))),
        "page": shown,
        "filters": found,
        "tabs": tabs(
            request.GET, [("", "Everything"), *((name, label) for name, (label, _) in GROUPS.items())]
        ),
        "older": older(request, shown.next),
        "key": uuid.uuid4().hex,
    }
    return listing(request, "jobs/jobs.html", "jobs/_rows.html", context)


@require_safe
def job_page(request: PersonRequest, id: uuid.UUID) -> HttpResponse:
    return _show(request, visible_job(request.user, id), DecisionForm())


@require_POST
def job_cancellation(request: PersonRequest, id: uuid.UUID) -> HttpResponse:
    job = visible_job(request.user, id)
    if actions.cancel(job, request.user):
        _say(request, messages.SUCCESS, "Cancelled before it was sent.")
    elif visible_job(request.user, id).cancel_requested:
        _say(request, messages.INFO, "It was sent already. Its picture will be kept, as it is paid.")
    else:
        _say(request, messages.WARNING, "It is too late to cancel this picture.")
    return _back(request, job)


@require_POST
def job_decision(request: PersonRequest, id: uuid.UUID) -> HttpResponse:
    job = visible_job(request.user, id)
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return _show(request, job, form, status=422)
    try:
        decided = actions.decide(job, request.user, form.cleaned_data["choice"], form.cleaned_data["note"])
    except OverBudget as error:
        return refused(request, error, way_back(request, reverse("job", args=[job.pk])))
    if decided:
        _say(request, messages.SUCCESS, form.done)
    else:
        _say(request, messages.WARNING, "This picture no longer needs a decision.")
    return _back(request, job)


@require_POST
def job_again(request: PersonRequest, id: uuid.UUID) -> HttpResponse:
    """A new picture of the same recipe. The page's key makes a double click one submission."""
    job = visible_job(request.user, id)
    model = job.generation.model
    if job.state not in REPEATABLE:
        _say(request, messages.WARNING, "Only what came to nothing can be tried again.")
        return _back(request, job)
    if not usable_models().filter(pk=model.pk).exists():
        _say(request, messages.ERROR, f"{model.label} is not offered any more. Choose another model.")
        return _back(request, job)
    key = f"again:{job.pk}:{plain(request.POST.get('key', ''))}"
    try:
        submitted = actions.again(job.generation, request.user, key=key, n=1, agreed=agreed_in(request))
    except actions.NotAgreed:
        return not_agreed(request, job.generation, 1)
    except OverBudget as error:
        return over_budget(request, job.generation, error)
    except PromptRefused as error:
        return prompt_refused(request, job.generation, error)
    if submitted.created:
        _say(request, messages.SUCCESS, "Asked for once more, as a new picture.")
    return redirect("job", submitted.generation.jobs.get().pk)


def _say(request: PersonRequest, level: int, text: str) -> None:
    """A sentence for the next page; not where htmx only swaps a tile, which says it itself."""
    if not request.headers.get("HX-Request"):
        messages.add_message(request, level, text)


def _show(request: PersonRequest, job: ImageJob, form: DecisionForm, *, status: int = 200) -> HttpResponse:
    attempts = list(job.attempts.select_related("actor"))
    context = {
        "entry": story.Entry(job, lines([job]).get(job.pk)),
        "steps": story.timeline(job.events.select_related("actor")),
        "calls": [story.Call(attempt) for attempt in attempts],
        "excerpt": attempts[-1].raw_excerpt if attempts else "",
        "images": job.kept_images,
        "form": form,
        "key": uuid.uuid4().hex,
        "rewritten": ChangedPrompt.objects.filter(generation=job.generation_id).first(),
    }
    return render(request, "jobs/job.html", context, status=status)


def _back(request: PersonRequest, job: ImageJob) -> HttpResponse:
    """To the page the form was on, where it names one of ours; to the job's own otherwise."""
    return redirect(way_back(request, reverse("job", args=[job.pk])))
