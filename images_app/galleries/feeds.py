"""The newest published pictures as an Atom feed."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import format_html

from images_app.galleries.public import PublicTile, newest, tile_of
from images_app.lib.words import tame

ENTRIES = 40


class GalleryFeed(Feed[PublicTile, None]):
    """Each entry is known by its publication, and has the picture's address in it, which dies with that."""

    feed_type = Atom1Feed
    title = "Easel: the public gallery"
    subtitle = "Pictures made with AI, as people show them."
    author_name = "Easel"
    categories = ("AI-generated",)

    def __call__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = super().__call__(request, *args, **kwargs)
        # The newest entry's. Where an older one is taken back it stays the same, and whoever asks by it would keep
        # what is gone.
        del response["Last-Modified"]
        return response

    # Addresses are whole: else Django would make them from the Host of whoever asks.
    def link(self) -> str:
        return settings.BASE_URL + reverse("gallery")

    def feed_url(self) -> str:
        return settings.BASE_URL + reverse("gallery_feed")

    def items(self) -> list[PublicTile]:
        return [tile_of(publication) for publication in newest("", None, ENTRIES)[0]]

    # Words go through tame(): one sign that XML does not have, in one name, would end the feed for all.
    def item_title(self, item: PublicTile) -> str:
        return tame(item.heading)

    def item_description(self, item: PublicTile) -> str:
        image = format_html(
            '<p><a href="{}"><img src="{}" width="{}" height="{}" alt="{}"></a></p>',
            item.address,
            item.preview_address,
            item.image.preview_width,
            item.preview_height,
            tame(item.alt),
        )
        words = format_html("<p>{}</p>", tame(item.words)) if item.words else ""
        return format_html("{}{}<p>This picture was made with AI.</p>", image, words)

    def item_link(self, item: PublicTile) -> str:
        return item.address

    def item_guid(self, item: PublicTile) -> str:
        return item.publication.pk.urn

    def item_author_name(self, item: PublicTile) -> str:
        return tame(item.by)

    def item_pubdate(self, item: PublicTile) -> datetime | None:
        return item.publication.decided_at

    def item_updateddate(self, item: PublicTile) -> datetime | None:
        return item.publication.decided_at
