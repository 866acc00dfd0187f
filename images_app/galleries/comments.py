"""What people say about a picture: plain text, written by whoever sees the picture, changed only by its author."""

import uuid

from django import forms
from django.http import Http404
from django.utils import timezone

from images_app.galleries.models import Comment
from images_app.images.access import images_of
from images_app.images.models import StoredImage
from images_app.lib.words import first_visible
from images_app.teams.models import User

LONGEST = 2000  # characters
SHOWN = 200  # of one picture, the newest


class CommentForm(forms.Form):
    text = forms.CharField(
        label="Comment",
        max_length=LONGEST,
        error_messages={"required": "Write something first."},
        widget=forms.Textarea(attrs={"rows": 1, "placeholder": "Say something about it"}),
    )

    def clean_text(self) -> str:
        # A browser sends its line ends as two characters; the limit counted them, the page need not keep them.
        text = str(self.cleaned_data["text"]).replace("\r\n", "\n")
        if not first_visible(text):
            raise forms.ValidationError(self.fields["text"].error_messages["required"], code="required")
        return text


def comments_of(picture: StoredImage) -> list[Comment]:
    """The newest ``SHOWN``, the oldest of them first, each with its author."""
    newest = picture.comments.select_related("person").order_by("-created_at", "-id")[:SHOWN]
    return list(newest)[::-1]


def own_comment(person: User, id: uuid.UUID) -> Comment:
    """A comment the person wrote on a picture they still see; else the same 404 as for none at all."""
    comment = Comment.objects.filter(person=person, image__in=images_of(person), pk=id).first()
    if comment is None:
        raise Http404("no such comment")
    return comment


def say(picture: StoredImage, person: User, text: str) -> Comment:
    return Comment.objects.create(image=picture, person=person, text=text)


def reword(comment: Comment, text: str) -> None:
    """The same words again are no edit."""
    if text != comment.text:
        Comment.objects.filter(pk=comment.pk).update(text=text, edited_at=timezone.now())
