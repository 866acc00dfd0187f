"""Teams: made and chosen, their people, how they work, and their end."""

import uuid
from smtplib import SMTPException

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from images_app.lib.tokens import hashed
from images_app.notices import actions as notices
from images_app.teams import actions as teams_actions
from images_app.teams import invitations
from images_app.teams.access import current_team, seat_in
from images_app.teams.invitations import Made, NotForThem, TooManyLetters, TooManyOpen
from images_app.teams.models import Ending, Membership
from images_app.teams.request import PersonRequest
from images_app.teams.roles import Can, Role
from images_app.teamwork import actions
from images_app.teamwork.forms import EndForm, HeirForm, InviteForm, LinkForm, NewTeamForm, RoleForm, TeamForm
from images_app.teamwork.people import people_of

NEW_LINK = "invitation"  # where the session keeps the address of a link until it was shown


@require_http_methods(["GET", "HEAD", "POST"])
def teams(request: PersonRequest) -> HttpResponse:
    """Every team of the person, and a form for a new one."""
    form = NewTeamForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        team = teams_actions.make_team(request.user, form.cleaned_data["name"])
        messages.success(request, f"{team} is there. Invite people to it.")
        return redirect("team_people", team.slug)
    context = {"current": current_team(request.user), "form": form}
    return render(request, "teams/teams.html", context, status=422 if form.is_bound else 200)


@require_POST
def team_choice(request: PersonRequest, slug: str) -> HttpResponse:
    """The navigation leads to this team from now on, and new pictures go there, where the seat allows any."""
    seat = seat_in(request.user, slug)
    teams_actions.choose_team(request.user, seat.team)
    if not seat.may(Can.MAKE):
        return redirect("team", slug)
    messages.success(request, f"New pictures go to {seat.team} now.")
    return redirect("studio")


@require_safe
def people(request: PersonRequest, slug: str) -> HttpResponse:
    return _people(request, seat_in(request.user, slug))


def _people(
    request: PersonRequest,
    seat: Membership,
    *,
    invite: InviteForm | None = None,
    link: LinkForm | None = None,
) -> HttpResponse:
    may_invite = seat.may(Can.INVITE) and not seat.team.personal
    context = {
        "seat": seat,
        "team_shown": seat.team,
        "people": people_of(seat),
        "invitations": invitations.open_ones().filter(team=seat.team) if may_invite else [],
        "invite": (invite or InviteForm(by=seat, team=seat.team)) if may_invite else None,
        "link": (link or LinkForm(by=seat)) if may_invite else None,
        "new_link": request.session.pop(NEW_LINK, "") if may_invite else "",
    }
    return render(request, "teams/people.html", context, status=422 if invite or link else 200)


@require_POST
def team_invitations(request: PersonRequest, slug: str) -> HttpResponse:
    """A letter where an address is written, else a link."""
    seat = seat_in(request.user, slug, Can.INVITE)
    if "email" in request.POST:
        form = InviteForm(request.POST, by=seat, team=seat.team)
        if not form.is_valid():
            return _people(request, seat, invite=form)
    else:
        form = LinkForm(request.POST, by=seat)  # type: ignore[assignment]
        if not form.is_valid():
            return _people(request, seat, link=form)  # type: ignore[arg-type]
    asked = form.cleaned_data
    try:
        if "email" in asked:
            invitations.take_letter(request.user, asked["email"])
        made = invitations.invite(
            seat.team,
            request.user,
            asked["role"],
            email=asked.get("email", ""),
            days=asked["days"],
            uses=asked.get("uses", 1),
        )
    except TooManyOpen:
        messages.error(request, "Too many invitations are open. Take some back first.")
        return redirect("team_people", slug)
    except TooManyLetters:
        messages.error(
            request, "Too many letters for now. Make a link and give it to them yourself, or wait."
        )
        return redirect("team_people", slug)
    notices.tell_invited(made.invitation)
    _hand_out(request, made)
    return redirect("team_people", slug)


def _hand_out(request: PersonRequest, made: Made) -> None:
    """By letter; where that cannot be sent the link is shown, so that it can go another way."""
    if made.invitation.email:
        try:
            invitations.send(made)
        except (OSError, SMTPException):
            messages.error(request, "The letter could not be sent. Give them this link yourself:")
        else:
            messages.success(request, f"{made.invitation.email} has been written to.")
            return
    request.session[NEW_LINK] = made.address


@require_POST
def invitation_revocation(request: PersonRequest, slug: str, id: uuid.UUID) -> HttpResponse:
    seat = seat_in(request.user, slug, Can.INVITE)
    found = get_object_or_404(seat.team.invitations.select_related("team"), pk=id)
    invitations.take_back(found, request.user)
    messages.success(request, "The invitation opens nothing any more.")
    return redirect("team_people", slug)


