"""What can be done with a whole generation in the studio, and how it is shown."""

import re
import uuid
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone

from images_app.jobs.models import Generation, ImageJob
from images_app.jobs.states import State
from images_app.jobs.story import Entry
from images_app.providers.models import ImageModel
from images_app.teams.models import User
from tests.rows import make_generation, make_job, make_picture

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}
Ask = Callable[..., Generation]
ClientOf = Callable[[User], Client]


def page(client: Client, address: str = "/") -> str:
    return client.get(address).content.decode()


def set_states(generation: Generation, *states: State) -> None:
    for job, state in zip(generation.jobs.order_by("position"), states, strict=True):
        generation.jobs.filter(pk=job.pk).update(state=state)


# --- retry what failed ----------------------------------------------------------------------------------------


def test_one_press_asks_anew_for_all_that_came_to_nothing_at_the_price_shown(
    browser: Client, alice: User, ask: Ask
) -> None:
    generation = ask(alice, n=6)
    set_states(
        generation, State.FAILED, State.LOST, State.REJECTED, State.CANCELLED, State.UNKNOWN, State.SUCCEEDED
    )
    assert "Retry 4, about $0.16" in page(browser)
    key = {"submission": str(uuid.uuid4())}
    for _ in range(2):  # pressed twice
        html = browser.post(f"/generations/{generation.pk}/retry/", key, headers=HTMX).content.decode()
    assert html.count('data-state="queued"') == 4
    new = Generation.objects.exclude(pk=generation.pk).get()
    assert (new.n, new.prompt, sum(job.price_usd or 0 for job in new.jobs.all())) == (
        4,
        generation.prompt,
        Decimal("0.16"),
    )


def test_what_fails_after_the_page_was_drawn_is_neither_paid_for_nor_a_second_press(
    browser: Client, alice: User, ask: Ask
) -> None:
    generation = ask(alice, n=3)
    set_states(generation, State.FAILED, State.RECEIVED, State.RECEIVED)
    assert "/retry/?n=1" in page(browser) and "Retry 1, about $0.04" in page(browser)
    set_states(generation, State.FAILED, State.FAILED, State.RECEIVED)
    address, key = f"/generations/{generation.pk}/retry/", {"submission": str(uuid.uuid4())}
    browser.post(f"{address}?n=1", key)
    browser.post(f"{address}?n=1", key)
    browser.post(address, key)
    assert Generation.objects.exclude(pk=generation.pk).get().n == 1


def test_an_unclear_call_is_never_retried_by_it(browser: Client, alice: User, ask: Ask) -> None:
    generation = ask(alice, n=2)
    set_states(generation, State.UNKNOWN, State.UNKNOWN)
    assert "Retry" not in page(browser)
    browser.post(f"/generations/{generation.pk}/retry/", {"submission": "x"})
    assert Generation.objects.count() == 1
    assert set(generation.jobs.values_list("state", flat=True)) == {State.UNKNOWN}


def test_a_model_no_longer_offered_is_not_retried(browser: Client, alice: User, ask: Ask) -> None:
    generation = ask(alice, n=2)
    set_states(generation, State.FAILED, State.FAILED)
    ImageModel.objects.update(enabled=False)
    answer = browser.post(f"/generations/{generation.pk}/retry/", follow=True)
    assert "is not offered any more" in answer.content.decode()
    assert Generation.objects.count() == 1


# --- decide on what is unknown --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("choice", "state"),
    [("retry", State.QUEUED), ("charged", State.FAILED), ("written_off", State.FAILED), ("", State.UNKNOWN)],
)
def test_one_decision_settles_every_unclear_call_of_a_run_and_no_other(
    browser: Client, alice: User, ask: Ask, choice: str, state: State
) -> None:
    generation, other = ask(alice, n=3), ask(alice)
    set_states(generation, State.UNKNOWN, State.UNKNOWN, State.CANCELLED)
    set_states(other, State.UNKNOWN)
    html = page(browser)
    assert "Decide on 2" in html
    assert "Make all 2 again (may cost another $0.08)" in html
    browser.post(f"/generations/{generation.pk}/decision/", {"choice": choice})
    states = generation.jobs.order_by("position").values_list("state", flat=True)
    assert list(states) == [state, state, State.CANCELLED]
    assert other.jobs.get().state == State.UNKNOWN


