"""Reporting something: by members what they see, by anybody what a link or the public gallery shows."""

from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from images_app.cases import access, actions
from images_app.cases.forms import ReportForm
from images_app.galleries import links, publications
from images_app.galleries.models import Comment
from images_app.galleries.views.door import address_of, opened, without_script
from images_app.images.models import StoredImage
from images_app.teams.request import PersonRequest

TOO_FAST = "Those were many reports at once. Wait ten minutes, then send it again."


@require_http_methods(["GET", "HEAD", "POST"])
def report_image(request: PersonRequest, id: UUID) -> HttpResponse:
    image = access.seen_image(request.user, id)
    return _ask(request, image, "cases/report.html", reverse("image", args=[id]))


@require_http_methods(["GET", "HEAD", "POST"])
def report_comment(request: PersonRequest, id: UUID) -> HttpResponse:
    comment = access.seen_comment(request.user, id)
    back = f"{reverse('image', args=[comment.image_id])}#c-{comment.pk}"
    return _ask(request, comment, "cases/report.html", back)


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def report_shared(request: HttpRequest, token: str, id: UUID) -> HttpResponse:
    """A picture that a link shows, behind its gate."""
    link = opened(request, token)
    image = links.pictures_through(link).select_related("team", "person").filter(pk=id).first()
    if image is None:
        raise Http404(links.NONE)
    return _outside(request, image, reverse("guest_picture", args=[token, id]))


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def report_public(request: HttpRequest, id: UUID) -> HttpResponse:
    """A picture of the public gallery, by the id it has there."""
    publications.must_be_on()
    shown = publications.shown_one(id)
    image = StoredImage.objects.select_related("team", "person").get(pk=shown.image_id)
    return _outside(request, image, reverse("public_picture", args=[id]))


@login_not_required
@never_cache
@require_safe
def report(request: HttpRequest, number: str) -> HttpResponse:
    """What became of a report, for whoever has its number: until when somebody looks, or that somebody has."""
    page = render(request, "cases/reported.html", {"report": access.report_of(number)})
    return without_script(page)  # type: ignore[arg-type, return-value]


def _outside(request: HttpRequest, image: StoredImage, back: str) -> HttpResponse:
    page = _ask(request, image, "cases/report_outside.html", back)
    return without_script(page)  # type: ignore[arg-type, return-value]


def _ask(request: HttpRequest, target: StoredImage | Comment, template: str, back: str) -> HttpResponse:
    person = request.user if request.user.is_authenticated else None
    form = ReportForm(request.POST if request.method == "POST" else None)
    status = 200
    if form.is_bound:
        status = 422
        if form.is_valid():
            if actions.may_report_now(person, address_of(request)):
                made = actions.report(target, person, form.cleaned_data["code"], form.cleaned_data["text"])
                return redirect("report", made.number)
            form.add_error(None, TOO_FAST)
            status = 429
    context = {"form": form, "target": target, "back": back, "is_comment": isinstance(target, Comment)}
    return render(request, template, context, status=status)
