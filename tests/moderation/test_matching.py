"""What a rule meets, however it is written; and what it leaves alone."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from images_app.moderation.expressions import BadExpression, Expression
from images_app.moderation.matching import Kind, Matcher, Pattern
from images_app.moderation.normal import fold, normal

EVASIONS = [
    *("a weapon", "A WEAPON!", "WeApOn", "(weapon)", "weapon's", "“weapon”", "weapon,sword", "weapon\nsword"),
    *(
        "w e a p o n",
        "w.e.a.p.o.n",
        "W-E-A-P-O-N",
        "w_e_a_p_o_n",
        "w  e  a  p  o  n",
        "w * e * a * p * o * n",
    ),
    *(
        "draw a w e a p o n",
        "I w e a p o n 4 u",
        "big w e a p o n now",
        "w e a p o n  o n  i t",
        "w 3 a p 0 n",
    ),
    *("wea-pon", "we.apon", "w.eapon", "weap*on"),
    *("wëäpön", "w̷e̷a̷p̷o̷n̷", "we\u0301apon", "ẃéàpôñ"),
    *(
        "we\u200bapon",
        "we\u00adapon",
        "we\u2060apon",
        "\u202ewe\u202dapon",
        "we\ufe0fapon",
        "we\u034fapon",
        "we\x00apon",
    ),
    *("ｗｅａｐｏｎ", "𝓌𝑒𝒶𝓅𝑜𝓃", "𝐖𝐄𝐀𝐏𝐎𝐍", "ⓦⓔⓐⓟⓞⓝ", "🇼🇪🇦🇵🇴🇳", "🅆🄴🄰🄿🄾🄽", "🅦🅔🅐🅟🅞🅝", "ᴡᴇᴀᴘᴏɴ", "ʷᵉᵃᵖᵒⁿ"),
    *("wеароn", "ωεαpοn", "ѡеароn", "WЕАРОN", "WEAΡΟN", "weaроn", "weapøn"),
    *("w3apon", "we@pon", "weap0n", "w3@p0n", "W€apon", "weapon1 w3apon"),
]
INNOCENTS = [
    *("weaponry museum", "Weaponsmith Street", "a we apon", "weap on", "we a pon", "bioweapon", "wea p on"),
    *("", " ", "a b c d e f", "1 2 3 4 5 6", "W E A", "A P O N", "w", "we", "an open plan kitchen"),
    *("οπλο", "оружие", "武器", "हथियार", "สวน", "무기", "سلاح"),
]


def met(text: str, pattern: str = "weapon", kind: Kind = Kind.WORD) -> bool:
    return bool(Matcher([Pattern("k", kind, pattern)]).spans(text))


@pytest.mark.parametrize("text", EVASIONS)
def test_a_word_is_met_however_it_is_dressed(text: str) -> None:
    assert met(text)


@pytest.mark.parametrize("text", INNOCENTS)
def test_what_only_looks_like_it_is_left_alone(text: str) -> None:
    assert not met(text)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        *(("Scunthorpe", "cunt"), ("S C U N T H O R P E", "cunt"), ("S.C.U.N.T.H.O.R.P.E", "cunt")),
        *(("assassin", "ass"), ("a class act", "ass"), ("glass-blower", "ass"), ("passage", "ass")),
        *(("Essex", "sex"), ("Middlesex and Sussex", "sex"), ("sextant", "sex"), ("cocktail", "cock")),
        *(("a peacock", "cock"), ("Penistone", "penis"), ("the pen is blue", "penis"), ("analysis", "anal")),
        *(("grape", "rape"), ("a therapist", "rapist"), ("a drape over the window", "rape")),
        *(("Dickens", "dick"), ("shiitake", "shit"), ("Nigeria", "nig"), ("snigger", "nigger")),
        *(("mp3 player", "mp"), ("4k photo", "k"), ("there in the hall", "heroin")),
        *(("b u t t e r", "butt"), ("the button", "butt"), ("A T I T L E", "tit")),
    ],
)
def test_a_word_inside_another_is_none(text: str, word: str) -> None:
    assert not met(text, word)


@pytest.mark.parametrize(
    "text",
    ["a machine gun", "MACHINE-GUN", "machine\n gun", "m a c h i n e  g u n", "māchine  gün", "maсhine… gun"],
)
def test_a_phrase_is_met_across_whatever_stands_between(text: str) -> None:
    assert met(text, "Machine Gun", Kind.PHRASE)


@pytest.mark.parametrize("text", ["machinegunner", "gun machine", "a machine with a gun", "machine guns"])
def test_a_phrase_is_its_words_in_order(text: str) -> None:
    assert not met(text, "machine gun", Kind.PHRASE)


@pytest.mark.parametrize(
    ("text", "pattern"),
    [
        ("大量武器的仓库", "武器"),
        ("武\u200b器", "武器"),
        ("ｶﾞﾝ", "ガン"),
        ("カ\u3099ン", "ガン"),
        ("무기 창고", "무기"),
        ("\u1106\u116e\u1100\u1175", "무기"),
        ("एक हथियार", "हथियार"),
        ("🔫\ufe0f here", "🔫"),
        ("СТРАННЫЙ КОТ", "кот"),
    ],
)
def test_every_script_has_rules(text: str, pattern: str) -> None:
    assert met(text, pattern)


@pytest.mark.parametrize("text", ["हथियारों", "котлета"])
def test_words_of_spaced_scripts_are_whole_words_too(text: str) -> None:
    assert not met(text, "हथियार" if text[0] == "ह" else "кот")


@pytest.mark.parametrize("text", ["BOMBS", "bömber", "bо\u200bmb", "ｂｏｍｂ"])
def test_an_expression_meets_the_folded_text(text: str) -> None:
    assert met(text, r"\bbomb\w*", Kind.EXPRESSION)


def test_an_expression_of_another_script_keeps_its_own_letters() -> None:
    assert met("ОРУЖИЕ", "[а-я]{6}", Kind.EXPRESSION)
    assert not met("weapon", "[а-я]{6}", Kind.EXPRESSION)


@pytest.mark.parametrize("pattern", [r"\d+ ?mm", "[0-9]mm"])
def test_an_expression_sees_digits_as_digits(pattern: str) -> None:
    assert met("a 9mm shell", pattern, Kind.EXPRESSION)


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("(", r"missing \)"),
        ("(?=a)b", "invalid perl operator"),
        (r"(a)\1", "invalid escape"),
        ("a{1000}{1000}", "bad repetition"),
        ("((a{50}){50}){10}", "repetition"),
        ("(abcdefghij){400}", "too large"),
        ("a" * 501, "501 characters"),
        ("a*", "empty text"),
        ("|a", "empty text"),
    ],
)
def test_a_bad_expression_is_a_sentence(pattern: str, words: str) -> None:
    with pytest.raises(BadExpression) as caught:
        Expression(pattern)
    assert re.search(words, str(caught.value))


def test_what_blows_up_elsewhere_ends_at_once_here() -> None:
    assert not met("a" * 4000, "(a+)+c", Kind.EXPRESSION)


def test_places_are_those_of_the_text_as_it_was_written() -> None:
    text = "Ein Ｗéа\u200bpoñ und ﬁn"
    ((start, end),) = Matcher([Pattern("k", Kind.WORD, "weapon")]).spans(text)["k"]
    assert text[start:end] == "Ｗéа\u200bpoñ"
    ((start, end),) = Matcher([Pattern("k", Kind.EXPRESSION, "u[n]d f")]).spans(text)["k"]
    assert text[start:end] == "und ﬁ"


@given(st.text(st.characters(), max_size=60))
def test_folding_never_fails_and_a_folded_text_stays_as_it_is(text: str) -> None:
    found = normal(text)
    assert len(found.text) == len(found.plain) == len(found.starts) == len(found.ends)
    assert normal(found.text).text == found.text
    assert fold(fold(text)) == fold(text)


@given(st.text(st.sampled_from("wеap0n .-_!@a\u0301\u200bИ武か\u3099क\u093f\ud800"), max_size=80))
def test_matching_never_fails_and_points_into_the_text(text: str) -> None:
    kinds = [("w", Kind.WORD, "weapon"), ("p", Kind.PHRASE, "a weapon"), ("e", Kind.EXPRESSION, "w.a|武")]
    for spans in Matcher([Pattern(*kind) for kind in kinds]).spans(text).values():
        assert all(0 <= start < end <= len(text) for start, end in spans)
