"""Every address of the site, and who gets what from it: a new one fails here until somebody has thought about it."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from django.contrib import admin as django_admin
from django.contrib.contenttypes.models import ContentType
from django.test import Client
from django.urls import URLResolver, get_resolver

from images_app.galleries import collections, comments, saved
from images_app.images.models import StoredImage
from images_app.jobs.models import Generation, ImageJob, Preset
from images_app.jobs.states import State
from images_app.providers.models import ImageModel, Provider
from images_app.teams.access import current_team
from images_app.teams.actions import make_person
from images_app.teams.models import Membership, Role, Team, User
from tests.pages import DOORS, PAGES
from tests.rows import make_generation, make_job, make_picture

DOOR = "door"  # to the sign-in page, and back afterwards
ELSEWHERE = "elsewhere"  # to another page of this site


@dataclass(frozen=True)
class Expected:
    """What each of the cast gets. ``owner`` is Alice, whose job, generation and picture the address names.

    A teammate of Alice's mostly gets what a stranger gets: what a person makes is theirs alone until they share it.
    """

    anonymous: int | str
    stranger: int | str
    owner: int | str
    superuser: int | str
    method: str = "GET"
    teammate: int | str | None = None  # None: the same as the stranger
    reading: int = 405  # of an address that takes forms: what its owner gets who only looks


def public(status: int | str = 200) -> Expected:
    return Expected(status, status, status, status)


def mine() -> Expected:
    """A page of the person who asks: everybody has one."""
    return Expected(DOOR, 200, 200, 200)


def hands() -> Expected:
    """What is done to one's own of the pictures that a form names; others' among them are passed over."""
    return Expected(DOOR, ELSEWHERE, ELSEWHERE, ELSEWHERE, "POST")


def owned(owner: int | str = 200, method: str = "GET") -> Expected:
    """A thing of Alice's. A superuser is a stranger to it: the admin is their way."""
    return Expected(DOOR, 404, owner, 404, method)


def staff(superuser: int | str = 200) -> Expected:
    """Others are led to the admin's own door, which refuses them."""
    return Expected(DOOR, DOOR, DOOR, superuser)


