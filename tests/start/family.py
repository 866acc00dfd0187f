"""A small real supervisor for tests: ``python -m tests.start.family FOLDER``, with children that are easy to watch.

``steady`` ends when asked; ``slow`` takes a second; ``parent`` has a child of its own in a pool, as Celery has.
Each writes its pid to FOLDER/<name>.pid. Stops on SIGTERM, slow first.
"""

import asyncio
import signal
import sys
from pathlib import Path

from project.processes import Command, Supervisor

STEADY = """
import os, pathlib, sys, time
pathlib.Path(sys.argv[1]).write_text(str(os.getpid()))
print("[warning  ] look here", flush=True)
print("[info     ] nothing new", flush=True)
time.sleep(600)
"""
SLOW = """
import os, pathlib, signal, sys, time
def end(*_):
    time.sleep(1)
    pathlib.Path(sys.argv[1]).with_suffix(".done").write_text("done")
    sys.exit(0)
signal.signal(signal.SIGTERM, end)
pathlib.Path(sys.argv[1]).write_text(str(os.getpid()))
time.sleep(600)
"""
PARENT = """
import os, pathlib, signal, subprocess, sys, time
deaf = "import signal, time; signal.signal(15, signal.SIG_IGN); time.sleep(600)"
inner = subprocess.Popen([sys.executable, "-c", deaf])
pathlib.Path(sys.argv[1]).with_name("inner.pid").write_text(str(inner.pid))
pathlib.Path(sys.argv[1]).write_text(str(os.getpid()))
time.sleep(600)
"""


async def main(folder: Path) -> None:
    supervisor = Supervisor(folder / "logs", lambda line: print(line, flush=True))
    leave = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, leave.set)
    for name, code in (("steady", STEADY), ("slow", SLOW), ("parent", PARENT)):
        program = (sys.executable, "-c", code, str(folder / f"{name}.pid"))
        supervisor.start(Command(name, program, patience_s=10))
    await leave.wait()
    await supervisor.stop("slow")
    print("slow has stopped", flush=True)
    await supervisor.stop("steady", "parent")
    await supervisor.close()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
