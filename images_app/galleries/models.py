"""What people do with pictures once they are made: comments, saved views, links for people outside."""

import uuid
from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone

from images_app.collections.models import Collection
from images_app.images.models import StoredImage
from images_app.teams.audience import Audience
from images_app.teams.models import Team


class Comment(models.Model):
    """What somebody says about a picture."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    image = models.ForeignKey(StoredImage, on_delete=models.CASCADE, related_name="comments")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="comments")
    text = models.TextField()
    # The spot of the picture it is about: shares of its width and height, from the left and from the top.
    spot_x = models.FloatField(null=True, blank=True)
    spot_y = models.FloatField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    edited_at = models.DateTimeField(null=True, blank=True)
    # Read by nobody since, as StoredImage.hidden_at.
    hidden_at = models.DateTimeField(null=True, blank=True, editable=False)
    hidden_reason = models.CharField(
        max_length=300, blank=True, default="", editable=False, help_text="Its author reads it."
    )

    class Meta:
        ordering = ["created_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(spot_x=None, spot_y=None)
                | models.Q(spot_x__gte=0, spot_x__lte=1, spot_y__gte=0, spot_y__lte=1),
                name="a_spot_lies_on_the_picture",
            ),
        ]
        indexes = [models.Index(fields=["image", "created_at", "id"], name="comment_image_oldest")]

    def __str__(self) -> str:
        return self.text[:60]

    @property
    def spot(self) -> tuple[float, float] | None:
        return None if self.spot_x is None or self.spot_y is None else (self.spot_x, self.spot_y)


class CommentMention(models.Model):
    """Somebody a comment names: which signs of its text say so."""

    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, related_name="mentions")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    start = models.PositiveIntegerField(help_text="Of the @ in the text.")
    length = models.PositiveIntegerField(help_text="Signs, the @ included.")

    class Meta:
        ordering = ["start"]
        constraints = [models.UniqueConstraint(fields=["comment", "start"], name="one_mention_per_place")]

    def __str__(self) -> str:
        return f"{self.person_id} in {self.comment_id}"


class SavedView(models.Model):
    """Filters of the library a person saved under a name."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_views")
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=1000, help_text="The library's address behind the question mark.")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["person", "name"], name="one_view_per_name")]

    def __str__(self) -> str:
        return self.name


