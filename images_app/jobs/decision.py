"""The form of a decision: what to do about a call whose outcome nobody knows."""

from django import forms

from images_app.jobs.actions import Choice
from images_app.jobs.story import GIVEN_UP

NOTE_AT_MOST = 120  # it shares the 200 characters of an event's reason with the choice's own words

DONE = {
    Choice.RETRY: "It is back in line and will be sent once more.",
    Choice.CHARGED: f"{GIVEN_UP['given_up_charged']}.",
    Choice.WRITTEN_OFF: f"{GIVEN_UP['given_up_written_off']}.",
}


class DecisionForm(forms.Form):
    choice = forms.TypedChoiceField(
        choices=Choice.choices,
        coerce=Choice,
        widget=forms.RadioSelect,
        error_messages={
            "required": "Choose what to do.",
            "invalid_choice": "Choose one of the three ways.",
        },
    )
    note = forms.CharField(max_length=NOTE_AT_MOST, required=False)

    @property
    def done(self) -> str:
        """What to say once the decision has been carried out."""
        return DONE[self.cleaned_data["choice"]]
