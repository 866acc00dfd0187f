"""Promise 17 under real processes: keys are nowhere in the clear, and prompts only where prompts are kept."""

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import redis

from tests.faults.stack import EMAIL, Person, Stack

pytestmark = [pytest.mark.faults, pytest.mark.timeout(240)]

KEYS = {
    "IMAGE_API_KEY": "sk-plantedlive0123456789abcdef",
    "METRICS_TOKEN": "plantedmetrics0123456789",
    "OIDC_CLIENT_SECRET": "plantedsso0123456789",
}
SPARE, OWN = "sk-plantedspare0123456789abcdef", "sk-plantedown0123456789abcdef"
PASSWORD = "plantedword of a link"
WORDS = "plantedwords"  # in every prompt
# What people wrote to have pictures made, and what the models made of it, is kept here and nowhere else.
PROMPT_TABLES = {
    *(
        "images_app_generation",
        "images_app_storedimage",
        "images_app_picturetext",
        "images_app_refusedprompt",
    ),
    "images_app_changedprompt",
}
# Made once the first picture is there. The tokens are printed: whoever made them is shown them once.
PLANTED = f"""
import json
from images_app.galleries import links
from images_app.models import Provider, PromptRule, StoredImage, User
from images_app.providers import keys
from images_app.teams.actions import make_team
from images_app.teams.invitations import invite
person = User.objects.get(email="{EMAIL}")
image = StoredImage.objects.select_related("team").first()
own = Provider.objects.create(slug="own", name="Own", base_url="https://own.example/v1", api_key="{OWN}", enabled=False)
assert keys.add_spare(own, "{SPARE}", person)
PromptRule.objects.create(name="No swords", pattern="sword", active=True)
terms = dict(title="", days=7, view_limit=None, downloads=True, prompts=False, password="{PASSWORD}")
link = links.make_for_selection(person, image.team, [image.pk], terms)
seat = invite(make_team(person, "Northwind"), person, "member", days=7, uses=9)
print("PLANTED" + json.dumps([link.address, seat.address]))
"""


@pytest.fixture(scope="module", params=["plain", "production"])
def stack(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    folder: Path = tmp_path_factory.mktemp(f"leaks-{request.param}")
    sso = {"OIDC_ISSUER": "https://sso.example", "OIDC_CLIENT_ID": "easel"}
    with Stack(folder, production=request.param == "production", **KEYS, **sso) as running:
        yield running


def test_keys_are_nowhere_in_the_clear_and_prompts_only_in_their_tables(stack: Stack) -> None:
    person = stack.person()
    assert person.ask(f"{WORDS} first").status_code == 302
    assert stack.settled(f"{WORDS} first") == ["succeeded"]
    addresses = json.loads(stack.manage("shell", "-v0", "-c", PLANTED).partition("PLANTED")[2])
    tokens = [address.strip("/").split("/")[-1] for address in addresses]
    shown = work_and_fail(stack, person, addresses)
    secrets = [*KEYS.values(), SPARE, OWN, PASSWORD, *tokens]

    def leaks(text: str, *, prompts: bool = True) -> list[str]:
        return [one for one in (*secrets, *([WORDS] if prompts else [])) if one in text]

    for name, text in shown.items():
        assert leaks(text) == [], name
    # The logs hold what was done: an empty one would prove nothing.
    logs = {path.name: path.read_text() for path in stack.folder.glob("*.log")}
    assert {"web.log", "generate.log", "media.log", "upkeep.log"} <= set(logs)
    assert any("401" in text or "paused" in text or "POST" in text for text in logs.values())
    for name, text in logs.items():
        assert leaks(text) == [], name
    for queue, message in messages(stack):
        assert leaks(message) == [], queue
    for table, row in dump(stack):
        assert leaks(row, prompts=table not in PROMPT_TABLES) == [], (table, row)


def work_and_fail(stack: Stack, person: Person, addresses: list[str]) -> dict[str, str]:
    """Every kind of end a press can come to, pages that fail, guests at the doors; what was shown on the way to whoever
    may not read it."""
    key = KEYS["IMAGE_API_KEY"]
    for words, state in (
        ("status 400 message=Not_so", "rejected"),
        (f"status 500 message=Bad_{key}", "unknown"),
    ):
        prompt = f"{WORDS} {state}"
        stack.endpoint.script(words)
        assert person.ask(prompt).status_code == 302
        assert stack.settled(prompt) == [state]
    assert person.ask(f"{WORDS} of a sword").status_code == 422
    with httpx.Client(base_url=f"http://127.0.0.1:{stack.web_port}", timeout=30) as guest:
        for address in addresses:
            guest.get(httpx.URL(address).path)
        guest.get(f"/s/{'x' * 40}/?prompt={WORDS}")
        shown = {
            "not found": guest.get(f"/nothing/?key={key}").text,
            "metrics without a token": guest.get("/metrics").text,
            "metrics": guest.get(
                "/metrics", headers={"Authorization": f"Bearer {KEYS['METRICS_TOKEN']}"}
            ).text,
            "ready": guest.get("/readyz").text,
        }
    # With the worker gone, its hints stay on Redis to be looked at. An endpoint that quotes the key stops the line.
    stack.endpoint.script(f"status 401 message=Incorrect_API_key:_{key}")
    assert person.ask(f"{WORDS} stopped").status_code == 302
    stack.until(
        lambda: bool(stack.rows("SELECT 1 FROM images_app_provider WHERE paused_at IS NOT NULL")),
        30,
        "it is paused",
    )
    for name in ("generate", "media", "upkeep"):
        stack.kill(name)
    assert person.ask(f"{WORDS} waiting").status_code == 302
    shown["doctor"] = whatever(stack, "doctor")
    shown["jobs"] = stack.manage("jobs")
    return shown


def whatever(stack: Stack, command: str) -> str:
    """What a command prints that may find something wrong."""
    import subprocess
    import sys

    done = subprocess.run(
        [sys.executable, "manage.py", command],
        env=stack.environment,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.stdout
    return done.stdout + done.stderr


def messages(stack: Stack) -> Iterator[tuple[str, str]]:
    """Everything that lies on Redis, by its key."""
    store: Any = redis.Redis(port=stack.redis_port)
    with contextlib.closing(store):
        for key in store.scan_iter():
            kind = store.type(key)
            readers = {
                b"list": lambda k: store.lrange(k, 0, -1),
                b"hash": store.hgetall,
                b"set": store.smembers,
                b"zset": lambda k: store.zrange(k, 0, -1),
                b"stream": store.xrange,
            }
            yield repr(key), f"{key!r} {readers.get(kind, store.get)(key)!r}"


def dump(stack: Stack) -> Iterator[tuple[str, str]]:
    """Every row of every table as text."""
    if stack.production:
        named = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
    else:
        named = "SELECT name FROM sqlite_master WHERE type = 'table'"
    tables = [name for (name,) in stack.rows(named)]
    assert "images_app_imagejob" in tables
    for table in tables:
        if table.startswith("images_app_picturetext_fts"):
            continue  # the index over picturetext
        for row in stack.rows(f'SELECT * FROM "{table}"'):
            yield table, repr(row)
