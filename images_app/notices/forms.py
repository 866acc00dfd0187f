"""How somebody wants to hear of things."""

from typing import Any

from django import forms

from images_app.notices.access import Way
from images_app.notices.models import Kind, Mail


class WaysForm(forms.Form):
    """For each kind whether it is ``listed``, and which ``mail`` tells it."""

    def __init__(self, *args: Any, ways: dict[Kind, Way], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for kind, way in ways.items():
            self.fields[f"{kind}-listed"] = forms.BooleanField(
                label="In the list",
                required=False,
                initial=way.listed,
                widget=forms.CheckboxInput(
                    attrs={"role": "switch", "aria-label": f"In the list: {kind.label}"}
                ),
            )
            self.fields[f"{kind}-mail"] = forms.ChoiceField(
                label="Mail",
                choices=Mail.choices,
                initial=way.mail,
                widget=forms.Select(attrs={"aria-label": f"Mail: {kind.label}"}),
            )

    @property
    def rows(self) -> list[tuple[Kind, Any, Any]]:
        """Each kind with its two fields."""
        return [(kind, self[f"{kind}-listed"], self[f"{kind}-mail"]) for kind in Kind]

    def ways(self) -> dict[Kind, Way]:
        asked = self.cleaned_data
        return {kind: Way(asked[f"{kind}-listed"], Mail(asked[f"{kind}-mail"])) for kind in Kind}
