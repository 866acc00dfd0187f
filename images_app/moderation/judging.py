"""What the rules say of a prompt: which of them it meets, and what comes of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from uuid import UUID

import structlog
from django.db.models import Q

from images_app.lib.words import tame
from images_app.moderation.expressions import BadExpression
from images_app.moderation.matching import Matcher, Span
from images_app.moderation.models import Action, PromptRule
from images_app.moderation.normal import Normal, normal
from images_app.teams.models import Team

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Hit:
    """One rule that a prompt meets. ``rule`` is None where an endpoint said it; ``spans`` are places of the prompt."""

    rule: UUID | None
    reason: str
    action: Action
    advice: str = ""
    spans: tuple[Span, ...] = ()
    trial: bool = False
    replacement: str = ""


@dataclass(frozen=True)
class Change:
    """``words`` of a prompt that became ``into``, by the rule of that name."""

    words: str
    into: str
    reason: str


@dataclass(frozen=True)
class Verdict:
    """``prompt`` as it was written, ``sent`` as it would be sent."""

    prompt: str
    sent: str
    hits: tuple[Hit, ...] = ()
    changes: tuple[Change, ...] = field(default=())

    @property
    def refusal(self) -> Hit | None:
        """The first rule that refuses it."""
        return next((hit for hit in self.hits if hit.action == Action.BLOCK and not hit.trial), None)

    @property
    def flags(self) -> list[Hit]:
        """What the desk is told of: rules that flag, and all that are tried out."""
        return [hit for hit in self.hits if hit.trial or hit.action == Action.FLAG]


class Rules:
    """Rules made ready for many prompts. One that cannot be read (an expression an older RE2 took) is logged and left."""

    def __init__(self, rules: Iterable[PromptRule]) -> None:
        self._rules: dict[str, PromptRule] = {}
        patterns = []
        for rule in rules:
            try:
                Matcher([rule.as_pattern])
            except BadExpression:
                log.error("moderation.rule_not_readable", rule=str(rule.pk))
            else:
                self._rules[str(rule.pk)] = rule
                patterns.append(rule.as_pattern)
        self._matcher = Matcher(patterns)

    def judge(self, prompt: str) -> Verdict:
        """What the rules refuse, they refuse before and after others have changed the prompt."""
        hits = self._hits(normal(prompt))
        sent, changes = _changed(prompt, hits)
        if changes:
            known = {hit.rule for hit in hits}
            after = [hit for hit in self._hits(normal(sent)) if hit.rule not in known]
            hits += [
                Hit(hit.rule, hit.reason, hit.action, hit.advice, trial=hit.trial)
                for hit in after
                if hit.action != Action.REPLACE
            ]
        return Verdict(prompt, sent, tuple(hits), tuple(changes))

    def _hits(self, text: Normal) -> list[Hit]:
        spans = self._matcher.spans_of(text)
        return [
            Hit(
                rule=rule.pk,
                reason=rule.name,
                action=Action(rule.action),
                advice=rule.advice,
                spans=tuple(sorted(spans[key])),
                trial=rule.trial_since is not None,
                replacement=rule.replacement,
            )
            for key, rule in self._rules.items()
            if key in spans
        ]


def rules_for(team: Team) -> Rules:
    """The rules of the site and of the team. Each process keeps them ready until one is changed."""
    there = Q(team=None) | Q(team=team)
    known = PromptRule.objects.filter(there, active=True).order_by("pk").values_list("pk", "stamp")
    return _ready(tuple(known))


def judge_each(prompts: Sequence[str], team: Team) -> list[Verdict]:
    """A verdict for each prompt, in their order; no endpoint is asked."""
    rules = rules_for(team)
    return [rules.judge(prompt) for prompt in prompts]


@lru_cache(maxsize=64)
def _ready(known: tuple[tuple[UUID, UUID], ...]) -> Rules:
    """By id and stamp of each rule: a change makes another key. Read anew, a rule is at least that new."""
    return Rules(PromptRule.objects.filter(pk__in=[pk for pk, _ in known]) if known else [])


def _changed(prompt: str, hits: Sequence[Hit]) -> tuple[str, list[Change]]:
    """The prompt with what the rules write instead: where two want the same place, the one that begins first, then the
    longer."""
    wanted = sorted(
        (start, -end, hit.reason, hit.replacement)
        for hit in hits
        if hit.action == Action.REPLACE and not hit.trial
        for start, end in hit.spans
    )
    pieces: list[str] = []
    changes: list[Change] = []
    at = 0
    for start, minus_end, reason, replacement in wanted:
        if start < at:
            continue
        words = prompt[start:-minus_end]
        pieces += [prompt[at:start], replacement]
        changes.append(Change(tame(words), replacement, reason))
        at = -minus_end
    return "".join([*pieces, prompt[at:]]), list(dict.fromkeys(changes))
