"""The log in the admin: found, read, taken along; and the reading of private things, which is in it."""

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib import admin as django_admin
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from images_app.audit.actions import record
from images_app.audit.models import AuditEntry
from images_app.audit.watched import Audited, ReadOnly
from images_app.jobs.states import State
from images_app.providers.models import ImageModel, Provider
from images_app.teams.models import Membership, Team, User
from tests.rows import make_generation, make_job, make_picture

LOG = "/admin/images_app/auditentry/"
SIGNED_IN = "user.signed_in"  # the one who looks
CAST = "Bob Bright (bob@example.com)"


@pytest.fixture
def browser(admin: User, client_of: Callable[[User], Client]) -> Client:
    return client_of(admin)


@pytest.fixture
def log(alice: User, bob: User) -> None:
    record("team.renamed", actor=alice, target=alice.personal_team(), team=alice.personal_team())
    record("share.revoked", actor=bob, after={"formula": "=cmd|' /C calc'!A0"}, reason="=1+1\nand \u202eon")


def export(browser: Client, query: str = "") -> list[dict[str, str]]:
    answer: Any = browser.get(f"{LOG}export/{query}")
    assert answer.status_code == 200 and answer.streaming
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    rows = csv.DictReader(io.StringIO(text, newline=""))
    return [row for row in rows if row["verb"] != SIGNED_IN]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?q=share.revoked", ["share.revoked"]),
        ("?q=ardent", ["team.renamed"]),
        ("?verb=team.", ["team.renamed"]),
        ("?verb=share.revoked", ["share.revoked"]),
        ("?verb=share", []),
        ("?team=alice-ardent", ["team.renamed"]),
        ("?day={today}", ["team.renamed", "share.revoked"]),
        ("?day={yesterday}", []),
        ("?day=nonsense", []),
        ("", ["team.renamed", "share.revoked"]),
    ],
)
def test_list_and_file_hold_what_is_asked_for(
    log: None, browser: Client, query: str, found: list[str]
) -> None:
    # The day of the rows themselves: the test may run at midnight.
    day = AuditEntry.objects.earliest("at").at.date()
    query = query.format(today=day, yesterday=day - timedelta(days=1))
    page = browser.get(LOG + query)
    shown = [entry.verb for entry in page.context["cl"].result_list if entry.verb != SIGNED_IN]
    assert shown == found[::-1]
    assert f"export/{query}" in page.text
    assert [row["verb"] for row in export(browser, query)] == found


def test_a_file_that_was_taken_is_an_entry(log: None, browser: Client, admin: User) -> None:
    export(browser, "?verb=team.")
    entry = AuditEntry.objects.get(verb="audit.exported")
    assert (entry.actor_id, entry.after) == (admin.pk, {"verb": "team."})


def test_a_cell_that_looks_like_a_formula_is_plain_text(log: None, browser: Client) -> None:
    row = export(browser)[1]
    assert row["reason"] == "'=1+1\nand \u202eon"
    assert row["actor_name"] == CAST and row["after"].startswith("{")


