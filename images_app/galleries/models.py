"""What people do with pictures once they are made: collections, comments, saved views."""

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone

from images_app.images.models import StoredImage
from images_app.teams.models import Team


class Collection(models.Model):
    """Pictures a person gathered, in an order of their own."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="collections")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="collections")
    title = models.CharField(max_length=120)
    text = models.TextField(blank=True, default="")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [models.Index(fields=["person", "-created_at", "-id"], name="collection_person_newest")]

    def __str__(self) -> str:
        return self.title


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


class Comment(models.Model):
    """What somebody says about a picture."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    image = models.ForeignKey(StoredImage, on_delete=models.CASCADE, related_name="comments")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="comments")
    text = models.TextField()
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    edited_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["created_at", "id"]
        indexes = [models.Index(fields=["image", "created_at", "id"], name="comment_image_oldest")]

    def __str__(self) -> str:
        return self.text[:60]


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
