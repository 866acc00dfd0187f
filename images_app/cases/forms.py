"""What people write about cases."""

from uuid import UUID

from django import forms
from django.http import QueryDict

from images_app.cases.models import Decision, Reason
from images_app.lib.ids import id_in, number_in
from images_app.lib.words import first_visible

MOST = 200  # cases in one press
WORDS = (Decision.Word.APPROVE, Decision.Word.HIDE, Decision.Word.REMOVE, Decision.Word.ESCALATE)
REASONS = [("", "Choose a reason"), *Reason.choices]


class ReportForm(forms.Form):
    code = forms.ChoiceField(
        label="What is wrong with it",
        choices=REASONS,
        error_messages={"required": "Choose what is wrong with it."},
    )
    text = forms.CharField(
        label="More about it",
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def clean_text(self) -> str:
        return str(self.cleaned_data["text"]).replace("\x00", "").strip()


class AppealForm(forms.Form):
    text = forms.CharField(
        label="Why it should be shown",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": "Write why first."},
    )

    def clean_text(self) -> str:
        text = str(self.cleaned_data["text"]).replace("\r\n", "\n")
        if not first_visible(text):
            raise forms.ValidationError(self.fields["text"].error_messages["required"], code="required")
        return text


class DecisionForm(forms.Form):
    """A moderator's word. Without a ``code`` the reason is the one most people gave; ``strike``: its maker gets one."""

    word = forms.ChoiceField(choices=[(str(word.value), word.label) for word in WORDS])
    code = forms.ChoiceField(choices=REASONS, required=False)
    text = forms.CharField(max_length=250, required=False)
    strike = forms.BooleanField(required=False)


def seen_in(data: QueryDict) -> list[tuple[UUID, int]]:
    """The cases of a form, each with the version that was seen ("id:version"); what is none is passed over."""
    found = []
    for text in [part for value in data.getlist("cases") for part in value.split(",")][:MOST]:
        name, _, version = text.partition(":")
        case_id = id_in(name)
        if case_id is not None:
            found.append((case_id, number_in(version)))
    return found
