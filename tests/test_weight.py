"""What a browser loads when somebody opens a page for the first time, in the bytes that go over the wire."""

import base64
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

from images_app.providers.models import ImageModel
from images_app.teams.models import User
from tests.collected import HASHED, collected
from tests.pages import DOORS, PAGES
from tests.rows import make_generation, make_picture
from tests.security.test_addresses import Things, things

__all__ = ["things"]

KB = 1024
GATES = {"html": 12 * KB, "css": 14 * KB, "js": 24 * KB, "woff2": 55 * KB, "sprite": 3 * KB}
LIBRARY, RUNS = 60, 4
NODES = 16  # of a tile
IMPORT = re.compile(r"""(?:\bfrom|\bimport)\s*["'](\.[^"']+)["']""")  # not import(…): that waits until it is needed
ADDRESS = re.compile(r"""url\(["']?([^"')]+)""")
PROMPTS = ["A lighthouse above a quiet sea, paper collage", "Herons at dawn, woodcut in two colours", "Chrome"]


@pytest.fixture
def busy(alice: User, model: ImageModel, things: Things) -> None:
    """A studio of four runs with four pictures, and a library of a whole page."""
    chance = random.Random(1)
    for number in range(LIBRARY // 4):
        words = " ".join(chance.choice(PROMPTS).split() + chance.choice(PROMPTS).split())
        generation = make_generation(alice, model, words, n=4)
        for position in range(4):
            # As long as real ones, and as little alike.
            drawing = base64.b64encode(b"RIFF" + chance.randbytes(76)).decode()
            make_picture(generation, position=position, placeholder=f"data:image/webp;base64,{drawing}")


@pytest.fixture
def opened(
    busy: None, things: Things, alice: User, client_of: Callable[[User], Client]
) -> Iterator[Callable[[str], "Loaded"]]:
    """Opens a page of the table as production would send it."""
    hashed = {**settings.STORAGES, **HASHED}
    with override_settings(STATIC_ROOT=str(collected()), STORAGES=hashed):

        def loaded(route: str) -> Loaded:
            client = Client() if route in DOORS else client_of(alice)
            response = client.get(things.address(route), headers={"Accept-Encoding": "gzip, br"})
            assert response.status_code == 200
            packed = len(response.content)
            return Loaded(client.get(things.address(route)).content.decode(), packed)

        yield loaded


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


@pytest.mark.parametrize("route", sorted(PAGES | DOORS))
def test_a_page_is_light(opened: Callable[[str], Loaded], route: str) -> None:
    page = opened(route)
    print(route or "studio", dict(page.bytes))
    assert page.bytes["css"] > 0 and page.bytes["woff2"] > 0
    heavy = {kind: page.bytes[kind] for kind, most in GATES.items() if page.bytes[kind] > most}
    assert not heavy
