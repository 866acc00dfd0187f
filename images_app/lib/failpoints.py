"""Places where a test may make a process die, stop or err; nothing outside a test setting.

``FAIL=<point>:<kill|stop|raise>`` in the environment, honoured only with EASEL_TESTING=1 (project/settings.py).
"""

import os
import signal

from django.conf import settings


class PlannedFault(Exception):
    """Raised by a failpoint set to ``raise``."""


def failpoint(point: str) -> None:
    """Do what the test asked for at ``point``; nothing otherwise."""
    if not settings.FAILPOINTS:
        return
    name, _, action = settings.FAILPOINTS.partition(":")
    if name != point:
        return
    if action == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    elif action == "stop":
        os.kill(os.getpid(), signal.SIGSTOP)
    else:
        raise PlannedFault(point)
