"""Who may look after the whole site: staff with the permissions for what the pages show."""

from django.core.exceptions import PermissionDenied

from images_app.teams.models import User

SPEND = "images_app.view_ledgerentry"
IMPORT = "images_app.add_usageline"


def may_oversee(person: User) -> bool:
    """Whether the pages of this room open; templates ask the same by ``perms``."""
    return person.is_staff and person.has_perm(SPEND)


def overseer(person: User) -> User:
    """The same person. Raises PermissionDenied for everybody else."""
    if not may_oversee(person):
        raise PermissionDenied
    return person


def may_import(person: User) -> bool:
    """Whether a provider's numbers may be put beside the ledger, or in the place of others."""
    return may_oversee(person) and person.has_perm(IMPORT)


def importer(person: User) -> User:
    """The same person. Raises PermissionDenied for everybody else."""
    if not may_import(person):
        raise PermissionDenied
    return person
