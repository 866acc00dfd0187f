"""A prompt passes the rules at every door, before anything exists of it."""

import io
import logging
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from images_app.jobs import actions
from images_app.jobs.forms import GenerationForm
from images_app.jobs.models import Generation, ImageJob, Turn
from images_app.jobs.presets import save_preset
from images_app.jobs.states import State
from images_app.moderation.actions import PromptRefused, forget_refused
from images_app.moderation.models import Action, ChangedPrompt, FlaggedPrompt, RefusedPrompt
from images_app.providers.models import ImageModel
from images_app.teams.access import current_team
from images_app.teams.models import User
from tests.moderation.conftest import Rule
from tests.rows import make_generation, make_picture

Ask = Callable[..., Generation]
HTMX = {"HX-Request": "true"}
REFUSED = "Not made, and nothing was charged: it is against the rule “No weapons”."


def nothing_made() -> bool:
    return not (Generation.objects.exists() or ImageJob.objects.exists() or Turn.objects.exists())


# --- block ----------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_refused_prompt_makes_nothing_and_is_kept(alice: User, ask: Ask, rule: Rule) -> None:
    against = rule(advice="Show the armour instead.")
    with pytest.raises(PromptRefused) as caught:
        ask(alice, "a knight with a w3apon")
    assert caught.value.sentence == f"{REFUSED} Show the armour instead."
    assert nothing_made()
    kept = RefusedPrompt.objects.get()
    assert (kept.person, kept.team, kept.rule, kept.reason) == (
        alice,
        current_team(alice),
        against,
        "No weapons",
    )
    assert kept.text == "a knight with a w3apon"


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_the_composer_says_why_and_loses_nothing(
    browser: Client, model: ImageModel, rule: Rule, headers: dict[str, str]
) -> None:
    rule(advice="Show the armour instead.")
    form = {"prompt": "a knight <b>with</b> a weapon", "n": "3", "size": "1792x1024", "quiet": "1"}
    answer = browser.post("/", form, headers=headers)
    html = answer.content.decode()
    assert answer.status_code == 422
    assert f'<p id="e-prompt">{REFUSED} Show the armour instead.</p>' in html
    assert "a knight &lt;b&gt;with&lt;/b&gt; a weapon</textarea>" in html
    assert 'name="n" value="3" checked' in html
    assert re.search(r'value="1792x1024"[^>]* checked', html)
    assert re.search(r'name="quiet" value="1" checked', html)
    assert nothing_made()


def test_one_refused_choice_refuses_the_whole_press(browser: Client, model: ImageModel, rule: Rule) -> None:
    rule()
    answer = browser.post("/", {"prompt": "a {flower|weapon|tree}", "agreed": "0.1200/3"}, headers=HTMX)
    assert answer.status_code == 422
    assert f"Prompt 2 of 3: {REFUSED}" in answer.content.decode()
    assert nothing_made()
    assert RefusedPrompt.objects.get().text == "a weapon"


def test_every_line_is_looked_at(browser: Client, model: ImageModel, rule: Rule) -> None:
    rule()
    form = {"prompt": "a tree\na weapon", "lines": "1", "agreed": "0.0800/2"}
    assert browser.post("/", form, headers=HTMX).status_code == 422
    assert nothing_made()


def test_a_word_put_together_by_choices_is_seen(browser: Client, model: ImageModel, rule: Rule) -> None:
    rule()
    form = {"prompt": "a {wea|tree}pon", "agreed": "0.0800/2"}
    assert browser.post("/", form, headers=HTMX).status_code == 422


def test_sent_twice_it_is_kept_once(browser: Client, model: ImageModel, rule: Rule) -> None:
    rule()
    form = {"prompt": "a weapon", "submission": "7b1b8d0e-7f0f-4b0e-9f53-0f7b7c6f3d11"}
    for _ in range(2):
        assert browser.post("/", form, headers=HTMX).status_code == 422
    assert RefusedPrompt.objects.count() == 1


def test_the_preview_neither_refuses_nor_keeps(browser: Client, model: ImageModel, rule: Rule) -> None:
    rule()
    answer = browser.post("/preview/", {"prompt": "a weapon"}, headers=HTMX)
    assert answer.status_code == 200
    assert not RefusedPrompt.objects.exists()


@pytest.mark.django_db
def test_what_was_made_before_the_rule_is_still_the_same_press(alice: User, ask: Ask, rule: Rule) -> None:
    first = ask(alice, "a weapon", key="one")
    rule()
    assert ask(alice, "a weapon", key="one") == first
    assert not RefusedPrompt.objects.exists()


@pytest.mark.django_db
def test_a_price_nobody_agreed_to_is_asked_about_first(
    alice: User, model: ImageModel, ask: Ask, rule: Rule
) -> None:
    made = make_generation(alice, model, "a weapon")
    rule()
    with pytest.raises(actions.NotAgreed):
        actions.again(made, alice, key="k", agreed="0.0100/1")
    assert not RefusedPrompt.objects.exists()


