"""Several prompts and several models by one press: shown before, made once, at the price that was shown."""

import re
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError
from django.test import Client

from images_app.jobs import actions
from images_app.jobs.forms import GenerationForm
from images_app.jobs.models import Generation, ImageJob
from images_app.providers.actions import usable_models
from images_app.providers.models import ImageModel, ModelPrice, Provider
from images_app.teams.models import User
from tests.rows import make_generation, make_picture

HTMX = {"HX-Request": "true"}
KEY = "6f1f5c1e-4f1f-4a9e-9c53-0c7f6a3f8a11"
TWO = {"prompt": "a {red|blue} door", "submission": KEY}


@pytest.fixture
def other(model: ImageModel) -> ImageModel:
    """A second model, of other shapes and qualities, at an endpoint of its own."""
    provider = Provider.objects.create(slug="other", name="Other", base_url="http://127.0.0.1:9/v1")
    other = ImageModel.objects.create(
        provider=provider,
        name="gpt-image-1",
        label="GPT Image 1",
        position=1,
        sizes=["1024x1024", "1536x1024", "1024x1536"],
        qualities=["low", "high"],
        styles=[],
    )
    ModelPrice.objects.create(model=other, size="1536x1024", quality="low", usd=Decimal("0.016"))
    return other


def preview(client: Client, **form: Any) -> str:
    answer = client.post("/preview/", form, headers=HTMX)
    assert answer.status_code == 200
    return answer.content.decode()


def agreed(html: str) -> str:
    found = re.search(r'name="agreed" id="agreed" value="([^"]*)"', html)
    assert found
    return found[1]


def test_a_press_is_shown_before_it_is_sent(browser: Client, model: ImageModel) -> None:
    html = preview(browser, **TWO, n="2")
    assert "a red door" in html and "a blue door" in html
    assert "4 pictures</b>: 2 prompts, 2 pictures each" in html
    assert "about $0.16, about 18 s" in html
    assert agreed(html) == "0.1600/4"
    assert not Generation.objects.exists()


def test_what_was_shown_is_made_and_charged(browser: Client, model: ImageModel) -> None:
    browser.post("/", {**TWO, "n": "2", "agreed": "0.1600/4"})
    assert [one.prompt for one in Generation.objects.all()] == ["a red door", "a blue door"]
    assert len({one.batch for one in Generation.objects.all()} - {None}) == 1
    assert sum(job.price_usd or 0 for job in ImageJob.objects.all()) == Decimal("0.16")


@pytest.mark.parametrize("sum_shown", ["", "0.0400/1", "0.0800/3", "unknown/2"])
def test_nothing_is_made_at_a_price_that_was_not_shown(
    browser: Client, model: ImageModel, sum_shown: str
) -> None:
    answer = browser.post("/", {**TWO, "agreed": sum_shown})
    html = answer.content.decode()
    assert answer.status_code == 422
    assert "Nothing was made yet. The price is about $0.08: press Generate to make these 2 pictures." in html
    assert agreed(html) == "0.0800/2"
    assert not Generation.objects.exists()


def test_a_single_picture_too_is_not_made_at_another_price(browser: Client, model: ImageModel) -> None:
    form = {"prompt": "a door", "agreed": "0.0400/1"}
    ModelPrice.objects.update(usd=Decimal("0.05"))
    assert "The price is about $0.05" in browser.post("/", form).content.decode()
    assert not Generation.objects.exists()


def test_a_press_sent_twice_is_made_once_whatever_the_price_is_by_then(
    browser: Client, model: ImageModel
) -> None:
    form = {**TWO, "agreed": "0.0800/2"}
    assert browser.post("/", form).status_code == 302
    ModelPrice.objects.update(usd=Decimal(9))
    assert browser.post("/", form).status_code == 302
    assert Generation.objects.count() == 2


@pytest.mark.parametrize("prompt", ["a {red|blue|green} door", "a red door", "a {red|pink} door"])
def test_a_key_stands_for_the_whole_press(alice: User, model: ImageModel, prompt: str) -> None:
    actions.submit_all(asked(alice, **TWO))
    with pytest.raises(actions.KeyReused):
        actions.submit_all(asked(alice, prompt=prompt, submission=KEY))
    assert Generation.objects.count() == 2


