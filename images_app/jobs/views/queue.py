"""What is under way, mine and my teams': a page, and for htmx the inside of the studio's drawer."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from images_app.jobs.queue import queue_of
from images_app.teams.request import PersonRequest


@require_safe
def queue_page(request: PersonRequest) -> HttpResponse:
    template = "jobs/_queue.html" if request.headers.get("HX-Request") else "jobs/queue.html"
    response = render(request, template, {"queue": queue_of(request.user)})
    patch_vary_headers(response, ["HX-Request"])
    return response
