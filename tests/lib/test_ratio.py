"""One name for a shape, in the composer as on a picture's page."""

import pytest

from images_app.lib.ratio import shape_name


@pytest.mark.parametrize(
    ("width", "height", "name"),
    [
        (1024, 1024, "Square"),
        (1536, 1024, "Landscape"),
        (1792, 1024, "Wide"),
        (1024, 1536, "Portrait"),
        (1024, 1792, "Tall"),
        (0, 0, "Square"),
    ],
)
def test_a_shape_has_a_name(width: int, height: int, name: str) -> None:
    assert shape_name(width, height) == name
