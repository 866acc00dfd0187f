"""Presets: a person's own settings under a name, each name once."""

import uuid
from collections.abc import Callable

import pytest
from django.test import Client

from images_app.jobs.models import Generation, Preset
from images_app.providers.models import ImageModel
from images_app.teams.models import User

HTMX = {"HX-Request": "true"}
SETTINGS = {"model": "dall-e-3", "size": "1792x1024", "quality": "hd", "style": "natural", "n": "3"}


@pytest.fixture
def wide(alice: User, model: ImageModel) -> Preset:
    return Preset.objects.create(
        person=alice,
        name="Wide",
        model=model,
        size="1792x1024",
        quality="hd",
        style="natural",
        n=3,
    )


def values(preset: Preset) -> tuple[str, str, str, str, int]:
    preset.refresh_from_db()
    return preset.name, preset.size, preset.quality, preset.style, preset.n


def test_the_settings_are_saved_under_a_name_and_no_picture_is_made(
    browser: Client, model: ImageModel
) -> None:
    html = browser.post(
        "/presets/", {**SETTINGS, "prompt": "", "preset_name": "  Big   posters "}, headers=HTMX
    ).content.decode()
    preset = Preset.objects.get()
    assert values(preset) == ("Big posters", "1792x1024", "hd", "natural", 3)
    assert preset.model == model
    assert html.lstrip().startswith('<div class="presets"')
    assert "Big posters" in html
    assert not Generation.objects.exists()


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"preset_name": " \0"}, "Give the preset a name."),
        ({"preset_name": "x" * 61}, "The name has 61 characters; 60 is the most."),
        ({"preset_name": "wide"}, "You have a preset called “wide” already."),
        ({"preset_name": "Other", "size": "12x12"}, "DALL·E 3 has no size “12x12”."),
        ({"preset_name": "Other", "n": "9"}, "Choose 1 to 8 pictures."),
    ],
)
def test_what_cannot_be_saved_is_a_sentence(
    browser: Client, wide: Preset, fields: dict[str, str], sentence: str
) -> None:
    answer = browser.post("/presets/", {**SETTINGS, **fields}, headers=HTMX)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert Preset.objects.count() == 1


def test_without_script_the_studio_comes_back_with_the_prompt(browser: Client, wide: Preset) -> None:
    answer = browser.post("/presets/", {**SETTINGS, "prompt": "a door", "preset_name": "wide"})
    html = answer.content.decode()
    assert answer.status_code == 422
    assert 'id="e-preset">You have a preset called' in html
    assert "a door</textarea>" in html


def test_a_preset_is_applied_to_the_prompt_as_it_is(browser: Client, wide: Preset) -> None:
    html = browser.post(
        f"/presets/{wide.pk}/application/", {"prompt": "a door", "size": "1024x1024", "n": "1"}
    ).content.decode()
    assert "a door</textarea>" in html
    assert 'value="1792x1024" data-name="Wide" data-ar="7:4" checked' in html
    assert "about $0.36" in html
    assert not Generation.objects.exists()


def test_a_preset_takes_other_settings_and_another_name(browser: Client, wide: Preset) -> None:
    browser.post(f"/presets/{wide.pk}/settings/", {**SETTINGS, "n": "1", "size": "1024x1024"})
    browser.post(f"/presets/{wide.pk}/name/", {f"name-{wide.pk}": "WIDE"})
    assert values(wide) == ("WIDE", "1024x1024", "hd", "natural", 1)


def test_a_preset_is_deleted(browser: Client, wide: Preset) -> None:
    assert "Wide" not in browser.post(f"/presets/{wide.pk}/deletion/", headers=HTMX).content.decode()
    assert not Preset.objects.exists()


def test_two_people_may_use_the_same_name(
    bob: User, wide: Preset, client_of: Callable[[User], Client]
) -> None:
    client_of(bob).post("/presets/", {**SETTINGS, "preset_name": "Wide"})
    assert Preset.objects.count() == 2


@pytest.mark.parametrize("verb", ["settings", "application", "name", "deletion"])
def test_a_strangers_preset_is_not_there(
    bob: User, wide: Preset, client_of: Callable[[User], Client], verb: str
) -> None:
    client = client_of(bob)
    fields = {**SETTINGS, f"name-{wide.pk}": "Taken"}
    assert client.post(f"/presets/{wide.pk}/{verb}/", fields).status_code == 404
    assert client.post(f"/presets/{uuid.uuid4()}/{verb}/", fields).status_code == 404
    assert client.get(f"/presets/{wide.pk}/{verb}/").status_code == 405
    assert values(wide) == ("Wide", "1792x1024", "hd", "natural", 3)
    assert str(wide.pk) not in client.get("/").content.decode()


def test_a_preset_of_a_model_no_longer_offered_says_so(browser: Client, wide: Preset) -> None:
    ImageModel.objects.create(provider=wide.model.provider, name="other", label="Other", sizes=["512x512"])
    ImageModel.objects.filter(pk=wide.model.pk).update(enabled=False)
    html = browser.get("/").content.decode()
    assert "DALL·E 3 is not offered any more" in html
    assert "/application/" not in html