# --- the trash, hearts, remixes -------------------------------------------------------------------------------


def test_a_picture_in_the_trash_is_not_shown(browser: Client, alice: User, model: ImageModel) -> None:
    image = make_picture(make_generation(alice, model))
    job = ImageJob.objects.get()
    assert f"/images/{image.pk}/" in page(browser)
    image.trashed_at = timezone.now()
    image.save()
    for address in ("/", f"/tiles/?ids={job.pk}", "/jobs/", f"/jobs/{job.pk}/"):
        assert f"/images/{image.pk}/" not in page(browser, address)
    assert "In the trash" in page(browser)
    assert Entry(ImageJob.objects.get()).image is None


def test_a_tile_shows_its_heart(browser: Client, alice: User, model: ImageModel) -> None:
    image = make_picture(make_generation(alice, model))
    assert 'aria-label="Favourite"' in page(browser)
    browser.post(f"/images/{image.pk}/favourite/", {"on": "1"})
    assert re.search(r'data-do="favourite" aria-pressed="true"', page(browser))


def test_a_remix_says_what_it_changed(browser: Client, alice: User, model: ImageModel) -> None:
    image = make_picture(make_generation(alice, model, "a heron", size="1024x1024"))
    make_job(
        make_generation(alice, model, "a heron, at dusk", size="1792x1024", quality="hd", parent_image=image),
        State.QUEUED,
    )
    assert "another prompt, Square → Wide, Standard → HD" in page(browser)


# --- side by side ---------------------------------------------------------------------------------------------


def test_runs_of_one_comparison_stand_side_by_side_under_one_prompt(
    browser: Client, alice: User, model: ImageModel
) -> None:
    other = ImageModel.objects.create(
        provider=model.provider,
        name="other",
        label="Other",
        sizes=["1024x1024"],
        qualities=["standard"],
        styles=["vivid"],
    )
    batch = uuid.uuid4()
    made = [make_generation(alice, one, "a heron", batch=batch, compare=True) for one in (model, other)]
    for generation in made:
        make_job(generation, State.QUEUED)
    make_job(make_generation(alice, model, "alone"), State.QUEUED)
    html = page(browser)
    assert html.count('class="pair"') == 1
    assert html.count("a heron</a>") == 1
    assert re.findall(r'class="run-model"[^>]*>([^<]*)<', html) == ["Other", "DALL·E 3"]
    alone = page(browser, f"/generations/{made[0].pk}/")
    assert alone.count('class="run"') == 2
    assert 'class="pair"' in alone


def test_several_prompts_of_one_press_are_runs_of_their_own(
    browser: Client, alice: User, model: ImageModel
) -> None:
    batch = uuid.uuid4()
    for prompt in ("a heron", "a crane"):
        make_job(make_generation(alice, model, prompt, batch=batch), State.QUEUED)
    assert 'class="pair"' not in page(browser)


# --- caught up ------------------------------------------------------------------------------------------------


def test_a_page_is_told_of_runs_it_has_not_got(browser: Client, alice: User, bob: User, ask: Ask) -> None:
    known, newer = ask(alice, "known"), ask(alice, "newer")
    foreign = ask(bob, "foreign")
    html = page(browser, f"/generations/?after={known.pk}")
    assert re.findall(r'<article class="run" id="r-([^"]+)"', html) == [str(newer.pk)]
    for nobodys in (foreign.pk, "nonsense", ""):
        assert browser.get(f"/generations/?after={nobodys}").status_code == 404


