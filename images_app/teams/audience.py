"""Who sees a picture: each audience holds the ones before it."""

from django.db import models


class Audience(models.IntegerChoices):
    PRIVATE = 0, "Only you"
    TEAM = 1, "The team"
    LINK = 2, "Whoever has a link"
    PUBLIC = 3, "Everybody"
