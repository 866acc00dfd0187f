"""What the rules would do to a prompt that somebody only tries: nothing is kept, and no endpoint is asked."""

from dataclasses import dataclass

from django.db.models import Q, QuerySet

from images_app.moderation.judging import Hit, Rules, Verdict
from images_app.moderation.models import Action, PromptRule
from images_app.moderation.past import Part, marked
from images_app.teams.models import Team


@dataclass(frozen=True)
class Meeting:
    """A rule that the prompt meets, what it does, and where it met it."""

    rule: str
    does: str
    own: bool
    parts: list[Part]


@dataclass(frozen=True)
class Tried:
    """``outcome`` in words; ``sent`` where it is another prompt than the one tried."""

    outcome: str
    sent: str
    meetings: list[Meeting]


def try_prompt(prompt: str, team: Team | None) -> Tried:
    """On every rule that runs."""
    return _tried(Rules(_running(team)).judge(prompt))


def try_with(rule: PromptRule, prompt: str) -> Tried:
    """On a rule as it is filled in, as if it were on, and on all others that run in its scope."""
    others = _running(rule.team).exclude(pk=rule.pk)
    as_on = PromptRule(
        **{
            name: getattr(rule, name)
            for name in ("id", "name", "kind", "pattern", "action", "replacement", "advice")
        },
        active=True,
    )
    return _tried(Rules([as_on, *others]).judge(prompt), as_on)


def _running(team: Team | None) -> QuerySet[PromptRule]:
    there = Q(team=None) | Q(team=team) if team else Q(team=None)
    return PromptRule.objects.filter(there, active=True).order_by("name", "pk")


def _tried(verdict: Verdict, own: PromptRule | None = None) -> Tried:
    meetings = [
        Meeting(
            hit.reason,
            _does(hit),
            own is not None and hit.rule == own.pk,
            marked(verdict.prompt, list(hit.spans)),
        )
        for hit in verdict.hits
    ]
    sent = verdict.sent if verdict.changes and not verdict.refusal else ""
    return Tried(_outcome(verdict), sent, meetings)


def _does(hit: Hit) -> str:
    words = {
        Action.BLOCK: "refuses it",
        Action.FLAG: "tells the desk",
        Action.REPLACE: f"writes “{hit.replacement}” instead",
    }[hit.action]
    return f"would do this, were it on: {words}" if hit.trial else words


def _outcome(verdict: Verdict) -> str:
    if verdict.refusal:
        return f"Refused, by the rule “{verdict.refusal.reason}”."
    told = " The desk is told." if verdict.flags else ""
    if verdict.changes:
        return f"Made, with other words.{told}"
    return f"Made as it is.{told}"
