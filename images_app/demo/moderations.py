"""The demo endpoint's answer about texts: strict as the contract, and decided by a few plain words.

A text that holds ``demo-violence``, ``demo-hate`` or another category's name is flagged in that category;
``demo-maybe`` gives a score of 0.4 and no flag, for trying thresholds. Nothing else is ever flagged.
"""

from __future__ import annotations

import hashlib
from typing import Any

from .contract import ApiError, missing, read_object, wrong_type

MODELS = ("omni-moderation-latest", "text-moderation-latest")
INPUTS_AT_MOST = 200
CATEGORIES = (
    "harassment",
    "harassment/threatening",
    "hate",
    "hate/threatening",
    "illicit",
    "illicit/violent",
    "self-harm",
    "self-harm/instructions",
    "self-harm/intent",
    "sexual",
    "sexual/minors",
    "violence",
    "violence/graphic",
)
SURE, MAYBE, NEVER = 0.97, 0.4, 0.0001


def moderate(body: bytes, content_type: str) -> dict[str, Any]:
    """The answer to a request body, in the order of its inputs. Raises ApiError with the status OpenAI would give."""
    given = read_object(body, content_type)
    for name in given:
        if name not in ("input", "model"):
            raise ApiError(
                400, f"Unknown parameter: '{name[:100]}'.", param=name[:100], code="unknown_parameter"
            )
    model = given.get("model", MODELS[0])
    if not isinstance(model, str):
        raise wrong_type("model", "a string", model)
    if model not in MODELS:
        message = f"The model `{model[:100]}` does not exist or you do not have access to it."
        raise ApiError(404, message, param="model", code="model_not_found")
    texts = _inputs(given)
    name = hashlib.sha256("\0".join(texts).encode(errors="replace")).hexdigest()[:24]
    return {"id": f"modr-{name}", "model": model, "results": [_result(text) for text in texts]}


def _inputs(given: dict[str, Any]) -> list[str]:
    if "input" not in given:
        raise missing("input")
    texts = given["input"]
    if isinstance(texts, str):
        texts = [texts]
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise wrong_type("input", "a string or an array of strings", given["input"])
    if not texts or not all(texts):
        raise ApiError(400, "Invalid 'input': empty.", param="input", code="empty_string")
    if len(texts) > INPUTS_AT_MOST:
        raise ApiError(400, "Invalid 'input': array too long.", param="input", code="array_above_max_length")
    return texts


def _result(text: str) -> dict[str, Any]:
    words = text.lower()
    flags = {name: f"demo-{name}" in words.split() for name in CATEGORIES}
    low = MAYBE if "demo-maybe" in words.split() else NEVER
    scores = {name: SURE if on else low for name, on in flags.items()}
    return {"flagged": any(flags.values()), "categories": flags, "category_scores": scores}