class ShareLink(models.Model):
    """A way for people without an account to one picture, a collection, or a selection (its ``items``).

    Its token is kept only as a hash. galleries/links.py knows which links are alive and what they show.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="links")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="links")
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    hint = models.CharField(max_length=4, editable=False, help_text="The token's last signs.")
    image = models.ForeignKey(
        StoredImage, null=True, blank=True, on_delete=models.CASCADE, related_name="links"
    )
    collection = models.ForeignKey(
        Collection, null=True, blank=True, on_delete=models.CASCADE, related_name="links"
    )
    title = models.CharField(max_length=120, blank=True, default="")
    password = models.CharField(
        max_length=128, blank=True, default="", help_text="As Django's hashers keep it."
    )
    expires_at = models.DateTimeField(null=True, blank=True)
    view_limit = models.PositiveIntegerField(null=True, blank=True, help_text="How often it may be opened.")
    views = models.PositiveIntegerField(default=0)
    last_view_at = models.DateTimeField(null=True, blank=True)
    downloads = models.BooleanField(default=False)
    prompts = models.BooleanField(default=False)
    revoked_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    # A review round, where its guests are asked for anything (galleries/rounds.py).
    asks_pick = models.BooleanField(default=False)
    asks_score = models.BooleanField(default=False)
    asks_comment = models.BooleanField(default=False)
    closes_at = models.DateTimeField(null=True, blank=True, help_text="No guest answers after it.")
    closed_told_at = models.DateTimeField(null=True, blank=True, help_text="When its maker was told so.")
    message = models.TextField(blank=True, default="", help_text="What guests read above the pictures.")

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(image=None) | models.Q(collection=None), name="a_link_leads_to_one_thing"
            ),
            models.CheckConstraint(
                condition=models.Q(asks_pick=False, asks_score=False, asks_comment=False)
                | models.Q(closes_at__isnull=False),
                name="a_round_closes",
            ),
        ]
        indexes = [
            models.Index(fields=["team", "-created_at", "-id"], name="link_team_newest"),
            # Who waits for the word that their round has closed: few, so the duty looks at no other link.
            models.Index(
                fields=["closes_at"],
                condition=models.Q(closes_at__isnull=False, closed_told_at=None, revoked_at=None),
                name="link_closed_untold",
            ),
        ]

    def __str__(self) -> str:
        return f"…{self.hint} of {self.team}"

    @property
    def gated(self) -> bool:
        """Whether a page stands before it, with a field or a button: programs that fetch previews pass none."""
        return bool(self.password) or self.view_limit is not None

    @property
    def entry(self) -> str:
        """What a browser that came in remembers: another password is another door."""
        return f"{self.pk}:{self.password[-8:]}" if self.password else str(self.pk)

    @property
    def is_over(self) -> bool:
        return self.expires_at is not None and self.expires_at <= timezone.now()

    @property
    def asks(self) -> bool:
        """Whether it is a review round, open or closed."""
        return self.asks_pick or self.asks_score or self.asks_comment

    @property
    def takes_answers(self) -> bool:
        return self.asks and self.closes_at is not None and self.closes_at > timezone.now()

    @property
    def last_day(self) -> datetime | None:
        """A moment of the last day on which the round is open."""
        return self.closes_at and self.closes_at - timedelta(seconds=1)


class ShareItem(models.Model):
    """A picture of a selection that a link leads to."""

    link = models.ForeignKey(ShareLink, on_delete=models.CASCADE, related_name="items")
    image = models.ForeignKey(StoredImage, on_delete=models.CASCADE, related_name="share_items")
    place = models.PositiveIntegerField(help_text="Order within the selection, the smallest first.")

    class Meta:
        ordering = ["place", "id"]
        constraints = [models.UniqueConstraint(fields=["link", "image"], name="once_per_link")]

    def __str__(self) -> str:
        return f"{self.image_id} by {self.link_id}"


class Publication(models.Model):
    """A picture that its maker wants to show to everybody, and what was decided about it.

    The picture's audience is its maker's word, the state is the word of whoever looks after the site: everybody sees
    it while the two agree (galleries/publications.py). ``id`` is its public address.
    """

    class State(models.TextChoices):
        ASKED = "asked", "Waiting"
        SHOWN = "shown", "Shown"
        REFUSED = "refused", "Not shown"
        TAKEN_BACK = "taken_back", "Taken back"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    image = models.OneToOneField(StoredImage, on_delete=models.CASCADE, related_name="publication")
    # The picture's own, which never changes: the index finds the few of a shape by it.
    shape = models.CharField(max_length=10, editable=False)
    state = models.CharField(max_length=10, choices=State, default=State.ASKED)
    before = models.PositiveSmallIntegerField(
        choices=Audience.choices,
        help_text="Who saw the picture until then, and sees it once it is taken back.",
    )
    prompt = models.BooleanField(default=False, help_text="Whether everybody may read its prompt.")
    credit = models.BooleanField(default=False, help_text="Whether everybody may read its maker's name.")
    alt = models.CharField(max_length=300, blank=True, default="", help_text="For people who cannot see it.")
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    asked_at = models.DateTimeField(default=timezone.now, editable=False)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True, editable=False)
    reason = models.CharField(max_length=300, blank=True, default="", help_text="Its maker reads it.")
    # Shown before anybody has looked: until the desk has a case of it (cases/actions.py).
    to_look_at = models.BooleanField(default=False, editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state="asked") | models.Q(decided_at__isnull=False),
                name="a_decision_has_its_moment",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="refused") | ~models.Q(reason=""), name="a_refusal_has_a_reason"
            ),
        ]
        indexes = [
            models.Index(
                fields=["-decided_at", "-id"], condition=models.Q(state="shown"), name="publication_newest"
            ),
            models.Index(
                fields=["shape", "-decided_at", "-id"],
                condition=models.Q(state="shown"),
                name="publication_shape",
            ),
            # Few: the desk takes them every minute.
            models.Index(
                fields=["asked_at", "id"], condition=models.Q(to_look_at=True), name="publication_to_look_at"
            ),
            # The admin's list, of any state: the oldest question first.
            models.Index(fields=["state", "asked_at", "id"], name="publication_waiting"),
        ]
        permissions = [("decide_publication", "Can decide what everybody sees")]

    def __str__(self) -> str:
        return f"{self.image_id}: {self.get_state_display()}"

    @property
    def credited(self) -> str:
        """The maker's name where it may be read; never a part of their email address."""
        return self.image.person.name if self.credit else ""


class Guest(models.Model):
    """Somebody without an account who takes part in a review round, under a name of their own choice.

    Their browser keeps a key, the row only its hash: two guests of one name are two guests.
    """

    link = models.ForeignKey(ShareLink, on_delete=models.CASCADE, related_name="guests")
    name = models.CharField(max_length=60)
    key_hash = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    done_at = models.DateTimeField(null=True, blank=True, help_text="When they said that they are done.")

    class Meta:
        ordering = ["created_at", "id"]
        indexes = [models.Index(fields=["link", "created_at", "id"], name="guest_of_link")]

    def __str__(self) -> str:
        return self.name


class Vote(models.Model):
    """What one guest answers about one picture. All of it may be taken back: then it says nothing."""

    guest = models.ForeignKey(Guest, on_delete=models.CASCADE, related_name="votes")
    image = models.ForeignKey(StoredImage, on_delete=models.CASCADE, related_name="votes")
    picked = models.BooleanField(default=False)
    score = models.PositiveSmallIntegerField(null=True, blank=True, help_text="1 to 5.")
    comment = models.TextField(blank=True, default="")
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["guest", "image"], name="one_vote_per_guest"),
            models.CheckConstraint(
                condition=models.Q(score=None) | models.Q(score__range=(1, 5)), name="score_in_range"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.guest_id} on {self.image_id}"
