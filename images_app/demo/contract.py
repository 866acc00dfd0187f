"""The contract, field by field: what a request may say, and the error OpenAI gives when it says something else.

A model is a row of `PROFILES`; no code asks for a model by name.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

MAX_BODY = 1_048_576


class ApiError(Exception):
    """A refusal in OpenAI's shape."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        kind: str = "invalid_request_error",
        param: str | None = None,
        code: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status, self.message, self.kind, self.param, self.code = status, message, kind, param, code
        self.headers = dict(headers or {})

    def body(self) -> dict[str, Any]:
        return {"error": {"message": self.message, "type": self.kind, "param": self.param, "code": self.code}}


@dataclass(frozen=True)
class Choice:
    """A string field with a fixed set of values."""

    values: tuple[str, ...]
    default: str


@dataclass(frozen=True)
class Number:
    """A whole number field."""

    low: int
    high: int
    default: int


@dataclass(frozen=True)
class Profile:
    """What one model accepts and how it answers."""

    name: str
    created: int
    prompt_limit: int
    fields: Mapping[str, Choice | Number]
    # What `auto` stands for, by field.
    auto: Mapping[str, str] = field(default_factory=dict)
    # Whether the reply tells the prompt that was really used.
    revises: bool = True
    # Output tokens by quality and size; empty for models priced by the picture.
    tokens: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


PROFILES = {
    profile.name: profile
    for profile in (
        Profile(
            name="dall-e-3",
            created=1698785189,
            prompt_limit=4000,
            fields={
                "n": Number(1, 1, 1),
                "size": Choice(("1024x1024", "1792x1024", "1024x1792"), "1024x1024"),
                "quality": Choice(("standard", "hd"), "standard"),
                "style": Choice(("vivid", "natural"), "vivid"),
                "response_format": Choice(("url", "b64_json"), "url"),
            },
        ),
        Profile(
            name="gpt-image-1",
            created=1745517030,
            prompt_limit=32_000,
            fields={
                "n": Number(1, 10, 1),
                "size": Choice(("1024x1024", "1536x1024", "1024x1536", "auto"), "auto"),
                "quality": Choice(("low", "medium", "high", "auto"), "auto"),
                "background": Choice(("auto", "transparent", "opaque"), "auto"),
                "output_format": Choice(("png", "jpeg", "webp"), "png"),
                "output_compression": Number(0, 100, 100),
                "moderation": Choice(("auto", "low"), "auto"),
            },
            auto={"size": "1024x1024", "quality": "medium", "background": "opaque"},
            revises=False,
            tokens={
                "low": {"1024x1024": 272, "1024x1536": 408, "1536x1024": 400},
                "medium": {"1024x1024": 1056, "1024x1536": 1584, "1536x1024": 1568},
                "high": {"1024x1024": 4160, "1024x1536": 6240, "1536x1024": 6208},
            },
        ),
    )
}


@dataclass(frozen=True)
class Order:
    """A request that keeps the contract: every field filled, `auto` decided."""

    profile: Profile
    prompt: str
    fields: Mapping[str, str | int]

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        width, height = str(self.fields["size"]).split("x")
        return int(width), int(height)


def read_order(body: bytes, content_type: str) -> Order:
    """The order in a request body. Raises ApiError with the status and code OpenAI would answer."""
    given = read_object(body, content_type)
    model = given.pop("model", None)
    if model is None:
        raise missing("model")
    if not isinstance(model, str):
        raise wrong_type("model", "a string", model)
    profile = PROFILES.get(model)
    if profile is None:
        message = f"The model `{model[:100]}` does not exist or you do not have access to it."
        raise ApiError(404, message, param="model", code="model_not_found")
    for name in given:
        if name not in profile.fields and name not in ("prompt", "user"):
            raise ApiError(
                400, f"Unknown parameter: '{name[:100]}'.", param=name[:100], code="unknown_parameter"
            )
    prompt = _prompt(given, profile)
    if not isinstance(given.get("user", ""), str | None):
        raise wrong_type("user", "a string", given["user"])
    fields = {name: _value(name, rule, given.get(name)) for name, rule in profile.fields.items()}
    for name, meant in profile.auto.items():
        if fields[name] == "auto":
            fields[name] = meant
    _check_together(fields)
    return Order(profile, prompt, fields)


