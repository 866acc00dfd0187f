"""The endpoint that is asked about prompts. Contract: POST {base}/moderations with ``input`` and ``model``.

Asked once for all prompts of a press, within TIMEOUT_S, never inside a transaction. What was asked is not logged.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx
import structlog

from images_app.lib.addresses import AddressRefused
from images_app.lib.breaker import Breaker
from images_app.lib.clock import Deadline
from images_app.lib.crypto import SealError
from images_app.lib.transport import GuardedTransport
from images_app.moderation.judging import Hit
from images_app.moderation.models import Action, ModerationEndpoint
from images_app.providers.client import Endpoint

TIMEOUT_S = 5.0
ANSWER_AT_MOST = 1 << 20  # bytes
NAMES_AT_MOST = 3  # categories that are named to a person
NAME_AT_MOST = 60

log = structlog.get_logger(__name__)
_breaker = Breaker(
    "moderation.endpoint_away", "moderation.endpoint_back", rest_s=30.0, failures=3
)  # one for the process: only one endpoint is set up


class NotAnswered(Exception):
    """The endpoint cannot be asked, and the site wants no picture made without it."""


@dataclass(frozen=True)
class Answer:
    """What the endpoint said of one prompt; ``scores`` by category, 0 to 1."""

    flagged: bool
    categories: frozenset[str]
    scores: Mapping[str, float]


class _BadAnswer(Exception):
    pass


def hits(prompts: Sequence[str]) -> list[list[Hit]]:
    """For each prompt what the endpoint has against it. Raises NotAnswered where it cannot be asked and must be."""
    site = ModerationEndpoint.objects.filter(enabled=True).select_related("provider").first()
    if site is None or not prompts:
        return [[] for _ in prompts]
    answers = _ask(site, prompts)
    if answers is None:
        if not site.fail_open:
            raise NotAnswered
        return [[] for _ in prompts]
    thresholds = {row.category: row.score for row in site.thresholds.all()}
    return [_hits(site, found_in(answer, thresholds)) for answer in answers]


def found_in(answer: Answer, thresholds: Mapping[str, float]) -> list[str]:
    """The categories that count, worst first: by its score where a threshold is set, else by the endpoint's word."""
    found = {name for name in answer.categories if name not in thresholds}
    found |= {name for name, least in thresholds.items() if answer.scores.get(name, 0.0) >= least}
    if not found and answer.flagged and not answer.categories:
        return ["something it does not name"]
    return sorted(found, key=lambda name: (-answer.scores.get(name, 0.0), name))


def read_answer(body: bytes, count: int) -> list[Answer]:
    """Raises ValueError where it is no answer to ``count`` prompts."""
    try:
        results = json.loads(body)["results"]
        if len(results) != count:
            raise ValueError("as many results as prompts are needed")
        return [_read(result) for result in results]
    except (KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError("not an answer of this contract") from error


def _read(result: Any) -> Answer:
    flagged, categories, scores = result["flagged"], result["categories"], result["category_scores"]
    if not isinstance(flagged, bool):
        raise TypeError
    return Answer(
        flagged=flagged,
        categories=frozenset(_name(name) for name, on in categories.items() if on is True),
        scores={
            _name(name): float(score)
            for name, score in scores.items()
            if isinstance(score, int | float) and not isinstance(score, bool) and 0 <= score <= 1
        },
    )


def _name(name: str) -> str:
    return "".join(char for char in name if char.isprintable())[:NAME_AT_MOST]


def _hits(site: ModerationEndpoint, categories: list[str]) -> list[Hit]:
    if not categories:
        return []
    named = ", ".join(categories[:NAMES_AT_MOST])[:120]
    return [Hit(None, named, Action(site.action), site.advice)]


def _ask(site: ModerationEndpoint, prompts: Sequence[str]) -> list[Answer] | None:
    """None where it did not answer as the contract says, or is left alone because it did not three times."""
    if _breaker.is_open():
        return None
    try:
        there = site.provider.endpoint()
        answers = read_answer(_exchange(there, _message(there, site.model, prompts)), len(prompts))
    except (httpx.HTTPError, httpx.InvalidURL, AddressRefused, SealError, ValueError, _BadAnswer) as error:
        _breaker.trip(error)
        return None
    _breaker.reset()
    return answers


def _message(there: Endpoint, model: str, prompts: Sequence[str]) -> httpx.Request:
    """One prompt goes as a text, several as a list: every server of this contract takes the first."""
    body = {"model": model, "input": prompts[0] if len(prompts) == 1 else list(prompts)}
    headers = {
        "Authorization": f"Bearer {there.api_key.strip()}",
        "Content-Type": "application/json",
        "Accept": "application/json",
        "Accept-Encoding": "identity",
        "User-Agent": "Easel",
    }
    timeouts = dict.fromkeys(("connect", "read", "write", "pool"), TIMEOUT_S)
    return httpx.Request(
        "POST",
        httpx.URL(there.base_url.rstrip("/") + "/moderations"),
        headers=headers,
        content=json.dumps(body).encode(),
        extensions={"timeout": timeouts},
    )


def _exchange(there: Endpoint, message: httpx.Request) -> bytes:
    guarded = GuardedTransport(
        allowed=there.allowed_origins(), ports=there.ports(), deadline=Deadline(TIMEOUT_S)
    )
    with guarded as transport:
        response = transport.handle_request(message)
        if response.status_code != 200:
            raise _BadAnswer
        body = bytearray()
        for chunk in response.iter_raw():
            body += chunk
            if len(body) > ANSWER_AT_MOST:
                raise _BadAnswer
        return bytes(body)
