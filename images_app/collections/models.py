"""Pictures gathered under a title, in an order of their own, and who has a hand in it."""

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify

from images_app.images.models import StoredImage
from images_app.teams.audience import Audience
from images_app.teams.models import Membership, Team

TEXT_AT_MOST = 2000  # characters


class Right(models.IntegerChoices):
    """What somebody may do with a collection; each right holds the ones before it."""

    VIEW = 1, "look"
    ADD = 2, "add pictures"
    MANAGE = 3, "manage it"


class Collection(models.Model):
    """Pictures of a team that belong together. collections/access.py knows who sees it and who may do what."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="collections")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="collections")
    title = models.CharField(max_length=120)
    # Made from the first title and never changed: addresses that were passed on stay good.
    slug = models.SlugField(max_length=60, default="", editable=False, db_index=False)
    text = models.TextField(blank=True, default="", max_length=TEXT_AT_MOST)
    audience = models.PositiveSmallIntegerField(
        default=Audience.PRIVATE,
        choices=[(Audience.PRIVATE, "Only you, and people you add"), (Audience.TEAM, "The team")],
        help_text="Who sees the collection. Who sees a picture in it, the picture itself says.",
    )
    cover = models.ForeignKey(
        StoredImage,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text="Empty: its first picture.",
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)

    # What somebody may do with it; access.collections_seen_by tells, and only rows from there have it.
    can: int

    class Meta:
        ordering = ["-updated_at", "-id"]
        constraints = [models.UniqueConstraint(fields=["team", "slug"], name="one_collection_per_address")]
        indexes = [models.Index(fields=["team", "-updated_at", "-id"], name="collection_team_newest")]

    def __str__(self) -> str:
        return self.title

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self.slug:
            self.slug = f"{slug_of(self.title)}-{self.id.hex[:6]}"
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("team_collection", args=[self.team.slug, self.slug])


class Contributor(models.Model):
    """Somebody who was let into a collection. It hangs on their seat in the team: with the seat it is gone."""

    collection = models.ForeignKey(Collection, on_delete=models.CASCADE, related_name="contributors")
    seat = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="contributions")
    can = models.PositiveSmallIntegerField(choices=Right, default=Right.ADD)
    added_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["added_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["collection", "seat"], name="once_a_contributor"),
            models.CheckConstraint(condition=models.Q(can__in=Right.values), name="right_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.seat_id} in {self.collection_id}: {self.can}"


class CollectionItem(models.Model):
    """A picture in a collection; a picture may lie in many."""

    collection = models.ForeignKey(Collection, on_delete=models.CASCADE, related_name="items")
    image = models.ForeignKey(StoredImage, on_delete=models.CASCADE, related_name="collection_items")
    place = models.FloatField(help_text="Order within the collection, the smallest first.")
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    added_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["place", "id"]
        constraints = [models.UniqueConstraint(fields=["collection", "image"], name="once_per_collection")]
        indexes = [models.Index(fields=["collection", "place", "id"], name="collection_order")]

    def __str__(self) -> str:
        return f"{self.image_id} in {self.collection_id}"


def slug_of(title: str) -> str:
    """What a title becomes in an address; a title without a Latin letter becomes a plain word."""
    return slugify(title)[:50].strip("-_") or "collection"
