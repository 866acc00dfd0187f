"""The studio through HTTP: with and without script, mine and not a stranger's."""

import re
import uuid
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from images_app.images.actions import store
from images_app.images.models import StoredImage
from images_app.jobs.models import Attempt, Generation, ImageJob
from images_app.jobs.states import State
from images_app.providers.models import ImageModel, Provider
from images_app.teams.models import User
from tests.pictures import picture

HTMX = {"HX-Request": "true"}
Ask = Callable[..., Generation]


@pytest.fixture
def made(alice: User, ask: Ask, tmp_path: Path) -> StoredImage:
    """A finished picture of Alice's."""
    job = ask(alice, "a red door").jobs.get()
    return finish(job, tmp_path)


def finish(job: ImageJob, folder: Path) -> StoredImage:
    attempt = Attempt.objects.create(job=job, provider=job.provider, number=1, cause="submit", outcome="done")
    file = folder / f"{job.pk}.png"
    file.write_bytes(picture(1, pixels="64x32"))
    image = store(file, job=job, attempt=attempt, position=0, revised_prompt="")
    set_state(job, State.SUCCEEDED)
    return image


def set_state(job: ImageJob, state: State, **fields: Any) -> None:
    lease = timezone.now() if state in {State.CLAIMED, State.SENT} else None
    ImageJob.objects.filter(pk=job.pk).update(state=state, lease_until=lease, **fields)


def page(client: Client, address: str = "/", **headers: str) -> str:
    answer = client.get(address, headers=headers or None)
    assert answer.status_code == 200
    return answer.content.decode()


def key_in(html: str) -> str:
    found = re.search(r'id="submission" value="([^"]+)"', html)
    assert found
    return found[1]


# --- asking ---------------------------------------------------------------------------------------------------


def test_a_plain_form_makes_a_generation_and_leads_back(browser: Client, model: ImageModel) -> None:
    answer = browser.post("/", {"prompt": "a red door", "model": "dall-e-3", "n": "3"})
    assert (answer.status_code, answer["Location"]) == (302, "/?watch=1")
    assert Generation.objects.get().jobs.count() == 3
    assert page(browser).count('data-state="queued"') == 3


def test_htmx_gets_the_new_run_and_a_new_key(
    browser: Client, alice: User, model: ImageModel, ask: Ask
) -> None:
    ask(alice)
    key = key_in(page(browser))
    answer = browser.post("/", {"prompt": "a blue door", "submission": key}, headers=HTMX)
    html = answer.content.decode()
    assert answer.status_code == 200
    assert "<html" not in html
    assert html.count('class="run"') == 1
    assert "a blue door" in html
    assert key_in(html) != key


def test_the_first_generation_opens_the_whole_studio(browser: Client, model: ImageModel) -> None:
    answer = browser.post("/", {"prompt": "a red door"}, headers=HTMX)
    assert answer["HX-Redirect"] == "/"


def test_the_same_form_sent_twice_is_one_generation(browser: Client, model: ImageModel) -> None:
    form = {"prompt": "a red door", "submission": key_in(page(browser))}
    first, second = browser.post("/", form), browser.post("/", form)
    assert (first.status_code, second.status_code) == (302, 302)
    assert Generation.objects.count() == 1


def test_a_key_used_for_another_prompt_is_explained_and_replaced(browser: Client, model: ImageModel) -> None:
    key = key_in(page(browser))
    browser.post("/", {"prompt": "a red door", "submission": key})
    answer = browser.post("/", {"prompt": "a blue door", "submission": key})
    html = answer.content.decode()
    assert answer.status_code == 422
    assert "This form was sent before" in html
    assert "a blue door" in html
    assert key_in(html) != key
    assert Generation.objects.count() == 1


