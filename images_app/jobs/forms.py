"""What a browser sends, turned into a request for pictures or into sentences beside the fields."""

import uuid
from typing import Any

from django import forms
from django.http import Http404

from images_app.collections.access import addable_by
from images_app.collections.models import Collection
from images_app.images.access import visible_image
from images_app.images.models import StoredImage
from images_app.jobs.choices import COUNTS, find_model, fitted, sizes_of
from images_app.jobs.expansion import COUNTED, MOST, TooMany, expand
from images_app.jobs.request import JobRequest
from images_app.lib.ids import id_in
from images_app.lib.words import first_visible
from images_app.providers.models import ImageModel
from images_app.teams.access import current_team, makes_in
from images_app.teams.audience import Audience
from images_app.teams.models import Team, User

AUDIENCES = {"": None, "private": Audience.PRIVATE, "team": Audience.TEAM}
SHOWN = 40  # characters of a refused value that are repeated to the person


class GenerationForm(forms.Form):
    """The composer. What a model accepts is read from its profile; a field left out means the model's default.

    ``submission`` makes sending the form twice harmless; ``from`` names the picture this one starts from. With
    ``lines`` every line is a prompt of its own; ``also`` names further models to compare with; ``agreed`` repeats the
    price that was shown (request.agreed_words); with ``quiet`` it all waits until nobody's ordinary pictures do.
    ``team`` is the slug of the team the page showed, whatever was chosen in another tab since; ``audience`` who is to
    see the pictures, "team" or "private" (left out: as the team has set). ``collection`` is where they are hung.
    """

    prompt = forms.CharField(required=False, strip=False)
    model = forms.CharField(required=False)
    size = forms.CharField(required=False)
    quality = forms.CharField(required=False)
    style = forms.CharField(required=False)
    n = forms.IntegerField(required=False)
    lines = forms.BooleanField(required=False)
    also = forms.Field(required=False, widget=forms.SelectMultiple)
    quiet = forms.BooleanField(required=False)
    agreed = forms.CharField(required=False)
    team = forms.CharField(required=False)
    audience = forms.CharField(required=False)
    collection = forms.CharField(required=False)
    submission = forms.UUIDField(required=False, error_messages={"invalid": "Send the form again, please."})

    def __init__(self, data: Any = None, *, person: User, models: list[ImageModel], **options: Any) -> None:
        super().__init__(data, **options)
        self.person = person
        self.models = models
        self.fields["from"] = forms.CharField(required=False)
        # Our own sentences say these.
        self.fields["prompt"].validators.clear()
        self.fields["n"].error_messages["invalid"] = how_many()

    def clean_prompt(self) -> str:
        prompt: str = one_kind_of_line_end(self.cleaned_data["prompt"]).strip()
        if "\0" in prompt:
            raise forms.ValidationError(
                "The prompt holds a character that cannot be sent (NUL). Please remove it."
            )
        if not first_visible(prompt):
            raise forms.ValidationError("Write what the picture should show.")
        return prompt

    def clean_model(self) -> ImageModel:
        if not self.models:
            raise forms.ValidationError("No model is set up yet. An administrator can add one.")
        value = self.cleaned_data["model"]
        return self._model(value) if value else self.models[0]

    def clean_also(self) -> list[ImageModel]:
        sent = self.cleaned_data["also"] or []
        return [self._model(str(value)) for value in ([sent] if isinstance(sent, str) else sent)]

    def clean_n(self) -> int:
        n: int | None = self.cleaned_data["n"]
        if n is None:
            return 1
        if n not in COUNTS:
            raise forms.ValidationError(how_many())
        return n

    def clean_team(self) -> Team:
        slug = self.cleaned_data["team"]
        if not slug:
            return current_team(self.person)
        team = makes_in(self.person).filter(slug=slug).first()
        if team is None:
            raise forms.ValidationError(
                "You can make no more pictures in that team. "
                f"Press Generate again to make them in {current_team(self.person).name}."
            )
        return team

    def clean_audience(self) -> Audience | None:
        value = self.cleaned_data["audience"]
        if value not in AUDIENCES:
            raise forms.ValidationError("Say “team” or “private”.")
        return AUDIENCES[value]

    def clean_collection(self) -> Collection | None:
        value, team = self.cleaned_data["collection"], self.cleaned_data.get("team")
        if not value or team is None:
            return None
        pk = id_in(value)
        there = addable_by(self.person).filter(team=team, pk=pk).first() if pk else None
        if there is None:
            raise forms.ValidationError(
                "The collection is not there any more, or takes no pictures of yours. "
                "Press Generate again to make them without it."
            )
        return there

    def clean_from(self) -> StoredImage | None:
        value = self.cleaned_data["from"]
        if not value:
            return None
        try:
            return visible_image(self.person, uuid.UUID(value))
        except (ValueError, Http404):
            raise forms.ValidationError("The picture this started from is not here any more.") from None

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        model: ImageModel | None = data.get("model")
        if model is None:
            return data
        data["models"] = [one for one in self.models if one is model or one in data.get("also", [])]
        if "prompt" in data:
            try:
                data["prompts"] = self._prompts(data["prompt"], data["lines"], data["models"])
            except forms.ValidationError as error:
                self.add_error("prompt", error)
        accepted = {"size": sizes_of(model), "quality": model.qualities, "style": model.styles}
        for name, values in accepted.items():
            if problem := refusal(model, name, values, data.get(name, "")):
                self.add_error(name, problem)
            elif name in data:
                data[name] = data[name] or (values[0] if values else "")
        return data

    @property
    def labels(self) -> list[str]:
        return [model.label for model in self.models]

    def problems(self) -> list[tuple[str, str]]:
        """(field, sentence) in the order of the page."""
        return [(name, str(error)) for name in self.fields for error in self.errors.get(name, [])]

    @property
    def price_shown(self) -> str | None:
        """The price that somebody saw; None where none need have been, for a single prompt to a single model."""
        data = self.cleaned_data
        single = len(data["prompts"]) * len(data["models"]) == 1
        return data["agreed"] or (None if single else "")

    def requests(self) -> list[JobRequest]:
        """What a valid form asks for: one for each prompt and model, all with the key of this press."""
        data = self.cleaned_data
        key = str(data["submission"] or uuid.uuid4())
        prompts, models = data["prompts"], data["models"]
        compare = len(models) > 1
        press = uuid.uuid4() if len(prompts) > 1 else None
        requests = []
        for prompt in prompts:
            # What is to be compared stands side by side: one batch a prompt.
            batch = uuid.uuid4() if compare else press
            for model in models:
                size, quality, style = data["size"], data["quality"], data["style"]
                if model is not data["model"]:
                    size, quality, style = fitted(model, size, quality, style)
                requests.append(
                    JobRequest(
                        person=self.person,
                        team=data["team"],
                        model=model,
                        prompt=prompt,
                        size=size,
                        quality=quality,
                        style=style,
                        n=data["n"],
                        idempotency_key=key,
                        parent_image=data["from"],
                        quiet=data["quiet"],
                        batch=batch,
                        compare=compare,
                        audience=data["audience"],
                        collection=data["collection"],
                    )
                )
        return requests

    def _model(self, value: str) -> ImageModel:
        model = find_model(self.models, value)
        if model is None:
            raise forms.ValidationError(
                f"There is no model {quoted(value)} here. Choose {either(self.labels)}."
            )
        return model

    def _prompts(self, text: str, lines: bool, models: list[ImageModel]) -> list[str]:
        for model in models:
            if len(text) > MOST * model.prompt_limit:  # however it is read, one of them would be too long
                raise too_long("The prompt", text, model)
        try:
            prompts = expand(text, lines=lines)
        except TooMany as error:
            raise too_many(error.count * len(models)) from None
        if len(prompts) * len(models) > MOST:
            raise too_many(len(prompts) * len(models))
        for place, prompt in enumerate(prompts, 1):
            named = "The prompt" if len(prompts) == 1 else f"Prompt {place} of {len(prompts)}"
            if not first_visible(prompt):
                raise forms.ValidationError(f"{named} would be empty. Write what the picture should show.")
            for model in models:
                if len(prompt) > model.prompt_limit:
                    raise too_long(named, prompt, model)
        return prompts


