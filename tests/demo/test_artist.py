"""What the artist promises: size, format, the same bytes again, and settings that show."""

from __future__ import annotations

import io
import subprocess
import sys
from functools import cache
from hashlib import sha256
from typing import Any

import numpy as np
import pytest
from PIL import Image

from images_app.demo.artist import draw, recipe
from images_app.demo.artist.studio import SCENES
from images_app.demo.artist.words import FALLBACK_SCENES, SCENE_WORDS, distil, read
from images_app.demo.revise import DETAILS, LIGHTS, revise


@cache
def picture(prompt: str, width: int = 512, height: int = 512, **settings: Any) -> bytes:
    return draw(recipe(prompt, width, height, **settings))


def pixels(data: bytes) -> np.ndarray[Any, Any]:
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"), np.float32) / 255


@pytest.mark.parametrize("scene", sorted(SCENES))
def test_every_scene_fills_a_tall_and_a_wide_picture(scene: str) -> None:
    word = SCENE_WORDS[scene].split()[0]
    for width, height in ((384, 224), (224, 384)):
        values = pixels(picture(word, width, height))
        assert read(*distil(word)).scene == scene
        assert values.shape == (height, width, 3)
        assert values.std() > 0.03


def test_a_full_size_picture_is_one_to_two_megabytes() -> None:
    data = picture("Misty mountains", 1024, 1024)
    image = Image.open(io.BytesIO(data))
    image.load()
    assert (image.format, image.mode, image.size) == ("PNG", "RGB", (1024, 1024))
    assert 1_000_000 < len(data) < 2_000_000


def test_the_same_prompt_gives_the_same_bytes_in_another_process() -> None:
    code = (
        "from hashlib import sha256; from images_app.demo.artist import draw, recipe;"
        "print(sha256(draw(recipe('A cat by the sea', 512, 512))).hexdigest())"
    )
    other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert other.strip() == sha256(picture("A cat by the sea")).hexdigest()


def test_another_prompt_gives_another_picture() -> None:
    assert abs(pixels(picture("A cat by the sea")) - pixels(picture("A dog by the sea"))).mean() > 0.02


def test_vivid_is_more_colourful_than_natural() -> None:
    vivid, natural = (pixels(picture("Dunes at dusk", style=style)) for style in ("vivid", "natural"))
    assert np.ptp(vivid, axis=-1).mean() > 1.25 * np.ptp(natural, axis=-1).mean()


@pytest.mark.parametrize(("plain", "fine"), [("standard", "hd"), ("low", "high")])
def test_the_better_quality_shows(plain: str, fine: str) -> None:
    first, second = (pixels(picture("City at night", quality=quality)) for quality in (plain, fine))
    assert abs(first - second).mean() > 0.01


def test_a_variation_is_another_composition() -> None:
    assert picture("Paper hills") != picture("Paper hills", variation=1)


@pytest.mark.parametrize(("word", "channel"), [("red", 0), ("green", 1), ("blue", 2)])
def test_colour_words_decide_the_colour(word: str, channel: int) -> None:
    means = pixels(picture(f"{word} abstract silk")).mean(axis=(0, 1))
    assert means.argmax() == channel


@pytest.mark.parametrize(("way", "name"), [("png", "PNG"), ("jpeg", "JPEG"), ("webp", "WEBP")])
def test_formats(way: str, name: str) -> None:
    assert (
        Image.open(
            io.BytesIO(picture("Poster", output_format=way, compression=80 if way != "png" else 100))
        ).format
        == name
    )


def test_a_transparent_picture_has_clear_corners() -> None:
    image = Image.open(io.BytesIO(picture("Poster", transparent=True)))
    assert image.mode == "RGBA"
    assert image.getpixel((0, 0))[3] == 0  # type: ignore[index]
    assert image.getpixel((256, 256))[3] == 255  # type: ignore[index]


@pytest.mark.parametrize("prompt", ["猫が海辺にいる", "!!!", "\U0001f600" * 50, "x" * 4000, "قطة على الشاطئ"])
def test_prompts_without_known_words_are_drawn_too(prompt: str) -> None:
    assert read(*distil(prompt)).scene in FALLBACK_SCENES
    assert len(distil(prompt)[0]) <= 600


def test_the_revised_prompt_keeps_the_words_and_adds_detail() -> None:
    own = "Plaster arches, a short stair and one terracotta sphere, late afternoon light"
    revised = revise(own, "standard", "natural")
    for part in own.split(", "):
        assert part in revised
    assert len(revised) > len(own) + 80
    assert revised == revise(own, "standard", "natural")
    assert len({revised, revise(own, "standard", "vivid"), revise(own, "hd", "natural")}) == 3


def test_every_scene_and_light_has_words_for_the_revised_prompt() -> None:
    assert set(DETAILS) == set(SCENES) == set(SCENE_WORDS)
    assert {read(*distil(f"{i} thing")).light for i in range(200)} <= set(LIGHTS)