def test_a_decision_on_all_comes_with_the_button_that_opens_it(
    browser: Client, alice: User, ask: Ask
) -> None:
    generation = ask(alice, n=2)
    set_states(generation, State.UNKNOWN, State.UNKNOWN)
    html = page(browser, f"/tiles/?ids={generation.jobs.first().pk}")  # type: ignore[union-attr]
    assert f'popovertarget="d-{generation.pk}"' in html
    assert f'id="d-{generation.pk}"' in html


def test_what_can_be_done_with_a_run_comes_with_its_tiles(browser: Client, alice: User, ask: Ask) -> None:
    generation = ask(alice, n=2)
    set_states(generation, State.FAILED, State.SUCCEEDED)
    job = generation.jobs.order_by("position")[0]
    html = page(browser, f"/tiles/?ids={job.pk}")
    assert f'id="a-{generation.pk}"' in html
    assert "Retry 1, about $0.04" in html


# --- what is done with its pictures ---------------------------------------------------------------------------


def test_a_run_offers_for_all_its_pictures_what_each_offers(
    browser: Client, alice: User, model: ImageModel
) -> None:
    generation = make_generation(alice, model, n=3)
    made = [make_picture(generation, position=position) for position in range(3)]
    made[2].trashed_at = timezone.now()
    made[2].save()
    ids = f"{made[0].pk},{made[1].pk}"
    html = page(browser)
    for address, words in [
        ("/images/favourite/", "Favourite all 2"),
        ("/images/zip/", "Download all 2"),
        ("/images/trash/", "Remove all 2"),
    ]:
        assert re.search(rf'formaction="{address}" name="ids" value="{ids}"[^>]*>.*{words}', html)
    assert f'href="/collections/items/?ids={ids}&amp;next=/"' in html
    browser.post("/images/favourite/", {"ids": ids})
    assert "Favourite all" not in page(browser)


def test_each_picture_can_be_made_again_at_its_own_price(
    browser: Client, alice: User, model: ImageModel
) -> None:
    generation = make_generation(alice, model, n=2)
    make_picture(generation)
    address = f"/generations/{generation.pk}/again/?n=1"
    assert f'data-again="{address}&amp;agreed=0.0400/1" data-price="about $0.04"' in page(browser)
    browser.post(address, {"submission": "x"}, headers=HTMX)
    assert Generation.objects.exclude(pk=generation.pk).get().n == 1


def repeats(html: str) -> list[str]:
    """The addresses of every button that makes something again, as the page writes them."""
    found = re.findall(r'(?:formaction|data-again)="(/generations/[^"]*/(?:again|retry)/[^"]*)"', html)
    return [address.replace("&amp;", "&") for address in found]


def test_nothing_is_made_again_at_another_price_than_the_button_named(
    browser: Client, alice: User, model: ImageModel
) -> None:
    generation = make_generation(alice, model, n=3)
    make_picture(generation)
    failed = [make_job(generation, State.FAILED, position=position) for position in (1, 2)]
    buttons: list[tuple[str, dict[str, str]]] = [(address, {}) for address in repeats(page(browser))]
    assert len(buttons) == 5  # the run, what failed of it, each of its three
    for address in (f"/images/{generation.jobs.get(position=0).images.get().pk}/", f"/jobs/{failed[0].pk}/"):
        form = re.search(r'action="(/[^"]*/again/)">(.*?)</form>', page(browser, address), re.DOTALL)
        assert form
        buttons.append(
            (form[1], dict(re.findall(r'name="(key|submission|agreed)" value="([^"]*)"', form[2])))
        )
    model.prices.update(usd=Decimal("0.5"))
    for address, sent in buttons:
        answer = browser.post(address, {"submission": "k", **sent}, follow=True)
        assert "Nothing was made: the price has changed." in answer.content.decode()
    assert Generation.objects.get() == generation
    html = page(browser)
    assert "Run again, about $1.50" in html and "Retry 2, about $1.00" in html  # what is paid by now
    for address in repeats(html):
        browser.post(address, {"submission": uuid.uuid4().hex})
    assert [each.n for each in Generation.objects.exclude(pk=generation.pk)].count(1) == 3
