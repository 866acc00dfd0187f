"""Who gets what of a team's things: every address for every seat, for strangers, guests with a link, and nobody.

The addresses come from the resolver by way of test_addresses.py. What is the same for everybody stands there; what
differs by seat stands here, and an address that names a thing fails until somebody has thought about its row.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.apps import apps
from django.db import transaction
from django.test import Client
from pytest_django.fixtures import Settings

from images_app.providers.models import ImageModel
from images_app.teams.actions import make_person, make_team
from images_app.teams.audience import Audience
from images_app.teams.models import Membership, User
from images_app.teams.roles import Role
from tests.rows import make_generation, make_picture
from tests.security.test_addresses import (
    ADDRESSES,
    DOOR,
    ELSEWHERE,
    FORMS,
    Expected,
    Things,
    make_things,
    outcome,
)

PASSWORD = "four brown herons"
MAKER, COLLEAGUE, OUTSIDER, REMOVED, GUEST, NOBODY = (
    "maker",
    "colleague",
    "outsider",
    "removed",
    "guest",
    "nobody",
)
SEATED = (MAKER, COLLEAGUE, Role.OWNER, Role.ADMIN, Role.VIEWER)
OUTSIDE = (OUTSIDER, REMOVED, GUEST, NOBODY)

Answer = int | str
Table = dict[str, dict[str, Answer]]


@dataclass(frozen=True)
class Row:
    """What each seat of the team gets of a thing its maker, a member, shows to it; ``hidden``: while they do not."""

    maker: Answer
    colleague: Answer
    owner: Answer
    admin: Answer
    viewer: Answer
    hidden: "Row | None" = None


def makers(answer: Answer) -> Row:
    """The maker's alone, shown or not."""
    return Row(answer, 404, 404, 404, 404)


def shown(answer: Answer) -> Row:
    """Everybody's of the team while it is shown to it."""
    return Row(answer, answer, answer, answer, answer, hidden=makers(answer))


def seats(everybody: Answer) -> Row:
    return Row(everybody, everybody, everybody, everybody, everybody)


def keepers(answer: Answer) -> Row:
    return Row(403, 403, answer, answer, 403)


def curators(answer: Answer) -> Row:
    """The maker's and the keepers' of what is shown; the others may look, and no more."""
    return Row(answer, 403, answer, answer, 403, hidden=makers(answer))


def owners(answer: Answer) -> Row:
    return Row(403, 403, answer, 403, 403)