def test_a_press_is_made_whole_or_not_at_all(
    alice: User, model: ImageModel, other: ImageModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    create = actions._create

    def broken(*press: Any) -> tuple[Generation, list[ImageJob]]:
        if Generation.objects.count() == 3:
            raise DatabaseError
        return create(*press)

    monkeypatch.setattr(actions, "_create", broken)
    with pytest.raises(DatabaseError):
        actions.submit_all(asked(alice, **TWO, also=["gpt-image-1"]))
    assert not Generation.objects.exists()
    assert not ImageJob.objects.exists()


def test_lines_are_one_prompt_unless_asked_for(browser: Client, model: ImageModel) -> None:
    form = {"prompt": "a red door\r\na blue door\r\n"}
    assert "data-plan" not in preview(browser, **form)
    assert "2 prompts" in preview(browser, **form, lines="1")


def test_too_many_are_refused_in_a_sentence(browser: Client, model: ImageModel, other: ImageModel) -> None:
    prompt = "{a|b|c}{d|e|f}{g|h|i}"
    assert "27 pictures" in preview(browser, prompt=prompt)
    html = preview(browser, prompt=prompt, also="gpt-image-1")
    assert "This would make 54 sets of pictures at once; 40 is the most." in html
    answer = browser.post("/", {"prompt": prompt, "also": "gpt-image-1"})
    assert answer.status_code == 422
    assert 'id="e-prompt">This would make 54 sets' in answer.content.decode()
    assert not Generation.objects.exists()


def test_one_bad_prompt_of_many_is_named(browser: Client, model: ImageModel) -> None:
    html = preview(browser, prompt=f"a door\n{'x' * 4001}", lines="1")
    assert "Prompt 2 of 2 has 4,001 characters; DALL·E 3 takes 4,000 at most." in html
    assert "Prompt 1 of 2 would be empty." in preview(browser, prompt="{ |b}")


def test_models_are_compared_by_one_press(browser: Client, model: ImageModel, other: ImageModel) -> None:
    form = {"prompt": "a door", "model": "dall-e-3", "also": ["gpt-image-1"], "size": "1792x1024"}
    html = preview(browser, **form)
    assert "2 models, side by side" in html
    assert agreed(html) == "0.0960/2"
    browser.post("/", {**form, "agreed": "0.0960/2"})
    one, two = Generation.objects.all()
    assert one.compare and two.compare
    assert one.batch == two.batch
    assert one.batch
    assert (one.model, one.size, one.quality) == (model, "1792x1024", "standard")
    # Its own nearest shape, and its own default where it has not the same.
    assert (two.model, two.size, two.quality, two.style) == (other, "1536x1024", "low", "")


def test_comparing_several_prompts_keeps_each_prompt_together(
    alice: User, model: ImageModel, other: ImageModel
) -> None:
    requests = asked(alice, **TWO, also=["gpt-image-1"])
    assert [request.prompt for request in requests] == ["a red door"] * 2 + ["a blue door"] * 2
    assert requests[0].batch == requests[1].batch != requests[2].batch == requests[3].batch


def test_a_model_is_not_compared_with_itself(alice: User, model: ImageModel) -> None:
    [request] = asked(alice, prompt="a door", also=["dall-e-3"])
    assert not request.compare


def test_an_unknown_model_to_compare_with_is_a_sentence(browser: Client, model: ImageModel) -> None:
    answer = browser.post("/", {"prompt": "a door", "also": "dall-e-9"})
    assert 'id="e-also">There is no model “dall-e-9” here.' in answer.content.decode()
    assert not Generation.objects.exists()


def test_without_script_looking_shows_the_press(browser: Client, model: ImageModel) -> None:
    html = browser.post("/", {**TWO, "look": "1"}).content.decode()
    assert "2 prompts" in html
    assert agreed(html) == "0.0800/2"
    assert not Generation.objects.exists()


def test_a_prompt_with_braces_comes_back_as_itself(browser: Client, alice: User, model: ImageModel) -> None:
    generation = make_generation(alice, model, "a {red|blue} door")
    html = browser.get(f"/?recipe={generation.pk}").content.decode()
    assert r"a \{red\|blue\} door</textarea>" in html


# --- what the library already holds -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("prompt", "near"),
    [
        ("A red door, by the SEA at dusk!", True),
        ("a red door by the sea at dusk in rain", True),
        ("a blue boat by the sea", False),
        ("a {green|red} door by the sea at dusk", True),
    ],
)
def test_a_prompt_nearly_as_one_before_is_said(
    browser: Client, alice: User, model: ImageModel, prompt: str, near: bool
) -> None:
    image = make_picture(make_generation(alice, model, "a red door by the sea at dusk"))
    html = preview(browser, prompt=prompt)
    assert ("already holds" in html) is near
    assert (f"/images/{image.pk}/" in html) is near


def test_neither_strangers_pictures_nor_the_trash_nor_a_remix_are_near(
    browser: Client, alice: User, bob: User, model: ImageModel
) -> None:
    make_picture(make_generation(bob, model, "a red door"))
    image = make_picture(make_generation(alice, model, "a red door"))
    assert "already holds" in preview(browser, prompt="a red door")
    assert "already holds" not in preview(browser, **{"prompt": "a red door", "from": str(image.pk)})
    image.trashed_at = image.created_at
    image.save()
    assert "already holds" not in preview(browser, prompt="a red door")


def test_a_preview_makes_nothing_and_needs_few_queries(
    browser: Client, alice: User, model: ImageModel, django_assert_max_num_queries: Any
) -> None:
    preview(browser, prompt="a door")
    for _ in range(3):
        make_picture(make_generation(alice, model, "a red door"))
    with django_assert_max_num_queries(8):
        preview(browser, prompt="a {red|blue|green} door")


def test_a_preview_is_for_people_signed_in_and_by_post(
    client: Client, browser: Client, model: ImageModel
) -> None:
    assert client.post("/preview/").status_code == 302
    assert browser.get("/preview/").status_code == 405


def asked(person: User, **form: Any) -> Any:
    sent = GenerationForm(form, person=person, models=list(usable_models()))
    assert sent.is_valid(), sent.errors
    return sent.requests()
