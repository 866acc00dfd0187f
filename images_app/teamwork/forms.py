"""What people write on the pages of a team."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError

from images_app.budgets.models import Period
from images_app.lib.words import first_visible, one_line
from images_app.teams.access import makes_in
from images_app.teams.models import Ending, Membership, Team, User
from images_app.teams.roles import Role, assignable

DAYS = [("1", "one day"), ("7", "a week"), ("30", "a month")]


def _name(value: str) -> str:
    name = one_line(value)
    if not first_visible(name):
        raise ValidationError("Give the team a name.")
    return name


class NewTeamForm(forms.Form):
    name = forms.CharField(
        label="Name",
        max_length=80,
        error_messages={"required": "Give the team a name."},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def clean_name(self) -> str:
        return _name(self.cleaned_data["name"])


class TeamForm(forms.ModelForm[Team]):
    """How a team works. Its name is for its owner to change."""

    class Meta:
        model = Team
        fields = (
            "name",
            "audience",
            "prompt_in_files",
            "may_publish",
            "shows_at_once",
            "link_days",
            "link_days_most",
        )
        widgets = {
            "name": forms.TextInput(attrs={"autocomplete": "off"}),
            "link_days": forms.NumberInput(attrs={"autocomplete": "off"}),
            "link_days_most": forms.NumberInput(attrs={"autocomplete": "off"}),
        }
        labels = {
            "audience": "Who sees a new picture",
            "prompt_in_files": "Write the prompt into display copies",
            "may_publish": "People may ask to show their pictures to everybody",
            "shows_at_once": "Show them to everybody at once",
            "link_days": "A new link is good for, in days",
            "link_days_most": "A link is good for at most, in days",
        }
        error_messages = {"name": {"required": "Give the team a name."}}

    def __init__(self, *args: Any, owner: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not owner:
            self.fields["name"].disabled = True
        # Whoever is alone in their team is not asked twice.
        if not settings.PUBLIC_GALLERY or self.instance.personal:
            del self.fields["may_publish"]
        if "may_publish" not in self.fields or not settings.PUBLISH_AT_ONCE:
            del self.fields["shows_at_once"]

    def clean_name(self) -> str:
        return _name(self.cleaned_data["name"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        days, most = cleaned.get("link_days"), cleaned.get("link_days_most")
        if days and most and days > most:
            self.add_error("link_days", f"Not longer than {most} days, the most a link is good for.")
        return cleaned


class _RoleForm(forms.Form):
    role = forms.ChoiceField(label="Role", initial=Role.MEMBER)

    def __init__(self, *args: Any, by: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = [(role.value, role.label) for role in assignable(by.role)]  # type: ignore[attr-defined]

    def clean_role(self) -> Role:
        return Role(self.cleaned_data["role"])


class RoleForm(_RoleForm):
    """Another role for somebody."""


class InviteForm(_RoleForm):
    """A letter to one address."""

    email = forms.EmailField(
        label="Email",
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "Write an email address."},
    )
    days = forms.TypedChoiceField(label="Good for", choices=DAYS, initial="7", coerce=int)

    def __init__(self, *args: Any, team: Team, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._team = team

    def clean_email(self) -> str:
        email = str(self.cleaned_data["email"]).lower()
        if self._team.memberships.filter(person__email__iexact=email).exists():
            raise ValidationError("They belong to the team already.")
        return email


class LinkForm(_RoleForm):
    """A link for whoever has it."""

    days = forms.TypedChoiceField(label="Good for", choices=DAYS, initial="7", coerce=int)
    uses = forms.IntegerField(
        label="People",
        min_value=1,
        max_value=500,
        initial=10,
        widget=forms.NumberInput(attrs={"autocomplete": "off"}),
    )

    # Its page has other fields of these names: a label must lead to its own.
    def __init__(self, *args: Any, by: Membership, **kwargs: Any) -> None:
        super().__init__(*args, by=by, auto_id="link_%s", **kwargs)


class HeirForm(forms.Form):
    """Who the team is handed over to."""

    person = forms.ModelChoiceField(
        label="New owner", queryset=User.objects.none(), empty_label="Choose somebody"
    )

    def __init__(self, *args: Any, owner: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = User.objects.filter(memberships__team=owner.team, is_active=True).exclude(pk=owner.person_id)
        self.fields["person"].queryset = others.order_by("name", "email")  # type: ignore[attr-defined]


class EndForm(forms.Form):
    """How a team ends; its name has to be written, so that nobody ends one by a slip."""

    ending = forms.ChoiceField(label="Its pictures", choices=Ending, widget=forms.RadioSelect)
    heir = forms.ModelChoiceField(
        label="The other team", queryset=Team.objects.none(), required=False, empty_label="Choose a team"
    )
    name = forms.CharField(
        label="Its name, to be sure", widget=forms.TextInput(attrs={"autocomplete": "off"})
    )

    def __init__(self, *args: Any, owner: Membership, **kwargs: Any) -> None:
        kwargs["auto_id"] = "end_%s"  # the team's name has a field on the page already
        super().__init__(*args, **kwargs)
        self._owner = owner
        mine = makes_in(owner.person).exclude(pk=owner.team_id)
        self.fields["heir"].queryset = mine.order_by("name")  # type: ignore[attr-defined]

    @property
    def to_write(self) -> str:
        return f"Write {self._owner.team.name} here."

    def clean_name(self) -> str:
        name = str(self.cleaned_data["name"])
        if name.casefold() != self._owner.team.name.casefold():
            raise ValidationError("That is not the team's name.")
        return name

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("ending") == Ending.HEIR and "heir" in cleaned and cleaned["heir"] is None:
            self.add_error("heir", "Choose the team that gets the pictures.")
        return cleaned


class LimitForm(forms.Form):
    """A limit of the team, or of one of its people."""

    person = forms.ModelChoiceField(
        queryset=User.objects.none(), required=False, label="Whose", empty_label="The whole team"
    )
    period = forms.TypedChoiceField(
        label="For each", choices=Period.choices, initial=Period.MONTH, coerce=Period
    )
    usd = forms.DecimalField(
        label="US dollars",
        required=False,
        min_value=0,
        max_digits=10,
        decimal_places=2,
        widget=forms.NumberInput(attrs={"autocomplete": "off", "step": "0.01"}),
    )
    pictures = forms.IntegerField(
        label="Pictures",
        required=False,
        min_value=0,
        max_value=1_000_000,
        widget=forms.NumberInput(attrs={"autocomplete": "off"}),
    )
    hard = forms.BooleanField(label="Refuse what goes beyond it", required=False, initial=True)
    allow_unknown = forms.BooleanField(label="Let pictures of unknown price through", required=False)

    def __init__(self, *args: Any, team: Team, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = User.objects.filter(memberships__team=team).order_by("name", "email")
        self.fields["person"].queryset = people  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors and cleaned.get("usd") is None and cleaned.get("pictures") is None:
            raise ValidationError("Set a limit in dollars, in pictures or in both.")
        return cleaned