MATRIX: dict[str, Row] = {
    # --- what somebody asked for is theirs alone; others see the pictures it came to
    "generations/": makers(200),
    "generations/<uuid:id>/": makers(200),
    "generations/<uuid:id>/cancellation/": makers(ELSEWHERE),
    "generations/<uuid:id>/again/": makers(ELSEWHERE),
    "generations/<uuid:id>/retry/": makers(ELSEWHERE),
    "generations/<uuid:id>/decision/": makers(ELSEWHERE),
    "generations/<uuid:id>/quiet/": makers(ELSEWHERE),
    "generations/<uuid:id>/turn/": makers(ELSEWHERE),
    "jobs/<uuid:id>/": makers(200),
    "jobs/<uuid:id>/cancellation/": makers(ELSEWHERE),
    "jobs/<uuid:id>/decision/": makers(422),
    "jobs/<uuid:id>/again/": makers(ELSEWHERE),
    "presets/<uuid:id>/settings/": makers(200),
    "presets/<uuid:id>/application/": makers(200),
    "presets/<uuid:id>/name/": makers(422),
    "presets/<uuid:id>/deletion/": makers(200),
    "library/views/<uuid:id>/": makers(ELSEWHERE),
    "library/views/<uuid:id>/deletion/": makers(ELSEWHERE),
    "accounts/sessions/<int:id>/ending/": makers(ELSEWHERE),
    # --- pictures
    "images/<uuid:id>/": shown(200),
    "images/<uuid:image_id>/<variant:variant>/": shown(304),
    "images/<uuid:image_id>/favourite/": shown(ELSEWHERE),
    "images/<uuid:id>/comments/": shown(422),
    "comments/<uuid:id>/": makers(422),
    "comments/<uuid:id>/removal/": Row(ELSEWHERE, 404, ELSEWHERE, ELSEWHERE, 404, hidden=makers(ELSEWHERE)),
    "compare/": shown(200),
    "images/<uuid:id>/links/": Row(200, 404, 200, 200, 404, hidden=makers(200)),
    "images/<uuid:id>/people/": shown(200),
    "images/<uuid:id>/publication/": makers(200),
    "images/<uuid:id>/publication/removal/": curators(ELSEWHERE),
    # --- collections: their maker's, those's who were let in, and the keepers' of what the team sees
    "team/<slug:slug>/collections/<slug:name>/": shown(200),
    "collections/<uuid:id>/": shown(ELSEWHERE),
    "collections/<uuid:id>/people/": shown(200),
    "collections/<uuid:id>/reveal/": shown(ELSEWHERE),  # of one's own pictures in it
    "collections/<uuid:id>/people/<uuid:person>/removal/": Row(  # the colleague's: they may leave themselves
        ELSEWHERE, ELSEWHERE, ELSEWHERE, ELSEWHERE, 403, hidden=makers(ELSEWHERE)
    ),
    "collections/<uuid:id>/cover/": curators(ELSEWHERE),
    "collections/<uuid:id>/deletion/": curators(ELSEWHERE),
    "collections/<uuid:id>/removal/": curators(ELSEWHERE),
    "collections/<uuid:id>/order/": curators(ELSEWHERE),
    "collections/<uuid:id>/links/": curators(200),
    # --- reports: of what others show
    "reports/images/<uuid:id>/": Row(404, 200, 200, 200, 200, hidden=seats(404)),
    "reports/comments/<uuid:id>/": Row(404, 200, 200, 200, 200, hidden=seats(404)),
    "cases/<uuid:id>/": makers(200),
    "cases/<uuid:id>/appeal/": makers(422),
    # --- notifications
    "notices/<uuid:id>/": makers(ELSEWHERE),
    "notices/<uuid:id>/joining/": makers(ELSEWHERE),
    "notices/<uuid:id>/reading/": makers(ELSEWHERE),
    # --- asking for more: what the maker asks for, the keepers decide
    "asks/<uuid:id>/approval/": Row(404, 404, ELSEWHERE, ELSEWHERE, 404),
    "asks/<uuid:id>/refusal/": Row(404, 404, ELSEWHERE, ELSEWHERE, 404),
    "asks/<uuid:id>/withdrawal/": makers(ELSEWHERE),
    # --- the team
    "team/<slug:slug>/": seats(200),
    "team/<slug:slug>/makers/": seats(200),
    "team/<slug:slug>/activity/": seats(200),
    "team/<slug:slug>/collections/": seats(200),
    "team/<slug:slug>/left/": keepers(200),
    "team/<slug:slug>/images/<uuid:id>/hiding/": Row(
        403, 403, ELSEWHERE, ELSEWHERE, 403, hidden=Row(403, 403, 404, 404, 403)
    ),
    "team/<slug:slug>/choice/": seats(ELSEWHERE),
    "team/<slug:slug>/people/": seats(200),
    "team/<slug:slug>/people/<uuid:id>/role/": keepers(ELSEWHERE),
    "team/<slug:slug>/people/<uuid:id>/removal/": keepers(ELSEWHERE),
    "team/<slug:slug>/invitations/": keepers(422),
    "team/<slug:slug>/invitations/<uuid:id>/revocation/": keepers(ELSEWHERE),
    "team/<slug:slug>/leaving/": Row(ELSEWHERE, ELSEWHERE, 403, ELSEWHERE, ELSEWHERE),
    "team/<slug:slug>/settings/": seats(200),
    "team/<slug:slug>/spend/": seats(200),
    "team/<slug:slug>/spend/export/": seats(200),
    "team/<slug:slug>/spend/limits/": keepers(422),
    "team/<slug:slug>/spend/limits/<int:id>/removal/": keepers(ELSEWHERE),
    "team/<slug:slug>/handover/": owners(422),
    "team/<slug:slug>/end/": owners(422),
    "team/<slug:slug>/end/undo/": owners(ELSEWHERE),
    "team/<slug:slug>/links/": Row(200, 200, 200, 200, 403),
    "team/<slug:slug>/links/<uuid:id>/": Row(200, 404, 200, 200, 403),
    "team/<slug:slug>/links/<uuid:id>/revocation/": Row(ELSEWHERE, 404, ELSEWHERE, ELSEWHERE, 403),
    "team/<slug:slug>/rounds/": seats(200),
    "team/<slug:slug>/rounds/<uuid:id>/": seats(200),
    "team/<slug:slug>/rounds/<uuid:id>/export/": Row(200, 403, 200, 200, 403),
    "team/<slug:slug>/rounds/<uuid:id>/guests/<int:guest_id>/removal/": Row(
        ELSEWHERE, 403, ELSEWHERE, ELSEWHERE, 403
    ),
    "team/<slug:slug>/rounds/<uuid:id>/closing/": Row(ELSEWHERE, 403, ELSEWHERE, ELSEWHERE, 403),
    "team/<slug:slug>/rounds/<uuid:id>/reopening/": Row(422, 403, 422, 422, 403),
}
# What names pictures in its form, for those of the team who see them.
TEAMMATES: dict[str, Answer] = {"images/zip/": 200}
# What a link with a password opens: for a guest who knows it, and for everybody else, the team's people included.
LINKED: dict[str, tuple[Answer, Answer]] = {
    "s/<str:token>/": (200, 200),
    "s/<str:token>/zip/": (404, 404),  # it lets nothing be downloaded
    "s/<str:token>/<uuid:id>/": (200, ELSEWHERE),  # to the password
    "s/<str:token>/<uuid:id>/answer/": (ELSEWHERE, 404),  # without a name yet: to it
    "s/<str:token>/guest/": (422, 404),
    "s/<str:token>/done/": (ELSEWHERE, 404),
    "s/<str:token>/<uuid:image_id>/<variant:variant>/": (304, 404),
    "reports/s/<str:token>/<uuid:id>/": (200, 404),
}


