"""Views of the library that people save: the filters of its address under a name."""

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.http import QueryDict

from images_app.galleries.filters import PictureFilter
from images_app.galleries.models import SavedView
from images_app.teams.models import User

VIEWS_AT_MOST = 100
# Signs, as the columns have it.
NAME_AT_MOST = 60
QUERY_AT_MOST = 1000


class NotSaved(Exception):
    """Why a view could not be saved, in words for the person."""


def views_of(person: User) -> QuerySet[SavedView]:
    """By name."""
    return SavedView.objects.filter(person=person).order_by("name")


def clean(query: str) -> str:
    """Of an address only the filters that are set, in one order; "" where none is."""
    asked = QueryDict(query[:4000])
    kept = QueryDict(mutable=True)
    for name in PictureFilter.base_filters:
        if value := asked.get(name):
            kept[name] = value
    return kept.urlencode()


def save(person: User, name: str, query: str) -> SavedView:
    """Saves the filters; a view that has this name already gets them. Raises NotSaved."""
    name, query = _name(name), clean(query)
    if not query:
        raise NotSaved("Choose a filter first: a view is a name for filters.")
    if len(query) > QUERY_AT_MOST:
        raise NotSaved("These filters are too long to save.")
    with transaction.atomic():
        existing = views_of(person).filter(name=name)
        if not existing and views_of(person).count() >= VIEWS_AT_MOST:
            raise NotSaved(f"You have {VIEWS_AT_MOST} views. Delete one first.")
        view, _ = SavedView.objects.update_or_create(person=person, name=name, defaults={"query": query})
        return view


def rename(view: SavedView, name: str) -> None:
    """Raises NotSaved where another view of the person has the name."""
    view.name = _name(name)
    try:
        with transaction.atomic():
            view.save(update_fields=["name"])
    except IntegrityError:
        raise NotSaved(f"You have a view named {view.name} already.") from None


def _name(text: str) -> str:
    name = " ".join(text.replace("\x00", "").split())
    if not name:
        raise NotSaved("Give the view a name.")
    if len(name) > NAME_AT_MOST:
        raise NotSaved("The name is too long.")
    return name
