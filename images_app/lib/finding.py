"""Searches of the administration in tables with millions of rows: an id or an address is looked up by an index, and only
other words are looked for row by row."""

from functools import reduce
from operator import or_
from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from images_app.lib.ids import id_in

DIGEST = 64  # hexadecimal digits of a SHA-256


class FoundById:
    """Stands before ModelAdmin among the bases. ``ids``, ``addresses`` and ``digests`` are the lookups of columns that
    hold ids, mail addresses and SHA-256 sums; what was typed is one of these or words for ``search_fields``."""

    ids: tuple[str, ...] = ("pk",)
    addresses: tuple[str, ...] = ("person__email",)
    digests: tuple[str, ...] = ()

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        typed = search_term.strip()
        if self.digests and len(typed) == DIGEST:
            return queryset.filter(_any(self.digests, typed.lower())), False
        if self.ids and (found := id_in(typed)):
            # What is joined is asked for apart: one OR over two tables would walk all of the first.
            own = [name for name in self.ids if "__" not in name]
            joined = [
                queryset.model._base_manager.filter(**{name: found}) for name in self.ids if "__" in name
            ]
            rest = [Q(pk__in=rows.values("pk")) for rows in joined]
            return queryset.filter(reduce(or_, rest, _any(own, found))), False
        if self.addresses and "@" in typed and " " not in typed:
            # The few people whose address begins so first, then what is theirs.
            return queryset.filter(_any([f"{name}__istartswith" for name in self.addresses], typed)), False
        result: tuple[QuerySet[Any], bool] = super().get_search_results(request, queryset, search_term)  # type: ignore[misc]
        return result


def fixed_filter(name: str, words: str, values: list[tuple[str, str]]) -> type[admin.SimpleListFilter]:
    """A filter by a column of known ``values`` (value, label): Django's own would look through the table for them."""

    class Fixed(admin.SimpleListFilter):
        title = words
        parameter_name = name

        def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
            return values

        def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
            return queryset.filter(**{name: self.value()}) if self.value() else queryset

    return Fixed


def _any(names: Any, value: object) -> Q:
    wanted = Q()
    for name in names:
        wanted |= Q(**{name: value})
    return wanted
