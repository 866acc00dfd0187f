"""Sorting an answer is total: any status, headers and bytes give one class, and what it gives can be stored."""

import base64
import dataclasses
import json
import math
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from images_app.providers.errors import CODES, SENTENCES, STATUSES, Outcome
from images_app.providers.replies import MAX_COUNT, MAX_REVISED_PROMPT, Reply, parse_retry_after, sort_reply
from tests.pictures import picture

B64 = base64.b64encode(picture(1)).decode()

anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**40), 10**40)
    | st.floats()
    | st.text(st.characters(), max_size=40)
    | st.sampled_from(
        ["http://a.example/x", "data:,", "==", "\x00", "\ud800", B64, "https://" + "a" * 20_000]
    ),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
names = [
    "data",
    "error",
    "usage",
    "url",
    "b64_json",
    "revised_prompt",
    "code",
    "type",
    "message",
    "detail",
    "created",
]
objects = st.dictionaries(st.sampled_from(names), anything, max_size=5)
answers = objects | st.fixed_dictionaries(
    {"data": st.lists(objects | anything, max_size=4)}, optional={"error": anything}
)
headers = st.dictionaries(
    st.sampled_from(["Retry-After", "date", "content-type", "X-Request-Id", "content-encoding"]),
    st.text(max_size=30),
)
statuses = st.sampled_from(
    [200, 201, 204, 299, 301, 400, 401, 402, 403, 404, 422, 429, 451, 500, 503]
) | st.integers(-5, 1200)
quick = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def check(reply: Reply, status: int) -> None:
    """What holds for every reply."""
    assert reply.outcome not in (Outcome.NOT_SENT,)  # something came back
    assert reply.reason in SENTENCES
    assert reply.message.strip()
    assert (reply.outcome is Outcome.DONE) == bool(reply.pictures)
    assert (reply.outcome is Outcome.NOT_EXECUTED) <= (status == 429)
    if 200 <= status <= 299 or 500 <= status <= 599:  # possibly charged: never repeated by itself
        assert reply.outcome in (Outcome.DONE, Outcome.UNKNOWN)
    for text in (reply.message, reply.request_id or "", *reply.headers.values()):
        assert "\x00" not in text
        text.encode()
    for image in reply.pictures:
        assert image.b64 or image.url
        assert image.b64 is None or image.content()
        assert image.url is None or image.url.lower().startswith(("http://", "https://"))
        assert "\x00" not in (image.revised_prompt or "")
        (image.revised_prompt or "").encode()
    json.dumps(reply.usage, allow_nan=False).encode()
    assert "\\u0000" not in json.dumps(reply.usage)
    assert reply.retry_after_s is None or 0 <= reply.retry_after_s <= 3600


@quick
@given(status=statuses, headers=headers, body=st.binary(max_size=300))
@example(200, {}, b"")
@example(200, {}, b"\x1f\x8b")
@example(200, {}, b"\xff\xfe\x00")
@example(200, {}, b"[" * 100_000)
@example(200, {}, b'{"a":' * 100_000)
@example(429, {"Retry-After": "9" * 400}, b"null")
def test_any_bytes_have_a_class(status: int, headers: dict[str, str], body: bytes) -> None:
    check(sort_reply(status, headers, body), status)


@quick
@given(status=statuses, headers=headers, answer=answers)
@example(200, {}, {"data": [{"url": 1, "b64_json": [], "revised_prompt": {}}]})
@example(
    200, {}, {"data": [{"b64_json": B64, "revised_prompt": "a\x00b\ud800"}], "usage": {"\x00": math.inf}}
)
@example(400, {}, {"error": {"code": [], "message": {"a": 1}}})
@example(422, {}, {"detail": [{"msg": 1}, 2, {"msg": "n must be 1"}]})
def test_any_json_has_a_class(status: int, headers: dict[str, str], answer: Any) -> None:
    check(sort_reply(status, headers, json.dumps(answer).encode()), status)


@quick
@given(answer=answers, at=st.integers(0, 400), junk=st.binary(max_size=4))
def test_a_damaged_answer_has_a_class(answer: Any, at: int, junk: bytes) -> None:
    body = json.dumps(answer).encode()
    check(sort_reply(200, {}, body[:at] + junk + body[at + len(junk) :]), 200)


