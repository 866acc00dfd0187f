"""What is the same word to a search."""

import pytest

from images_app.lib.folding import TEXT_AT_MOST, asked, fold


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("A red Boat,  at\nnight!", "a red boat at night"),
        ("Café CAFÉ cafe\u0301", "cafe cafe cafe"),
        ("STRASSE Straße ﬁn Ⅳ", "strasse strasse fin iv"),
        ("İstanbul", "istanbul"),
        ("don't the children’s", "dont the childrens"),
        ("art-deco_2024 3/4", "art deco 2024 3 4"),
        ("東京都", "東 京 都 東京 京都"),
        ("red東京", "red 東 京 東京"),
        ("がか", "が か がか"),
        ("한국 풍경", "한국 풍경"),
        ("हिन्दी", "हनद"),
        ("a 🦊fox", "a 🦊 fox"),
        ("' \" <b> \x00 \ud800", "b"),
        ("", ""),
    ],
)
def test_text_is_folded_to_words(text: str, folded: str) -> None:
    assert fold(text) == folded


def test_the_longest_text_stays_small() -> None:
    folded = fold("ﷺ" * TEXT_AT_MOST)
    assert len(folded) <= 2 * TEXT_AT_MOST
    assert max(map(len, fold("x" * TEXT_AT_MOST).split())) <= 60


def test_a_question_is_words_exact_words_and_what_it_must_not_hold() -> None:
    wanted = asked('Boats “red sail” -storm -"old man" art-deco 東京都 a')
    assert wanted.begins == ["boats", "art", "deco"]
    assert wanted.words == ["red", "sail", "東京", "京都", "a"]
    assert wanted.phrases == ["red sail"]
    assert wanted.without == ["storm"]
    assert wanted.without_phrases == ["old man"]


@pytest.mark.parametrize("text", ["", "   ", "-", '"', '""', "!?*():&|", "\x00"])
def test_what_is_no_word_asks_for_nothing(text: str) -> None:
    assert asked(text).is_empty


def test_a_quotation_that_is_not_closed_yet_is_words() -> None:
    assert asked('"red bo').begins == ["red", "bo"]
