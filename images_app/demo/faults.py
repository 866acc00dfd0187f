"""Special words in a prompt that make the endpoint fail on purpose: `[demo:rate-limit 5]`.

They may stand anywhere in a longer prompt. What each one shows is in docs/demo-endpoint.md.
"""

from __future__ import annotations

import hashlib
import re
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.utils import formatdate

from .contract import ApiError

TAG = re.compile(r"\[demo:([a-z0-9-]+)(?:\s+(\d{1,4}(?:\.\d{1,3})?))?\s*\]", re.IGNORECASE)

BEFORE = (
    "rate-limit",
    "rate-limit-date",
    "rate-limit-garbage",
    "refused",
    "billing",
    "quota",
    "auth",
    "forbidden",
    "no-model",
)
AFTER = (
    "server-error",
    "bad-gateway",
    "unavailable",
    "html",
    "bad-body",
    "error-in-200",
    "empty",
    "drop",
    "half-body",
)
OTHER = ("slow", "dead-url", "bad-picture", "no-revised")
NAMES = (*BEFORE, *AFTER, *OTHER)
REMEMBER_SECONDS = 600
REMEMBER_PROMPTS = 10_000


@dataclass(frozen=True)
class Faults:
    """The special words of one prompt, and the prompt without them."""

    prompt: str
    asked: Mapping[str, float | None] = field(default_factory=dict)

    def __contains__(self, name: str) -> bool:
        return name in self.asked

    def seconds(self, name: str, default: float) -> float:
        """The number beside a word, in seconds."""
        value = self.asked.get(name)
        return default if value is None else value

    @property
    def after(self) -> str | None:
        """The failure that comes after the picture was made and counted."""
        return next((name for name in AFTER if name in self.asked), None)


def read_faults(prompt: str) -> Faults:
    """The special words in a prompt. Raises ApiError for one that does not exist: a typo should not look like success."""
    asked: dict[str, float | None] = {}
    for name, number in TAG.findall(prompt):
        if name.lower() not in NAMES:
            message = f"Unknown special prompt '[demo:{name[:40]}]'. Known ones: {', '.join(NAMES)}."
            raise ApiError(400, message, param="prompt", code="invalid_value")
        asked[name.lower()] = float(number) if number else None
    clean = re.sub(r"\s+([,.;:!?])", r"\1", " ".join(TAG.sub(" ", prompt).split())) if asked else prompt
    return Faults(clean or "A quiet landscape in morning light", asked)


class FirstTime:
    """Which prompts were turned away lately, so that the next call of the same one works. Bounded."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.clock = clock
        self.seen: OrderedDict[bytes, float] = OrderedDict()

    def __call__(self, prompt: str) -> bool:
        """Whether this exact prompt comes for the first time in ten minutes."""
        key, now = hashlib.sha256(prompt.encode()).digest(), self.clock()
        known = self.seen.get(key)
        if known is not None and now - known < REMEMBER_SECONDS:
            return False
        self.seen[key] = now
        self.seen.move_to_end(key)
        while len(self.seen) > REMEMBER_PROMPTS:
            self.seen.popitem(last=False)
        return True


def turn_away(faults: Faults, prompt: str, first_time: FirstTime, now: float) -> None:
    """Raise the refusal a prompt asks for, before anything is drawn or counted."""
    for name in ("rate-limit", "rate-limit-date", "rate-limit-garbage"):
        if name in faults and first_time(prompt):
            raise _rate_limited(name, faults.seconds(name, 2), now)
    if "refused" in faults:
        message = (
            "Your request was rejected as a result of our safety system. Your prompt may contain text that is not "
            "allowed by our safety system."
        )
        raise ApiError(400, message, code="content_policy_violation")
    if "billing" in faults:
        raise ApiError(400, "Billing hard limit has been reached.", code="billing_hard_limit_reached")
    if "quota" in faults:
        message = "You exceeded your current quota, please check your plan and billing details."
        raise ApiError(429, message, kind="insufficient_quota", code="insufficient_quota")
    if "auth" in faults:
        raise invalid_key("demo-key")
    if "forbidden" in faults:
        message = "Your organization must be verified to use this model."
        raise ApiError(403, message)
    if "no-model" in faults:
        message = "The model of this request does not exist or you do not have access to it."
        raise ApiError(404, message, param="model", code="model_not_found")


def _rate_limited(name: str, seconds: float, now: float) -> ApiError:
    # A fraction of a second rounds up: Retry-After counts whole ones.
    wait = str(int(-(-seconds // 1)))
    header = {
        "rate-limit": wait,
        "rate-limit-date": formatdate(now + seconds, usegmt=True),
        "rate-limit-garbage": "soon, we hope",
    }[name]
    message = f"Rate limit reached for images per minute. Please try again in {wait}s."
    return ApiError(
        429, message, kind="requests", code="rate_limit_exceeded", headers={"Retry-After": header}
    )


def invalid_key(key: str) -> ApiError:
    """The 401 for a wrong key; only its two ends are repeated."""
    shown = f"{key[:3]}***{key[-2:]}" if len(key) > 8 else "***"
    message = f"Incorrect API key provided: {shown}. Set the key this server was started with."
    return ApiError(401, message, code="invalid_api_key")