@require_POST
def person_role(request: PersonRequest, slug: str, id: uuid.UUID) -> HttpResponse:
    seat = seat_in(request.user, slug, Can.INVITE)
    theirs = get_object_or_404(seat.team.memberships.select_related("person"), person=id)
    form = RoleForm(request.POST, by=seat)
    if form.is_valid() and actions.give_role(theirs, form.cleaned_data["role"], seat):
        messages.success(request, f"{theirs.person} is {form.cleaned_data['role'].label.lower()} now.")
    else:
        messages.error(request, "That role cannot be given. Nothing has changed.")
    return redirect("team_people", slug)


@require_POST
def person_removal(request: PersonRequest, slug: str, id: uuid.UUID) -> HttpResponse:
    seat = seat_in(request.user, slug, Can.INVITE)
    theirs = get_object_or_404(seat.team.memberships.select_related("person", "team"), person=id)
    cancelled = actions.remove(theirs, seat)
    messages.success(request, f"{theirs.person} is out of {seat.team}.{_cancelled(cancelled)}")
    return redirect("team_people", slug)


@require_POST
def team_leaving(request: PersonRequest, slug: str) -> HttpResponse:
    seat = seat_in(request.user, slug)
    cancelled = actions.leave(seat)
    messages.success(request, f"You have left {seat.team}.{_cancelled(cancelled)}")
    return redirect("teams")


def _cancelled(count: int) -> str:
    if not count:
        return ""
    return f" {count} waiting picture{'s were' if count > 1 else ' was'} cancelled, at no cost."


@require_http_methods(["GET", "HEAD", "POST"])
def settings(request: PersonRequest, slug: str) -> HttpResponse:
    """How the team works; everybody of the team may read it."""
    posted = request.method == "POST"
    seat = seat_in(request.user, slug, Can.SET if posted else Can.SEE)
    form = TeamForm(request.POST if posted else None, instance=seat.team, owner=seat.role == Role.OWNER)
    if posted and form.is_valid():
        actions.change_team(form, seat)
        messages.success(request, "Saved.")
        return redirect("team_settings", slug)
    return _settings(request, seat, form=form)


def _settings(
    request: PersonRequest,
    seat: Membership,
    *,
    form: TeamForm | None = None,
    heir: HeirForm | None = None,
    end: EndForm | None = None,
) -> HttpResponse:
    owner = seat.role == Role.OWNER
    own = owner and not seat.team.personal
    wrong = any(one is not None and one.is_bound for one in (form, heir, end))
    context = {
        "seat": seat,
        "team_shown": seat.team,
        "may_set": seat.may(Can.SET),
        "form": form or TeamForm(instance=seat.team, owner=owner),
        "heir": (heir or HeirForm(owner=seat)) if own else None,
        "end": (end or EndForm(owner=seat, initial={"ending": Ending.MAKERS})) if own else None,
    }
    return render(request, "teams/settings.html", context, status=422 if wrong else 200)


@require_POST
def team_handover(request: PersonRequest, slug: str) -> HttpResponse:
    seat = seat_in(request.user, slug, Can.OWN)
    form = HeirForm(request.POST, owner=seat)
    if not form.is_valid():
        return _settings(request, seat, heir=form)
    to = get_object_or_404(seat.team.memberships, person=form.cleaned_data["person"])
    teams_actions.hand_over(seat, to)
    messages.success(
        request, f"{seat.team} belongs to {form.cleaned_data['person']} now; you are an admin of it."
    )
    return redirect("team_people", slug)


@require_POST
def team_end(request: PersonRequest, slug: str) -> HttpResponse:
    """The end is announced; it comes in 14 days."""
    seat = seat_in(request.user, slug, Can.OWN)
    form = EndForm(request.POST, owner=seat)
    if not form.is_valid():
        return _settings(request, seat, end=form)
    try:
        actions.announce_end(seat, Ending(form.cleaned_data["ending"]), form.cleaned_data["heir"])
    except actions.NotNow as error:
        messages.error(request, str(error))
    return redirect("team_settings", slug)


@require_POST
def team_end_undo(request: PersonRequest, slug: str) -> HttpResponse:
    seat = seat_in(request.user, slug, Can.OWN)
    if actions.take_back_end(seat):
        messages.success(request, f"{seat.team} stays.")
    return redirect("team_settings", slug)


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """What the link leads into, for anybody who has it; joining needs an account."""
    if request.user.is_authenticated and request.session.pop(invitations.JOINED, "") == hashed(token):
        messages.success(request, f"Welcome to {request.user.team}.")  # by the account they have just made
        return redirect("studio")
    found = invitations.found(token)
    if found is None:
        return render(request, "teams/invitation_closed.html", status=404)
    person = request.user
    if not person.is_authenticated:
        # Opens the form for an account where only invited people get one.
        request.session[invitations.INVITED] = hashed(token)
        return render(request, "teams/invitation.html", {"invitation": found, "token": token})
    if request.method == "POST":
        try:
            seat = invitations.join(person, token)
        except NotForThem:
            seat = None
        if seat is not None:
            messages.success(request, f"Welcome to {seat.team}.")
            return redirect("studio")
    context = {"invitation": found, "token": token, "fits": invitations.fits(found, person)}
    return render(request, "teams/invitation.html", context, status=403 if request.method == "POST" else 200)