# --- the other doors ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("door", ["again", "retry"])
@pytest.mark.parametrize("headers", [{}, HTMX])
def test_making_it_again_passes_the_rules_of_now(
    browser: Client, alice: User, ask: Ask, rule: Rule, door: str, headers: dict[str, str]
) -> None:
    made = ask(alice, "a weapon")
    ImageJob.objects.update(state=State.FAILED)
    rule()
    answer = browser.post(f"/generations/{made.pk}/{door}/", {}, headers=headers)
    where = f"/?recipe={made.pk}"
    assert answer.headers.get("HX-Redirect" if headers else "Location") == where
    html = browser.get(where).content.decode()
    assert REFUSED in html
    assert "a weapon</textarea>" in html
    assert Generation.objects.get() == made
    assert RefusedPrompt.objects.get().text == "a weapon"


def test_one_job_made_again_passes_them_too(browser: Client, alice: User, ask: Ask, rule: Rule) -> None:
    made = ask(alice, "a weapon")
    ImageJob.objects.update(state=State.FAILED)
    rule()
    answer = browser.post(f"/jobs/{made.jobs.get().pk}/again/", {"key": "k"})
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/?recipe={made.pk}")
    assert Generation.objects.count() == 1


def test_a_remix_passes_them(browser: Client, alice: User, model: ImageModel, rule: Rule) -> None:
    image = make_picture(make_generation(alice, model, "a heron"))
    rule()
    answer = browser.post("/", {"prompt": "a heron with a weapon", "from": str(image.pk)}, headers=HTMX)
    assert answer.status_code == 422
    assert Generation.objects.count() == 1


def test_a_preset_is_no_way_around(browser: Client, alice: User, model: ImageModel, rule: Rule) -> None:
    form = GenerationForm({"prompt": "x", "n": "2"}, person=alice, models=[model])
    preset = save_preset(alice, "Mine", form)
    rule()
    filled = browser.post(f"/presets/{preset.pk}/application/", {"prompt": "a weapon"}, headers=HTMX)
    assert "a weapon</textarea>" in filled.content.decode()
    assert browser.post("/", {"prompt": "a weapon", "n": "2"}, headers=HTMX).status_code == 422
    assert nothing_made()


# --- scope and states -----------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_teams_rule_is_for_that_team_only(alice: User, bob: User, ask: Ask, rule: Rule) -> None:
    rule(team=current_team(bob))
    ask(alice, "a weapon")
    with pytest.raises(PromptRefused):
        ask(bob, "a weapon")


@pytest.mark.django_db
def test_a_rule_works_from_the_moment_it_is_changed(alice: User, ask: Ask, rule: Rule) -> None:
    one = rule(active=False)
    ask(alice, "a weapon")
    one.active = True
    one.save()
    with pytest.raises(PromptRefused):
        ask(alice, "a weapon")
    one.pattern = "sword"
    one.save()
    ask(alice, "a weapon")
    with pytest.raises(PromptRefused):
        ask(alice, "a sword")
    one.delete()
    ask(alice, "a sword")


@pytest.mark.django_db
@pytest.mark.parametrize("action", Action)
def test_a_rule_tried_out_only_notes(alice: User, ask: Ask, rule: Rule, action: Action) -> None:
    rule(action=action, replacement="flower" if action == Action.REPLACE else "", trial_since=timezone.now())
    made = ask(alice, "a weapon")
    assert made.prompt == "a weapon"
    flag = FlaggedPrompt.objects.get()
    assert (flag.generation, flag.reason, flag.would) == (made, "No weapons", action)
    assert not RefusedPrompt.objects.exists()
    assert not ChangedPrompt.objects.exists()


@pytest.mark.django_db
def test_a_rule_that_cannot_be_read_stops_nobody_and_is_logged(
    alice: User, ask: Ask, rule: Rule, caplog: pytest.LogCaptureFixture
) -> None:
    rule("(", kind="expression", name="Broken")
    rule()
    with pytest.raises(PromptRefused):
        ask(alice, "a weapon")
    ask(alice, "a flower")
    assert "rule_not_readable" in caplog.text


# --- flag and replace -----------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_flagged_prompt_is_made_and_the_desk_is_told(alice: User, ask: Ask, rule: Rule) -> None:
    one = rule(action=Action.FLAG)
    made = ask(alice, "a weapon", n=2)
    assert made.jobs.count() == 2
    flag = FlaggedPrompt.objects.get()
    assert (flag.generation, flag.rule, flag.reason, flag.would) == (made, one, "No weapons", "")


