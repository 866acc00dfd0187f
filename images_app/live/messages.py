"""What the pages are told, as server-sent events, and who is told it."""

import json
from collections.abc import Mapping
from typing import Any

HEARTBEAT = b": \n\n"


def event(name: str, data: Mapping[str, str]) -> bytes:
    """One server-sent event; JSON has no line breaks, so one data line is enough."""
    return f"event: {name}\ndata: {json.dumps(data)}\n\n".encode()


# What came before may be lost: the page asks for the state of everything it shows.
CATCHUP = event("catchup", {})


# Something is being made in the team whose gallery is open, or has been.
TEAM = event("team", {})
# Another seat in a team, or none: the page asks whether it may still be looked at.
SEAT = event("seat", {})
# The person is suspended: the stream ends.
OUT = event("out", {})


def addressed(raw: bytes | str) -> list[tuple[str, bytes]]:
    """Whose pages, by the id of a person or of a team, a message from the bus is for, and what each of them gets."""
    try:
        message: Any = json.loads(raw)
    except ValueError:
        return []
    if not isinstance(message, dict):
        return []
    person, team = str(message.get("person", "")), str(message.get("team", ""))
    match message.get("kind"):
        case "notice":
            return [(person, event("notice", {}))]
        case "seat":
            return [(person, SEAT)]
        case "out":
            return [(person, OUT)]
        case "job":
            told = {name: str(message.get(name, "")) for name in ("job", "generation", "state")}
            return [(person, event("job", told)), (team, TEAM)]
    return []
