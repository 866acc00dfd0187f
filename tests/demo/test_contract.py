"""The contract, field by field: what is taken, and the status, type, param and code of what is not."""

from __future__ import annotations

import json
from typing import Any

import pytest

from images_app.demo.contract import ApiError, Order, read_order

DALLE = {"model": "dall-e-3", "prompt": "A cat"}
GPT = {"model": "gpt-image-1", "prompt": "A cat"}


def order(fields: dict[str, Any]) -> Order:
    return read_order(json.dumps(fields).encode(), "application/json; charset=utf-8")


def refusal(fields: dict[str, Any]) -> tuple[int, str | None, str | None]:
    with pytest.raises(ApiError) as caught:
        order(fields)
    assert caught.value.kind == "invalid_request_error"
    return caught.value.status, caught.value.param, caught.value.code


def test_defaults_of_dall_e_3() -> None:
    assert dict(order(DALLE).fields) == {
        "n": 1,
        "size": "1024x1024",
        "quality": "standard",
        "style": "vivid",
        "response_format": "url",
    }


def test_auto_is_decided_for_gpt_image() -> None:
    fields = order(GPT).fields
    assert (fields["size"], fields["quality"], fields["background"]) == ("1024x1024", "medium", "opaque")


@pytest.mark.parametrize(
    "extra",
    [
        {"n": 1},
        {"n": None},
        {"user": "somebody"},
        {"user": None},
        *({"size": size} for size in ("1024x1024", "1792x1024", "1024x1792")),
        *({"quality": quality} for quality in ("standard", "hd")),
        *({"style": style} for style in ("vivid", "natural")),
        *({"response_format": way} for way in ("url", "b64_json")),
        {"prompt": "x" * 4000},
        {"prompt": "\U0001f600" * 4000},
    ],
)
def test_dall_e_3_takes(extra: dict[str, Any]) -> None:
    assert order(DALLE | extra).profile.name == "dall-e-3"


@pytest.mark.parametrize(
    ("extra", "param", "code"),
    [
        ({"prompt": None}, "prompt", "missing_required_parameter"),
        ({"prompt": ""}, "prompt", "empty_string"),
        ({"prompt": 5}, "prompt", "invalid_type"),
        ({"prompt": "x" * 4001}, "prompt", "string_above_max_length"),
        ({"prompt": "\ud83d"}, "prompt", "invalid_value"),
        ({"n": 2}, "n", "integer_above_max_value"),
        ({"n": 0}, "n", "integer_below_min_value"),
        ({"n": "1"}, "n", "invalid_type"),
        ({"n": 1.0}, "n", "invalid_type"),
        ({"n": True}, "n", "invalid_type"),
        ({"size": "512x512"}, "size", "invalid_value"),
        ({"size": "auto"}, "size", "invalid_value"),
        ({"size": 1024}, "size", "invalid_type"),
        ({"quality": "high"}, "quality", "invalid_value"),
        ({"quality": []}, "quality", "invalid_type"),
        ({"style": "dramatic"}, "style", "invalid_value"),
        ({"style": {}}, "style", "invalid_type"),
        ({"response_format": "png"}, "response_format", "invalid_value"),
        ({"response_format": 1}, "response_format", "invalid_type"),
        ({"user": 7}, "user", "invalid_type"),
        ({"background": "opaque"}, "background", "unknown_parameter"),
        ({"moderation": "low"}, "moderation", "unknown_parameter"),
        ({"seed": 1}, "seed", "unknown_parameter"),
        ({"model": None}, "model", "missing_required_parameter"),
        ({"model": 3}, "model", "invalid_type"),
    ],
)
def test_dall_e_3_refuses(extra: dict[str, Any], param: str, code: str) -> None:
    assert refusal(DALLE | extra) == (400, param, code)


@pytest.mark.parametrize(
    "extra",
    [
        {"n": 10},
        *({"size": size} for size in ("1024x1024", "1536x1024", "1024x1536", "auto")),
        *({"quality": quality} for quality in ("low", "medium", "high", "auto")),
        *({"background": background} for background in ("auto", "transparent", "opaque")),
        *({"output_format": way, "output_compression": 80} for way in ("jpeg", "webp")),
        {"output_format": "png", "output_compression": 100},
        {"moderation": "low"},
        {"prompt": "x" * 32_000},
    ],
)
def test_gpt_image_takes(extra: dict[str, Any]) -> None:
    assert order(GPT | extra).profile.name == "gpt-image-1"


@pytest.mark.parametrize(
    ("extra", "param", "code"),
    [
        ({"response_format": "b64_json"}, "response_format", "unknown_parameter"),
        ({"style": "vivid"}, "style", "unknown_parameter"),
        ({"quality": "hd"}, "quality", "invalid_value"),
        ({"size": "1792x1024"}, "size", "invalid_value"),
        ({"n": 11}, "n", "integer_above_max_value"),
        ({"background": "clear"}, "background", "invalid_value"),
        ({"background": "transparent", "output_format": "jpeg"}, "background", "invalid_value"),
        ({"output_format": "gif"}, "output_format", "invalid_value"),
        ({"output_compression": 50}, "output_compression", "invalid_value"),
        (
            {"output_format": "webp", "output_compression": 101},
            "output_compression",
            "integer_above_max_value",
        ),
        (
            {"output_format": "webp", "output_compression": -1},
            "output_compression",
            "integer_below_min_value",
        ),
        ({"output_compression": "80"}, "output_compression", "invalid_type"),
        ({"moderation": "none"}, "moderation", "invalid_value"),
        ({"prompt": "x" * 32_001}, "prompt", "string_above_max_length"),
    ],
)
def test_gpt_image_refuses(extra: dict[str, Any], param: str, code: str) -> None:
    assert refusal(GPT | extra) == (400, param, code)


def test_a_model_that_does_not_exist() -> None:
    assert refusal({"model": "dall-e-9", "prompt": "A cat"}) == (404, "model", "model_not_found")


@pytest.mark.parametrize("body", [b"", b"{", b"[1]", b'"x"', b"\xff\xfe", b'{"model": NaN}', b"[" * 100_000])
def test_a_body_that_is_no_json_object(body: bytes) -> None:
    with pytest.raises(ApiError) as caught:
        read_order(body, "application/json")
    assert caught.value.status == 400


@pytest.mark.parametrize("content_type", ["", "text/plain", "multipart/form-data; boundary=x"])
def test_a_wrong_content_type(content_type: str) -> None:
    with pytest.raises(ApiError) as caught:
        read_order(json.dumps(DALLE).encode(), content_type)
    assert (caught.value.status, caught.value.code) == (400, "unsupported_content_type")