@quick
@given(status=statuses, headers=headers, answer=answers)
def test_a_kept_answer_sorts_the_same_again(status: int, headers: dict[str, str], answer: Any) -> None:
    headers.pop("Retry-After", None)  # a date in it may depend on the time of day
    reply = sort_reply(status, headers, json.dumps(answer).encode())
    assert sort_reply(status, reply.headers, reply.raw) == reply


@quick
@given(junk=st.lists(anything, max_size=3), created=anything, error=anything)
def test_a_good_picture_is_never_dropped_for_what_stands_beside_it(
    junk: list[Any], created: Any, error: Any
) -> None:
    answer = {
        "created": created,
        "error": error,
        "data": [*junk, {"b64_json": B64, "revised_prompt": created}],
    }
    reply = sort_reply(200, {}, json.dumps(answer).encode())
    assert reply.outcome is Outcome.DONE
    assert picture(1) in [image.content() for image in reply.pictures]


@quick
@given(
    content=st.binary(min_size=1, max_size=200).flatmap(lambda few: st.sampled_from([few, few * 100])),
    width=st.integers(1, 100),
    padded=st.booleans(),
    safe=st.booleans(),
)
def test_base64_of_every_variant_gives_its_bytes(
    content: bytes, width: int, padded: bool, safe: bool
) -> None:
    text = (base64.urlsafe_b64encode(content) if safe else base64.b64encode(content)).decode()
    text = text if padded else text.rstrip("=")
    text = "data:image/png;base64," + "\r\n".join(text[i : i + width] for i in range(0, len(text), width))
    reply = sort_reply(200, {}, json.dumps({"data": [{"b64_json": text}]}).encode())
    assert [image.content() for image in reply.pictures] == [content]


@pytest.mark.parametrize(
    "body",
    [
        b'{"data": [{"b64_json": "' + B64.encode() + b'", "revised_prompt": "\xff\xc3("}]}',  # bad UTF-8
        b'{"created": ' + b"9" * 10_000 + b', "data": [{"b64_json": "' + B64.encode() + b'"}]}',
        b'{"created": NaN, "data": [{"b64_json": "' + B64.encode() + b'"}]}',
        b'{"data": [{"b64_json": "'
        + B64[:40].encode()
        + b"\n"
        + B64[40:].encode()
        + b'"}]}',  # a raw line break
        b"\xef\xbb\xbf" + b'{"data": [{"b64_json": "' + B64.encode() + b'"}]}',
        b"   \n" + b'{"data": {"b64_json": "' + B64.encode() + b'"}}',  # one object instead of a list
        ('{"data": [{"b64_json": "' + B64 + '"}]}').encode("utf-16"),
        b'{"data": [{"b64_json": "' + B64.replace("/", "\\/").encode() + b'"}]}',  # as PHP writes it
        b'{"note": "' + b"\\" * 8192 + b'", "data": [{"b64_json": "' + B64.encode() + b'"}]}',
        b'{"data": [{"url": "data:image/png;base64,' + B64.encode() + b'"}]}',
    ],
)
def test_a_picture_in_a_sloppy_answer_is_kept(body: bytes) -> None:
    reply = sort_reply(200, {}, body)
    assert reply.outcome is Outcome.DONE
    assert reply.pictures[0].content() == picture(1)


@pytest.mark.parametrize(
    "url",
    [
        "ftp://a.example/x",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "//a.example/x",
        "http://",
        "http://a b/",
        "/x",
    ],
)
def test_a_url_that_cannot_be_fetched_is_no_picture(url: str) -> None:
    reply = sort_reply(200, {}, json.dumps({"data": [{"url": url}]}).encode())
    assert (reply.outcome, reply.reason) == (Outcome.UNKNOWN, "bad_picture")


@pytest.mark.parametrize(
    "b64", ["", "=", "====", "A", "AAAAA", "A=AA", "AA==AA==", "AA!A", "dätä", "data:image/png"]
)
def test_what_is_no_base64_is_no_picture(b64: str) -> None:
    assert sort_reply(200, {}, json.dumps({"data": [{"b64_json": b64}]}).encode()).outcome is Outcome.UNKNOWN


