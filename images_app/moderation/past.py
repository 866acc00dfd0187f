"""What a rule would have done to the prompts of the last days, before it is switched on. Bounded in time and number."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.apps import apps
from django.db.models import Q, QuerySet
from django.utils import timezone

from images_app.lib.clock import Deadline
from images_app.lib.words import tame
from images_app.moderation.matching import Matcher, Span
from images_app.moderation.models import PromptRule

DAYS = 30
LOOKED_AT_MOST = 20_000  # prompts
SECONDS_AT_MOST = 5.0
EXAMPLES = 50
CHUNK = 500
BEFORE, AFTER = 120, 240  # signs of a prompt that are shown around a match


@dataclass(frozen=True)
class Part:
    """A piece of a prompt; ``met`` where the rule met it."""

    text: str
    met: bool


@dataclass(frozen=True)
class Example:
    at: datetime
    person: str
    team: str
    parts: list[Part]


@dataclass(frozen=True)
class LookBack:
    """``since`` is None where all DAYS were looked at, else how far back it came."""

    looked_at: int
    met: int
    people: int
    teams: int
    since: datetime | None
    examples: list[Example]


def look_back(rule: PromptRule) -> LookBack:
    """Over the newest prompts of everybody in the rule's scope, the newest first; reads them a few at a time."""
    matcher, deadline = Matcher([rule.as_pattern]), Deadline(SECONDS_AT_MOST)
    looked_at, met = 0, 0
    people, teams = set(), set()
    since: datetime | None = None
    examples: list[Example] = []
    rows = _prompts(rule).values_list(
        "created_at", "prompt", "person_id", "team_id", "person__email", "team__name"
    )
    for at, prompt, person, team, email, name in rows[: LOOKED_AT_MOST + 1].iterator(chunk_size=CHUNK):
        if looked_at == LOOKED_AT_MOST or deadline.passed:
            break
        looked_at, since = looked_at + 1, at
        spans = matcher.spans(prompt)
        if not spans:
            continue
        met += 1
        people.add(person)
        teams.add(team)
        if len(examples) < EXAMPLES:
            found = [span for some in spans.values() for span in some]
            examples.append(Example(at, email, name, around(prompt, found)))
    else:
        since = None
    return LookBack(looked_at, met, len(people), len(teams), since, examples)


def marked(prompt: str, spans: list[Span]) -> list[Part]:
    """The prompt in pieces, with what was met as pieces of its own."""
    parts: list[Part] = []
    at = 0
    for start, end in sorted(spans):
        if end <= at:
            continue
        parts += [Part(prompt[at : max(start, at)], False), Part(prompt[max(start, at) : end], True)]
        at = end
    parts.append(Part(prompt[at:], False))
    return [Part(tame(part.text), part.met) for part in parts if part.text]


def around(prompt: str, spans: list[Span]) -> list[Part]:
    """The same of a long prompt's piece around its first match."""
    first = min(spans)[0]
    begin, end = max(first - BEFORE, 0), first + AFTER
    inside = [(start - begin, min(stop, end) - begin) for start, stop in spans if start < end]
    cut = marked(prompt[begin:end], inside)
    return [
        *([Part("… ", False)] if begin else []),
        *cut,
        *([Part(" …", False)] if end < len(prompt) else []),
    ]


def _prompts(rule: PromptRule) -> QuerySet[Any]:
    # By its name, as the foreign keys have it: this room stands below the one that holds the prompts.
    generations = apps.get_model("images_app", "Generation")._default_manager
    whose = Q(team=rule.team_id) if rule.team_id else Q()
    newest = generations.filter(whose, created_at__gte=timezone.now() - timedelta(days=DAYS))
    return newest.order_by("-created_at")
