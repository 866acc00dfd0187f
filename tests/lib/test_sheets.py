"""What a spreadsheet makes of words: nothing but words."""

import csv
import io

import pytest

from images_app.lib.sheets import line, plain

FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =1+1", "＝1+1", "\u200b=1", "|cmd", "%1"]


@pytest.mark.parametrize("text", FORMULAS)
def test_what_could_be_calculated_is_said_to_be_words(text: str) -> None:
    assert plain(text) == "'" + text
    [row] = csv.reader(io.StringIO(line(["a", text]).decode(), newline=""))
    assert row == ["a", "'" + text]


@pytest.mark.parametrize(
    "text", ["A heron", "", "3 boats", "é", "'quoted'", "a=b", 'two "marks"', "two\nlines"]
)
def test_plain_words_stay_as_they_are(text: str) -> None:
    assert plain(text) == text
    [row] = csv.reader(io.StringIO(line([text, 4]).decode(), newline=""))
    assert row == [text, "4"]
