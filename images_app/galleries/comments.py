"""What people say about a picture: plain text, written by whoever sees the picture, changed only by its author.

A comment may name people of the team (mentions.py), and may be about a spot of the picture, its pin. Who sees the picture
in the team sees what is said about it; guests of its links do not.
"""

import uuid
from dataclasses import dataclass

from django import forms
from django.db import transaction
from django.http import Http404
from django.utils import timezone

from images_app.audit.actions import record
from images_app.galleries import mentions
from images_app.galleries.models import Comment
from images_app.images.access import seen_by
from images_app.images.models import StoredImage
from images_app.lib.counts import take_try
from images_app.lib.ratio import RATIOS, ratio_of
from images_app.lib.words import first_visible
from images_app.notices import actions as notices
from images_app.notices.models import Kind
from images_app.teams import activity
from images_app.teams.access import may
from images_app.teams.models import Deed, User
from images_app.teams.roles import Can

LONGEST = 2000  # characters
SHOWN = 200  # of one picture, the newest
# Comments of one person in five minutes: each may be told to hundreds, some of them by mail.
MOST, MOST_SECONDS = 30, 300
TOO_FAST = "That was very fast. Nothing is lost: wait a moment, then send it again."


class CommentForm(forms.Form):
    text = forms.CharField(
        label="Comment",
        max_length=LONGEST,
        error_messages={"required": "Write something first."},
        widget=forms.Textarea(attrs={"rows": 1, "placeholder": "Say something about it"}),
    )

    spot_x = forms.FloatField(required=False, min_value=0, max_value=1, widget=forms.HiddenInput)
    spot_y = forms.FloatField(required=False, min_value=0, max_value=1, widget=forms.HiddenInput)

    @property
    def spot(self) -> tuple[float, float] | None:
        """Where the pin was put, once the form is clean; None without one."""
        x, y = self.cleaned_data.get("spot_x"), self.cleaned_data.get("spot_y")
        return None if x is None or y is None else (x, y)

    def clean_text(self) -> str:
        # A browser sends its line ends as two characters; the limit counted them, the page need not keep them.
        text = str(self.cleaned_data["text"]).replace("\r\n", "\n")
        if not first_visible(text):
            raise forms.ValidationError(self.fields["text"].error_messages["required"], code="required")
        return text


@dataclass(frozen=True)
class Said:
    """A comment as the reader sees it."""

    comment: Comment
    parts: list[mentions.Part]
    mine: bool
    removable: bool
    pin: int = 0  # its number on the picture, from 1; 0 without a pin
    x: str = ""  # of the pin: per cent of the frame the picture stands in
    y: str = ""


def may_speak_now(person: User) -> bool:
    """False where the person writes faster than people do."""
    return take_try(f"comments:{person.pk}", most=MOST, seconds=MOST_SECONDS) is not None


def comments_of(picture: StoredImage, reader: User) -> list[Said]:
    """The newest ``SHOWN``, the oldest of them first; pins are numbered as they come."""
    newest = picture.comments.filter(hidden_at=None).select_related("person").prefetch_related("mentions")
    tidies = may(reader, picture.team, Can.TIDY)
    said, pins = [], 0
    for comment in list(newest.order_by("-created_at", "-id")[:SHOWN])[::-1]:
        mine = comment.person_id == reader.pk
        pin, x, y = 0, "", ""
        if comment.spot_x is not None and comment.spot_y is not None:
            pins += 1
            pin, (x, y) = pins, _in_the_frame(picture, comment.spot_x, comment.spot_y)
        said.append(Said(comment, mentions.parts_of(comment), mine, mine or tidies, pin, x, y))
    return said


def _in_the_frame(picture: StoredImage, x: float, y: float) -> tuple[str, str]:
    """The picture's frame has the nearest of the usual shapes; another shape leaves a little of it free, evenly."""
    frame, own = RATIOS[ratio_of(picture.width, picture.height)], picture.width / picture.height
    wide, high = min(1.0, own / frame), min(1.0, frame / own)
    return f"{50 + (x - 0.5) * wide * 100:.2f}%", f"{50 + (y - 0.5) * high * 100:.2f}%"


def own_comment(person: User, id: uuid.UUID) -> Comment:
    """A comment the person wrote on a picture they still see; else the same 404 as for none at all."""
    return _found(person, id, tidying=False)


def removable_comment(person: User, id: uuid.UUID) -> Comment:
    """A comment the person may delete: their own, and any of a team whose pages they keep tidy; else that 404."""
    return _found(person, id, tidying=True)


def _found(person: User, id: uuid.UUID, *, tidying: bool) -> Comment:
    seen = StoredImage.objects.filter(seen_by(person))
    comment = (
        Comment.objects.select_related("image__team").filter(image__in=seen, pk=id, hidden_at=None).first()
    )
    if comment is None or not (
        comment.person_id == person.pk or (tidying and may(person, comment.image.team, Can.TIDY))
    ):
        raise Http404("no such comment")
    return comment


@transaction.atomic
def say(picture: StoredImage, person: User, text: str, spot: tuple[float, float] | None = None) -> Comment:
    """``spot``: from the left and from the top, shares of the picture."""
    x, y = spot or (None, None)
    comment = Comment.objects.create(image=picture, person=person, text=text, spot_x=x, spot_y=y)
    named = mentions.write_down(comment)
    activity.note(picture.team, person, Deed.COMMENT, comment=comment)
    _tell(comment, named, everybody=True)
    return comment


@transaction.atomic
def reword(comment: Comment, text: str, spot: tuple[float, float] | None) -> None:
    """Other words, another spot or none. The same again are no edit, and only other words are told of."""
    x, y = spot or (None, None)
    if (text, x, y) == (comment.text, comment.spot_x, comment.spot_y):
        return
    before, comment.text = comment.text, text
    Comment.objects.filter(pk=comment.pk).update(text=text, spot_x=x, spot_y=y, edited_at=timezone.now())
    if text != before:
        _tell(comment, mentions.write_down(comment), everybody=False)


@transaction.atomic
def remove(comment: Comment, by: User) -> None:
    """Deletes a comment that removable_comment() has. The audit log says whose it was, and nothing of what it said."""
    before = {"person": comment.person.email, "image": comment.image_id}
    record("comment.deleted", actor=by, target=comment, team=comment.image.team, before=before, name="")
    comment.delete()


def _tell(comment: Comment, named: list[User], *, everybody: bool) -> None:
    """Those who were named are told so; of a new comment the picture's maker hears, and who spoke about it before."""
    team, actor = comment.image.team, comment.person
    notices.tell(Kind.MENTION, named, team=team, actor=actor, comment=comment)
    if everybody:
        before = comment.image.comments.order_by("-created_at").values_list("person", flat=True)[:SHOWN]
        others = {comment.image.person_id, *before} - {person.pk for person in named}
        listeners = mentions.teammates(comment.image, others)
        notices.tell(Kind.COMMENT, listeners, team=team, actor=actor, comment=comment)
