"""Many lengths of time as a few counts, of which medians can be told for any range of hours and on any database.

Each step is a tenth longer than the one before, so what is told is at most a tenth too long.
"""

import math
from collections import Counter

STEP = 1.1


def step_of(seconds: float) -> str:
    """The step that holds it, as a key of JSON; all up to a second is one."""
    return str(max(0, math.ceil(math.log(max(seconds, 1.0), STEP) - 1e-9)))


def at_percent(counts: "Counter[str]", percent: int) -> float | None:
    """The seconds that so many percent of them do not exceed; None without any."""
    wanted = math.ceil(sum(counts.values()) * percent / 100)
    for step in sorted(counts, key=int):
        wanted -= counts[step]
        if wanted <= 0 < counts[step]:
            return float(STEP ** int(step))
    return None
