"""One picture on its own page or in the lightbox, what is said about it, and two beside each other."""

import uuid

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from images_app.galleries import access, comments, mentions, publications
from images_app.galleries.collections import holding, offered_for
from images_app.galleries.comments import CommentForm
from images_app.galleries.compare import first_two, pair_of
from images_app.galleries.family import family_of
from images_app.galleries.hands import picked
from images_app.galleries.recipe import again_words, recipe_of, told
from images_app.galleries.shelf import Tile
from images_app.galleries.words import Kind
from images_app.images.access import hidden_of, is_left_to
from images_app.images.models import StoredImage
from images_app.jobs import story
from images_app.jobs.request import agreed_again
from images_app.lib.redirects import way_back
from images_app.teams.access import may
from images_app.teams.models import User
from images_app.teams.request import PersonRequest
from images_app.teams.roles import Can


@require_safe
def image(request: PersonRequest, id: uuid.UUID) -> HttpResponse:
    """The picture's page; one that lies in the trash offers to take it out again, of one that
    is hidden its maker reads why."""
    if hidden := hidden_of(request.user, id):
        return render(request, "galleries/image_hidden.html", {"image": hidden})
    if thrown := access.thrown_picture(request.user, id):
        return render(request, "galleries/image_thrown.html", {"image": thrown, "tile": Tile(thrown)})
    return _show(request, access.visible_picture(request.user, id), CommentForm())


@require_POST
def image_comments(request: PersonRequest, id: uuid.UUID) -> HttpResponse:
    picture = access.visible_picture(request.user, id)
    form = CommentForm(request.POST)
    if form.is_valid() and not comments.may_speak_now(request.user):
        form.add_error("text", comments.TOO_FAST)
    if not form.is_valid():
        return _refused(request, picture, form)
    comments.say(picture, request.user, form.cleaned_data["text"], form.spot)
    return _said(request, picture)


@require_POST
def comment(request: PersonRequest, id: uuid.UUID) -> HttpResponse:
    """Other words for one's own comment, and another spot; it stays where none is sent."""
    own = comments.own_comment(request.user, id)
    picture = access.visible_picture(request.user, own.image_id)
    form = CommentForm(request.POST)
    if not form.is_valid():
        return _refused(request, picture, form, editing=own.pk)
    comments.reword(own, form.cleaned_data["text"], form.spot if "spot_x" in request.POST else own.spot)
    return _said(request, picture)


@require_POST
def comment_removal(request: PersonRequest, id: uuid.UUID) -> HttpResponse:
    """One's own, or anybody's by who keeps the team's pages tidy."""
    comment = comments.removable_comment(request.user, id)
    picture = access.visible_picture(request.user, comment.image_id)
    comments.remove(comment, request.user)
    return _said(request, picture)


@require_safe
def image_people(request: PersonRequest, id: uuid.UUID) -> HttpResponse:
    """People a comment on the picture can name, whose name begins with ``begun``: options of a list."""
    picture = access.visible_picture(request.user, id)
    people = mentions.offered(picture, request.GET.get("begun", "")[:120])
    return render(request, "galleries/_named.html", {"people": people})


@require_http_methods(["GET", "HEAD", "POST"])
def compare(request: PersonRequest) -> HttpResponse:
    """``?a=…&b=…``; a POST of two that were picked, and the ``batch`` of compared models, lead there."""
    if request.method == "POST":
        return _two(request, picked(request.user, request.POST), "Pick two pictures to compare.", "library")
    if "batch" in request.GET:
        two = first_two(request.user, request.GET["batch"])
        return _two(request, two, "Two models must have made a picture first.", "studio")
    try:
        left, right = (uuid.UUID(request.GET.get(side, "")) for side in ("a", "b"))
    except ValueError as error:
        raise Http404("no two pictures") from error
    return render(request, "galleries/compare.html", {"pair": pair_of(request.user, left, right)})


def _two(request: PersonRequest, ids: list[uuid.UUID], otherwise: str, page: str) -> HttpResponse:
    if len(ids) == 2:
        return HttpResponseRedirect(f"{reverse('compare')}?a={ids[0]}&b={ids[1]}")
    messages.info(request, otherwise)
    return redirect(way_back(request, page))


def _show(
    request: PersonRequest, picture: StoredImage, form: CommentForm, *, editing: uuid.UUID | None = None
) -> HttpResponse:
    """The page, or for the lightbox only what is in its middle."""
    generation = picture.job.generation
    parts = told(picture)
    context = {
        "image": picture,
        "tile": Tile(picture),
        "mine": picture.person_id == request.user.pk,
        "left": picture.person_id != request.user.pk and is_left_to(request.user, picture),
        "tidies": picture.person_id != request.user.pk and may(request.user, picture.team, Can.TIDY),
        "publication": publications.wish_of(picture) if publications.is_on() else None,
        "may_publish": picture.person_id == request.user.pk and publications.may_ask(request.user, picture),
        "strip": access.strip_of(request.user, picture),
        "told": parts,
        "left_out": any(part.kind is Kind.LEFT_OUT for part in parts),
        "recipe": recipe_of(picture),
        "again": again_words(generation),
        "agreed": agreed_again(generation, generation.n),
        "steps": story.timeline(picture.job.events.select_related("actor")),
        "collections": offered_for(request.user, picture),
        "hangs": holding(request.user, picture),
        "family": family_of(request.user, picture),
        "submission": uuid.uuid4(),
        **_talk(request.user, picture, form, editing),
    }
    part = bool(request.headers.get("HX-Request"))
    response = render(request, f"galleries/{'_image' if part else 'image'}.html", context)
    # The same address answers twofold: a cache, the browser's own included, must not mix them up.
    patch_vary_headers(response, ["HX-Request"])
    return response


def _talk(
    reader: User, picture: StoredImage, form: CommentForm, editing: uuid.UUID | None = None
) -> dict[str, object]:
    return {
        "comments": comments.comments_of(picture, reader),
        "say": CommentForm() if editing else form,
        "reword": form if editing else None,
        "editing": editing,
        "longest": comments.LONGEST,
    }


def _said(request: PersonRequest, picture: StoredImage) -> HttpResponse:
    if request.headers.get("HX-Request"):
        context = {"image": picture, "fragment": True, **_talk(request.user, picture, CommentForm())}
        return render(request, "galleries/_comments.html", context)
    return HttpResponseRedirect(f"{reverse('image', args=[picture.pk])}#comments")


def _refused(
    request: PersonRequest, picture: StoredImage, form: CommentForm, *, editing: uuid.UUID | None = None
) -> HttpResponse:
    if request.headers.get("HX-Request"):
        context = {"image": picture, "fragment": True, **_talk(request.user, picture, form, editing)}
        return render(request, "galleries/_comments.html", context, status=422)
    response = _show(request, picture, form, editing=editing)
    response.status_code = 422
    return response
