"""Admin pages that only show."""

from django.http import HttpRequest


class ReadOnly:
    """For an admin class of rows the product writes: no adding, changing or deleting by hand."""

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False