def names_a_thing(expected: Expected) -> bool:
    """Whether strangers are refused it: then it depends on the seat as well."""
    refused = expected.stranger == 404 and expected.anonymous == DOOR
    return refused and (expected.owner != 404 or expected.teammate is not None)


@dataclass(frozen=True)
class World:
    clients: dict[str, Client]
    people: dict[str, User]
    things: Things

    def ask(self, who: str, route: str) -> Any:
        things = self.things
        image = things.objects["shared"] if route.startswith("s/") else things.image
        etag = f'"{image.thumbnail_key}"' if "variant" in route else ""
        return self.clients[who].generic(
            ADDRESSES[route].method,
            things.address(route),
            things.filled(FORMS.get(route, "")),
            "application/x-www-form-urlencoded",
            REMOTE_ADDR="192.0.2.7",
            headers={"If-None-Match": etag},
        )

    def ask_all(self, route: str) -> dict[str, Answer]:
        """What each of the cast gets; what is done is undone, so that all ask for the same."""
        found = {}
        for who in map(str, (*SEATED, *OUTSIDE)):
            with transaction.atomic():
                found[who] = outcome(self.ask(who, route))
                transaction.set_rollback(True)
        return found


@pytest.fixture
def world(
    model: ImageModel, client_of: Callable[[User], Client], settings: Settings
) -> Callable[[bool], World]:
    """Northwind with somebody in every seat, and Mia's things; shown to the team, or hers alone."""

    settings.PUBLIC_GALLERY = True

    def build(visible: bool) -> World:
        people: dict[str, User] = {}
        for who in (Role.OWNER, Role.ADMIN, MAKER, COLLEAGUE, Role.VIEWER, REMOVED, OUTSIDER):
            people[who] = make_person(f"{who}@example.com", PASSWORD, name=f"Mx {who}")
        team = make_team(people[Role.OWNER], "Northwind")
        for who in (Role.ADMIN, MAKER, COLLEAGUE, Role.VIEWER, REMOVED):
            role = who if who in Role.values else Role.MEMBER
            Membership.objects.create(team=team, person=people[who], role=role)
            User.objects.filter(pk=people[who].pk).update(team=team)
            people[who].refresh_from_db()
        maker = people[MAKER]
        audience = Audience.TEAM if visible else Audience.PRIVATE
        things = make_things(maker, team, people[COLLEAGUE], model, audience=audience, password=PASSWORD)
        clients = {who: client_of(person) for who, person in people.items()}
        clients |= {GUEST: Client(), NOBODY: Client()}
        # With work of their own in the team, to which removal must shut the door as well.
        make_picture(make_generation(people[REMOVED], model, team=team), audience=audience)
        Membership.objects.filter(person=people[REMOVED], team=team).delete()
        entered = clients[GUEST].post(f"/s/{things.link}/", {"password": PASSWORD})
        assert entered.status_code == 302
        assert clients[GUEST].get(f"/s/{things.link}/").status_code == 200
        return World(clients, people, things)

    return build


