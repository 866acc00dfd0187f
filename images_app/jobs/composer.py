"""What the composer shows: a prompt, the settings picked, the price of it all, and what was wrong with it."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from images_app.collections.access import is_shared
from images_app.collections.models import Collection
from images_app.images.models import StoredImage
from images_app.jobs.choices import COUNTS, ModelChoice, choices, estimate, value_of
from images_app.jobs.expansion import literal
from images_app.jobs.expect import ordinary_waiting
from images_app.jobs.forms import GenerationForm, one_kind_of_line_end
from images_app.jobs.models import Generation
from images_app.jobs.plan import Plan
from images_app.providers.models import ImageModel
from images_app.teams.audience import Audience
from images_app.teams.models import Team


@dataclass(frozen=True)
class Composer:
    """``models`` holds exactly one picked model, or is empty where none is set up."""

    models: list[ModelChoice]
    prompt: str = ""
    n: int = 1
    parent: StoredImage | None = None
    problems: list[tuple[str, str]] = field(default_factory=list)
    # Every line a prompt of its own.
    lines: bool = False
    # Values of the models to compare with.
    also: frozenset[str] = frozenset()
    # It all waits until it is quiet.
    quiet: bool = False
    # Where the pictures go and who sees them there; None: as is set at present.
    team: Team | None = None
    audience: Audience | None = None
    # Where they are hung, besides the library.
    collection: Collection | None = None
    # What a press would make, where that is known; what stands in the way of knowing it, where that is the prompt.
    plan: Plan | None = None
    unplanned: str = ""
    # One composer, one submission: sending it twice makes it once.
    key: str = field(default_factory=lambda: str(uuid.uuid4()))

    @property
    def picked(self) -> ModelChoice | None:
        return next((choice for choice in self.models if choice.picked), None)

    @property
    def counts(self) -> list[tuple[int, bool]]:
        return [(count, count == self.n) for count in COUNTS]

    @property
    def estimate(self) -> str:
        """Price and time of the whole batch."""
        if self.plan is not None:
            return self.plan.estimate
        if self.picked is None:
            return ""
        quality = self.picked.quality
        settings = self.picked.size.value, quality.value if quality else ""
        return estimate(self.picked.model, *settings, self.n, quiet=self.quiet)

    @property
    def others(self) -> list[tuple[ModelChoice, bool]]:
        """Models to compare with, and whether they are."""
        return [(choice, choice.value in self.also) for choice in self.models]

    @property
    def more(self) -> int:
        """How many models besides the one picked."""
        return sum(on and not choice.picked for choice, on in self.others)

    @cached_property
    def ahead(self) -> int:
        """How many pictures go before what waits until it is quiet, by now."""
        here = {self.picked.model.provider} if self.picked else set()
        return ordinary_waiting(self.plan.providers if self.plan else here)

    @property
    def spelled(self) -> bool:
        """Whether the prompts are worth a list: they are not just the lines as they stand in the box."""
        lines = [line.strip() for line in self.prompt.split("\n") if line.strip()]
        return self.plan is not None and len(self.plan.prompts) > 1 and self.plan.prompts != lines

    @property
    def limit(self) -> int:
        return self.picked.model.prompt_limit if self.picked else 0

    @property
    def paused(self) -> str:
        """Why the picked model's endpoint does not work at the moment; "" where it does."""
        if self.picked is None or self.picked.model.provider.paused_at is None:
            return ""
        return self.picked.model.provider.paused_because or "an administrator paused it"

    @property
    def wrong(self) -> set[str]:
        """Names of the fields with a problem."""
        return {name for name, _ in self.problems}


def blank(models: list[ImageModel], prompt: str = "") -> Composer:
    return Composer(choices(models, {}), prompt=prompt)


def into(models: list[ImageModel], collection: Collection) -> Composer:
    """An empty composer whose pictures are hung in the collection, for everybody who sees it."""
    audience = Audience.TEAM if is_shared(collection) else None
    return Composer(choices(models, {}), team=collection.team, audience=audience, collection=collection)


def of_recipe(
    models: list[ImageModel], generation: Generation, parent: StoredImage | None = None
) -> Composer:
    """The composer filled with what an earlier generation was made of."""
    wanted = {
        "model": value_of(generation.model, models),
        "size": generation.size,
        "quality": generation.quality,
        "style": generation.style,
    }
    return Composer(
        choices(models, wanted),
        prompt=literal(generation.prompt),
        n=1 if parent else generation.n,
        parent=parent,
        quiet=generation.jobs.filter(quiet=True).exists(),
    )


def planned(form: GenerationForm) -> Plan | None:
    """What a press would make; None where something is wrong with the form."""
    if not form.is_valid():
        return None
    return Plan(form.requests(), remix=form.cleaned_data["from"] is not None)


def of_form(form: GenerationForm, plan: Plan | None, *, judge: bool = True, sentence: str = "") -> Composer:
    """The composer as it was sent, with what was wrong (``judge``; ``sentence`` about a preset) and its own key."""
    data: Mapping[str, str] = form.data
    sent = str(data.get("n", ""))
    form.is_valid()  # cleans it, where nobody has
    prompt = one_kind_of_line_end(str(data.get("prompt", ""))).replace("\0", "")
    return Composer(
        choices(
            form.models, {name: str(data.get(name, "")) for name in ("model", "size", "quality", "style")}
        ),
        prompt=prompt,
        n=int(sent) if sent in map(str, COUNTS) else 1,
        parent=form.cleaned_data.get("from"),
        problems=form.problems() if judge else [("preset", sentence)] if sentence else [],
        lines=bool(form.cleaned_data.get("lines")),
        quiet=bool(form.cleaned_data.get("quiet")),
        team=form.cleaned_data.get("team"),
        audience=form.cleaned_data.get("audience"),
        collection=form.cleaned_data.get("collection"),
        also=frozenset(value_of(model, form.models) for model in form.cleaned_data.get("also") or []),
        plan=plan,
        unplanned="" if judge or not prompt.strip() else " ".join(map(str, form.errors.get("prompt", []))),
    )