def test_the_composer_shows_what_is_sent_instead(browser: Client, model: ImageModel, rule: Rule) -> None:
    rule(action=Action.REPLACE, replacement="<flower>")
    html = browser.post("/preview/", {"prompt": "one w e a p o n here"}, headers=HTMX).content.decode()
    assert "w e a p o n</span>” is sent as “<span" in html
    assert "&lt;flower&gt;" in html
    assert "No weapons" in html


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_the_prompt_sent_is_stored_and_what_was_written_is_kept(
    browser: Client, model: ImageModel, rule: Rule, headers: dict[str, str]
) -> None:
    rule(action=Action.REPLACE, replacement="flower")
    answer = browser.post("/", {"prompt": "two Weapons? One w e a p o n, one wеapon."}, headers=headers)
    assert answer.status_code in {200, 302}
    made = Generation.objects.get()
    assert made.prompt == "two Weapons? One flower, one flower."
    changed = ChangedPrompt.objects.get()
    assert (changed.generation, changed.because) == (made, "No weapons")
    assert changed.written == "two Weapons? One w e a p o n, one wеapon."
    html = browser.get("/").content.decode()
    assert "Changed by the rule “No weapons”" in html
    html = browser.get(f"/jobs/{made.jobs.get().pk}/").content.decode()
    assert 'You wrote: <q dir="auto">two Weapons? One w e a p o n' in html


@pytest.mark.django_db
def test_sent_twice_a_changed_prompt_is_one_press(alice: User, ask: Ask, rule: Rule) -> None:
    rule(action=Action.REPLACE, replacement="flower")
    assert ask(alice, "a weapon", key="one") == ask(alice, "a weapon", key="one")
    with pytest.raises(actions.KeyReused):
        ask(alice, "a flower", key="one")


@pytest.mark.django_db
def test_what_a_rule_writes_is_looked_at_too(alice: User, ask: Ask, rule: Rule) -> None:
    rule("xx", name="Letters", action=Action.REPLACE, replacement="pon", kind="expression")
    rule()
    with pytest.raises(PromptRefused):
        ask(alice, "a weaxx")
    assert nothing_made()


@pytest.mark.django_db
def test_where_two_rules_want_one_place_the_longer_has_it(alice: User, ask: Ask, rule: Rule) -> None:
    rule("red", name="a", action=Action.REPLACE, replacement="blue")
    rule("red door", name="b", kind="phrase", action=Action.REPLACE, replacement="green gate")
    assert ask(alice, "a red door, a red hat").prompt == "a green gate, a blue hat"


@pytest.mark.django_db
def test_what_grows_too_long_is_a_sentence(alice: User, ask: Ask, model: ImageModel, rule: Rule) -> None:
    ImageModel.objects.update(prompt_limit=20)
    rule(action=Action.REPLACE, replacement="a very long bunch of flowers")
    with pytest.raises(PromptRefused) as caught:
        ask(alice, "a weapon")
    assert "has 30 characters; 20 is the most" in caught.value.sentence
    assert nothing_made()


# --- afterwards -----------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_what_was_refused_is_forgotten_after_its_time(alice: User, ask: Ask, rule: Rule) -> None:
    rule()
    for prompt in ("an old weapon", "a new weapon"):
        with pytest.raises(PromptRefused):
            ask(alice, prompt)
    old = RefusedPrompt.objects.filter(text="an old weapon")
    old.update(at=timezone.now() - timedelta(days=30, seconds=2))
    assert forget_refused() == 1
    assert RefusedPrompt.objects.get().text == "a new weapon"


def test_no_prompt_is_in_a_log_or_a_metric(
    browser: Client,
    admin: User,
    client_of: Callable[[User], Client],
    model: ImageModel,
    rule: Rule,
    caplog: Any,
) -> None:
    caplog.set_level(logging.DEBUG)
    rule()
    rule("flagme", name="Flag", action=Action.FLAG)
    rule("changeme", name="Change", action=Action.REPLACE, replacement="other")
    browser.post("/", {"prompt": "zanzibar weapon"}, headers=HTMX)
    browser.post("/", {"prompt": "zanzibar flagme changeme"}, headers=HTMX)
    desk = client_of(admin)
    for page in ("refusedprompt", "flaggedprompt", "promptrule"):
        assert desk.get(f"/admin/images_app/{page}/").status_code == 200
    desk.post("/admin/images_app/promptrule/try/", {"prompt": "zanzibar weapon"})
    mine = [record for record in caplog.records if not record.name.startswith("django.db")]
    assert not [record for record in mine if "zanzibar" in record.getMessage()]
    assert "zanzibar" not in browser.get("/metrics", REMOTE_ADDR="127.0.0.1").content.decode()
    out = io.StringIO()
    call_command("jobs", "--json", stdout=out)
    assert "zanzibar" not in out.getvalue()
