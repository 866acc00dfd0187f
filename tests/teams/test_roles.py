"""Who may do what: the table of docs/roles.md is the program's."""

import re

from images_app.teams.roles import MAY, Can, Role, assignable
from project.env import ROOT

ROW = re.compile(r"^\| (?P<may>[^|]+) \| (yes|no) \| (yes|no) \| (yes|no) \| (yes|no) \|$", re.MULTILINE)


def test_the_documented_table_is_the_programs() -> None:
    text = (ROOT / "docs" / "roles.md").read_text()
    written = {
        row["may"]: {role for role, word in zip(Role, row.groups()[1:], strict=True) if word == "yes"}
        for row in ROW.finditer(text)
    }
    assert written == {str(can): set(MAY[can]) for can in Can}


def test_nobody_gives_a_role_as_high_as_their_own_but_the_owner() -> None:
    assert assignable(Role.OWNER) == [Role.ADMIN, Role.MEMBER, Role.VIEWER]
    assert assignable(Role.ADMIN) == [Role.MEMBER, Role.VIEWER]
    assert assignable(Role.MEMBER) == assignable(Role.VIEWER) == []
