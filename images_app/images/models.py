"""A paid picture: where its bytes lie and what is known of it."""

import uuid
from functools import cached_property

from django.conf import settings
from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.utils import timezone

from images_app.images.derive import PREVIEW_EDGE, THUMBNAIL_EDGE
from images_app.lib.ratio import SHAPES
from images_app.teams.audience import Audience

# The narrowest first; SHAPES says where each ends.
_SHAPE = Case(
    *(
        When(width__lt=F("height") * most, then=Value(shape))
        for shape, (_, most) in sorted(SHAPES.items(), key=lambda item: item[1])
    ),
    default=Value("wide"),
)

# What may be seen by everybody, as far as the picture itself says (galleries/publications.py knows the rest).
_OPEN = Q(trashed_at__isnull=True, audience=Audience.PUBLIC)
OPEN = _OPEN & Q(hidden_at__isnull=True)

# What the team sees, besides the person whose it is.
_SHOWN = Q(trashed_at__isnull=True, audience__gte=Audience.TEAM)
SHOWN = _SHOWN & Q(hidden_at__isnull=True)


class StoredImage(models.Model):
    """One picture in storage: the original byte for byte, and display copies made from its pixels."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    team = models.ForeignKey("images_app.Team", on_delete=models.PROTECT, related_name="images")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="images")
    job = models.ForeignKey("images_app.ImageJob", on_delete=models.PROTECT, related_name="images")
    # Copied from the generation, so that the library finds the few of a model among a million without a join.
    model = models.ForeignKey(
        "images_app.ImageModel", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    attempt = models.ForeignKey("images_app.Attempt", on_delete=models.PROTECT, related_name="images")
    position = models.PositiveSmallIntegerField(
        default=0, help_text="An endpoint may send more than was asked."
    )
    revised_prompt = models.TextField(blank=True, default="")

    sha256 = models.CharField(max_length=64)
    format = models.CharField(max_length=8, help_text="png, jpeg or webp, told by the bytes.")
    bytes = models.PositiveIntegerField()
    width = models.PositiveIntegerField(help_text="Pixels.")
    height = models.PositiveIntegerField(help_text="Pixels.")
    shape = models.GeneratedField(
        expression=_SHAPE, output_field=models.CharField(max_length=10), db_persist=True, editable=False
    )
    original_key = models.CharField(max_length=200)
    preview_key = models.CharField(max_length=200)
    thumbnail_key = models.CharField(max_length=200)
    placeholder = models.CharField(
        max_length=1000, help_text="A data: URL of 14 pixels' width, shown until the rest is there."
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    audience = models.PositiveSmallIntegerField(default=Audience.PRIVATE, choices=Audience.choices)
    hearts = models.PositiveIntegerField(default=0, editable=False, help_text="How many people's.")
    # In the trash since; its bytes stay until it is purged.
    trashed_at = models.DateTimeField(null=True, blank=True, editable=False)
    # Who put it there for a maker who has left; empty where that was the maker.
    trashed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="+",
        db_index=False,
    )
    # Met by nobody since, whoever made it included: decided by those who look after the site.
    hidden_at = models.DateTimeField(null=True, blank=True, editable=False)
    hidden_reason = models.CharField(
        max_length=300, blank=True, default="", editable=False, help_text="Its maker reads it."
    )

    class Meta:
        ordering = ["-created_at", "-id"]
        permissions = [("hide_storedimage", "Can hide pictures from everybody")]
        constraints = [
            # Storing is repeatable: the second time finds the first one's row.
            models.UniqueConstraint(fields=["attempt", "position"], name="one_row_per_received_picture"),
        ]
        indexes = [
            # The library and its filters: each list is walked from its newest, past nothing that lies in the trash.
            models.Index(
                fields=["person", "-created_at", "-id"],
                condition=Q(trashed_at__isnull=True),
                name="image_person_newest",
            ),
            models.Index(
                fields=["person", "model", "-created_at", "-id"],
                condition=Q(trashed_at__isnull=True),
                name="image_person_model",
            ),
            models.Index(
                fields=["person", "shape", "-created_at", "-id"],
                condition=Q(trashed_at__isnull=True),
                name="image_person_shape",
            ),
            models.Index(fields=["team", "-created_at", "-id"], name="image_team_newest"),
            # What one of a team's people made there: for its keepers, once that person has left.
            models.Index(
                fields=["team", "person", "-created_at", "-id"],
                condition=Q(trashed_at__isnull=True),
                name="image_team_person",
            ),
            # What a team sees of itself: the newest first, and the most loved.
            models.Index(fields=["team", "-created_at", "-id"], condition=_SHOWN, name="image_shown_newest"),
            models.Index(
                fields=["team", "-hearts", "-created_at", "-id"], condition=_SHOWN, name="image_shown_loved"
            ),
            # The public gallery: the most loved, also of one shape.
            models.Index(fields=["-hearts", "-created_at", "-id"], condition=_OPEN, name="image_open_loved"),
            models.Index(
                fields=["shape", "-hearts", "-created_at", "-id"],
                condition=_OPEN,
                name="image_open_shape_loved",
            ),
            models.Index(
                fields=["team", "model", "-created_at", "-id"], condition=_SHOWN, name="image_shown_model"
            ),
            models.Index(
                fields=["team", "shape", "-created_at", "-id"], condition=_SHOWN, name="image_shown_shape"
            ),
            models.Index(fields=["sha256"], name="image_sha256"),
            # The administration's list of all there are.
            models.Index(fields=["-created_at", "-id"], name="image_newest"),
            # Hidden ones are few, and looked up among all there are.
            models.Index(fields=["hidden_at"], condition=Q(hidden_at__isnull=False), name="image_hidden"),
            models.Index(
                fields=["person", "-trashed_at", "-id"],
                condition=Q(trashed_at__isnull=False),
                name="image_trash",
            ),
            models.Index(
                fields=["team", "-trashed_at", "-id"],
                condition=Q(trashed_at__isnull=False, trashed_by__isnull=False),
                name="image_trash_left",
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)

    @cached_property
    def prompt(self) -> str:
        """What was asked for. Lists annotate it: a tile needs no more of its job and generation."""
        words: str = self.job.generation.prompt
        return words

    @property
    def preview_width(self) -> int:
        """Pixels across the preview; the browser chooses among the copies by it."""
        return self._width_within(PREVIEW_EDGE)

    @property
    def thumbnail_width(self) -> int:
        return self._width_within(THUMBNAIL_EDGE)

    def _width_within(self, edge: int) -> int:
        """Of a copy whose long edge is ``edge`` at most, as derive.py makes it."""
        return round(self.width * min(edge / max(self.width, self.height), 1))


class PictureText(models.Model):
    """What a picture is found by (images/search.py). ``id`` grows with time: search walks it from the newest.

    ``words`` is what the person wrote and what the model was told, folded; ``owner`` holds a token for the person
    and one for the team, so that the index itself keeps strangers' pictures out.
    """

    id = models.BigAutoField(primary_key=True)
    image = models.OneToOneField(StoredImage, on_delete=models.CASCADE, related_name="text")
    words = models.TextField()
    owner = models.CharField(max_length=80)

    def __str__(self) -> str:
        return str(self.image_id)


class Favourite(models.Model):
    """One person's heart on one picture."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="favourites")
    image = models.ForeignKey(StoredImage, on_delete=models.CASCADE, related_name="favourites")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "image"], name="one_heart_per_person")]

    def __str__(self) -> str:
        return f"{self.person_id} likes {self.image_id}"


class Leftover(models.Model):
    """Bytes whose picture was ended for good: written with the end of its row, gone with the bytes.

    So that none stays behind unknown where the storage is away at that moment, or whoever purges is killed.
    """

    storage = models.CharField(max_length=20, help_text="originals or previews.")
    key = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64, help_text="Of the original.")
    tried_at = models.DateTimeField(default=timezone.now, db_index=True)

    def __str__(self) -> str:
        return self.key