def test_a_refused_form_comes_back_to_htmx_as_the_composer(browser: Client, model: ImageModel) -> None:
    answer = browser.post("/", {"prompt": "a red door", "size": "1792x1024", "n": "9"}, headers=HTMX)
    html = answer.content.decode()
    assert answer.status_code == 422
    assert answer["HX-Retarget"] == "#composer"
    assert html.lstrip().startswith("<form")
    assert "Choose 1 to 8 pictures." in html
    assert re.search(r'value="1792x1024"[^>]* checked', html)
    assert "a red door" in html


def test_looking_at_another_models_settings_makes_nothing(browser: Client, model: ImageModel) -> None:
    ImageModel.objects.create(
        provider=model.provider, name="other", label="Other", position=1, sizes=["512x512"]
    )
    answer = browser.post("/", {"prompt": "a red door", "model": "other", "look": "1"})
    html = answer.content.decode()
    assert answer.status_code == 200
    assert re.search(r'value="512x512"[^>]* checked', html)
    assert "a red door" in html
    assert 'class="problems"' not in html
    assert not Generation.objects.exists()


def test_the_price_of_the_batch_stands_beside_the_button(browser: Client, model: ImageModel) -> None:
    html = browser.post("/", {"prompt": "", "size": "1792x1024", "n": "4"}).content.decode()
    assert "about $0.32, about 18 s" in html


def test_an_unknown_price_is_never_nothing(browser: Client, model: ImageModel) -> None:
    model.prices.all().delete()
    assert "price unknown, about" in page(browser)


def test_without_a_model_the_composer_says_what_is_missing(browser: Client, provider: Provider) -> None:
    assert "No model is set up yet." in page(browser)


def test_a_paused_endpoint_is_said_before_asking(browser: Client, model: ImageModel) -> None:
    model.provider.pause("billing")
    assert "Stub is paused (billing)" in page(browser)


# --- recipes --------------------------------------------------------------------------------------------------


def test_a_remix_fills_the_composer_and_keeps_its_parent(browser: Client, made: StoredImage) -> None:
    html = page(browser, f"/?from={made.pk}")
    assert "a red door</textarea>" in html
    assert f'name="from" value="{made.pk}"' in html
    browser.post("/", {"prompt": "a blue door", "from": str(made.pk)})
    assert Generation.objects.get(prompt="a blue door").parent_image == made


def test_a_strangers_picture_cannot_be_remixed(made: StoredImage, bob: User, client_of: Any) -> None:
    stranger = client_of(bob)
    assert stranger.get(f"/?from={made.pk}").status_code == 404
    assert stranger.post("/", {"prompt": "a door", "from": str(made.pk)}).status_code == 422


def test_a_recipe_goes_back_into_the_composer(browser: Client, alice: User, ask: Ask) -> None:
    generation = ask(alice, "a red door", n=3)
    html = page(browser, f"/?recipe={generation.pk}")
    assert "a red door</textarea>" in html
    assert re.search(r'name="n" value="3" checked', html)


def test_a_strangers_recipe_is_not_there(alice: User, ask: Ask, bob: User, client_of: Any) -> None:
    assert client_of(bob).get(f"/?recipe={ask(alice).pk}").status_code == 404


# --- the page -------------------------------------------------------------------------------------------------


def test_nothing_made_yet_offers_starters(browser: Client, model: ImageModel) -> None:
    html = page(browser)
    assert "What shall we make first?" in html
    assert html.count('class="starter"') == 9


def test_prompts_are_text_and_never_markup(browser: Client, alice: User, ask: Ask) -> None:
    nasty = """</textarea><script>alert(1)</script><img src=x onerror=alert(1)> "'{{ 7|add:7 }}"""
    generation = ask(alice, nasty)
    for html in (page(browser), page(browser, f"/?recipe={generation.pk}")):
        assert "<script>alert" not in html
        assert "<img src=x" not in html
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html


def test_only_my_runs_are_shown(browser: Client, alice: User, bob: User, ask: Ask) -> None:
    ask(alice, "mine")
    ask(bob, "a stranger's")
    html = page(browser)
    assert "mine" in html
    assert "a stranger" not in html


