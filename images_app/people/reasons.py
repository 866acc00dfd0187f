"""Why something is reported or hidden, and why somebody is given a strike."""

from django.db import models


class Reason(models.TextChoices):
    """Codes that stay, words that people read."""

    CHILD = "child", "It sexualises children"
    THREAT = "threat", "It threatens somebody, or calls for violence"
    PERSON = "person", "It shows a real person who did not agree"
    HATE = "hate", "It incites hatred"
    SEXUAL = "sexual", "It is sexual"
    VIOLENCE = "violence", "It is cruel"
    RIGHTS = "rights", "It uses somebody's work or brand"
    LAW = "law", "It is against the law in another way"
    OTHER = "other", "Something else"
