"""What search engines are told of: the public gallery and every page of a picture in it."""

from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.urls import reverse

from images_app.galleries import publications
from images_app.galleries.models import Publication
from images_app.galleries.shelf import address_of


class _Ours:
    """Addresses begin with BASE_URL, not with the Host of whoever asks."""

    def get_domain(self, site: object = None) -> str:
        return urlsplit(settings.BASE_URL).netloc

    def get_protocol(self, protocol: str | None = None) -> str:
        return urlsplit(settings.BASE_URL).scheme


class PageSitemap(_Ours, Sitemap[str]):
    def items(self) -> list[str]:
        return ["gallery"]

    def location(self, item: str) -> str:
        return reverse(item)


class _Parts(Paginator[Publication]):
    """Files of so many that staff let through, each without those that nobody sees any more.

    Cut like that a file is found, and all are counted, by one index alone. Asking of a hundred thousand whether each is
    still to be seen takes a second.
    """

    def page(self, number: int | str) -> Page[Publication]:
        page = super().page(number)
        ids = [row.pk for row in page.object_list]
        page.object_list = PictureSitemap.order(publications.shown().filter(pk__in=ids))
        return page


class PictureSitemap(_Ours, Sitemap[Publication]):
    limit = 1000  # of one file

    @staticmethod
    def order(rows: QuerySet[Publication]) -> QuerySet[Publication]:
        # The oldest first: a file that is full stays as it is while others are shown.
        return rows.only("decided_at", "pk").order_by("decided_at", "pk")

    def items(self) -> QuerySet[Publication]:
        return self.order(Publication.objects.filter(state=Publication.State.SHOWN))

    @property
    def paginator(self) -> _Parts:
        return _Parts(self.items(), self.limit)

    def location(self, item: Publication) -> str:
        return address_of("public_picture", item.pk)

    def lastmod(self, item: Publication) -> datetime | None:
        return item.decided_at

    def get_latest_lastmod(self) -> datetime | None:
        newest = publications.shown().order_by("-decided_at", "-pk").only("decided_at").first()
        return newest.decided_at if newest else None


SITEMAPS: dict[str, type[Sitemap[Any]] | Sitemap[Any]] = {"gallery": PageSitemap, "pictures": PictureSitemap}