def test_older_runs_come_a_page_at_a_time(browser: Client, alice: User, ask: Ask) -> None:
    for k in range(15):
        ask(alice, f"door {k}.")
    first = page(browser)
    link = re.search(r'class="btn older" href="(\?before=[^"]+)"', first)
    assert link
    rest = page(browser, f"/{link[1]}", **HTMX)
    assert "<html" not in rest
    assert "older" not in rest
    shown = re.findall(r"door \d+\.(?=</a>)", first) + re.findall(r"door \d+\.(?=</a>)", rest)
    assert shown == [f"door {k}." for k in reversed(range(15))]


def test_the_page_asks_no_more_of_the_database_for_many_runs(
    browser: Client, alice: User, ask: Ask, django_assert_max_num_queries: Any, tmp_path: Path
) -> None:
    def queries() -> int:
        with django_assert_max_num_queries(39) as captured:
            page(browser)
        return len(captured)

    finish(ask(alice).jobs.get(), tmp_path)
    ask(alice)
    queries()  # measured times are remembered for a while
    few = queries()
    for k in range(12):
        finish(ask(alice, n=3).jobs.all()[k % 3], tmp_path)
    assert queries() == few


def test_a_page_without_script_refreshes_only_where_one_watches_something_under_way(
    browser: Client, alice: User, ask: Ask
) -> None:
    job = ask(alice).jobs.get()
    assert 'http-equiv="refresh"' in page(browser, "/?watch=1")
    assert 'http-equiv="refresh"' not in page(browser)
    set_state(job, State.CANCELLED)
    assert 'http-equiv="refresh"' not in page(browser, "/?watch=1")


def test_every_page_says_that_the_demo_draws(browser: Client, model: ImageModel) -> None:
    assert "built-in demo endpoint" not in page(browser)
    Provider.objects.update(is_demo=True)
    assert "built-in demo endpoint and cost nothing" in page(browser)


def test_the_studio_is_closed_to_strangers_to_the_house(client: Client, db: None, alice: User) -> None:
    assert client.get("/")["Location"].startswith("/accounts/login/")


# --- tiles ----------------------------------------------------------------------------------------------------

STATES = [
    (State.QUEUED, {}, "in line", "Cancel this picture"),
    (State.CLAIMED, {}, "Starting", "<progress"),
    (State.SENT, {"sent_at": timezone.now}, "Developing", "of about 18 s"),
    (State.RECEIVED, {}, "Saving", "<progress"),
    (State.REJECTED, {"message": "Not this."}, "Refused", "Edit prompt"),
    (State.REJECTED, {"message": "Not this."}, "Refused", "Not this."),
    (State.FAILED, {"charged_usd": Decimal(0)}, "Failed", "You were not charged."),
    (State.FAILED, {"reason": "given_up_charged"}, "Failed", "counted as charged"),
    (State.CANCELLED, {}, "Cancelled", "Try again"),
    (State.LOST, {"message": "Its bytes are broken."}, "Lost", "Try again"),
    (State.UNKNOWN, {}, "Needs your decision", "Make it again (may cost another $0.04)"),
    (State.UNKNOWN, {}, "$0.04 may have been charged.", "Give up: write it off"),
    (State.UNKNOWN, {"price_usd": None}, "It may have been charged.", "may cost another unknown price"),
]


@pytest.mark.parametrize(("state", "fields", "heading", "offer"), STATES)
def test_each_state_says_how_it_stands_and_what_can_be_done(
    browser: Client, alice: User, ask: Ask, state: State, fields: dict[str, Any], heading: str, offer: str
) -> None:
    job = ask(alice).jobs.get()
    set_state(job, state, **{name: value() if callable(value) else value for name, value in fields.items()})
    html = page(browser, f"/tiles/?ids={job.pk}")
    assert f'data-state="{state}"' in html
    assert heading in html
    assert offer in html


def test_a_finished_tile_shows_the_picture_in_its_shape(browser: Client, made: StoredImage) -> None:
    html = page(browser, f"/tiles/?ids={made.job_id}")
    assert 'data-ar="2:1"' in html
    assert f"/images/{made.pk}/thumbnail/" in html
    assert f'href="/images/{made.pk}/"' in html
    assert f'href="/?from={made.pk}"' in html