def read_object(body: bytes, content_type: str) -> dict[str, Any]:
    """The JSON object of a body. Raises ApiError."""
    if content_type.split(";")[0].strip().lower() != "application/json":
        raise ApiError(
            400,
            f"Unsupported content type: '{content_type[:100]}'. This API method only accepts 'application/json' "
            "requests, but you specified a different one in the 'Content-Type' header.",
            code="unsupported_content_type",
        )
    try:
        given = json.loads(body.decode("utf-8"), parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise ApiError(
            400,
            "We could not parse the JSON body of your request. The body must be one JSON object in UTF-8.",
        ) from error
    if not isinstance(given, dict):
        raise ApiError(
            400,
            f"Invalid type for the request body: expected an object, but got {_name_type(given)} instead.",
            code="invalid_type",
        )
    return given


def _no_constant(name: str) -> None:
    raise ValueError(name)


def _prompt(given: Mapping[str, Any], profile: Profile) -> str:
    prompt = given.get("prompt")
    if prompt is None:
        raise missing("prompt")
    if not isinstance(prompt, str):
        raise wrong_type("prompt", "a string", prompt)
    if any("\ud800" <= character <= "\udfff" for character in prompt):
        raise ApiError(
            400,
            "Invalid 'prompt': the text holds half of a surrogate pair.",
            param="prompt",
            code="invalid_value",
        )
    if not prompt.strip():
        message = (
            "Invalid 'prompt': empty string. Expected a string with minimum length 1, "
            "but got an empty string instead."
        )
        raise ApiError(400, message, param="prompt", code="empty_string")
    if len(prompt) > profile.prompt_limit:
        raise ApiError(
            400,
            f"Invalid 'prompt': string too long. Expected a string with maximum length {profile.prompt_limit}, "
            f"but got a string with length {len(prompt)} instead.",
            param="prompt",
            code="string_above_max_length",
        )
    return prompt


def _value(name: str, rule: Choice | Number, value: Any) -> str | int:
    """The field's value; its default where it is missing or null."""
    if value is None:
        return rule.default
    if isinstance(rule, Number):
        if isinstance(value, bool) or not isinstance(value, int):
            raise wrong_type(name, "an integer", value)
        if value > rule.high:
            message = (
                f"Invalid '{name}': integer above maximum value. "
                f"Expected a value <= {rule.high}, but got a larger one instead."
            )
            raise ApiError(400, message, param=name, code="integer_above_max_value")
        if value < rule.low:
            message = (
                f"Invalid '{name}': integer below minimum value. "
                f"Expected a value >= {rule.low}, but got a smaller one instead."
            )
            raise ApiError(400, message, param=name, code="integer_below_min_value")
        return value
    if not isinstance(value, str):
        raise wrong_type(name, "a string", value)
    if value not in rule.values:
        known = [f"'{known}'" for known in rule.values]
        message = (
            f"Invalid value: '{value[:100]}'. Supported values are: {', '.join(known[:-1])}, and {known[-1]}."
        )
        raise ApiError(400, message, param=name, code="invalid_value")
    return value


def _check_together(fields: Mapping[str, str | int]) -> None:
    """What two fields may not say at once."""
    if fields.get("background") == "transparent" and fields.get("output_format") == "jpeg":
        raise ApiError(
            400,
            "Transparent background is not supported for JPEG output format.",
            param="background",
            code="invalid_value",
        )
    if fields.get("output_format") == "png" and fields.get("output_compression") != 100:
        message = "Compression less than 100 is not supported for PNG output format."
        raise ApiError(400, message, param="output_compression", code="invalid_value")


def missing(name: str) -> ApiError:
    return ApiError(
        400, f"Missing required parameter: '{name}'.", param=name, code="missing_required_parameter"
    )


def wrong_type(name: str, expected: str, value: Any) -> ApiError:
    message = f"Invalid type for '{name}': expected {expected}, but got {_name_type(value)} instead."
    return ApiError(400, message, param=name, code="invalid_type")


def _name_type(value: Any) -> str:
    names = {
        bool: "a boolean",
        int: "an integer",
        float: "a decimal number",
        str: "a string",
        list: "an array",
        dict: "an object",
    }
    return names.get(type(value), "null")
