"""What a page asks for after collecting: whole stylesheets, hashed modules, nothing that leads nowhere."""

import json
import re
from pathlib import Path

import pytest

from images_app.lib.ratio import RATIOS, ratio_of
from tests.collected import collected as static_files

SHEETS = [file.stem for file in Path("static/css").glob("*.css") if re.match(r"app|page-", file.stem)]


@pytest.fixture(scope="module")
def collected() -> Path:
    return static_files()


def served(folder: Path, name: str) -> str:
    names: dict[str, str] = json.loads((folder / "staticfiles.json").read_text())["paths"]
    return (folder / names[name]).read_text()


@pytest.mark.parametrize(
    ("name", "layer", "part"),
    [("app", "tokens", ".tile"), ("page-studio", "parts", ".composer"), ("page-image", "pages", ".panel")],
)
def test_a_stylesheet_is_one_file(collected: Path, name: str, layer: str, part: str) -> None:
    sheet = served(collected, f"css/{name}.css")
    assert "@import" not in sheet
    assert f"@layer {layer} {{" in sheet
    assert part in sheet


def test_the_order_of_the_layers_is_said_before_any_of_them(collected: Path) -> None:
    sheet = served(collected, "css/app.css")
    order = re.search(r"@layer ([\w, ]+);", sheet)
    assert order and sheet.index(order[0]) < sheet.index(" {")
    named = set(re.findall(r"@layer (\w+) \{", "".join(served(collected, f"css/{n}.css") for n in SHEETS)))
    assert named <= set(order[1].split(", "))


def test_comments_stay_in_the_sources(collected: Path) -> None:
    script = served(collected, "js/app.js")
    assert not re.search(r"^\s*//", script, re.MULTILINE)
    assert script.endswith("toasts();\nuncover();\n")


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