def too_many(count: int) -> forms.ValidationError:
    many = f"{count:,}" if count < COUNTED else "a million or more"
    return forms.ValidationError(
        f"This would make {many} sets of pictures at once; {MOST} is the most. "
        "Use fewer lines, fewer choices between the braces, or fewer models."
    )


def too_long(named: str, prompt: str, model: ImageModel) -> forms.ValidationError:
    return forms.ValidationError(
        f"{named} has {len(prompt):,} characters; {model.label} takes {model.prompt_limit:,} at most."
    )


def one_kind_of_line_end(text: str) -> str:
    """Browsers send CRLF; counting it as two would refuse a prompt that fits."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def refusal(model: ImageModel, kind: str, values: list[str], value: str) -> str:
    """Why a value is not in the profile, or nothing."""
    if not value or value in values:
        return ""
    if not values:
        return f"{model.label} takes no {kind}."
    return f"{model.label} has no {kind} {quoted(value)}. Choose {either(values)}."


def how_many() -> str:
    return f"Choose {COUNTS[0]} to {COUNTS[-1]} pictures."


def quoted(value: str) -> str:
    return f"“{value[:SHOWN]}…”" if len(value) > SHOWN else f"“{value}”"


def either(values: list[str]) -> str:
    """ "a, b or c"."""
    *rest, last = values
    return f"{', '.join(rest)} or {last}" if rest else last