def test_the_file_comes_in_batches_and_misses_nothing(
    db: None, browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("images_app.audit.export.BATCH", 3)
    AuditEntry.objects.bulk_create(AuditEntry(verb=f"x.n{n}") for n in range(10))
    assert [row["verb"] for row in export(browser)] == [f"x.n{n}" for n in range(10)]


def test_nobody_changes_the_log_there(log: None, browser: Client) -> None:
    pk = AuditEntry.objects.first().pk  # type: ignore[union-attr]
    assert browser.get(f"{LOG}{pk}/change/").status_code == 200
    for path in ("add/", f"{pk}/delete/"):
        assert browser.post(LOG + path).status_code == 403
    assert browser.post(f"{LOG}{pk}/change/", {"verb": "x"}).status_code == 403
    chosen = {"action": "delete_selected", "_selected_action": [pk], "post": "yes"}
    browser.post(LOG, chosen)
    assert AuditEntry.objects.filter(pk=pk).exists()


def test_staff_without_the_right_take_no_file(alice: User, client_of: Callable[[User], Client]) -> None:
    User.objects.filter(pk=alice.pk).update(is_staff=True)
    alice.user_permissions.add(Permission.objects.get(codename="view_team"))
    assert client_of(User.objects.get(pk=alice.pk)).get(f"{LOG}export/").status_code == 403


def test_the_list_takes_as_many_queries_for_fifty_entries_as_for_one(browser: Client, alice: User) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert browser.get(LOG).status_code == 200
        return len(seen)

    record("x.y", actor=alice)
    queries()
    few = queries()
    for number in range(50):
        record("x.y", actor=alice, target=alice, reason=str(number))
    assert queries() == few


def test_every_admin_class_of_ours_is_watched_or_only_shows() -> None:
    left = [
        type(one).__name__
        for model, one in django_admin.site._registry.items()
        if model._meta.app_label == "images_app" and not isinstance(one, Audited | ReadOnly)
    ]
    assert left == []


# --- what is read


def test_opening_a_private_thing_of_somebody_is_written_down(
    browser: Client, admin: User, alice: User, model: ImageModel
) -> None:
    picture = make_picture(make_generation(alice, model))
    own = make_picture(make_generation(admin, model))
    things = {"storedimage": picture.pk, "generation": picture.job.generation_id, "imagejob": picture.job_id}
    for name, pk in things.items():
        assert browser.get(f"/admin/images_app/{name}/{pk}/change/").status_code == 200
        entry = AuditEntry.objects.get(verb=f"{name}.read")
        assert (entry.actor_id, entry.target_id, entry.team_slug) == (admin.pk, str(pk), picture.team.slug)
    browser.get(f"/admin/images_app/storedimage/{own.pk}/change/")
    assert AuditEntry.objects.filter(verb="storedimage.read").count() == 1


def test_so_is_a_list_that_shows_pictures(browser: Client, alice: User, model: ImageModel) -> None:
    make_picture(make_generation(alice, model))
    browser.get("/admin/images_app/storedimage/?q=heron")
    assert AuditEntry.objects.get(verb="storedimage.listed").after == {"q": "heron"}


def test_no_prompt_is_quoted(browser: Client, alice: User, model: ImageModel) -> None:
    job = make_job(make_generation(alice, model, "A secret heron"), State.FAILED)
    browser.get(f"/admin/images_app/generation/{job.generation_id}/change/")
    assert "secret" not in str(AuditEntry.objects.values())


# --- what is changed


def test_a_changed_provider_says_what_changed(browser: Client, provider: Provider) -> None:
    Provider.objects.update(from_environment=False)
    form = {
        "name": "Stub",
        "slug": "stub",
        "base_url": provider.base_url,
        "timeout_s": str(provider.timeout_s),
    }
    limits = {"images_per_minute": "7", "max_in_flight": str(provider.max_in_flight), "enabled": "on"}
    answer = browser.post(
        f"/admin/images_app/provider/{provider.pk}/change/", {**form, **limits, "new_key": "sk-new"}
    )
    assert answer.status_code == 302
    entry = AuditEntry.objects.get(verb="provider.changed")
    assert entry.before == {"images_per_minute": provider.images_per_minute, "api_key": "hidden"}
    assert entry.after == {"images_per_minute": 7, "api_key": "hidden"}


def test_a_page_saved_as_it_was_changes_nothing_and_says_nothing(browser: Client, provider: Provider) -> None:
    Provider.objects.update(from_environment=False)
    form = {
        "name": "Stub",
        "slug": "stub",
        "base_url": provider.base_url,
        "timeout_s": str(provider.timeout_s),
    }
    limits = {
        "images_per_minute": str(provider.images_per_minute),
        "max_in_flight": str(provider.max_in_flight),
    }
    browser.post(f"/admin/images_app/provider/{provider.pk}/change/", {**form, **limits, "enabled": "on"})
    assert not AuditEntry.objects.exclude(verb=SIGNED_IN).exists()


def test_an_action_is_written_down_for_each_row_it_changed(browser: Client, provider: Provider) -> None:
    other = Provider.objects.create(
        slug="o", name="O", base_url="http://127.0.0.1:9/v1", paused_at=timezone.now()
    )
    chosen = {"action": "pause", "_selected_action": [provider.pk, other.pk], "reason": "bill"}
    browser.post("/admin/images_app/provider/", chosen)
    entry = AuditEntry.objects.exclude(verb=SIGNED_IN).get()
    assert (entry.verb, entry.target_id) == ("provider.pause", str(provider.pk))
    assert entry.before["paused_at"] is None and "bill" in entry.after["pause_reason"]


def test_deletions_of_one_and_of_many_are_written_down(browser: Client, model: ImageModel) -> None:
    chosen = {"action": "delete_selected", "_selected_action": [model.pk], "post": "yes"}
    browser.post("/admin/images_app/imagemodel/", chosen)
    entry = AuditEntry.objects.get(verb="imagemodel.deleted")
    assert (entry.target_name, entry.before["name"]) == (model.label, "dall-e-3")
    team = Team.objects.create(slug="x", name="X")
    browser.post(f"/admin/images_app/team/{team.pk}/delete/", {"post": "yes"})
    assert AuditEntry.objects.get(verb="team.deleted").team_slug == "x"


def test_inlines_and_many_to_many_columns_are_compared_too(browser: Client, alice: User, bob: User) -> None:
    seat = alice.memberships.get()
    right = Permission.objects.get(codename="view_team")
    sets = {"memberships-TOTAL_FORMS": "2", "memberships-INITIAL_FORMS": "1"}
    sets |= {"emailaddress_set-TOTAL_FORMS": "0", "emailaddress_set-INITIAL_FORMS": "0"}
    sets |= {"memberships-0-id": str(seat.pk), "memberships-0-person": str(alice.pk)}
    sets |= {"memberships-0-team": str(seat.team_id), "memberships-0-role": "admin"}
    bobs = bob.memberships.get().team_id
    sets |= {
        "memberships-1-person": str(alice.pk),
        "memberships-1-team": str(bobs),
        "memberships-1-role": "viewer",
    }
    person = {
        "email": alice.email,
        "name": alice.name,
        "is_active": "on",
        "user_permissions": [str(right.pk)],
    }
    answer = browser.post(f"/admin/images_app/user/{alice.pk}/change/", {**person, **sets})
    assert answer.status_code == 302, answer.context and answer.context["errors"]
    made = {entry.verb: entry for entry in AuditEntry.objects.all()}
    assert made["user.changed"].after == {"user_permissions": [str(right.pk)]}
    assert (made["membership.changed"].before, made["membership.changed"].after) == (
        {"role": "owner"},
        {"role": "admin"},
    )
    assert made["membership.added"].after["role"] == "viewer"
    new = Membership.objects.get(person=alice, team=bobs)
    rest = {"memberships-INITIAL_FORMS": "2", "memberships-1-id": str(new.pk), "memberships-1-DELETE": "on"}
    browser.post(f"/admin/images_app/user/{alice.pk}/change/", {**person, **sets, **rest})
    assert AuditEntry.objects.get(verb="membership.deleted").before["role"] == "viewer"


def test_a_password_set_there_is_written_down_and_not_quoted(browser: Client, alice: User) -> None:
    word = "another battery staple"
    form = {"password1": word, "password2": word, "usable_password": "true", "set-password": "1"}
    browser.post(f"/admin/images_app/user/{alice.pk}/password/", form)
    alice.refresh_from_db()
    assert alice.check_password(word)
    entry = AuditEntry.objects.get(verb="user.changed")
    assert entry.after == {"password": "hidden"} and entry.target_id == str(alice.pk)
