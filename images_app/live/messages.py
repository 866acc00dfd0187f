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


def addressed(raw: bytes | str) -> tuple[str, bytes] | None:
    """The person a message from the bus is for, and what their pages get; None for what no page is told."""
    try:
        message: Any = json.loads(raw)
    except ValueError:
        return None
    if not isinstance(message, dict) or message.get("kind") != "job":
        return None
    told = {name: str(message.get(name, "")) for name in ("job", "generation", "state")}
    return str(message.get("person", "")), event("job", told)
