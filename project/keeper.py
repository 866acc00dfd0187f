"""Kills what a dead supervisor left behind: reads process groups from its standard input until it ends.

``+123`` is a group that lives, ``-123`` one that is gone. The supervisor holds the other end of the pipe and
nobody else does, so the pipe ends exactly when the supervisor does, kill -9 included. Whole groups, because
Celery's and other pools have children of their own, which a parent-death signal of their parent does not reach.
"""

import contextlib
import os
import signal
import sys

if __name__ == "__main__":
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    groups: set[int] = set()
    for line in sys.stdin:
        (groups.add if line.startswith("+") else groups.discard)(int(line[1:]))
    for group in groups:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(group, signal.SIGKILL)
