"""What a person picked for one act: the boxes they ticked, or everything the library's filters find."""

from uuid import UUID

from django.http import QueryDict

from images_app.galleries.filters import pictures_asked
from images_app.lib.ids import ids_in
from images_app.teams.models import User

MOST = 50_000  # pictures of one act


def picked(person: User, sent: QueryDict) -> list[UUID]:
    """Ids in the order they were sent, or as the library shows them where ``all`` asks for what ``match`` finds.

    ``ids`` may come often, each holding one or several with commas between. What is no id is no picture; whose they
    are, the act itself asks.
    """
    if sent.get("all"):
        rows = pictures_asked(person, QueryDict(sent.get("match", "")))
        return list(rows.order_by("-created_at", "-id").values_list("pk", flat=True)[:MOST])
    return ids_in(sent.getlist("ids"))[:MOST]


def count_words(count: int) -> str:
    """ "1 picture", "1,204 pictures"."""
    return f"{count:,} picture{'' if count == 1 else 's'}"
