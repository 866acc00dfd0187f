"""Who may do what in a team: one table, which docs/roles.md repeats in words (a test compares the two)."""

from enum import StrEnum

from django.db import models


class Role(models.TextChoices):
    OWNER = "owner", "Owner"
    ADMIN = "admin", "Admin"
    MEMBER = "member", "Member"
    VIEWER = "viewer", "Viewer"


EVERYBODY = frozenset(Role)
MAKERS = frozenset({Role.OWNER, Role.ADMIN, Role.MEMBER})
KEEPERS = frozenset({Role.OWNER, Role.ADMIN})


class Can(StrEnum):
    """What a seat in a team allows, in the words of docs/roles.md."""

    SEE = "see the team's gallery, collections, review rounds and people"
    SPEAK = "love pictures and comment on them"
    MAKE = "make pictures, and show their own to the team"
    COLLECT = "make collections, and add to those they were let into"
    SHARE = "make links to their own pictures for people outside, and take them back"
    HAND_OUT = "make links for people outside to others' pictures that the team sees"
    PUBLISH = "ask to show their own pictures to everybody, where the team may"
    TIDY = "hide others' pictures from the team, delete their comments and links, close and export their review rounds"
    CURATE = "manage every collection that the team sees"
    INHERIT = "see everything that people who left made in the team, show it to the team, and remove it"
    SETTLE = "cancel others' jobs and decide on them"
    INVITE = "invite people, change the role of members and viewers, and remove them"
    SET = "change how the team works"
    KEEP = "see what everybody in the team spends, and set its limits"
    OWN = "make and unmake admins, hand the team over, delete it"


MAY: dict[Can, frozenset[Role]] = {
    Can.SEE: EVERYBODY,
    Can.SPEAK: EVERYBODY,
    Can.MAKE: MAKERS,
    Can.COLLECT: MAKERS,
    Can.SHARE: MAKERS,
    Can.HAND_OUT: KEEPERS,
    Can.PUBLISH: MAKERS,
    Can.TIDY: KEEPERS,
    Can.CURATE: KEEPERS,
    Can.INHERIT: KEEPERS,
    Can.SETTLE: KEEPERS,
    Can.INVITE: KEEPERS,
    Can.SET: KEEPERS,
    Can.KEEP: KEEPERS,
    Can.OWN: frozenset({Role.OWNER}),
}


def assignable(role: str) -> list[Role]:
    """The roles that somebody with ``role`` may give, and whose holders they may change or remove.

    There is one owner: the team is handed over, never shared out.
    """
    if role == Role.OWNER:
        return [Role.ADMIN, Role.MEMBER, Role.VIEWER]
    return [Role.MEMBER, Role.VIEWER] if role == Role.ADMIN else []
