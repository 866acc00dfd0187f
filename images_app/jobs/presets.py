"""Settings of the composer kept under a name. They are a person's own; a name is taken once, however it is written."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Prefetch, QuerySet
from django.http import Http404, QueryDict

from images_app.collections.access import addable_by
from images_app.jobs.choices import quality_name, size_name, style_name, value_of
from images_app.jobs.forms import GenerationForm, quoted
from images_app.jobs.models import Preset
from images_app.providers.models import ImageModel
from images_app.teams.models import User

NAME_AT_MOST = 60
MOST = 60
SETTINGS = ("model", "size", "quality", "style", "n", "collection")


@dataclass(frozen=True)
class PresetChoice:
    """A preset as the composer offers it; ``model_value`` is "" where its model is not offered any more."""

    preset: Preset
    model_value: str

    @property
    def words(self) -> list[str]:
        preset = self.preset
        named = [
            preset.model.label,
            size_name(preset.size),
            quality_name(preset.quality),
            style_name(preset.style),
        ]
        into = [f"into {preset.collection.title}"] if preset.collection else []
        return [*filter(None, named), f"{preset.n} picture{'' if preset.n == 1 else 's'}", *into]


def presets_of(person: User) -> QuerySet[Preset]:
    hung = Prefetch("collection", addable_by(person))
    return Preset.objects.filter(person=person).select_related("model").prefetch_related(hung)


def own_preset(person: User, preset_id: UUID) -> Preset:
    preset = presets_of(person).filter(pk=preset_id).first()
    if preset is None:
        raise Http404("no such preset")
    return preset


def preset_choices(person: User, models: list[ImageModel]) -> list[PresetChoice]:
    return [
        PresetChoice(preset, value_of(preset.model, models) if preset.model in models else "")
        for preset in presets_of(person)
    ]


def save_preset(person: User, name: str, form: GenerationForm) -> Preset:
    """A new preset of what the composer holds; its prompt is none of it. Raises ValidationError with a sentence."""
    settings = settings_in(form)
    if Preset.objects.filter(person=person).count() >= MOST:
        raise ValidationError(f"You have {MOST} presets already. Delete one first.")
    return _named(Preset(person=person, **settings), name)


def overwrite_preset(preset: Preset, form: GenerationForm) -> None:
    """The preset's settings become those of the composer. Raises ValidationError with a sentence."""
    for name, value in settings_in(form).items():
        setattr(preset, name, value)
    preset.save()


def rename_preset(preset: Preset, name: str) -> None:
    """Raises ValidationError with a sentence."""
    _named(preset, name)


def settings_in(form: GenerationForm) -> dict[str, Any]:
    """The composer's settings, right even where its prompt is not; raises ValidationError for the first wrong one."""
    form.is_valid()
    wrong: Iterable[str] = [str(error) for name in SETTINGS for error in form.errors.get(name, [])]
    for sentence in wrong:
        raise ValidationError(sentence)
    return {name: form.cleaned_data[name] for name in SETTINGS}


def applied(data: QueryDict, preset: Preset, models: list[ImageModel]) -> QueryDict:
    """What the composer sent, with the preset's settings instead of its own."""
    changed = data.copy()
    changed["model"] = value_of(preset.model, models)
    for name in ("size", "quality", "style", "n"):
        changed[name] = str(getattr(preset, name))
    if preset.collection and preset.collection.team.slug == data.get("team"):
        changed["collection"] = str(preset.collection.pk)
    return changed


def _named(preset: Preset, name: str) -> Preset:
    name = " ".join(name.replace("\0", "").split())
    if not name:
        raise ValidationError("Give the preset a name.")
    if len(name) > NAME_AT_MOST:
        raise ValidationError(f"The name has {len(name)} characters; {NAME_AT_MOST} is the most.")
    taken = ValidationError(f"You have a preset called {quoted(name)} already. Choose another name.")
    if presets_of(preset.person).filter(name__iexact=name).exclude(pk=preset.pk).exists():
        raise taken
    preset.name = name
    try:
        with transaction.atomic():
            preset.save()
    except IntegrityError:  # saved twice at once
        raise taken from None
    return preset
