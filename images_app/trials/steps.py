"""The steps of a trial: what each found, how long it took, and the mend for what failed."""

from dataclasses import asdict, dataclass
from typing import Any

from images_app.trials.models import Trial

OK, FAILED, UNCLEAR = "ok", "failed", "unclear"
WAITING, RUNNING, SKIPPED = "waiting", "running", "skipped"

NAMES = {
    "reach": "Reach",
    "authenticate": "Authenticate",
    "generate": "Generate",
    "download": "Download",
    "store": "Store",
}
OF_KEY = ("reach", "authenticate")
# Which step a trial in this state is at.
AT = {
    Trial.State.REACHING: ("reach", "authenticate"),
    Trial.State.SENT: ("generate", "download"),
    Trial.State.RECEIVED: ("store",),
}


@dataclass(frozen=True)
class Step:
    """One finished step; ``ms`` None where nobody knows how long it took."""

    name: str
    outcome: str
    finding: str
    ms: int | None = None
    mend: str = ""

    def row(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Line:
    """A step as the page shows it."""

    label: str
    outcome: str
    finding: str = ""
    time: str = ""
    mend: str = ""

    @property
    def word(self) -> str:
        return WORDS[self.outcome]


WORDS = {
    OK: "Passed",
    FAILED: "Failed",
    UNCLEAR: "Unclear",
    WAITING: "Waiting",
    RUNNING: "Under way",
    SKIPPED: "Not tried",
}


def lines(trial: Trial) -> list[Line]:
    """Every step of a trial in its order, those to come as well."""
    done = {row["name"]: row for row in trial.steps}
    shown = []
    running = False
    for name in OF_KEY if trial.kind == Trial.Kind.KEY else NAMES:
        if row := done.get(name):
            shown.append(Line(NAMES[name], row["outcome"], row["finding"], _time(row["ms"]), row["mend"]))
            continue
        now = not running and name in AT.get(Trial.State(trial.state), ())
        running = running or now
        shown.append(Line(NAMES[name], RUNNING if now else SKIPPED if trial.finished else WAITING))
    return shown


def _time(ms: int | None) -> str:
    if ms is None:
        return ""
    return f"{ms} ms" if ms < 1000 else f"{ms / 1000:.1f} s"


# By the reason of an answer (providers/errors.py) or of a probe: what to do about it.
MENDS = {
    "account": "Look at the account on the provider's own pages: it has to be active.",
    "address_refused": "Correct the base address. Only the provider of the environment may have a private one, "
    "with IMAGE_API_ALLOW_PRIVATE=true.",
    "api_key": "Write another key: add it as a spare, try it, then put it in use.",
    "bad_base_url": "Correct the base address: scheme, host and path up to and including /v1.",
    "billing": "Pay or raise the limit on the provider's own pages, then resume the provider.",
    "broken": "Try again in a few minutes; look at proxies and firewalls if it stays.",
    "connect_failed": "Check the host and the port of the base address, the network and the firewall of this machine.",
    "connect_timeout": "Check the network and the firewall of this machine.",
    "content_policy": "Write a key whose account may make pictures; the test's prompt is a paper boat.",
    "field_key": "Write the key again, or put the old FIELD_KEY back.",
    "forbidden": "Allow the account to make pictures, on the provider's own pages.",
    "invalid_request": "Correct the model's profile: its sizes, qualities, styles and further fields.",
    "model_not_found": "Correct the model's name in its profile, or allow it to the account.",
    "not_found": "Correct the base address (it ends with /v1 at most endpoints) or the model's name.",
    "quota": "Raise the quota on the provider's own pages, then resume the provider.",
    "rate_limit": "Wait a minute and test again; lower the pictures per minute if it stays.",
    "redirected": "Write the address the endpoint has moved to.",
    "unknown": "Look at the provider's own list of usage before testing again: this call may stand in it.",
}
