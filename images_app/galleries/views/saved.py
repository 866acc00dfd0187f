"""Saved views: saved, renamed and deleted from the library they belong to."""

import uuid

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_POST

from images_app.galleries import saved
from images_app.teams.request import PersonRequest


@require_POST
def saved_views(request: PersonRequest) -> HttpResponse:
    """Saves ``query``, the library's filters, as ``name``."""
    query = request.POST.get("query", "")
    try:
        view = saved.save(request.user, request.POST.get("name", ""), query)
    except saved.NotSaved as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"Saved as {view.name}.")
    return _library(query)


@require_POST
def saved_view(request: PersonRequest, id: uuid.UUID) -> HttpResponse:
    """Gives a view another ``name``."""
    view = get_object_or_404(saved.views_of(request.user), pk=id)
    try:
        saved.rename(view, request.POST.get("name", ""))
    except saved.NotSaved as error:
        messages.error(request, str(error))
    return _library(view.query)


@require_POST
def saved_view_deletion(request: PersonRequest, id: uuid.UUID) -> HttpResponse:
    view = get_object_or_404(saved.views_of(request.user), pk=id)
    view.delete()
    messages.success(request, f"{view.name} is deleted. The pictures stay.")
    return _library(request.POST.get("query", ""))


def _library(query: str) -> HttpResponse:
    query = saved.clean(query)
    return HttpResponseRedirect(f"{reverse('library')}{'?' if query else ''}{query}")
