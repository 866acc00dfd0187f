"""New pictures go where the composer said: hung once, as they are stored, and lost by nothing that happened meanwhile."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from images_app.collections import actions, people
from images_app.collections.access import items_of
from images_app.collections.models import Collection, CollectionItem, Right
from images_app.images.models import StoredImage
from images_app.jobs import collect
from images_app.jobs.actions import again
from images_app.jobs.models import Generation, ImageJob, Preset
from images_app.jobs.states import State
from images_app.jobs.worker import Engine
from images_app.teams.audience import Audience
from images_app.teams.models import Membership, Team, User
from images_app.teams.roles import Role
from images_app.teamwork.actions import leave
from tests.endpoint import ScriptedEndpoint
from tests.jobs.conftest import endpoint, work

__all__ = ["endpoint", "work"]

ClientOf = Callable[[User], Client]
Work = Callable[[], None]

pytestmark = pytest.mark.usefixtures("model")


def ask(client: Client, into: Collection | str, **fields: Any) -> Any:
    value = str(into.pk) if isinstance(into, Collection) else into
    return client.post(
        "/", {"prompt": "a red door", "team": "northwind", "audience": "team", "collection": value, **fields}
    )


@pytest.fixture
def gallery(kenji: User, northwind: Team) -> Collection:
    """Kenji's, for the whole team, and empty."""
    return actions.make(kenji, "Gallery", team=northwind, audience=Audience.TEAM)


def test_pictures_hang_where_they_were_wanted(
    kenji: User, mara: User, gallery: Collection, client_of: ClientOf, work: Work
) -> None:
    assert ask(client_of(kenji), gallery, n="2").status_code == 302
    assert not gallery.items.exists()
    work()
    assert items_of(mara, gallery).count() == 2
    assert set(gallery.items.values_list("added_by", flat=True)) == {kenji.pk}


def test_a_picture_that_is_stored_twice_hangs_once(
    kenji: User, gallery: Collection, client_of: ClientOf, work: Work
) -> None:
    ask(client_of(kenji), gallery)
    Engine().run_until_dry()
    job = ImageJob.objects.get()
    for _ in range(2):
        collect.store_pictures(job.pk)
        ImageJob.objects.filter(pk=job.pk).update(state=State.RECEIVED, reason="store")
    assert (StoredImage.objects.count(), CollectionItem.objects.count()) == (1, 1)


def test_one_that_was_taken_out_does_not_come_back(
    kenji: User, gallery: Collection, client_of: ClientOf, work: Work
) -> None:
    ask(client_of(kenji), gallery)
    work()
    actions.take_out(kenji, gallery, [StoredImage.objects.get().pk])
    job = ImageJob.objects.get()
    ImageJob.objects.filter(pk=job.pk).update(state=State.RECEIVED, reason="store")
    collect.store_pictures(job.pk)
    assert not gallery.items.exists()


@pytest.mark.parametrize("fate", ["deleted", "right lost", "left", "demoted"])
def test_whatever_happens_meanwhile_the_picture_is_kept(
    fate: str, kenji: User, mara: User, gallery: Collection, northwind: Team, client_of: ClientOf, work: Work
) -> None:
    people.give(kenji, gallery, mara.pk, Right.ADD)
    ask(client_of(mara), gallery)
    Engine().run_until_dry()
    seat = Membership.objects.get(team=northwind, person=mara)
    if fate == "deleted":
        actions.delete(kenji, gallery)
    elif fate == "right lost":
        people.let_go(kenji, gallery, mara.pk)
    elif fate == "left":
        leave(seat)
    else:
        Membership.objects.filter(pk=seat.pk).update(role=Role.VIEWER)
    work()
    assert StoredImage.objects.get().person == mara
    assert (ImageJob.objects.get().state, CollectionItem.objects.count()) == (State.SUCCEEDED, 0)


def test_only_one_may_be_named_that_takes_ones_pictures(
    kenji: User,
    mara: User,
    bob: User,
    gallery: Collection,
    client_of: ClientOf,
    endpoint: ScriptedEndpoint,
) -> None:
    home = actions.make(mara, "Home", team=mara.personal_team())
    client = client_of(mara)
    for wrong in (gallery, home, actions.make(bob, "Bob's"), "x", "0" * 40):
        answer = ask(client, wrong)
        assert answer.status_code == 422
        assert "Press Generate again to make them without it." in answer.content.decode()
    assert not Generation.objects.exists()
    assert ask(client, "").status_code == 302
    assert Generation.objects.get().collection is None


def test_the_page_of_a_collection_leads_to_a_composer_that_says_who_sees_the_pictures(
    kenji: User, mara: User, gallery: Collection, client_of: ClientOf
) -> None:
    client = client_of(kenji)
    assert f'href="/?into={gallery.pk}"' in client.get(gallery.get_absolute_url()).content.decode()
    html = client.get(f"/?into={gallery.pk}").content.decode()
    assert re.search(rf'name="collection" value="{gallery.pk}"[^>]*data-shared checked', html)
    assert re.search(r'name="audience" value="team" checked', html)
    assert client_of(mara).get(f"/?into={gallery.pk}").status_code == 403
    assert "Gallery" not in client_of(mara).get("/").content.decode()


def test_whoever_works_in_another_team_makes_them_in_the_collections_own(
    kenji: User, gallery: Collection, client_of: ClientOf
) -> None:
    kenji.team = kenji.personal_team()
    kenji.save()
    client = client_of(kenji)
    html = client.get(f"/?into={gallery.pk}").content.decode()
    assert 'name="team" value="northwind"' in html and "Show to Northwind" in html


def test_a_picture_for_oneself_hangs_unseen_by_others(
    kenji: User, mara: User, gallery: Collection, client_of: ClientOf, work: Work
) -> None:
    ask(client_of(kenji), gallery, audience="private")
    work()
    assert (items_of(kenji, gallery).count(), items_of(mara, gallery).count()) == (1, 0)


def test_made_again_it_hangs_there_again(
    kenji: User, gallery: Collection, client_of: ClientOf, work: Work
) -> None:
    ask(client_of(kenji), gallery)
    work()
    again(Generation.objects.get(), kenji, key="once more")
    work()
    assert gallery.items.count() == 2


def test_a_preset_remembers_it(kenji: User, gallery: Collection, client_of: ClientOf, model: Any) -> None:
    client = client_of(kenji)
    sent = {"preset_name": "For the gallery", "team": "northwind", "collection": str(gallery.pk)}
    assert client.post("/presets/", sent).status_code == 200
    preset = Preset.objects.get()
    assert preset.collection == gallery
    assert f'data-collection="{gallery.pk}"' in client.get("/").content.decode()
    page = client.post(f"/presets/{preset.pk}/application/", {"team": "northwind"}).content.decode()
    assert re.search(rf'name="collection" value="{gallery.pk}"[^>]* checked', page)
    home = kenji.personal_team()
    assert home is not None
    page = client.post(f"/presets/{preset.pk}/application/", {"team": home.slug}).content.decode()
    assert str(gallery.pk) not in page.split('id="p-presets"')[0]
