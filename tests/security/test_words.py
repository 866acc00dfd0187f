"""Promise 18: what people write is words, in every page, list, file and feed: planted wherever people write, then looked
for as markup everywhere."""

import csv
import io
import json
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from typing import Any

import pytest
from django.apps import apps
from django.db import models, transaction
from django.test import Client

from images_app.audit.actions import record
from images_app.galleries import rounds
from images_app.lib.append_only import OnlyGrows
from images_app.lib.fields import SealedTextField
from images_app.teams.models import User
from tests.security.test_addresses import ADDRESSES, ELSEWHERE, Things, carol, things

__all__ = ["carol", "things"]

MARK = "x-planted"
# In the order of their weight: short columns hold the beginning.
HOSTILE = (
    f"=1+1</script><{MARK} onplanted=1>\"'><{MARK}>{{{{ 7|add:7 }}}}{{% now %}}--></textarea></title><{MARK}>"
    "\u202eevil\r\n@SUM(A1)\n,cmd|'/C calc'!A0\x1b[31m😀"
)
# What the product writes itself, and what an address is made of.
OURS = frozenset(
    {
        *(
            "slug",
            "sha256",
            "body_hash",
            "idempotency_key",
            "token_hash",
            "key_hash",
            "password",
            "stamp",
            "key",
        ),
        *("original_key", "preview_key", "thumbnail_key", "placeholder", "format", "shape", "verb", "hash"),
        *("size", "quality", "style", "response_formats", "source", "next_cause", "lease_owner", "base_url"),
        *("email", "digest", "session", "owner", "words", "query", "storage", "from_address", "pattern"),
        *("which_key", "model_name", "cause", "month", "codename", "app_label", "previous"),
    }
)


@pytest.fixture
def planted(things: Things, admin: User) -> Things:
    """Words that would like to run, wherever people write; of what only grows there is an entry."""
    record("team.changed", actor=admin, before={"name": HOSTILE}, after={HOSTILE: HOSTILE}, reason=HOSTILE)
    guest, _ = rounds.join(things.objects["link"], "Mia")
    answer: rounds.Answer = {"picked": True, "score": 3, "comment": "Yes"}
    rounds.answer(guest, things.objects["shared"].pk, answer)
    count = 0
    for model in apps.get_app_config("images_app").get_models():
        if issubclass(model, OnlyGrows):
            continue
        columns = {field.name: HOSTILE[: field.max_length] for field in written(model)}
        if columns:
            with transaction.atomic():
                count += model._base_manager.update(**columns)
    assert count > 20
    return things


def written(model: type[models.Model]) -> Iterator[Any]:
    for field in model._meta.concrete_fields:
        words = isinstance(field, models.CharField | models.TextField) and not isinstance(
            field, SealedTextField
        )
        if words and not field.choices and not field.unique and field.name not in OURS:
            yield field


class Markup(HTMLParser):
    """Collects what became an element or an attribute though it was words."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.words = 0
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.words += sum(MARK in (value or "") for _, value in attrs)
        if tag == MARK or any(name == "onplanted" for name, _ in attrs):
            self.found.append(self.get_starttag_text() or tag)

    def handle_data(self, data: str) -> None:
        self.words += MARK in data


def test_words_that_would_like_to_run_are_words_on_every_page(
    planted: Things, alice: User, admin: User, client_of: Callable[[User], Client]
) -> None:
    seen = {"html": 0, "json": 0, "csv": 0}
    cast = {"owner": client_of(alice), "superuser": client_of(admin), "anonymous": Client()}
    for route, expected in ADDRESSES.items():
        for who, client in cast.items():
            status = getattr(expected, who)
            if expected.method != "GET" or status not in (200, ELSEWHERE):
                continue
            answer: Any = client.get(planted.address(route), follow=True)
            assert answer.status_code < 500, route
            kind = answer.get("Content-Type", "").partition(";")[0]
            text = whole(answer) if kind.startswith(("text/", "application/json")) or "xml" in kind else ""
            if kind == "text/html" or "xml" in kind:
                page = Markup(text)
                assert page.found == [], (route, who)
                seen["html"] += bool(page.words)
            elif kind == "application/json":
                json.loads(text)
                assert f"<{MARK}" not in text or answer["X-Content-Type-Options"] == "nosniff", route
                seen["json"] += MARK in text
            elif kind == "text/csv":
                harmless(text, route)
                seen["csv"] += MARK in text
    assert seen["html"] > 40 and seen["csv"] >= 2, seen


def whole(answer: Any) -> str:
    return (b"".join(answer.streaming_content) if answer.streaming else answer.content).decode()


def harmless(text: str, route: str) -> None:
    """Read back as a spreadsheet reads it: as many cells in each row as it has headings, and none that calculates."""
    heads, *rows = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""))
    for row in rows:
        assert len(row) == len(heads), (route, row)
        for cell in row:
            assert not cell.lstrip(" \u200b").startswith(("=", "+", "-", "@", "\t", "\r", "\n")), (
                route,
                cell,
            )
