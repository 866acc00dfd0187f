"""How an administrator writes a rule, tries it, and sets up the endpoint that is asked."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from images_app.lib.words import first_visible, one_line
from images_app.moderation.expressions import BadExpression
from images_app.moderation.matching import Matcher, words_of
from images_app.moderation.models import Action, Kinds, ModerationEndpoint, PromptRule
from images_app.moderation.normal import fold
from images_app.teams.models import Team

TRY, LOOK_BACK = "_try", "_look_back"
TRIED_AT_MOST = 10_000  # characters


class Runs:
    """Whether a rule does anything, as the form asks it."""

    OFF, TRIAL, ON = "off", "trial", "on"
    CHOICES = (
        (OFF, "Off"),
        (TRIAL, "Tried out: it only notes for the desk what it would have done"),
        (ON, "On"),
    )


class PromptRuleForm(forms.ModelForm[PromptRule]):
    """A rule. Sent by one of the two buttons that try it, it says that it is not valid, so that nothing is saved and the
    page is shown again as it was filled in."""

    runs = forms.ChoiceField(label="It is", choices=Runs.CHOICES, widget=forms.RadioSelect, initial=Runs.OFF)
    tried = forms.CharField(
        label="A prompt to try it on",
        required=False,
        max_length=TRIED_AT_MOST,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 3, "cols": 80, "dir": "auto"}),
    )

    class Meta:
        model = PromptRule
        fields = ("name", "kind", "pattern", "action", "replacement", "team", "advice")
        help_texts = {
            "pattern": "Letter case, accents, look-alikes, invisible signs and spaced-out letters are no difference; "
            "a word is a whole word. Expressions are RE2's and meet the folded text: small letters, no accents.",
            "replacement": "For “Write something else instead”.",
        }
        widgets = {"pattern": forms.TextInput(attrs={"size": 60, "dir": "auto", "spellcheck": "false"})}

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if "runs" in self.fields:
            self.fields["runs"].initial = _runs(self.instance)

    @property
    def trying(self) -> str:
        """The button that tries the rule, or ""."""
        return next((name for name in (TRY, LOOK_BACK) if self.is_bound and name in self.data), "")

    def is_valid(self) -> bool:
        return super().is_valid() and not self.trying

    def clean_name(self) -> str:
        name = one_line(self.cleaned_data["name"])
        if not first_visible(name):
            raise ValidationError("Give the rule a name that can be seen.")
        return name

    def clean_advice(self) -> str:
        return one_line(self.cleaned_data["advice"])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        runs = data.get("runs", Runs.OFF)
        since = self.instance.trial_since or timezone.now()
        self.instance.active = runs != Runs.OFF
        self.instance.trial_since = since if runs == Runs.TRIAL else None
        kind, pattern, action = data.get("kind"), data.get("pattern"), data.get("action")
        if not kind or not pattern or not action:
            return data
        if sentence := wrong_with(kind, pattern):
            self.add_error("pattern", sentence)
            return data
        if action == Action.REPLACE:
            self._check_replacement(kind, pattern, data.get("replacement", ""))
        else:
            data["replacement"] = ""
        return data

    def _check_replacement(self, kind: str, pattern: str, replacement: str) -> None:
        if not first_visible(replacement):
            self.add_error("replacement", "Write what is sent instead.")
            return
        rule = PromptRule(kind=kind, pattern=pattern)
        if Matcher([rule.as_pattern]).spans(replacement):
            # A prompt made once more would be changed once more.
            self.add_error("replacement", "The rule meets what it would write instead. Choose other words.")


class TryForm(forms.Form):
    """A prompt, and the team whose rules besides the site's it is tried on."""

    prompt = forms.CharField(
        max_length=TRIED_AT_MOST,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 4, "cols": 80, "dir": "auto"}),
    )
    team = forms.ModelChoiceField(
        Team.objects.filter(ended_at=None), required=False, empty_label="No team: the site’s rules"
    )


class ModerationEndpointForm(forms.ModelForm[ModerationEndpoint]):
    class Meta:
        model = ModerationEndpoint
        fields = ("enabled", "provider", "model", "action", "fail_open", "advice")

    def clean_advice(self) -> str:
        return one_line(self.cleaned_data["advice"])


def wrong_with(kind: str, pattern: str) -> str:
    """A sentence on a pattern that cannot be searched for as this kind, or ""."""
    if kind == Kinds.EXPRESSION:
        try:
            Matcher([PromptRule(kind=kind, pattern=pattern).as_pattern])
        except BadExpression as error:
            return str(error)
        return ""
    if not first_visible(fold(pattern)):
        return "Nothing is left of it once it is folded: letters, digits, signs or an emoji are needed."
    if kind == Kinds.WORD and len(words_of(pattern)) > 1:
        return "These are several words: choose the kind “A phrase”."
    return ""


def _runs(rule: PromptRule) -> str:
    if not rule.active:
        return Runs.OFF
    return Runs.TRIAL if rule.trial_since else Runs.ON