ADDRESSES: dict[str, Expected] = {
    # --- for machines
    "healthz": public(),
    "readyz": public(),
    "metrics": public(404),  # from another machine; tests/ops knows who may
    # --- the studio
    "": mine(),
    "preview/": Expected(DOOR, 200, 200, 200, "POST"),  # the price of what the form holds; makes nothing
    "presets/": Expected(DOOR, 422, 422, 422, "POST"),  # without a name
    "presets/<uuid:id>/settings/": owned(200, "POST"),  # an empty form has the defaults
    "presets/<uuid:id>/application/": owned(200, "POST"),
    "presets/<uuid:id>/name/": owned(422, "POST"),
    "presets/<uuid:id>/deletion/": owned(200, "POST"),
    "prompts/": mine(),
    "queue/": mine(),
    "tiles/": mine(),
    "generations/": owned(),  # the runs after one of Alice's
    "generations/<uuid:id>/": owned(),
    "generations/<uuid:id>/cancellation/": owned(ELSEWHERE, "POST"),
    "generations/<uuid:id>/again/": owned(ELSEWHERE, "POST"),
    "generations/<uuid:id>/retry/": owned(ELSEWHERE, "POST"),
    "generations/<uuid:id>/decision/": owned(ELSEWHERE, "POST"),
    "generations/<uuid:id>/quiet/": owned(ELSEWHERE, "POST"),
    "generations/<uuid:id>/turn/": owned(ELSEWHERE, "POST"),
    "jobs/cancellation/": Expected(DOOR, ELSEWHERE, ELSEWHERE, ELSEWHERE, "POST"),
    "jobs/": mine(),
    "jobs/<uuid:id>/": owned(),
    "jobs/<uuid:id>/cancellation/": owned(ELSEWHERE, "POST"),
    "jobs/<uuid:id>/decision/": owned(422, "POST"),  # an empty form
    "jobs/<uuid:id>/again/": owned(ELSEWHERE, "POST"),
    # --- pictures
    "library/": mine(),
    "library/views/": Expected(DOOR, ELSEWHERE, ELSEWHERE, ELSEWHERE, "POST"),
    "library/views/<uuid:id>/": owned(ELSEWHERE, "POST"),
    "library/views/<uuid:id>/deletion/": owned(ELSEWHERE, "POST"),
    "images/<uuid:id>/": owned(),
    "images/<uuid:id>/comments/": owned(422, "POST"),  # without a word
    "images/<uuid:image_id>/favourite/": owned(ELSEWHERE, "POST"),
    "images/trash/": hands(),
    "images/restore/": hands(),
    "images/favourite/": hands(),
    "images/zip/": Expected(DOOR, ELSEWHERE, 200, ELSEWHERE, "POST"),
    "comments/<uuid:id>/": owned(422, "POST"),
    "comments/<uuid:id>/removal/": owned(ELSEWHERE, "POST"),
    "compare/": owned(),  # two of Alice's
    "trash/": mine(),
    "collections/": mine(),
    "collections/items/": replace(hands(), reading=404),  # looking at it names pictures, and here none
    "collections/<uuid:id>/": owned(),
    "collections/<uuid:id>/deletion/": owned(ELSEWHERE, "POST"),
    "collections/<uuid:id>/removal/": owned(ELSEWHERE, "POST"),
    "collections/<uuid:id>/order/": owned(ELSEWHERE, "POST"),
    "images/<uuid:image_id>/<variant:variant>/": owned(304),  # asked with its ETag: the row has no bytes
    # --- teams
    "teams/": mine(),
    # A member sees the team, and may not change it.
    "teams/<slug:slug>/": Expected(DOOR, 404, ELSEWHERE, 404, "POST", teammate=403),
    # --- the door
    "welcome/": public(404),  # somebody has an account
    "accounts/login/": Expected(200, ELSEWHERE, ELSEWHERE, ELSEWHERE),
    "accounts/logout/": Expected(ELSEWHERE, 200, 200, 200),
    "accounts/inactive/": public(),
    "accounts/signup/": Expected(200, ELSEWHERE, ELSEWHERE, ELSEWHERE),
    "accounts/reauthenticate/": mine(),
    "accounts/email/": mine(),
    "accounts/confirm-email/": public(),
    "accounts/confirm-email/<key>/": public(),
    "accounts/password/change/": mine(),
    "accounts/password/set/": Expected(DOOR, ELSEWHERE, ELSEWHERE, ELSEWHERE),
    "accounts/password/reset/": public(),
    "accounts/password/reset/done/": public(),
    "accounts/password/reset/key/<uidb36>-<key>/": public(),
    "accounts/password/reset/key/done/": public(),
    "accounts/login/code/confirm/": public(ELSEWHERE),
    # --- the admin
    "admin/": staff(),
    "admin/login/": Expected(DOOR, 403, 403, ELSEWHERE),
    "admin/logout/": Expected(DOOR, ELSEWHERE, ELSEWHERE, 405),  # only a form signs out
    "admin/password_change/": staff(),
    "admin/password_change/done/": staff(),
    "admin/autocomplete/": staff(),
    "admin/jsi18n/": staff(),
    "admin/r/<path:content_type_id>/<path:object_id>/": staff(404),
    "admin/<app_label>/": staff(),
    "admin/<url>": staff(404),
    "admin/images_app/user/<id>/password/": staff(),
    "admin/images_app/storedimage/<uuid:image_id>/thumbnail/": staff(304),
}
# What the admin makes of a model: list, addition, change, deletion, history, and the old form of its address.
WRITTEN: dict[str, int | str] = {
    "": 200,
    "add/": 200,
    "change/": 200,
    "delete/": 200,
    "history/": 200,
    "old": ELSEWHERE,
}
READ_ONLY: dict[str, int | str] = {**WRITTEN, "add/": 403, "delete/": 403}
MODELS: dict[str, dict[str, int | str]] = {
    "auth/group": {
        **WRITTEN,
        "change/": ELSEWHERE,
        "delete/": ELSEWHERE,
        "history/": ELSEWHERE,
    },  # there is none
    "images_app/user": {**WRITTEN},
    "images_app/team": {**WRITTEN},
    "images_app/provider": {**WRITTEN, "delete/": 403},  # this one comes from the environment
    "images_app/imagemodel": {**WRITTEN},
    "images_app/generation": {**READ_ONLY},
    "images_app/imagejob": {**READ_ONLY},
    "images_app/storedimage": {**READ_ONLY},
}
for name, pages in MODELS.items():
    for page, status in pages.items():
        one = "" if page in ("", "add/") else "<path:object_id>/"
        ADDRESSES[f"admin/{name}/{one}{'' if page == 'old' else page}"] = staff(status)

