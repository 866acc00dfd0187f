"""What was decided about somebody's picture or words, told to them with its reasons, and their one word against it."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from images_app.cases import access, actions
from images_app.cases.deciding import reason_of
from images_app.cases.forms import AppealForm
from images_app.cases.models import Case
from images_app.teams.request import PersonRequest


@require_safe
def statement(request: PersonRequest, id: UUID) -> HttpResponse:
    return _show(request, access.own_case(request.user, id), AppealForm())


@require_POST
def appeal(request: PersonRequest, id: UUID) -> HttpResponse:
    case = access.own_case(request.user, id)
    form = AppealForm(request.POST)
    if not form.is_valid():
        return _show(request, case, form, status=422)
    if not actions.appeal(request.user, case, form.cleaned_data["text"]):
        messages.info(request, "There is nothing to appeal any more.")
    return redirect("case", case.pk)


def _show(request: PersonRequest, case: Case, form: AppealForm, status: int = 200) -> HttpResponse:
    context = {"case": case, "form": form, "reason": reason_of(case.code, case.text)}
    return render(request, "cases/statement.html", context, status=status)
