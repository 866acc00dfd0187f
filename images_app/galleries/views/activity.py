"""What happened in a team."""

from dataclasses import replace

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from images_app.galleries.activity import ActivityFilter, summed_up
from images_app.galleries.shelf import days
from images_app.galleries.team import people_shown
from images_app.lib.keyset import listing, older, page, place_asked
from images_app.teams.access import seat_in
from images_app.teams.request import PersonRequest

PAGE_SIZE = 60


@require_safe
def activity(request: PersonRequest, slug: str) -> HttpResponse:
    """By day, newest first; ``person`` and ``kind`` choose."""
    seat = seat_in(request.user, slug)
    people = people_shown(seat.team)
    filters = ActivityFilter(request.GET, request.user, seat.team, people)
    shown = page(filters.rows, place_asked(request, int), PAGE_SIZE)
    context = {
        "seat": seat,
        "team_shown": seat.team,
        "days": [replace(day, items=summed_up(day.items)) for day in days(shown, shown.rows)],
        "filters": filters,
        "people": people,
        "first": shown.after is None,
        "older": older(request, shown.next),
    }
    return listing(request, "galleries/activity.html", "galleries/_activity.html", context)
