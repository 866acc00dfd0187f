"""The type of a request that has passed the door."""

from django.http import HttpRequest

from images_app.teams.models import User


class PersonRequest(HttpRequest):
    """A request of somebody signed in: LoginRequiredMiddleware lets nobody else reach a view."""

    user: User
