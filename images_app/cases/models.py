"""What somebody has to decide on, who asked for it, and what was decided."""

import uuid

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils import timezone

from images_app.galleries.models import Comment
from images_app.images.models import StoredImage
from images_app.lib.append_only import OnlyGrows
from images_app.moderation.models import FlaggedPrompt
from images_app.people.reasons import Reason as Reason
from images_app.teams.models import Team


class Urgency(models.IntegerChoices):
    USUAL = 0, "Usual"
    SOON = 1, "Soon"
    URGENT = 2, "Urgent"
    ESCALATED = 3, "Escalated"


class Case(models.Model):
    """One thing to be decided: a picture, a comment, or a prompt that a rule flagged. Its target may be gone by now.

    ``version`` grows with every word of a moderator or of the maker: whoever decides says which they saw.
    """

    class Cause(models.TextChoices):
        REPORTED = "reported", "Reported"
        FLAGGED = "flagged", "Flagged by a rule"
        SHOWN = "shown", "Shown to everybody at once"
        COPY = "copy", "The same picture as another one"

    class Kind(models.TextChoices):
        PICTURE = "picture", "Picture"
        COMMENT = "comment", "Comment"
        PROMPT = "prompt", "Prompt"

    class State(models.TextChoices):
        OPEN = "open", "Open"
        DECIDED = "decided", "Decided"
        APPEALED = "appealed", "Appealed"

    class Verdict(models.TextChoices):
        APPROVED = "approved", "Left as it is"
        HIDDEN = "hidden", "Hidden"
        REMOVED = "removed", "Removed"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=10, choices=Kind)
    image = models.ForeignKey(StoredImage, null=True, on_delete=models.SET_NULL, related_name="cases")
    comment = models.ForeignKey(Comment, null=True, on_delete=models.SET_NULL, related_name="cases")
    flag = models.ForeignKey(FlaggedPrompt, null=True, on_delete=models.SET_NULL, related_name="cases")
    # Whose it is: they read what was decided, and never decide themselves.
    maker = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="cases"
    )
    team = models.ForeignKey(Team, null=True, on_delete=models.SET_NULL, related_name="+")
    cause = models.CharField(max_length=10, choices=Cause)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    urgency = models.PositiveSmallIntegerField(choices=Urgency, default=Urgency.USUAL)
    opened_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    # Whoever asks for more than they may do alone: the case waits for somebody else.
    escalated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    removal_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )

    verdict = models.CharField(max_length=10, choices=Verdict, blank=True, default="")
    code = models.CharField(max_length=10, choices=Reason, blank=True, default="")
    text = models.CharField(max_length=300, blank=True, default="", help_text="Its maker reads it.")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)

    # The maker's one word against it, and whose decision it is about: somebody else decides.
    appeal = models.TextField(blank=True, default="")
    appealed_at = models.DateTimeField(null=True)
    first_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )

    class Meta:
        ordering = ["-opened_at", "-id"]
        permissions = [("decide_case", "Can decide on what was reported or flagged")]
        constraints = [
            models.UniqueConstraint(
                fields=[target], condition=Q(state="open"), name=f"one_open_case_of_a_{target}"
            )
            for target in ("image", "comment", "flag")
        ]
        indexes = [
            # The desk walks it from the most urgent and oldest.
            models.Index(fields=["state", "-urgency", "opened_at", "id"], name="case_queue"),
            # What is overdue.
            models.Index(fields=["state", "due_at"], name="case_due"),
        ]

    def __str__(self) -> str:
        return str(self.id)

    @property
    def overdue(self) -> bool:
        return self.state != self.State.DECIDED and self.due_at < timezone.now()

    @property
    def may_be_appealed(self) -> bool:
        """Once, and only what was decided against its maker."""
        against = self.verdict in (self.Verdict.HIDDEN, self.Verdict.REMOVED)
        return self.state == self.State.DECIDED and against and self.appealed_at is None


class Report(models.Model):
    """One person's word that something should be looked at. ``number`` is what they are told: it opens its page."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="reports")
    number = models.CharField(max_length=20, unique=True)
    code = models.CharField(max_length=10, choices=Reason)
    text = models.CharField(max_length=1000, blank=True, default="")
    # Empty: somebody without an account.
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return self.number


class Opening(models.Model):
    """A moderator has asked to see what a case is about."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="openings")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "person"], name="one_opening_per_person")]

    def __str__(self) -> str:
        return f"{self.person_id} opened {self.case_id}"


class Decision(OnlyGrows):
    """One word of a moderator about a case. It names rows without foreign keys: it outlives them."""

    class Word(models.TextChoices):
        APPROVE = "approve", "Left as it is"
        HIDE = "hide", "Hidden"
        REMOVE = "remove", "Removed"
        ASK = "ask", "Removal asked for"
        ESCALATE = "escalate", "Escalated"
        UNDO = "undo", "Taken back"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case_id = models.UUIDField(db_index=True)
    version = models.PositiveIntegerField(help_text="Of the case, once this was said.")
    word = models.CharField(max_length=10, choices=Word)
    code = models.CharField(max_length=10, choices=Reason, blank=True, default="")
    text = models.CharField(max_length=300, blank=True, default="")
    on_appeal = models.BooleanField(default=False)
    by_id = models.UUIDField(null=True)
    by_name = models.CharField(max_length=340, blank=True, default="")
    # The case as it was before, and the ids of what this hid, showed again or put into the trash: for the undo.
    before = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    did = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        ordering = ["-at", "-id"]
        constraints = [models.UniqueConstraint(fields=["case_id", "version"], name="one_word_per_version")]

    def __str__(self) -> str:
        return f"{self.word} on {self.case_id}"
