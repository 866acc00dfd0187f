"""What people type about collections and links."""

from datetime import date, datetime, timedelta
from typing import Any, cast

from django import forms
from django.utils import timezone
from django.utils.formats import date_format

from images_app.collections.models import TEXT_AT_MOST, Collection
from images_app.galleries.links import Terms, life_of
from images_app.galleries.models import ShareLink
from images_app.galleries.publications import Wish
from images_app.teams.audience import Audience
from images_app.teams.models import Team

LIVES = {1: "a day", 7: "a week", 30: "30 days", 90: "90 days", 365: "a year"}
KEPT = "kept"  # of a link that is there: its end


def _date() -> forms.DateInput:
    """The browser's own calendar, which speaks ISO only."""
    return forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "autocomplete": "off"})


class LinesField(forms.CharField):
    """Text of several lines. A browser sends its line ends as two characters: counting both would refuse a text that
    fits."""

    widget = forms.Textarea

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        return text.replace("\r\n", "\n") if text else text


class CollectionForm(forms.ModelForm[Collection]):
    """``title``, ``text`` and ``audience``, which a personal team does not ask for."""

    text = LinesField(
        label="About it",
        max_length=TEXT_AT_MOST,
        required=False,
        widget=forms.Textarea(attrs={"class": "input", "rows": 3}),
    )

    class Meta:
        model = Collection
        fields = ["title", "text", "audience"]
        labels = {"audience": "Who sees it"}
        widgets: dict[str, Any] = {
            "title": forms.TextInput(attrs={"class": "input", "autocomplete": "off"}),
            "audience": forms.Select(attrs={"class": "input"}),
        }
        error_messages = {"title": {"required": "Give the collection a name."}}

    def __init__(self, *args: Any, team: Team, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["audience"]
        field.required = False
        field.choices = [
            (Audience.PRIVATE, "Only you, and people you add"),
            (Audience.TEAM, f"Everybody in {team.name}"),
        ]
        if team.personal:
            field.widget = forms.HiddenInput()

    def clean_audience(self) -> int:
        sent = self.cleaned_data["audience"]
        return self.instance.audience if sent in (None, "") else int(sent)


class ShareForm(forms.Form):
    """What a link for people outside is like. Its life is chosen among those its team allows."""

    title = forms.CharField(
        label="Title", max_length=120, required=False, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    days = forms.TypedChoiceField(label="Good for", coerce=int, empty_value=None, required=False)
    password = forms.CharField(
        label="Password",
        max_length=128,
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    view_limit = forms.IntegerField(
        label="How often it may be opened",
        min_value=1,
        max_value=1_000_000,
        required=False,
        widget=forms.NumberInput(attrs={"autocomplete": "off"}),
    )
    downloads = forms.BooleanField(required=False)
    prompts = forms.BooleanField(required=False)
    # The review round: without any of the three there is none.
    pick = forms.BooleanField(required=False)
    score = forms.BooleanField(required=False)
    comment = forms.BooleanField(required=False)
    until = forms.DateField(label="Guests answer until", required=False, widget=_date())
    message = forms.CharField(
        label="A word to them",
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "class": "input"}),
    )

    def __init__(self, *args: Any, team: Team, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["days"]
        field.choices = _lives(team)
        usual, most = team.link_days, team.link_days_most
        field.initial = min(usual or most or 0, most or usual or 0) or ""
        self.fields["until"].initial = timezone.localdate() + timedelta(days=min(field.initial or 7, 7))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.asks and "until" not in self.errors and "days" in cleaned:
            _check_until(self, cleaned.get("until"), self.expires_at(), kept=self.kept_day)
        return cleaned

    kept_day: date | None = None  # of a round that is there: it may lie behind

    @property
    def asks(self) -> bool:
        return any(self.cleaned_data.get(name) for name in ("pick", "score", "comment"))

    def expires_at(self) -> datetime | None:
        """When the link would end."""
        days = self.cleaned_data["days"]
        return timezone.now() + timedelta(days=days) if days else None

    def terms(self) -> Terms:
        sent = self.cleaned_data
        asked = {name: sent[name] for name in ("pick", "score", "comment", "until", "message")}
        own = {
            name: sent[name] for name in ("title", "password", "days", "view_limit", "downloads", "prompts")
        }
        return cast(Terms, {**own, "round": asked if self.asks else None})


class ChangeForm(ShareForm):
    """Another life for a link that is there: nothing chosen leaves its end and its password as they are."""

    open_door = forms.BooleanField(required=False, label="No password any more")

    def __init__(self, *args: Any, link: ShareLink, **kwargs: Any) -> None:
        self._link = link
        initial = {
            name: getattr(link, name) for name in ("title", "view_limit", "downloads", "prompts", "message")
        }
        initial |= {"pick": link.asks_pick, "score": link.asks_score, "comment": link.asks_comment}
        super().__init__(*args, team=link.team, initial=initial, **kwargs)
        field: Any = self.fields["days"]
        field.choices = [(KEPT, _until_words(link)), *field.choices]
        field.initial = KEPT
        field.coerce = str
        if link.last_day:
            self.kept_day = timezone.localdate(link.last_day)
            self.fields["until"].initial = self.kept_day

    def expires_at(self) -> datetime | None:
        days = self.cleaned_data["days"]
        if days == KEPT:
            return self._link.expires_at
        return life_of(self._link, int(days) if days else None)

    def new_password(self) -> str | None:
        """The new one, "" for none, None where it stays."""
        return self.cleaned_data["password"] or ("" if self.cleaned_data["open_door"] else None)


class ReopenForm(forms.Form):
    """Until when a round takes answers again."""

    until = forms.DateField(label="Guests answer until", widget=_date())

    def __init__(self, *args: Any, link: ShareLink, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._link = link
        soon = timezone.localdate() + timedelta(days=7)
        ends = link.expires_at and timezone.localdate(link.expires_at)
        self.fields["until"].initial = min(soon, ends) if ends else soon

    def clean_until(self) -> date:
        day: date = self.cleaned_data["until"]
        _check_until(self, day, self._link.expires_at)
        return day


def _check_until(
    form: forms.Form, day: date | None, expires_at: datetime | None, *, kept: date | None = None
) -> None:
    if day is None:
        form.add_error("until", "Say until when guests may answer.")
    elif day == kept:
        pass
    elif day < timezone.localdate():
        form.add_error("until", "That day is over.")
    elif expires_at and day > timezone.localdate(expires_at):
        ends = date_format(timezone.localtime(expires_at), "j F Y")
        form.add_error("until", f"The link ends on {ends}: choose that day or one before it.")


def _until_words(link: ShareLink) -> str:
    if link.expires_at is None:
        return "as it is: until it is taken back"
    return f"as it is: until {date_format(timezone.localtime(link.expires_at), 'j M Y')}"


class PublishForm(forms.Form):
    """What everybody may read beside a published picture. Who has no name cannot be named."""

    prompt = forms.BooleanField(required=False)
    credit = forms.BooleanField(required=False)
    alt = forms.CharField(
        label="For people who cannot see it",
        max_length=300,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, name: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not name:
            del self.fields["credit"]

    def wish(self) -> Wish:
        return {"credit": False, **self.cleaned_data}  # type: ignore[typeddict-item]


def _lives(team: Team) -> list[tuple[str, str]]:
    """Days and their words, the shortest first; without an end only where the team has no longest life."""
    most = team.link_days_most
    days = {1, 7, 30, 90, 365, *filter(None, (team.link_days, most))}
    chosen = [(str(n), LIVES.get(n, f"{n} days")) for n in sorted(days) if most is None or n <= most]
    return chosen if most else [*chosen, ("", "until it is taken back")]
