"""Every page that lists something asks the database as often for thirty rows as for three."""

from collections.abc import Callable

import pytest
from django.contrib import admin as django_admin
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver, reverse
from django.utils import timezone

from images_app.galleries.models import Collection, CollectionItem, Comment, SavedView
from images_app.images.models import Favourite, StoredImage
from images_app.jobs.models import Generation, Preset
from images_app.jobs.states import State
from images_app.providers.models import ImageModel, Provider
from images_app.teams.access import current_team
from images_app.teams.actions import make_person
from images_app.teams.models import Membership, User
from tests.rows import make_generation, make_job, make_picture

ClientOf = Callable[[User], Client]
FEW, MANY = 3, 30

# Name of the address: the queries that make other lists of it.
LISTS = {
    "studio": [""],
    "prompts": [""],
    "generations": ["?after={generation}"],
    "generation": [""],
    "queue": [""],
    "jobs": ["", "?text=heron", "?state=failed"],
    "library": ["", "?text=heron", "?favourite=on", "?shape=wide", "?state=failed", "?state=decide"],
    "image": [""],
    "collections": [""],
    "collection": ["", "?arrange=1"],
    "trash": [""],
    "teams": [""],
}
# Addresses that change something, and those that show one thing.
NO_LIST = {
    *("healthz", "readyz", "metrics", "welcome", "composer_preview", "tiles", "job", "compare", "picture"),
    *("presets", "preset_settings", "preset_application", "preset_name", "preset_deletion"),
    *("generation_cancellation", "generation_again", "generation_retry", "generation_decision"),
    *("generation_quiet", "generation_turn", "waiting_cancellation", "job_cancellation", "job_decision"),
    *("job_again", "favourite", "saved_views", "saved_view", "saved_view_deletion", "team"),
    *("images_trash", "images_restore", "images_favourite", "images_zip", "collection_items"),
    *("collection_deletion", "collection_removal", "collection_order"),
    *("image_comments", "comment", "comment_removal"),
}
ADMIN = [
    f"admin:images_app_{model._meta.model_name}_changelist"
    for model in django_admin.site._registry
    if model._meta.app_label == "images_app"
]
CASES = [(name, query) for name, queries in LISTS.items() for query in queries] + [
    (name, "") for name in ADMIN
]


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "query"), CASES)
def test_thirty_rows_take_no_more_queries_than_three(
    admin: User, model: ImageModel, client_of: ClientOf, name: str, query: str
) -> None:
    first = make_picture(make_generation(admin, model, "The first heron"))
    hall = Collection.objects.create(team=first.team, person=admin, title="Hall")
    named = {"generation": first.job.generation_id, "image": first.pk, "collection": hall.pk}
    address = reverse(name, args=[named[name]] if name in named else []) + query.format(**named)
    client, counts, sizes = client_of(admin), [], []
    for rows in (range(FEW), range(FEW, MANY)):
        for number in rows:
            _add(number, first, hall)
        client.get(address)  # what is asked for once and remembered
        with CaptureQueriesContext(connection) as captured:
            response = client.get(address)
        assert response.status_code == 200
        counts.append([query["sql"] for query in captured])
        sizes.append(len(response.content))
    assert len(counts[0]) == len(counts[1]), "\n".join(sorted(counts[1]))
    assert sizes[1] > sizes[0], "the rows did not come to this list"


def test_every_address_is_a_list_or_is_known_to_be_none() -> None:
    names = {name for name in get_resolver("images_app.urls").reverse_dict if isinstance(name, str)}
    assert names == {*LISTS, *NO_LIST}


def _add(number: int, first: StoredImage, hall: Collection) -> None:
    """One more of everything that a page lists."""
    person, model = first.person, first.model
    picture = make_picture(make_generation(person, model, f"Heron {number}"))
    make_picture(make_generation(person, model, "Thrown away"), trashed_at=timezone.now())
    make_picture(first.job.generation, position=number + 1)
    for state in (State.QUEUED, State.FAILED, State.UNKNOWN, State.SENT):
        make_job(make_generation(person, model, f"Heron {state}"), state)
    Generation.objects.filter(pk=picture.job.generation_id).update(parent_image=first)
    Favourite.objects.create(person=person, image=picture)
    Comment.objects.create(person=person, image=first, text=f"Remark {number}")
    CollectionItem.objects.create(collection=hall, image=picture, place=number)
    other = Collection.objects.create(team=first.team, person=person, title=f"Room {number}")
    CollectionItem.objects.create(collection=other, image=picture, place=1)
    SavedView.objects.create(person=person, name=f"View {number}", query="text=heron")
    Preset.objects.create(person=person, name=f"Preset {number}", model=model, size=model.sizes[0])
    provider = Provider.objects.create(slug=f"p{number}", name=f"P{number}", base_url="http://127.0.0.1:9/v1")
    ImageModel.objects.create(
        provider=provider, name=f"m{number}", label="M", sizes=["1024x1024"], qualities=[""], styles=[""]
    )
    colleague = make_person(f"person{number}@example.com", "correct horse battery", name=f"Person {number}")
    Membership.objects.create(team=current_team(colleague), person=person)