THINGS = sorted(route for route, expected in ADDRESSES.items() if names_a_thing(expected))


def test_every_address_that_names_a_thing_has_a_row() -> None:
    assert set(THINGS) ^ set(MATRIX) == set()


@pytest.mark.parametrize("visible", [True, False], ids=["shown", "hidden"])
def test_every_seat_gets_what_its_row_says(visible: bool, world: Callable[[bool], World]) -> None:
    there = world(visible)
    found: Table = {}
    wanted: Table = {}
    for route in THINGS:
        row = MATRIX[route]
        if not visible and row.hidden:
            row = row.hidden
        wanted[route] = {str(who): getattr(row, who) for who in SEATED}
        wanted[route] |= {OUTSIDER: 404, REMOVED: 404, GUEST: DOOR, NOBODY: DOOR}
        found[route] = there.ask_all(route)
    assert _apart(found, wanted) == {}


def test_what_names_no_thing_is_the_same_for_every_seat(world: Callable[[bool], World]) -> None:
    there = world(True)
    found: Table = {}
    wanted: Table = {}
    for route in sorted(set(ADDRESSES) - set(THINGS)):
        expected = ADDRESSES[route]
        signed_in = dict.fromkeys(map(str, (*SEATED, OUTSIDER, REMOVED)), expected.stranger)
        wanted[route] = {
            **signed_in,
            MAKER: expected.owner,
            GUEST: expected.anonymous,
            NOBODY: expected.anonymous,
        }
        found[route] = there.ask_all(route)
        if route in TEAMMATES:
            wanted[route] |= dict.fromkeys(map(str, SEATED), TEAMMATES[route])
        if route in LINKED:
            wanted[route] = dict.fromkeys(found[route], LINKED[route][1]) | {GUEST: LINKED[route][0]}
    assert _apart(found, wanted) == {}


def test_who_is_outside_changes_nothing_of_the_team(world: Callable[[bool], World]) -> None:
    there = world(True)
    before = _rows(there)
    for route in sorted(ADDRESSES):
        if re.match("s/<|invitations/", route):
            continue  # doors for people outside: what they change is what they are for
        for who in OUTSIDE:
            there.ask(who, route)
        assert _rows(there) == before, route


def _apart(found: Table, wanted: Table) -> dict[str, Any]:
    """Where the two differ: (who, found, wanted)."""
    return {
        route: [(who, got, wanted[route][who]) for who, got in answers.items() if got != wanted[route][who]]
        for route, answers in found.items()
        if answers != wanted[route]
    }


def _rows(there: World) -> dict[str, list[Any]]:
    """Every row of every table but of what the people outside have themselves: sessions, and when they were seen."""
    outside = [there.people[who].pk for who in (OUTSIDER, REMOVED)]
    rows = {}
    for model in apps.get_app_config("images_app").get_models():
        found = model._base_manager.order_by("pk")
        if model is User:
            found = found.exclude(pk__in=outside)
        elif any(field.name == "person" for field in model._meta.fields):
            found = found.exclude(person__in=outside)
        rows[model.__name__] = list(found.values_list())
    return rows