QUERIES = {
    "admin/autocomplete/": "?app_label=images_app&model_name=imagejob&field_name=generation",
    "compare/": "?a={image}&b={image}",
    "generations/": "?after={generation}",
}
# What a form must name to be more than empty.
FORMS = dict.fromkeys(("images/trash/", "images/favourite/", "images/zip/"), "ids={image}")


def routes(resolver: Any = None, before: str = "") -> Iterator[str]:
    """Every address as the resolver knows it, regular expressions written as paths are."""
    for pattern in (resolver or get_resolver()).url_patterns:
        part = re.sub(r"\(\?P<(\w+)>[^()]*\)", r"<\1>", str(pattern.pattern)).strip("^$")
        if isinstance(pattern, URLResolver):
            yield from routes(pattern, before + part)
        else:
            yield before + part


@dataclass
class Things:
    """What the addresses name, all Alice's."""

    generation: Generation
    job: ImageJob
    image: StoredImage
    objects: dict[str, Any]

    def address(self, route: str) -> str:
        model = "/".join(route.split("/")[1:3]) if route.startswith("admin/") else ""
        thing = self.objects.get(model)
        values = {
            "image_id": self.image.pk,
            "variant": "thumbnail",
            "object_id": getattr(thing, "pk", 999),
            "content_type_id": ContentType.objects.get_for_model(User).pk,
            "app_label": "images_app",
            "url": "nowhere/",
            "uidb36": "1",
            "key": "nothing",
            "slug": self.objects["images_app/team"].slug,
            "id": self.job.pk,
        }
        if route.startswith("generations/"):
            values["id"] = self.generation.pk
        elif (kind := route.split("<", maxsplit=1)[0]) in self.objects:
            values["id"] = self.objects[kind].pk
        elif route.startswith("images/"):
            values["id"] = self.image.pk
        elif model == "images_app/user":
            values["id"] = self.objects[model].pk
        elif route.startswith("admin/r/"):
            values["object_id"] = self.objects["images_app/user"].pk
        return (
            "/"
            + re.sub(r"<(?:\w+:)?(\w+)>", lambda found: str(values[found[1]]), route)
            + self.filled(QUERIES.get(route, ""))
        )

    def filled(self, text: str) -> str:
        return text.format(image=self.image.pk, generation=self.generation.pk)


@pytest.fixture
def things(alice: User, model: ImageModel) -> Things:
    generation = make_generation(alice, model)
    job = make_job(generation, State.FAILED)
    image = make_picture(generation, position=1)
    objects = {
        "images_app/user": alice,
        "images_app/team": Team.objects.get(memberships__person=alice),
        "images_app/provider": Provider.objects.get(),
        "images_app/imagemodel": model,
        "images_app/generation": generation,
        "images_app/imagejob": job,
        "images_app/storedimage": image,
        # By what their addresses begin with.
        "library/views/": saved.save(alice, "Boats", "text=boat"),
        "collections/": collections.make(alice, "Herons"),
        "comments/": comments.say(image, alice, "The left one"),
        "presets/": make_preset(alice, model),
    }
    return Things(generation, job, image, objects)


def make_preset(person: User, model: ImageModel) -> Preset:
    fields = {"size": model.sizes[0], "quality": "", "style": "", "n": 1}
    return Preset.objects.create(person=person, name="Wide", model=model, **fields)


