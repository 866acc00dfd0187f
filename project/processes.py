"""Keeps a few commands running as children: restarts the dead, keeps their output, stops them in order.

Small and our own, because the two libraries for it cannot wait for paid calls (docs/dependencies.md says why).
Every child leads a session of its own, so a Ctrl-C in the terminal reaches only the supervisor, and dies with the
supervisor even when that is killed (child.py, keeper.py).
"""

import asyncio
import contextlib
import logging
import os
import re
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from logging.handlers import RotatingFileHandler
from pathlib import Path

HERE = Path(__file__).resolve().parent
LOG_BYTES, LOG_FILES = 5_000_000, 4
LONGEST_LINE = 64 * 1024
SHOWN_LINES = 15
FIRST_PAUSE_S, LONGEST_PAUSE_S, SETTLED_S = 1.0, 30.0, 30.0
# How images_app/lib/logs.py marks what a person should see, as text and as JSON.
ALARM = re.compile(rb'\[(warning|error|critical) *\]|"level": ?"(warning|error|critical)"')

Say = Callable[[str], None]


@dataclass(frozen=True)
class Command:
    """One program to keep running. ``program`` is an absolute path followed by its arguments."""

    name: str
    program: tuple[str, ...]
    patience_s: float | None = 20.0  # between SIGTERM and SIGKILL; None: as long as it takes
    alarm: re.Pattern[bytes] = ALARM  # lines of its output that are shown


class Supervisor:
    """All children of this process. ``say`` shows a line to a person; ``logs`` is the folder of their output."""

    def __init__(self, logs: Path, say: Say) -> None:
        self.logs = logs
        self.say = say
        self.children: dict[str, Child] = {}
        self._keeper = _Keeper()
        logs.mkdir(parents=True, exist_ok=True)

    def start(self, *commands: Command) -> None:
        """Begins to keep ``commands`` running. Needs a running event loop, in the main thread."""
        for command in commands:
            child = Child(command, self.logs / f"{command.name}.log", self.say, self._keeper)
            child.task = asyncio.create_task(child.live(), name=command.name)
            self.children[command.name] = child

    async def stop(self, *names: str) -> None:
        """Asks the named children to end and waits; the others are still kept running meanwhile."""
        await asyncio.gather(*(self.children[name].stop() for name in names if name in self.children))

    def kill(self) -> None:
        """Ends every child and what it started, now."""
        for child in self.children.values():
            child.kill()

    async def close(self) -> None:
        """Kills what is still there and lets go of everything."""
        self.kill()
        await asyncio.gather(*(child.task for child in self.children.values()))
        self._keeper.close()


class Child:
    """One command: the process it is at the moment, and the loop that starts it again."""

    task: asyncio.Task[None]

    def __init__(self, command: Command, log: Path, say: Say, keeper: "_Keeper") -> None:
        self.command = command
        self.log = log
        self.deaths = 0
        self._lines: deque[str] = deque(maxlen=SHOWN_LINES)
        self._say = say
        self._keeper = keeper
        self._stopping = asyncio.Event()
        self._process: asyncio.subprocess.Process | None = None
        self._output = RotatingFileHandler(
            log, maxBytes=LOG_BYTES, backupCount=LOG_FILES, encoding="utf-8", delay=True
        )

    async def live(self) -> None:
        """Runs the program until :meth:`stop`; pauses longer after every death that follows soon on a start."""
        pause = FIRST_PAUSE_S
        while not self._stopping.is_set():
            began = time.monotonic()
            ended = await self._run_once()
            if self._stopping.is_set():
                break
            self.deaths += 1
            if time.monotonic() - began > SETTLED_S:
                pause = FIRST_PAUSE_S
            self._say(f"{self.command.name} {ended}; starting it again in {pause:.0f} s. Its log: {self.log}")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), pause)
            pause = min(2 * pause, LONGEST_PAUSE_S)
        self._output.close()

    async def stop(self) -> None:
        self._stopping.set()
        if self._process and self._process.returncode is None:
            self._process.terminate()
        # The process alone: it knows better than we do how to end the children of its own.
        done, _ = await asyncio.wait([self.task], timeout=self.command.patience_s)
        if not done:
            self._say(
                f"{self.command.name} did not end within {self.command.patience_s:.0f} s and was killed"
            )
            self.kill()
            await self.task

    def kill(self) -> None:
        self._stopping.set()
        if self._process:
            _kill_group(self._process.pid)

    def last_words(self) -> str:
        return "\n".join(self._lines)

    async def _run_once(self) -> str:
        """One life of the process, to its end; the answer says in words how it ended."""
        reading, writing = os.pipe()
        try:
            program = [sys.executable, "-IS", str(HERE / "child.py"), str(os.getpid()), *self.command.program]
            self._process = process = await asyncio.create_subprocess_exec(
                *program,
                stdin=subprocess.DEVNULL,
                stdout=writing,
                stderr=writing,
                start_new_session=True,
                env={**os.environ, "PYTHONUNBUFFERED": "1"},
            )
        finally:
            os.close(writing)
        self._keeper.add(process.pid)
        if self._stopping.is_set():  # asked while it was starting
            process.terminate()
        pump = asyncio.create_task(self._pump(reading))
        code = await process.wait()
        _kill_group(process.pid)  # nothing it started may go on without it
        self._keeper.remove(process.pid)
        await pump
        return f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended with status {code}"

    async def _pump(self, reading: int) -> None:
        """Copies output to the log, line by line, and shows the alarming lines."""
        reader = asyncio.StreamReader()
        with os.fdopen(reading, "rb") as pipe:
            transport, _ = await asyncio.get_running_loop().connect_read_pipe(
                lambda: asyncio.StreamReaderProtocol(reader), pipe
            )
            rest = b""
            while chunk := await reader.read(LONGEST_LINE):
                *lines, rest = (rest + chunk).split(b"\n")
                if len(rest) > LONGEST_LINE:
                    lines, rest = [*lines, rest], b""
                for line in lines:
                    self._keep(line)
            if rest:
                self._keep(rest)
            transport.close()

    def _keep(self, line: bytes) -> None:
        text = line.decode("utf-8", "replace")
        self._lines.append(text)
        # A full disk must not end the supervision: the standard handler reports and goes on.
        self._output.handle(logging.makeLogRecord({"msg": text}))
        if self.command.alarm.search(line):
            self._say(f"{self.command.name} | {text}")


class _Keeper:
    """The process that outlives this one by the moment it takes to kill the children."""

    def __init__(self) -> None:
        self._groups: set[int] = set()
        self._process: subprocess.Popen[str] | None = None

    def add(self, group: int) -> None:
        self._groups.add(group)
        self._tell(f"+{group}")

    def remove(self, group: int) -> None:
        self._groups.discard(group)
        self._tell(f"-{group}")

    def close(self) -> None:
        if self._process and self._process.stdin:
            with contextlib.suppress(BrokenPipeError):
                self._process.stdin.close()
            self._process.wait(timeout=5)

    def _tell(self, line: str) -> None:
        if self._process is None or self._process.poll() is not None:
            self._process = subprocess.Popen(  # noqa: S603 - our own file
                [sys.executable, "-IS", str(HERE / "keeper.py")],
                stdin=subprocess.PIPE,
                text=True,
                start_new_session=True,
            )
            line = "\n".join(f"+{group}" for group in self._groups)
        assert self._process.stdin
        with contextlib.suppress(BrokenPipeError):  # it died this moment: the next line starts another
            self._process.stdin.write(f"{line}\n")
            self._process.stdin.flush()


def _kill_group(group: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)
