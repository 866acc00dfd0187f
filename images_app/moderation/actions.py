"""The check every submission passes before a row or a hold exists, and what is kept of it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from images_app.moderation import endpoint
from images_app.moderation.judging import Hit, Verdict, judge_each
from images_app.moderation.models import ChangedPrompt, FlaggedPrompt, RefusedPrompt
from images_app.teams.models import Team, User

BATCH = 500


class PromptRefused(Exception):
    """Nothing was made and nothing charged. ``sentence`` is for the person; the prompt is not in it."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def check(person: User, team: Team, prompts: Sequence[str], *, key: str, limit: int) -> dict[str, Verdict]:
    """By prompt, what is to be sent and noted of it. Raises PromptRefused where a rule is against one of them, or where
    what would be sent is longer than ``limit`` characters; what was refused is kept for the desk.

    May ask an endpoint over the network: never call it inside a transaction.
    """
    written = list(dict.fromkeys(prompts))
    verdicts = judge_each(written, team)
    if not any(verdict.refusal for verdict in verdicts):
        verdicts = _asked(verdicts)
    if any(verdict.refusal for verdict in verdicts):
        _keep_refused(person, team, verdicts, key)
        raise PromptRefused(_sentence(verdicts))
    for verdict in verdicts:
        if verdict.changes and len(verdict.sent) > limit:
            raise PromptRefused(
                f"Not made, and nothing was charged. With what the rule “{verdict.changes[0].reason}” writes instead, "
                f"the prompt has {len(verdict.sent):,} characters; {limit:,} is the most. Make it shorter."
            )
    return {verdict.prompt: verdict for verdict in verdicts}


def keep(verdict: Verdict, generation_id: UUID) -> None:
    """What is noted of a prompt that is made; inside the caller's transaction."""
    if verdict.changes:
        names = dict.fromkeys(change.reason for change in verdict.changes)
        ChangedPrompt.objects.create(
            generation_id=generation_id, written=verdict.prompt, because=", ".join(names)[:400]
        )
    FlaggedPrompt.objects.bulk_create(
        (
            FlaggedPrompt(
                generation_id=generation_id,
                rule_id=hit.rule,
                reason=hit.reason,
                would=hit.action if hit.trial else "",
            )
            for hit in verdict.flags
        ),
        ignore_conflicts=True,  # two rules of one name
    )


def forget_refused() -> int:
    """Deletes what was refused longer ago than REFUSED_PROMPT_DAYS; how many."""
    before = timezone.now() - timedelta(days=settings.REFUSED_PROMPT_DAYS)
    old = RefusedPrompt.objects.filter(at__lt=before).order_by().values_list("pk", flat=True)
    count = 0
    while some := list(old[:BATCH]):
        with transaction.atomic():
            count += RefusedPrompt.objects.filter(pk__in=some).delete()[0]
    return count


def _asked(verdicts: list[Verdict]) -> list[Verdict]:
    """The same with what an endpoint says of what would be sent, where one is set up. Raises PromptRefused."""
    try:
        found = endpoint.hits([verdict.sent for verdict in verdicts])
    except endpoint.NotAnswered:
        raise PromptRefused(
            "Not made, and nothing was charged: prompts are checked by a service that does not answer just now. "
            "Try again in a minute."
        ) from None
    return [
        replace(verdict, hits=(*verdict.hits, *more)) for verdict, more in zip(verdicts, found, strict=True)
    ]


def _keep_refused(person: User, team: Team, verdicts: Sequence[Verdict], key: str) -> None:
    RefusedPrompt.objects.bulk_create(
        (
            RefusedPrompt(
                person=person,
                team=team,
                rule_id=hit.rule,
                reason=hit.reason,
                text=verdict.prompt,
                digest=sha256(f"{key}\n{hit.rule}\n{verdict.prompt}".encode(errors="replace")).hexdigest(),
            )
            for verdict in verdicts
            if (hit := verdict.refusal)
        ),
        ignore_conflicts=True,  # sent twice
    )


def _sentence(verdicts: Sequence[Verdict]) -> str:
    refused = [(place, hit) for place, verdict in enumerate(verdicts, 1) if (hit := verdict.refusal)]
    place, hit = refused[0]
    which = "" if len(verdicts) == 1 else f"Prompt {place} of {len(verdicts)}: "
    more = f" ({len(refused)} of the prompts are refused.)" if len(refused) > 1 else ""
    return f"{which}Not made, and nothing was charged: {_against(hit)}.{_advice(hit)}{more}"


def _against(hit: Hit) -> str:
    return (
        f"it is against the rule “{hit.reason}”" if hit.rule else f"the check of prompts found {hit.reason}"
    )


def _advice(hit: Hit) -> str:
    return f" {hit.advice}" if hit.advice else " Change the prompt and press Generate again."