@pytest.fixture
def carol(alice: User) -> User:
    """A teammate of Alice's."""
    person = make_person("carol@example.com", "correct horse battery", name="Carol Calm")
    Membership.objects.create(team=current_team(alice), person=person, role=Role.MEMBER)
    return person


def outcome(response: Any) -> int | str:
    location = response.get("Location", "")
    if not location:
        return int(response.status_code)
    assert location.startswith("/") and not location.startswith("//"), location
    doors = ("/accounts/login/?next=", "/admin/login/?next=")
    return DOOR if location.startswith(doors) else ELSEWHERE


def test_every_address_stands_in_the_table() -> None:
    assert sorted(set(routes())) == sorted(ADDRESSES)


def test_every_model_of_the_admin_stands_in_the_table() -> None:
    assert {f"{m._meta.app_label}/{m._meta.model_name}" for m in django_admin.site._registry} == set(MODELS)


@pytest.mark.parametrize("route", ADDRESSES)
def test_who_gets_what(
    route: str,
    things: Things,
    alice: User,
    bob: User,
    carol: User,
    admin: User,
    client_of: Callable[[User], Client],
) -> None:
    expected, address = ADDRESSES[route], things.address(route)
    cast = {
        "anonymous": Client(),
        "stranger": client_of(bob),
        "teammate": client_of(carol),
        "superuser": client_of(admin),
        "owner": client_of(alice),
    }
    found = {}
    for who, client in cast.items():
        response = client.generic(
            expected.method,
            address,
            things.filled(FORMS.get(route, "")),
            "application/x-www-form-urlencoded",
            REMOTE_ADDR="192.0.2.7",
            headers={"If-None-Match": _etag(things, route)},
        )
        found[who] = outcome(response)
        assert response.get("Cache-Control"), "what a cache may do is said"
        assert "default-src 'none'" in response["Content-Security-Policy"]
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["Referrer-Policy"] == "same-origin"
    wanted = {who: getattr(expected, who) for who in cast}
    assert found == {**wanted, "teammate": expected.teammate or expected.stranger}


def _etag(things: Things, route: str) -> str:
    return f'"{things.image.thumbnail_key}"' if "variant" in route or "thumbnail" in route else ""


@pytest.mark.parametrize(
    "route", [route for route, expected in ADDRESSES.items() if expected.method == "POST"]
)
def test_what_changes_something_takes_a_form_with_our_token(route: str, things: Things, alice: User) -> None:
    careful = Client(enforce_csrf_checks=True)
    careful.force_login(alice, backend="django.contrib.auth.backends.ModelBackend")
    assert careful.post(things.address(route)).status_code == 403
    for method in ("GET", "HEAD"):
        assert careful.generic(method, things.address(route)).status_code == ADDRESSES[route].reading, method
    assert careful.options(things.address(route)).status_code == 405


@pytest.mark.parametrize("route", [route for route, expected in ADDRESSES.items() if expected == owned()])
def test_a_strangers_404_is_the_same_as_nobodys(
    route: str, things: Things, bob: User, client_of: Callable[[User], Client]
) -> None:
    client, address = client_of(bob), things.address(route)
    nobodys = re.sub(r"[0-9a-f-]{36}", "00000000-0000-4000-8000-000000000000", address)
    assert client.get(address).content == client.get(nobodys).content


def test_every_page_stands_in_the_table_of_pages(
    things: Things, alice: User, client_of: Callable[[User], Client]
) -> None:
    """What every page must stand (e2e/test_barriers.py, test_weight.py) is asked of those in tests/pages.py."""
    routes = [
        route
        for route, who in ADDRESSES.items()
        if who.method == "GET" and not re.search("admin/|variant", route)
    ]
    for signed_in, client, table in ((True, client_of(alice), PAGES), (False, Client(), DOORS)):
        answers = {route: client.get(things.address(route)) for route in routes}
        pages = {route for route, answer in answers.items() if answer.status_code == 200 and _whole(answer)}
        assert pages - (DOORS if signed_in else set()) == table


def _whole(answer: Any) -> bool:
    return "<html" in answer.content.decode(errors="replace")[:500]
