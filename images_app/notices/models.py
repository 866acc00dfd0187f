"""What people are told: one row for each thing told to one person, and the letters that carry it."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from images_app.budgets.models import BudgetAlarm
from images_app.images.models import StoredImage
from images_app.jobs.models import Generation
from images_app.teams.models import Invitation, Team


class Kind(models.TextChoices):
    """What can be told; people choose for each how they want to hear of it."""

    FINISHED = "finished", "Pictures are done that you did not wait for"
    FAILED = "failed", "Pictures could not be made while you were away"
    DECISION = "decision", "A picture needs your decision"
    COMMENT = "comment", "Somebody comments on your picture, or after you"
    MENTION = "mention", "Somebody mentions you"
    INVITATION = "invitation", "Somebody asks you into a team"
    ROUND = "round", "A review round is over"
    CASE = "case", "Something of yours was hidden, or your appeal was decided"
    STRIKE = "strike", "You are given a strike"
    BUDGET = "budget", "A budget you keep is nearly used up, or is"
    ASK = "ask", "Somebody asks for more than a limit you keep"
    ANSWER = "answer", "Your asking for more was answered"


class Mail(models.TextChoices):
    OFF = "off", "No mail"
    DIGEST = "digest", "Once a day"
    ONCE = "once", "At once"


class Letter(models.Model):
    """A mail that carries what a person was told. Its id is the mail's own: sent again after a crash, it is the same."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    # Whoever moves this on sends it (notices/post.py).
    due_at = models.DateTimeField(default=timezone.now)
    tries = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["due_at"], condition=Q(sent_at=None), name="letter_due")]

    def __str__(self) -> str:
        return str(self.id)


class Notice(models.Model):
    """One thing told to one person. Its words are made when it is read (notices/words.py); no prompt is kept in it.

    What it is about is one of the rows it names, and it goes with that. A notice of a team is seen only by those who
    belong to it (notices/access.py).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=10, choices=Kind)
    team = models.ForeignKey(Team, null=True, on_delete=models.CASCADE, related_name="+")
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    generation = models.ForeignKey(Generation, null=True, on_delete=models.CASCADE, related_name="+")
    image = models.ForeignKey(StoredImage, null=True, on_delete=models.CASCADE, related_name="+")
    comment = models.ForeignKey("images_app.Comment", null=True, on_delete=models.CASCADE, related_name="+")
    link = models.ForeignKey("images_app.ShareLink", null=True, on_delete=models.CASCADE, related_name="+")
    invitation = models.ForeignKey(Invitation, null=True, on_delete=models.CASCADE, related_name="+")
    alarm = models.ForeignKey(BudgetAlarm, null=True, on_delete=models.CASCADE, related_name="+")
    case = models.ForeignKey("images_app.Case", null=True, on_delete=models.CASCADE, related_name="+")
    strike = models.ForeignKey("images_app.Strike", null=True, on_delete=models.CASCADE, related_name="+")
    ask = models.ForeignKey("images_app.Ask", null=True, on_delete=models.CASCADE, related_name="+")
    count = models.PositiveIntegerField(default=0, help_text="How many pictures it is about.")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    listed = models.BooleanField(default=True, help_text="Shown in the list; else it only goes by mail.")
    read_at = models.DateTimeField(null=True, blank=True)
    mail = models.CharField(max_length=10, choices=Mail, default=Mail.OFF)
    letter = models.ForeignKey(Letter, null=True, on_delete=models.SET_NULL, related_name="notices")

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [
            # Telling is repeatable: the second time changes nothing.
            models.UniqueConstraint(fields=["person", "kind", about], name=f"told_once_of_{about}")
            for about in ("generation", "comment", "link", "invitation", "alarm", "ask")
        ]
        indexes = [
            models.Index(
                fields=["person", "-created_at", "-id"], condition=Q(listed=True), name="notice_person_newest"
            ),
            # Counted on every page.
            models.Index(fields=["person"], condition=Q(listed=True, read_at=None), name="notice_unread"),
            models.Index(
                fields=["mail", "created_at"], condition=Q(letter=None) & ~Q(mail="off"), name="notice_unsent"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} for {self.person_id}"


class NoticeSetting(models.Model):
    """How a person wants to hear of one kind, where that is not the usual way (notices/access.py)."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notice_settings"
    )
    kind = models.CharField(max_length=10, choices=Kind)
    listed = models.BooleanField(default=True)
    mail = models.CharField(max_length=10, choices=Mail)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "kind"], name="one_way_per_kind")]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.kind} {self.mail}"


class Walk(models.Model):
    """How far a duty has read the events of jobs (notices/presses.py)."""

    name = models.CharField(primary_key=True, max_length=20)
    event = models.BigIntegerField(help_text="The last one that was read.")

    def __str__(self) -> str:
        return f"{self.name} at {self.event}"
