"""Every list of the administration can be searched and filtered as its user would, and stays quick when it is long."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.contrib import admin as django_admin
from django.contrib.auth.models import Group
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from images_app.audit import chain
from images_app.audit.actions import record
from images_app.audit.models import AuditEntry, AuditSeal
from images_app.budgets.models import LedgerEntry
from images_app.galleries.models import Publication
from images_app.images.models import StoredImage
from images_app.jobs.models import Generation, ImageJob
from images_app.moderation.models import FlaggedPrompt, RefusedPrompt
from images_app.providers.models import ImageModel
from images_app.teams.models import User
from tests.rows import make_generation, make_picture, make_publication

OURS = [model for model in django_admin.site._registry if model is not Group]
# Those that grow with what people do, for as long as the installation lives.
LONG: list[type[Model]] = [
    *(AuditEntry, AuditSeal, LedgerEntry, Publication, StoredImage),
    *(ImageJob, Generation, RefusedPrompt, FlaggedPrompt),
]
# What somebody may type or paste into a search.
TYPED = [
    "heron",
    str(uuid4()),
    uuid4().hex,
    "Ada@Example.com",
    "a" * 64,
    "%_'\"",
    "\x00",
    "=1+1",
    "\u202e",
    "1",
]


@pytest.fixture
def browser(admin: User, client_of: Callable[[User], Client]) -> Client:
    return client_of(admin)


def address(model: type[Model]) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


@pytest.mark.parametrize("model_class", OURS, ids=lambda one: str(one.__name__))
def test_a_list_says_what_it_finds_and_takes_whatever_is_typed(
    browser: Client, model_class: type[Model]
) -> None:
    page = django_admin.site._registry[model_class]
    assert page.search_fields and page.search_help_text and page.list_filter
    for typed in TYPED:
        answer = browser.get(address(model_class), {"q": typed})
        assert answer.status_code == 200, typed


@pytest.mark.parametrize("model_class", OURS, ids=lambda one: str(one.__name__))
def test_every_filter_of_a_list_answers(browser: Client, model: ImageModel, model_class: type[Model]) -> None:
    changes = browser.get(address(model_class)).context["cl"]
    asked = 0
    for spec in changes.filter_specs:
        for choice in spec.choices(changes):
            answer = browser.get(address(model_class) + choice["query_string"])
            assert answer.status_code == 200, choice
            asked += 1
    assert asked or model_class._meta.model_name in ("refusedprompt", "flaggedprompt")


@pytest.mark.parametrize("model_class", LONG, ids=lambda one: str(one.__name__))
def test_a_long_list_opens_without_a_look_at_every_row(browser: Client, model_class: type[Model]) -> None:
    """On SQLite: its first page is walked from an index, and nothing is sorted or gathered on the way."""
    if connection.vendor != "sqlite":
        pytest.skip("plans are SQLite's here")
    page = django_admin.site._registry[model_class]
    assert not page.show_full_result_count
    table = model_class._meta.db_table
    with CaptureQueriesContext(connection) as captured:
        browser.get(address(model_class))
    own = [one["sql"] for one in captured if first_table(one["sql"]) == table]
    rows = [sql for sql in own if "COUNT(*)" not in sql]
    assert rows
    for sql in rows:
        plan = explained(sql)
        assert not any(line.startswith("USE TEMP B-TREE FOR ORDER BY") for line in plan), (sql, plan)
        gathers = "DISTINCT" in sql or "MIN(" in sql
        assert not gathers or any("COVERING INDEX" in line for line in plan), (sql, plan)


def test_ids_addresses_and_sums_find_their_rows(browser: Client, alice: User, model: ImageModel) -> None:
    image = make_picture(make_generation(alice, model, "A red heron"))
    other = make_picture(make_generation(alice, model, "A blue heron"))
    make_publication(image)
    cases: list[tuple[type[Model], str, int]] = [
        (StoredImage, str(image.pk), 1),
        (StoredImage, str(image.job_id), 1),
        (StoredImage, image.sha256.upper(), 1),
        (StoredImage, "ALICE@exam", 2),
        (StoredImage, "red heron", 1),
        (ImageJob, str(image.job_id), 1),
        (ImageJob, str(image.attempt_id), 1),
        (ImageJob, str(other.job.generation_id), 1),
        (ImageJob, "alice@example.com", 2),
        (Generation, str(image.job.generation_id), 1),
        (Generation, "nobody@example.com", 0),
        (Publication, f"{image.pk}&state=all", 1),
    ]
    for model_class, typed, found in cases:
        answer = browser.get(f"{address(model_class)}?q={typed}")
        assert answer.context["cl"].result_count == found, (model_class, typed)


def test_an_id_is_looked_up_by_an_index(browser: Client) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("plans are SQLite's here")
    for model_class in (StoredImage, ImageJob, Generation, Publication):
        with CaptureQueriesContext(connection) as captured:
            browser.get(address(model_class), {"q": str(uuid4())})
        table = model_class._meta.db_table
        counts = [one["sql"] for one in captured if first_table(one["sql"]) == table]
        plan = explained(counts[0])
        assert not any(line.startswith(f"SCAN {table}") for line in plan), (counts[0], plan)


def first_table(sql: str) -> str:
    return sql.partition(' FROM "')[2].partition('"')[0]


def explained(sql: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
        return [str(row[3]) for row in cursor.fetchall()]


def test_a_seal_is_read_and_not_changed(browser: Client) -> None:
    record("team.renamed", actor=None)
    chain.seal()
    seal: Any = AuditSeal.objects.latest("number")
    shown = browser.get(address(AuditSeal), {"q": seal.hash})
    assert shown.context["cl"].result_count == 1 and seal.hash in shown.text
    assert browser.get(f"{address(AuditSeal)}{seal.pk}/change/").status_code == 200
    assert browser.post(f"{address(AuditSeal)}{seal.pk}/delete/", {"post": "yes"}).status_code == 403
