"""What a browser loads when somebody opens a page for the first time, in the bytes that go over the wire."""

import random
import re
from collections import Counter
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urljoin

import pytest
from django.conf import settings
from django.test import Client, override_settings
from PIL import Image

from images_app.images.derive import _placeholder
from images_app.providers.models import ImageModel
from images_app.teams.models import User
from tests.collected import HASHED, collected
from tests.conftest import PASSWORD
from tests.pages import DOORS, GUARDED, PAGES
from tests.rows import make_generation, make_picture, make_second_steps
from tests.security.test_addresses import Things, carol, things

__all__ = ["carol", "things"]

pytestmark = pytest.mark.pages

KB = 1024
GATES = {"html": 12 * KB, "css": 14 * KB, "js": 24 * KB, "woff2": 55 * KB, "sprite": 3 * KB}
LIBRARY, RUNS, AT_ONCE = 30, 4, 4  # pictures; generations, and pictures of each, in the studio
NODES = 16  # of a tile, itself included
IMPORT = re.compile(
    r"""(?:\bfrom|\bimport)\s*["'](\.[^"']+)["']"""
)  # not import(…): that waits until it is needed
ADDRESS = re.compile(r"""url\(["']?([^"')]+)""")
STRAYS: set[str] = set()
PROMPTS = [
    "A lighthouse above a quiet sea, paper collage",
    "Herons at dawn, woodcut in two colours, the river behind them still in fog",
    "Chrome letters on wet asphalt, neon, 35 mm",
    "An island seen from a small plane in late light, the reef around it pale green, no people and no houses",
]


@pytest.fixture
def opened(
    things: Things, alice: User, model: ImageModel, client_of: Callable[[User], Client]
) -> Iterator[Callable[[str], "Loaded"]]:
    """Opens a page of the table as production would send it."""
    with override_settings(STATIC_ROOT=str(collected()), STORAGES={**settings.STORAGES, **HASHED}):

        def loaded(route: str) -> Loaded:
            fill(alice, model, *([AT_ONCE] * RUNS if route == "" else [1] * LIBRARY))
            client = Client() if route in DOORS else client_of(alice)
            if route in GUARDED:
                client.post("/accounts/reauthenticate/", {"password": PASSWORD})
                if "totp/activate" not in route:
                    things.passkey = make_second_steps(alice)
            response = client.get(things.address(route), headers={"Accept-Encoding": "gzip, br"})
            assert response.status_code == 200
            packed = len(response.content)
            return Loaded(client.get(things.address(route)).content.decode(), packed)

        yield loaded


def fill(person: User, model: ImageModel, *runs: int) -> None:
    """Generations of as many pictures each, their placeholders as heavy as those of real pictures."""
    chance = random.Random(1)
    for number, pictures in enumerate(runs):
        generation = make_generation(person, model, f"{PROMPTS[number % 4]}, number {number}", n=pictures)
        for position in range(pictures):
            colours = Image.frombytes("RGB", (5, 4), chance.randbytes(60))
            placeholder = _placeholder(colours.resize((512, 410), Image.Resampling.BICUBIC))
            make_picture(generation, position=position, placeholder=placeholder)


class Loaded(HTMLParser):
    """A page and all it asks for before anybody touches it: ``bytes`` by kind."""

    def __init__(self, html: str, packed: int) -> None:
        super().__init__()
        self.html = html
        self.names: set[str] = set()
        self.bytes = Counter({"html": packed})
        self.feed(html)
        for name in sorted(self.names):
            kind = "sprite" if "icons" in name else name.rpartition(".")[2]
            self.bytes[kind] += wire(name).stat().st_size

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        rel = (found.get("rel") or "").split()
        if tag == "script" and found.get("src"):
            self._take(found["src"] or "")
        elif tag == "use":
            self._take((found.get("href") or "").partition("#")[0])
        elif tag == "link" and "disabled" not in found and {"stylesheet", "preload", "icon"} & set(rel):
            self._take(found.get("href") or "")

    def _take(self, address: str) -> None:
        name = address.removeprefix(settings.STATIC_URL)
        if name == address or name in self.names:
            return
        self.names.add(name)
        if name.endswith((".css", ".js")):
            text = (collected() / name).read_text()
            for further in (ADDRESS if name.endswith(".css") else IMPORT).findall(text):
                self._take(urljoin(address, further))


def wire(name: str) -> Path:
    """The file that is sent to a browser that knows Brotli."""
    packed = collected() / f"{name}.br"
    return packed if packed.exists() else collected() / name


@pytest.mark.parametrize("route", sorted(PAGES | GUARDED | DOORS))
def test_a_page_is_light(opened: Callable[[str], Loaded], route: str) -> None:
    page = opened(route)
    assert page.bytes["css"] > 0 and page.bytes["woff2"] > 0
    heavy = {kind: page.bytes[kind] for kind, most in GATES.items() if page.bytes[kind] > most}
    assert not heavy


@pytest.mark.parametrize("route", ["", "library/"])
def test_a_tile_has_few_nodes(opened: Callable[[str], Loaded], route: str) -> None:
    tiles = re.findall(r'<figure class="tile".*?</figure>', opened(route).html, re.DOTALL)
    assert len(tiles) >= AT_ONCE * RUNS
    assert max(len(re.findall(r"<[a-z]", tile)) for tile in tiles) <= NODES


@pytest.mark.parametrize("route", sorted(PAGES | GUARDED | DOORS))
def test_a_page_loads_the_rules_for_all_it_holds(opened: Callable[[str], Loaded], route: str) -> None:
    page = opened(route)
    held = {name for found in re.findall(r'\bclass="([^"]*)"', page.html) for name in found.split()}
    ruled = {name: rules((collected() / name).read_text()) for name in page.names if name.endswith(".css")}
    anywhere = set().union(*(rules(file.read_text()) for file in Path("static/css").glob("*.css")))
    assert (held & anywhere) - set().union(*ruled.values()) <= STRAYS


def rules(sheet: str) -> set[str]:
    """Every class a stylesheet speaks of."""
    return set(re.findall(r"\.([a-z][\w-]*)", re.sub(r"/\*.*?\*/|url\([^)]*\)", "", sheet, flags=re.DOTALL)))
