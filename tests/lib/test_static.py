"""What a page asks for after collecting: one stylesheet, hashed modules, nothing that leads nowhere."""

import json
import re
from pathlib import Path

import pytest
from django.core.management import call_command

from images_app.lib.ratio import RATIOS, ratio_of


@pytest.fixture(scope="module")
def collected(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from django.test import override_settings

    folder = tmp_path_factory.mktemp("static")
    hashed = {"staticfiles": {"BACKEND": "images_app.lib.static.HashedStaticFiles"}}
    with override_settings(STATIC_ROOT=folder, STORAGES=hashed):
        call_command("collectstatic", interactive=False, verbosity=0)
    return folder


def served(folder: Path, name: str) -> str:
    names: dict[str, str] = json.loads((folder / "staticfiles.json").read_text())["paths"]
    return (folder / names[name]).read_text()


def test_the_stylesheet_is_one_file(collected: Path) -> None:
    sheet = served(collected, "css/app.css")
    assert "@import" not in sheet
    assert "@layer tokens {" in sheet
    assert ".composer" in sheet


def test_the_stylesheet_is_small(collected: Path) -> None:
    [packed] = collected.glob("css/app.*.css.br")
    assert packed.stat().st_size <= 14 * 1024


def test_our_script_is_small(collected: Path) -> None:
    assert sum(file.stat().st_size for file in collected.glob("js/*.????????????.js.br")) <= 10 * 1024


def test_modules_import_hashed_modules(collected: Path) -> None:
    imported = re.findall(r"""from ["']\./([^"']+)["']""", served(collected, "js/app.js"))
    assert imported
    for name in imported:
        assert re.search(r"\.[0-9a-f]{12}\.js$", name), name
        assert (collected / "js" / name).exists()


def test_every_ratio_has_its_number_in_the_stylesheet(collected: Path) -> None:
    sheet = served(collected, "css/app.css")
    for name, ratio in RATIOS.items():
        found = re.search(rf'\[data-ar="{name}"\] \{{\s*--r: ([\d.]+);', sheet)
        assert found, name
        assert float(found[1]) == pytest.approx(ratio, abs=1e-3)


@pytest.mark.parametrize(
    ("width", "height", "name"),
    [
        (1024, 1024, "1:1"),
        (1792, 1024, "7:4"),
        (1024, 1792, "4:7"),
        (1536, 1024, "3:2"),
        (640, 481, "4:3"),
        (0, 5, "1:1"),
    ],
)
def test_a_shape_is_named_by_the_nearest_ratio(width: int, height: int, name: str) -> None:
    assert ratio_of(width, height) == name
