"""Every bad input is a sentence beside its field, and nothing is created."""

from typing import Any

import pytest

from images_app.jobs.forms import GenerationForm
from images_app.jobs.models import Generation, ImageJob
from images_app.providers.actions import usable_models
from images_app.providers.models import ImageModel, Provider
from images_app.teams.models import User

GOOD = {
    "prompt": "a red door",
    "model": "dall-e-3",
    "size": "1792x1024",
    "quality": "hd",
    "style": "natural",
    "n": "2",
    "submission": "6f1f5c1e-4f1f-4a9e-9c53-0c7f6a3f8a11",
}
ACCENT = "e\u0301"  # two code points, one letter
FAMILY = "👨‍👩‍👧‍👦"  # seven code points, eleven UTF-16 units, twenty-five bytes


@pytest.fixture
def plain_model(model: ImageModel) -> ImageModel:
    """A model without styles, as the gpt-image family."""
    return ImageModel.objects.create(
        provider=model.provider,
        name="gpt-image-1",
        label="GPT Image 1",
        position=1,
        prompt_limit=32_000,
        sizes=["1024x1024", "auto"],
        qualities=["low", "high"],
        styles=[],
    )


def form(person: User, **changes: Any) -> GenerationForm:
    return GenerationForm({**GOOD, **changes}, person=person, models=list(usable_models()))


def test_a_good_form_is_a_request(alice: User, model: ImageModel) -> None:
    request = form(alice)
    assert request.is_valid(), request.errors
    [asked] = request.requests()
    assert (asked.model, asked.prompt, asked.size, asked.quality, asked.style, asked.n) == (
        model,
        "a red door",
        "1792x1024",
        "hd",
        "natural",
        2,
    )
    assert asked.idempotency_key == GOOD["submission"]


def test_a_field_left_out_means_the_models_default(alice: User, model: ImageModel) -> None:
    bare = GenerationForm({"prompt": "a red door"}, person=alice, models=list(usable_models()))
    assert bare.is_valid(), bare.errors
    [asked] = bare.requests()
    assert (asked.size, asked.quality, asked.style, asked.n) == ("1024x1024", "standard", "vivid", 1)


BAD = [
    ("prompt", {"prompt": ""}, "Write what the picture should show."),
    ("prompt", {"prompt": " \r\n\t\u00a0\u200b "}, "Write what the picture should show."),
    ("prompt", {"prompt": "a" * 4001}, "4,001 characters"),
    ("prompt", {"prompt": "🟥" * 4001}, "4,001 characters"),
    ("prompt", {"prompt": "a\0b"}, "NUL"),
    ("model", {"model": "dall-e-9"}, "There is no model “dall-e-9” here. Choose DALL·E 3."),
    ("model", {"model": "x" * 500}, "…”"),
    ("size", {"size": "12x12"}, "DALL·E 3 has no size “12x12”. Choose 1024x1024, 1792x1024 or 1024x1792."),
    ("quality", {"quality": "ultra"}, "DALL·E 3 has no quality “ultra”. Choose standard or hd."),
    ("style", {"style": "baroque"}, "DALL·E 3 has no style “baroque”."),
    ("n", {"n": "0"}, "Choose 1 to 8 pictures."),
    ("n", {"n": "9"}, "Choose 1 to 8 pictures."),
    ("n", {"n": "-1"}, "Choose 1 to 8 pictures."),
    ("n", {"n": "two"}, "Choose 1 to 8 pictures."),
    ("n", {"n": "1.5"}, "Choose 1 to 8 pictures."),
    ("submission", {"submission": "again"}, "Send the form again"),
    ("from", {"from": "not-an-id"}, "is not here any more"),
    ("from", {"from": "6f1f5c1e-4f1f-4a9e-9c53-0c7f6a3f8a11"}, "is not here any more"),
]


@pytest.mark.parametrize(("field", "changes", "sentence"), BAD)
def test_bad_input_is_a_sentence_beside_its_field(
    alice: User, model: ImageModel, field: str, changes: dict[str, str], sentence: str
) -> None:
    problems = form(alice, **changes).problems()
    assert [name for name, _ in problems] == [field]
    assert sentence in problems[0][1]


@pytest.mark.parametrize(("field", "changes", "sentence"), BAD)
def test_bad_input_creates_nothing(
    alice: User, model: ImageModel, client_of: Any, field: str, changes: dict[str, str], sentence: str
) -> None:
    answer = client_of(alice).post("/", {**GOOD, **changes})
    assert answer.status_code == 422
    assert f'id="e-{field}"' in answer.content.decode()
    assert not Generation.objects.exists()
    assert not ImageJob.objects.exists()


def test_a_style_forged_for_a_model_without_styles_is_refused(alice: User, plain_model: ImageModel) -> None:
    forged = form(alice, model="gpt-image-1", size="auto", quality="low", style="vivid")
    assert forged.problems() == [("style", "GPT Image 1 takes no style.")]


def test_settings_of_another_model_are_all_explained(alice: User, plain_model: ImageModel) -> None:
    # What a browser without script sends after picking another model.
    mixed = form(alice, model="gpt-image-1")
    assert [name for name, _ in mixed.problems()] == ["size", "quality", "style"]


def test_without_any_model_the_form_says_so(alice: User, provider: Provider) -> None:
    assert ("model", "No model is set up yet. An administrator can add one.") in form(alice).problems()


@pytest.mark.parametrize("prompt", ["a" * 4000, "🟥" * 4000, FAMILY * 571 + "abc", ACCENT * 2000])
def test_the_limit_counts_code_points(alice: User, model: ImageModel, prompt: str) -> None:
    assert len(prompt) == 4000
    assert form(alice, prompt=prompt).is_valid()


def test_line_ends_of_browsers_count_once(alice: User, model: ImageModel) -> None:
    sent = form(alice, prompt="a\r\n" * 1999 + "ab")
    assert sent.is_valid(), sent.errors
    assert sent.cleaned_data["prompt"] == "a\n" * 1999 + "ab"


def test_space_around_a_prompt_does_not_count(alice: User, model: ImageModel) -> None:
    sent = form(alice, prompt=f"  {'a' * 4000}\r\n")
    assert sent.is_valid(), sent.errors
    assert sent.cleaned_data["prompt"] == "a" * 4000


def test_two_models_of_one_name_are_told_apart_by_id(alice: User, model: ImageModel) -> None:
    other = Provider.objects.create(slug="other", name="Other", base_url="http://127.0.0.1:9/v1")
    twin = ImageModel.objects.create(
        provider=other, name=model.name, label="Twin", position=9, sizes=model.sizes
    )
    chosen = form(alice, model=str(twin.pk), size="1024x1024", quality="", style="")
    assert chosen.is_valid(), chosen.errors
    assert chosen.cleaned_data["model"] == twin
