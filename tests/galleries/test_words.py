"""What was told beside what was written: nothing of the told text is lost, whatever the two are."""

import time
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from images_app.galleries.words import Kind, Part, difference

WORDS = st.lists(
    st.sampled_from(["a", "A", "blue", "boat,", "harbour", ".", "  ", "\n", "海", "😀", "नमस्ते"]), max_size=40
)
TEXT = st.one_of(st.text(max_size=200), WORDS.map(" ".join), WORDS.map("".join))


def told(parts: list[Part]) -> str:
    return "".join(part.text for part in parts if part.kind is not Kind.LEFT_OUT)


def added(parts: list[Part]) -> list[str]:
    return [part.text for part in parts if part.kind is Kind.ADDED]


def left_out(parts: list[Part]) -> list[str]:
    return [part.text.strip() for part in parts if part.kind is Kind.LEFT_OUT]


@given(TEXT, TEXT)
def test_kept_and_added_parts_give_the_told_text_back(before: str, after: str) -> None:
    assert told(difference(before, after)) == after


@given(TEXT, TEXT)
def test_no_part_is_empty_and_neighbours_differ_in_kind(before: str, after: str) -> None:
    parts = difference(before, after)
    assert all(part.text for part in parts)
    assert all(one.kind is not other.kind for one, other in pairwise(parts))


@given(TEXT)
def test_the_same_text_is_all_kept(text: str) -> None:
    assert difference(text, text) == ([Part(Kind.KEPT, text)] if text else [])


def test_additions_are_marked_without_the_space_after_them() -> None:
    parts = difference("one sphere, late light", "one sphere on the floor, late light from the left")
    assert added(parts) == ["on the floor", "from the left"]
    assert left_out(parts) == []


def test_omissions_are_told() -> None:
    assert left_out(difference("a portrait of my boss in marble", "a portrait in marble")) == ["of my boss"]


def test_letter_case_and_spaces_are_no_change() -> None:
    assert added(difference("plaster  arches", "Plaster arches")) == []


def test_a_script_without_spaces_is_compared_sign_by_sign() -> None:
    assert added(difference("青い海", "青い静かな海")) == ["静かな"]


def test_four_thousand_characters_take_no_time() -> None:
    texts = [
        ",;" * 2000,
        "a " * 2000,
        "😀" * 4000,
        "".join(chr(0x4E00 + i * 7 % 110) for i in range(4000)),
        " " * 4000,
    ]
    begun = time.perf_counter()
    for before in texts:
        for after in texts:
            assert told(difference(before, after + ".")) == after + "."
    # Quadratic work over these took minutes.
    assert time.perf_counter() - begun < 10
