"""Rules in the admin: written in a form, tried before they are saved, looked back with before they are switched on."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from images_app.audit.models import AuditEntry
from images_app.jobs.models import Generation
from images_app.moderation import past
from images_app.moderation.actions import PromptRefused
from images_app.moderation.models import Action, FlaggedPrompt, ModerationEndpoint, PromptRule, RefusedPrompt
from images_app.moderation.past import Part, around, look_back, marked
from images_app.providers.models import ImageModel, Provider
from images_app.teams.access import current_team
from images_app.teams.models import User
from tests.moderation.conftest import Rule
from tests.rows import make_generation

Ask = Callable[..., Generation]
RULES = "/admin/images_app/promptrule/"


@pytest.fixture
def desk(admin: User, client_of: Callable[[User], Client]) -> Client:
    return client_of(admin)


def form(**changes: Any) -> dict[str, Any]:
    return {
        "name": "No weapons",
        "team": "",
        "runs": "on",
        "kind": "word",
        "pattern": "weapon",
        "action": "block",
        "replacement": "",
        "advice": "",
        "tried": "",
    } | changes


# --- writing --------------------------------------------------------------------------------------------------


def test_a_rule_is_written_and_works(desk: Client, alice: User, ask: Ask) -> None:
    assert desk.post(f"{RULES}add/", form(), follow=True).status_code == 200
    rule = PromptRule.objects.get()
    assert (rule.active, rule.trial_since) == (True, None)
    with pytest.raises(PromptRefused):
        ask(alice, "a weapon")


@pytest.mark.parametrize(
    ("runs", "active", "tried_out"), [("off", False, False), ("trial", True, True), ("on", True, False)]
)
def test_whether_it_runs_is_one_choice(desk: Client, runs: str, active: bool, tried_out: bool) -> None:
    desk.post(f"{RULES}add/", form(runs=runs))
    rule = PromptRule.objects.get()
    assert (rule.active, rule.trial_since is not None) == (active, tried_out)
    html = desk.get(f"{RULES}{rule.pk}/change/").content.decode()
    assert re.findall(r'name="runs" value="(\w+)"[^>]* checked', html) == [runs]


def test_a_trial_that_goes_on_keeps_its_beginning(desk: Client, rule: Rule) -> None:
    began = timezone.now() - timedelta(days=3)
    one = rule(trial_since=began)
    desk.post(f"{RULES}{one.pk}/change/", form(runs="trial", advice="Draw flowers."))
    one.refresh_from_db()
    assert (one.trial_since, one.advice) == (began, "Draw flowers.")


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"kind": "expression", "pattern": "("}, "This is no expression RE2 can run: missing ): (."),
        (
            {"kind": "expression", "pattern": "a*"},
            "The expression meets the empty text, and so every prompt.",
        ),
        ({"kind": "expression", "pattern": "(abcdefghij){400}"}, "The expression is too large"),
        ({"pattern": "machine gun"}, "These are several words: choose the kind “A phrase”."),
        ({"pattern": "\u200b\u00ad"}, "Nothing is left of it once it is folded"),
        ({"action": "replace"}, "Write what is sent instead."),
        ({"action": "replace", "replacement": "a Wéapon"}, "The rule meets what it would write instead."),
        ({"name": "\u200b"}, "Give the rule a name that can be seen."),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(desk: Client, changes: dict[str, str], sentence: str) -> None:
    html = desk.post(f"{RULES}add/", form(**changes)).content.decode()
    assert f"<li>{sentence}" in html
    assert not PromptRule.objects.exists()


def test_what_was_done_to_a_rule_is_in_the_audit_log(desk: Client, admin: User, rule: Rule) -> None:
    one = rule()
    desk.post(f"{RULES}{one.pk}/change/", form(action="flag"))
    entry = AuditEntry.objects.get(verb="promptrule.changed")
    assert (str(entry.actor_id), entry.target_id) == (str(admin.pk), str(one.pk))
    assert (entry.before["action"], entry.after["action"]) == ("block", "flag")


# --- trying ---------------------------------------------------------------------------------------------------


def test_a_rule_is_tried_before_it_is_saved(desk: Client) -> None:
    sent = form(tried="a <b> W3apon </b>", runs="off", advice="Kept as typed", _try="1")
    html = desk.post(f"{RULES}add/", sent).content.decode()
    assert "Refused, by the rule “No weapons”." in html
    assert "a &lt;b&gt; <mark>W3apon</mark> &lt;/b&gt;" in html
    assert 'value="Kept as typed"' in html
    assert not PromptRule.objects.exists()
    assert not RefusedPrompt.objects.exists()


def test_a_rule_is_tried_as_it_is_filled_in_and_stays_as_it_is(desk: Client, rule: Rule) -> None:
    one = rule("sword", active=False)
    rule("shield", name="Shields", action=Action.REPLACE, replacement="kite")
    sent = form(tried="a weapon and a shield", action="flag", _try="1")
    html = desk.post(f"{RULES}{one.pk}/change/", sent).content.decode()
    assert "Made, with other words. The desk is told." in html
    assert "a weapon and a kite" in html
    assert "<b>Shields</b> writes “kite” instead" in html
    one.refresh_from_db()
    assert (one.pattern, one.action) == ("sword", "block")


def test_what_is_wrong_is_said_when_it_is_tried_too(desk: Client) -> None:
    sent = form(kind="expression", pattern="(", tried="a", _try="1")
    html = desk.post(f"{RULES}add/", sent).content.decode()
    assert "This is no expression RE2 can run" in html
    assert 'id="tried"' not in html


def test_a_prompt_is_tried_on_the_rules_that_run(desk: Client, alice: User, bob: User, rule: Rule) -> None:
    rule("red", name="Red", action=Action.FLAG)
    rule("door", name="Doors", team=current_team(alice))
    rule("wood", name="Off", active=False)
    html = desk.post(f"{RULES}try/", {"prompt": "a red wood door", "team": ""}).content.decode()
    assert "Made as it is. The desk is told." in html
    assert "a <mark>red</mark> wood door" in html
    team = str(current_team(alice).pk)
    html = desk.post(f"{RULES}try/", {"prompt": "a red wood door", "team": team}).content.decode()
    assert "Refused, by the rule “Doors”." in html
    assert "Off</b>" not in html
    assert not RefusedPrompt.objects.exists()


def test_staff_without_the_permission_cannot_try(alice: User, client_of: Callable[[User], Client]) -> None:
    User.objects.filter(pk=alice.pk).update(is_staff=True)
    assert client_of(alice).post(f"{RULES}try/", {"prompt": "x"}).status_code == 403


# --- looking back ---------------------------------------------------------------------------------------------


def test_what_it_would_have_done_is_shown_and_nothing_is_saved(
    desk: Client, alice: User, bob: User, model: ImageModel
) -> None:
    make_generation(alice, model, "an old weapon", at=timezone.now() - timedelta(days=31))
    make_generation(alice, model, "a flower")
    for person in (alice, bob):
        make_generation(person, model, "a <i> w e a p o n </i>")
    html = desk.post(f"{RULES}add/", form(_look_back="1")).content.decode()
    assert "It would have met 2 of 3 prompts" in html
    assert "2 people in 2 teams" in html
    assert html.count("a &lt;i&gt; <mark>w e a p o n</mark> &lt;/i&gt;") == 2
    assert not PromptRule.objects.exists()
    entry = AuditEntry.objects.get(verb="promptrule.looked_back")
    assert (entry.after["looked_at"], entry.after["met"]) == (3, 2)
    assert "w e a p o n" not in str(entry.after)


def test_a_teams_rule_looks_at_its_team_only(alice: User, bob: User, model: ImageModel, rule: Rule) -> None:
    for person in (alice, bob):
        make_generation(person, model, "a weapon")
    assert look_back(rule(team=current_team(bob))).met == 1


def test_it_says_where_it_stopped(
    alice: User, model: ImageModel, rule: Rule, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = timezone.now()
    for hours in range(5):
        make_generation(alice, model, f"weapon {hours}", at=now - timedelta(hours=hours + 1))
    whole = look_back(rule())
    assert (whole.looked_at, whole.since) == (5, None)
    monkeypatch.setattr(past, "LOOKED_AT_MOST", 3)
    found = look_back(rule())
    assert (found.looked_at, found.met, found.since) == (3, 3, now - timedelta(hours=3))
    monkeypatch.setattr(past, "SECONDS_AT_MOST", -1.0)
    assert look_back(rule()).looked_at == 0


def test_the_newest_fifty_are_shown(
    alice: User, model: ImageModel, rule: Rule, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(past, "EXAMPLES", 2)
    for hours in range(3):
        make_generation(alice, model, f"weapon {hours}", at=timezone.now() - timedelta(hours=hours + 1))
    found = look_back(rule())
    assert found.met == 3
    assert [one.parts[-1].text for one in found.examples] == [" 0", " 1"]


def test_a_long_prompt_is_shown_around_what_was_met() -> None:
    text = "x" * 1000 + " weapon " + "y" * 1000
    parts = around(text, [(1001, 1007)])
    assert Part("weapon", True) in parts
    assert len("".join(part.text for part in parts)) < 400
    assert marked("abcdef", [(1, 3), (2, 4)]) == [
        Part("a", False),
        Part("bc", True),
        Part("d", True),
        Part("ef", False),
    ]


# --- what is kept ---------------------------------------------------------------------------------------------


def test_who_reads_refused_prompts_is_written_down(desk: Client, alice: User, ask: Ask, rule: Rule) -> None:
    rule()
    with pytest.raises(PromptRefused):
        ask(alice, "zanzibar weapon")
    row = RefusedPrompt.objects.get()
    assert "zanzibar weapon" in desk.get("/admin/images_app/refusedprompt/").content.decode()
    assert "zanzibar weapon" in desk.get(f"/admin/images_app/refusedprompt/{row.pk}/change/").content.decode()
    verbs = set(AuditEntry.objects.values_list("verb", flat=True))
    assert {"refusedprompt.listed", "refusedprompt.read"} <= verbs
    for entry in AuditEntry.objects.all():
        assert "zanzibar" not in f"{entry.before} {entry.after} {entry.target_name} {entry.reason}"


@pytest.mark.parametrize("page", ["refusedprompt", "flaggedprompt"])
def test_nobody_changes_what_is_kept(desk: Client, alice: User, ask: Ask, rule: Rule, page: str) -> None:
    rule("sword", name="Swords", action=Action.FLAG)
    ask(alice, "a sword")
    rule()
    with pytest.raises(PromptRefused):
        ask(alice, "a weapon")
    row: Any = (RefusedPrompt if page == "refusedprompt" else FlaggedPrompt).objects.get()
    address = f"/admin/images_app/{page}/{row.pk}"
    assert desk.post(f"{address}/change/", {"text": "x"}).status_code == 403
    assert desk.post(f"{address}/delete/", {"post": "yes"}).status_code == 403


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("?runs=on", {"On"}),
        ("?runs=trial", {"Trial"}),
        ("?runs=off", {"Off"}),
        ("?scope=team", {"Trial"}),
        ("?scope=site", {"On", "Off"}),
        ("?q=weapon", {"On"}),
        ("?action__exact=flag", {"Off"}),
    ],
)
def test_rules_are_found(desk: Client, alice: User, rule: Rule, query: str, names: set[str]) -> None:
    rule(name="On")
    rule("sword", name="Trial", trial_since=timezone.now(), team=current_team(alice))
    rule("bow", name="Off", active=False, action=Action.FLAG)
    found = desk.get(f"{RULES}{query}").context["cl"].queryset
    assert {one.name for one in found} == names


# --- the endpoint ---------------------------------------------------------------------------------------------


def test_the_endpoint_is_set_up_once_with_thresholds(desk: Client, provider: Provider) -> None:
    sent = {
        "enabled": "on",
        "provider": str(provider.pk),
        "model": "omni-moderation-latest",
        "action": "block",
        "fail_open": "on",
        "advice": "",
        "thresholds-TOTAL_FORMS": "1",
        "thresholds-INITIAL_FORMS": "0",
        "thresholds-0-category": "violence",
        "thresholds-0-score": "0.4",
    }
    address = "/admin/images_app/moderationendpoint/"
    wrong = desk.post(f"{address}add/", sent | {"thresholds-0-score": "1.2"}).content.decode()
    assert "less than or equal to 1" in wrong
    assert desk.post(f"{address}add/", sent).status_code == 302
    row = ModerationEndpoint.objects.get().thresholds.get()
    assert (row.category, row.score) == ("violence", 0.4)
    assert desk.get(f"{address}add/").status_code == 403
    assert AuditEntry.objects.filter(verb="moderationendpoint.added").exists()
