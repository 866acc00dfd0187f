"""Becomes another program that dies with its parent: ``python child.py PARENT_PID PROGRAM ARGUMENTS...``

Run by its path, so that it starts in a few milliseconds and imports nothing of Easel. Linux only: elsewhere
``keeper.py`` does the same a moment later.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1

if __name__ == "__main__":
    parent, program = int(sys.argv[1]), sys.argv[2]
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)  # survives the exec
    if os.getppid() != parent:  # it died before the line above
        sys.exit(1)
    os.execv(program, sys.argv[2:])  # noqa: S606 - no shell is the point
