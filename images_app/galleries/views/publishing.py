"""A picture for everybody: asked for by its maker, taken back by them or by a keeper of its team."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from images_app.galleries import publications
from images_app.galleries.access import visible_picture
from images_app.galleries.forms import PublishForm
from images_app.images.access import images_of
from images_app.lib.redirects import way_back
from images_app.teams.request import PersonRequest

SHOWN = "It hangs in the public gallery."
ASKED = "Asked for. It hangs in the public gallery once it is let through."


@require_http_methods(["GET", "HEAD", "POST"])
def image_publication(request: PersonRequest, id: UUID) -> HttpResponse:
    """GET: what everybody would see, or what was decided. POST: asks for it."""
    publications.must_be_on()
    image = images_of(request.user).select_related("team", "job__generation").filter(pk=id).first()
    if image is None:
        raise Http404(publications.NONE)
    publication = publications.wish_of(image)
    if publication is None and not publications.may_ask(request.user, image):
        raise PermissionDenied
    form = PublishForm(request.POST if request.method == "POST" else None, name=request.user.name)
    if request.method == "POST" and form.is_valid():
        try:
            asked = publications.ask(request.user, id, form.wish())
            messages.success(request, SHOWN if asked.to_look_at else ASKED)
        except publications.NotToBeHad as error:
            messages.info(request, str(error))
        return redirect("image_publication", id)
    context = {
        "image": image,
        "team_shown": image.team,
        "publication": publication,
        "form": form,
        "at_once": publications.at_once(image.team),
    }
    status = 422 if form.errors else 200
    return render(request, "galleries/publish.html", context, status=status)


@require_POST
def publication_removal(request: PersonRequest, id: UUID) -> HttpResponse:
    """It is gone from the public gallery, the feed and the sitemap with this."""
    image = visible_picture(request.user, id)
    gone = publications.take_back(request.user, image.pk)
    words = "It is out of the public gallery." if gone else "It was not in the public gallery any more."
    messages.success(request, words)
    return redirect(way_back(request, reverse("image", args=[id])))