def test_token_counts_are_kept_and_nothing_else() -> None:
    usage = {
        "total_tokens": 5,
        "input_tokens_details": {"text_tokens": 2, "deeper": {"deeper": {"x": 1}}},
        "cost": 0.5,
        "negative": -1,
        "huge": MAX_COUNT + 1,
        "flag": True,
        "text": "x",
    }
    reply = sort_reply(200, {}, json.dumps({"data": [{"b64_json": B64}], "usage": usage}).encode())
    assert reply.usage == {"total_tokens": 5, "input_tokens_details": {"text_tokens": 2}}


def test_long_texts_are_cut_and_emoji_stay_whole() -> None:
    family = "👨‍👩‍👧"
    answer = {"data": [{"b64_json": B64, "revised_prompt": family * 20_000}]}
    [image] = sort_reply(200, {}, json.dumps(answer).encode()).pictures
    assert len(image.revised_prompt or "") == MAX_REVISED_PROMPT
    assert (image.revised_prompt or "").startswith(family * 100)
    assert len(sort_reply(400, {}, json.dumps({"error": {"message": "x" * 9999}}).encode()).message) == 500


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"error": {"message": "Bad size"}}, "Bad size"),
        ({"error": "Bad size"}, "Bad size"),
        ({"message": "Bad size"}, "Bad size"),
        ({"detail": "Bad size"}, "Bad size"),
        ({"detail": [{"msg": "Bad size"}, {"msg": "Bad n"}]}, "Bad size; Bad n"),
        ({"error": {"message": " Bad\n\x00 size "}}, "Bad size"),
        ({"error": {}}, SENTENCES["invalid_request"]),
        ([], SENTENCES["invalid_request"]),
    ],
)
def test_the_endpoints_words_are_found_wherever_they_are(body: object, words: str) -> None:
    assert sort_reply(400, {}, json.dumps(body).encode()).message == words


def test_a_code_is_found_in_each_kind_of_servers_error() -> None:
    for error in (
        {"error": {"code": "content_policy_violation"}},
        {"error": {"type": "content_policy_violation", "code": None}},
        {"error": {"code": "contentFilter"}},
        {"error": {"code": "bad", "innererror": {"code": "ResponsibleAIPolicyViolation"}}},
        {"code": "content_policy_violation"},
    ):
        reply = sort_reply(400, {}, json.dumps(error).encode())
        assert (reply.outcome, reply.reason) == (Outcome.REFUSED, "content_policy"), error


def test_every_table_entry_has_a_sentence() -> None:
    assert {reason for _, reason in [*CODES.values(), *STATUSES.values()]} <= set(SENTENCES)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("1", 1.0),
        (" 30 ", 30.0),
        ("0", 0.0),
        ("1.5", 1.5),
        ("86400", 3600.0),
        ("99999999999999999999", None),
        ("-1", None),
        ("nan", None),
        ("inf", None),
        ("1e3", None),
        ("٣", None),
        ("soon", None),
        ("", None),
        (None, None),
        ("Sun, 22 Nov 2026 12:00:30 GMT", 30.0),
        ("Sun, 22 Nov 2026 11:59:59 GMT", None),
        ("Mon, 23 Nov 2026 12:00:00 GMT", 3600.0),
        ("Sun, 99 Nov 2026 12:00:00 GMT", None),
        ("Sun, 22 Nov 99999999999 12:00:00 GMT", None),
        ("Sun, 22 Nov 2026 12:00:30 +9999999999", None),
    ],
)
def test_retry_after_is_seconds_or_a_date_by_the_endpoints_clock(
    value: str | None, seconds: float | None
) -> None:
    assert parse_retry_after(value, "Sun, 22 Nov 2026 12:00:00 GMT") == seconds


def test_a_reply_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        sort_reply(200, {}, b"").outcome = Outcome.DONE  # type: ignore[misc]


@quick
@given(value=st.text(max_size=60), date=st.none() | st.text(max_size=40))
def test_any_retry_after_is_survived(value: str, date: str | None) -> None:
    seconds = parse_retry_after(value, date)
    assert seconds is None or 0 <= seconds <= 3600