def test_tiles_leave_out_what_is_not_mine_and_what_is_no_id(
    browser: Client, alice: User, bob: User, ask: Ask
) -> None:
    mine, foreign = ask(alice).jobs.get(), ask(bob).jobs.get()
    html = page(browser, f"/tiles/?ids={foreign.pk},{uuid.uuid4()},nonsense,,{mine.pk}")
    assert re.findall(r'id="t-([^"]+)"', html) == [str(mine.pk)]


def test_tiles_ask_no_more_of_the_database_for_many(
    browser: Client, alice: User, ask: Ask, django_assert_max_num_queries: Any
) -> None:
    def queries(jobs: list[ImageJob]) -> int:
        with django_assert_max_num_queries(36) as captured:
            page(browser, f"/tiles/?ids={','.join(str(job.pk) for job in jobs)}")
        return len(captured)

    one = [*ask(alice).jobs.all()]
    queries(one)  # measured times are remembered for a while
    few = queries(one)
    assert queries([*ask(alice, n=8).jobs.all(), *ask(alice, n=8).jobs.all()]) == few


def test_a_foreign_run_is_not_there(alice: User, bob: User, ask: Ask, client_of: Any) -> None:
    assert client_of(bob).get(f"/generations/{ask(alice).pk}/").status_code == 404


# --- verbs ----------------------------------------------------------------------------------------------------


def test_run_again_makes_the_same_recipe_once_per_key(browser: Client, alice: User, ask: Ask) -> None:
    generation = ask(alice, "a red door", n=2)
    key = str(uuid.uuid4())
    address = f"/generations/{generation.pk}/again/"
    assert browser.post(address, {"submission": key}).status_code == 302
    html = browser.post(address, {"submission": key}, headers=HTMX).content.decode()
    assert html.count('data-state="queued"') == 2
    assert Generation.objects.count() == 2


def test_try_again_asks_for_one_picture_only(browser: Client, alice: User, ask: Ask) -> None:
    generation = ask(alice, n=3)
    browser.post(f"/generations/{generation.pk}/again/?n=1", {"submission": str(uuid.uuid4())})
    assert Generation.objects.first() != generation
    assert ImageJob.objects.count() == 4


def test_a_model_no_longer_offered_is_not_run_again(browser: Client, alice: User, ask: Ask) -> None:
    generation = ask(alice)
    ImageModel.objects.update(enabled=False)
    answer = browser.post(f"/generations/{generation.pk}/again/", follow=True)
    assert "is not offered any more" in answer.content.decode()
    assert Generation.objects.count() == 1


def test_cancelling_a_run_answers_with_the_run(browser: Client, alice: User, ask: Ask) -> None:
    generation = ask(alice, n=2)
    answer = browser.post(f"/generations/{generation.pk}/cancellation/", headers=HTMX)
    assert answer.content.decode().count('data-state="cancelled"') == 2


def test_cancelling_everything_that_waits_leaves_others_alone(
    browser: Client, alice: User, bob: User, ask: Ask
) -> None:
    ask(alice, n=2)
    theirs = ask(bob).jobs.get()
    assert (
        "Cancelled 2 waiting pictures." in browser.post("/jobs/cancellation/", follow=True).content.decode()
    )
    theirs.refresh_from_db()
    assert theirs.state == State.QUEUED


@pytest.mark.parametrize("verb", ["again", "cancellation"])
def test_a_strangers_run_takes_no_verbs(
    alice: User, bob: User, ask: Ask, client_of: Callable[[User], Client], verb: str
) -> None:
    generation = ask(alice)
    assert client_of(bob).post(f"/generations/{generation.pk}/{verb}/").status_code == 404
    assert ImageJob.objects.get().state == State.QUEUED
    assert client_of(alice).get(f"/generations/{generation.pk}/{verb}/").status_code == 405
