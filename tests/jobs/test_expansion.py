"""What a text of the composer stands for."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from images_app.jobs.expansion import ALTERNATION, COUNTED, MOST, TooMany, expand, literal

MARKS = st.text(alphabet="ab{|}\\ \n", max_size=14)


@pytest.mark.parametrize(
    ("text", "prompts"),
    [
        ("a {red|blue} door", ["a red door", "a blue door"]),
        ("{a|b}{c|d}", ["ac", "ad", "bc", "bd"]),
        ("a {very |}old door", ["a very old door", "a old door"]),
        ("{a|a|b}", ["a", "b"]),
        (r"\{a|b}", ["{a|b}"]),
        (r"{a\|b|c}", ["a|b", "c"]),
        (r"{a|b\}}", ["a", "b}"]),
        (r"\\{a|b}", [r"\a", r"\b"]),
        ("a {b {c|d}", ["a {b c", "a {b d"]),
        ("{a|b", ["{a|b"]),
        ("a} {b|c}", ["a} b", "a} c"]),
    ],
)
def test_alternation(text: str, prompts: list[str]) -> None:
    assert expand(text) == prompts


@pytest.mark.parametrize(
    "text", ['{"subject": "a cat"}', "a | b", r"C:\art\{x}", "{one}", "|", "a\nb", r"\| \\"]
)
def test_a_text_without_alternation_is_sent_as_it_is(text: str) -> None:
    assert expand(text) == [text]


def test_lines_are_prompts_of_their_own_only_where_asked_for() -> None:
    assert expand("a door\n\n  a {red|blue} wall \na door") == [
        "a door\n\n  a red wall \na door",
        *["a door\n\n  a blue wall \na door"],
    ]
    assert expand("a door\n\n  a {red|blue} wall \na door", lines=True) == [
        "a door",
        "a red wall",
        "a blue wall",
    ]


def test_more_than_the_most_is_refused_before_it_is_built() -> None:
    assert len(expand("\n".join(str(k) for k in range(MOST)), lines=True)) == MOST
    with pytest.raises(TooMany) as refused:
        expand("{a|b}" * 300)
    assert refused.value.count == COUNTED


@given(st.text())
def test_any_text_without_braces_is_itself(text: str) -> None:
    text = text.replace("{", "")
    assert expand(text) == [text]


@given(MARKS | st.text())
def test_a_prompt_put_back_stands_for_itself(prompt: str) -> None:
    assert expand(literal(prompt)) == [prompt]


@given(MARKS, st.booleans())
def test_an_expansion_is_distinct_and_within_the_most(text: str, lines: bool) -> None:
    try:
        prompts = expand(text, lines=lines)
    except TooMany as refused:
        assert refused.count > MOST
    else:
        assert len(prompts) == len(set(prompts)) <= MOST
        if not lines:
            assert prompts
            assert ALTERNATION.search(text) or prompts == [text]


@given(st.lists(st.lists(st.text(alphabet="abc ", max_size=3), min_size=2, max_size=3), max_size=3))
def test_every_combination_is_there_once(groups: list[list[str]]) -> None:
    text = "-".join("{" + "|".join(group) + "}" for group in groups)
    expected = {""} if not groups else set(groups[0])
    for group in groups[1:]:
        expected = {f"{left}-{right}" for left in expected for right in group}
    assert set(expand(text)) == expected


@pytest.mark.parametrize("lines", [False, True])
@pytest.mark.parametrize(
    "text",
    ["{" + "|" * 200_000, "{a|b}" + "\\" * 200_000, "{a|b}" * 40_000, "{a|\n" * 50_000, "{" * 200_000],
    ids=["bars", "backslashes", "groups", "unclosed", "braces"],
)
def test_a_text_as_long_as_a_form_takes_no_square_of_its_time(text: str, lines: bool) -> None:
    begin = time.process_time()
    try:
        literal(text)
        expand(text, lines=lines)
    except TooMany as refused:
        assert refused.count > MOST
    assert time.process_time() - begin < 10  # minutes, where a sign is read more than once
