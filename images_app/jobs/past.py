"""What a person asked for before: each prompt once, the latest first."""

from dataclasses import dataclass
from uuid import UUID

from images_app.jobs.models import Generation
from images_app.teams.access import own
from images_app.teams.models import User

SCANNED = 2000  # submissions that are looked at, the newest
MOST = 50


@dataclass(frozen=True)
class PastPrompt:
    """``id`` is the latest generation that was made of it."""

    id: UUID
    prompt: str


def past_prompts(person: User, words: str = "") -> list[PastPrompt]:
    """Those that hold every one of ``words``, in any case and order; MOST at most."""
    wanted = words.casefold().split()
    rows = Generation.objects.filter(own(person)).order_by("-created_at", "-id").values_list("pk", "prompt")
    found: dict[str, PastPrompt] = {}
    for pk, prompt in rows[:SCANNED]:
        if prompt not in found and all(word in prompt.casefold() for word in wanted):
            found[prompt] = PastPrompt(pk, prompt)
        if len(found) == MOST:
            break
    return list(found.values())
