"""Earlier prompts, to search and to take up again."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from images_app.jobs.past import past_prompts
from images_app.teams.request import PersonRequest


@require_safe
def prompts_page(request: PersonRequest) -> HttpResponse:
    """Those with the words of ``?q=``: a page, or its list alone where htmx asks for it."""
    words = request.GET.get("q", "").replace("\0", "")[:200]
    context = {"words": words, "prompts": past_prompts(request.user, words)}
    part = bool(request.headers.get("HX-Request"))
    response = render(request, "jobs/_past.html" if part else "jobs/past.html", context)
    patch_vary_headers(response, ["HX-Request"])
    return response
