"""Easel's engine beside bare Celery, calling the same stub in the same run: ``python -m bench.engine``.

Prints jobs per second, calls in flight in one worker process, memory per call in flight, and the time from the endpoint's
answer to the picture on the page. Easel does in each job what bare Celery does not: a claim, an authorisation on disk, a
spooled reply, a checked picture, two display copies, six events.
"""

import argparse
import contextlib
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.faults.stack import ROOT, Person, Stack

PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass
class Sample:
    """What was measured of one contestant."""

    jobs_per_s: float = 0.0
    in_flight: int = 0
    idle_mb: float = 0.0
    busy_mb: float = 0.0

    @property
    def kb_per_call(self) -> float:
        return (self.busy_mb - self.idle_mb) * 1024 / max(self.in_flight, 1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--jobs", type=int, default=400, help="jobs of the throughput round")
    parser.add_argument("--waiting", type=int, default=500, help="calls in flight of the waiting round")
    parser.add_argument(
        "--delay", type=int, default=20, help="seconds the endpoint takes in the waiting round"
    )
    parser.add_argument("--pictures", type=int, default=20, help="pictures of the latency round")
    parser.add_argument(
        "--production", action="store_true", help="PostgreSQL and S3 instead of SQLite and files"
    )
    options = parser.parse_args()
    os.environ.setdefault("EASEL_TEST_READY", str(os.getpid()))
    with tempfile.TemporaryDirectory(prefix="easel-bench-") as name:
        os.environ["DATA_DIR"] = name
        _engine(Path(name), options)
        _latency(Path(name), options)


def _engine(folder: Path, options: argparse.Namespace) -> None:
    """Throughput and waiting, Easel and bare Celery in turn on one endpoint."""
    (folder / "engine").mkdir()
    # Lease and sweep as in life: the short ones of the fault tests would cost what life does not.
    life = {
        "LEASE_SECONDS": "60",
        "SWEEP_SECONDS": "10",
        "IDLE_POLL_SECONDS": "2",
        "IMAGE_API_TIMEOUT": "600",
    }
    with (
        Stack(
            folder / "engine",
            production=options.production,
            GENERATE_CONCURRENCY=str(options.waiting),
            **life,
        ) as stack,
        _bare(stack, folder, options.waiting) as bare,
    ):
        stack.manage("shell", "-v0", "-c", _LIMITS.format(options.waiting * 2))
        person = stack.person()
        easel, celery = Sample(), Sample()
        for _ in range(2):  # interleaved, the better round counts
            celery.jobs_per_s = max(celery.jobs_per_s, bare.throughput(options.jobs))
            easel.jobs_per_s = max(easel.jobs_per_s, _throughput(stack, person, options.jobs))
        _wait_round(
            stack, celery, bare.worker.pid, lambda: bare.send(options.waiting, options.delay), options
        )
        _wait_round(
            stack,
            easel,
            stack.processes["generate"].pid,
            lambda: _ask_many(person, f"waiting [[delay {options.delay}]]", options.waiting),
            options,
        )
    print(f"\n{'':34}{'Easel':>10}{'bare Celery':>14}{'ratio':>8}")
    _row("jobs per second, endpoint at once", easel.jobs_per_s, celery.jobs_per_s)
    _row("calls in flight, one process", easel.in_flight, celery.in_flight)
    _row("memory of that process, MB", easel.busy_mb, celery.busy_mb)
    _row("memory per call in flight, KB", easel.kb_per_call, celery.kb_per_call)


_LIMITS = "from images_app.providers.models import Provider; Provider.objects.update(max_in_flight={})"


class _Bare:
    """A bare worker and what it wrote."""

    def __init__(self, worker: subprocess.Popen[bytes], folder: Path, environment: dict[str, str]) -> None:
        self.worker = worker
        self.folder = folder
        os.environ.update(environment)
        from bench.bare import app, call

        app.conf.update(broker_url=environment["BARE_BROKER"])
        self._call = call

    def send(self, count: int, delay: int = 0) -> None:
        for number in range(count):
            prompt = f"bare {number} [[delay {delay}]]" if delay else f"bare {number}"
            self._call.apply_async((prompt,), queue="bare")

    def throughput(self, count: int) -> float:
        before, begun = self._done(), time.monotonic()
        self.send(count)
        while self._done() < before + count:
            time.sleep(0.02)
        return count / (time.monotonic() - begun)

    def _done(self) -> int:
        return sum(path.suffix != ".tmp" for path in self.folder.iterdir())


@contextlib.contextmanager
def _bare(stack: Stack, folder: Path, concurrency: int) -> Iterator[_Bare]:
    target = folder / "bare"
    target.mkdir()
    environment = {
        "BARE_URL": stack.endpoint.base_url,
        "BARE_BROKER": stack.environment["REDIS_URL"].replace("/0", "/5"),
        "BARE_DIR": str(target),
    }
    command = [sys.executable, "-m", "celery", "-A", "bench.bare", "worker", "-Q", "bare", "-P", "threads"]
    command += ["-c", str(concurrency), "--without-gossip", "--without-mingle", "-n", "bare@%h"]
    with (folder / "bare.log").open("wb") as log:
        worker = subprocess.Popen(
            command,
            cwd=ROOT,
            env=stack.environment | environment,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        yield _Bare(worker, target, environment)
    finally:
        worker.kill()
        worker.wait()


def _ask_many(person: Person, prompt: str, count: int) -> None:
    for first in range(0, count, 8):
        answer = person.ask(f"{prompt} {first}", n=min(8, count - first))
        assert answer.status_code == 302, answer.status_code


def _throughput(stack: Stack, person: Person, count: int) -> float:
    prompt = f"round {time.monotonic_ns()}"
    begun = time.monotonic()
    _ask_many(person, prompt, count)
    query = (
        "SELECT count(*) FROM images_app_imagejob j JOIN images_app_generation g ON g.id = j.generation_id "
        f"WHERE g.prompt LIKE '{prompt}%' AND j.state = 'succeeded'"
    )
    stack.until(
        lambda: stack.rows(query) == [(count,)], 300, lambda: f"{count} pictures; {stack.rows(query)}"
    )
    return count / (time.monotonic() - begun)


def _wait_round(stack: Stack, sample: Sample, pid: int, begin: object, options: argparse.Namespace) -> None:
    """Fill every slot with a slow call and look at the process meanwhile."""
    sample.idle_mb = _rss_mb(pid)
    finished = threading.Event()
    answered = len(stack.endpoint.entries())

    def watch() -> None:
        while not finished.is_set():
            sample.in_flight = max(sample.in_flight, stack.endpoint.state().get("in_flight", 0))
            sample.busy_mb = max(sample.busy_mb, _rss_mb(pid))
            time.sleep(0.25)

    watcher = threading.Thread(target=watch)
    watcher.start()
    begin()  # type: ignore[operator]
    stack.until(lambda: len(stack.endpoint.entries()) >= answered + options.waiting, 300, "all calls arrive")
    time.sleep(options.delay + 5)
    finished.set()
    watcher.join()


def _latency(folder: Path, options: argparse.Namespace) -> None:
    """From the endpoint's answer to the picture's bytes in the page's hands, beside the bare cost of its pixels."""
    (folder / "latency").mkdir()
    with Stack(folder / "latency", production=options.production, pixels="1024x1024") as stack:
        person = stack.person()
        spans = [_one_picture(stack, person, number) for number in range(options.pictures + 2)][2:]
        pixels = _pixel_cost(stack)
    print(f"\n{'':34}{'p50':>10}{'p95':>14}")
    ordered = sorted(spans)
    p95 = ordered[int(len(ordered) * 0.95) - 1]
    print(
        f"{'answer to picture on the page, ms':34}{statistics.median(spans) * 1000:>10.0f}{p95 * 1000:>14.0f}"
    )
    print(f"{'bare cost of its pixels, ms':34}{pixels * 1000:>10.0f}")
    print(
        f"{'beyond its pixels, ms':34}{(statistics.median(spans) - pixels) * 1000:>10.0f}{(p95 - pixels) * 1000:>14.0f}"
    )


def _one_picture(stack: Stack, person: Person, number: int) -> float:
    with httpx.Client(base_url=person.http.base_url, cookies=person.http.cookies, timeout=60) as page:
        with page.stream("GET", "/events/") as events:
            lines = events.iter_lines()
            person.ask(f"latency {number}")
            for line in lines:
                if line.startswith("data:") and '"succeeded"' in line:
                    break
        query = (
            "SELECT i.id FROM images_app_storedimage i JOIN images_app_imagejob j ON i.job_id = j.id "
            f"JOIN images_app_generation g ON j.generation_id = g.id WHERE g.prompt = 'latency {number}'"
        )
        found = time.time()
        image = uuid.UUID(str(stack.rows(query)[0][0]))
        asked = time.time()
        page.get(f"/images/{image}/thumbnail/", follow_redirects=True).raise_for_status()
        there = time.time()
    [entry] = [entry for entry in stack.endpoint.entries() if entry["prompt"] == f"latency {number}"]
    return float(there - entry["at"] - (asked - found))


def _pixel_cost(stack: Stack) -> float:
    """Decode once, two copies and a placeholder, in this process, of a picture of the same kind."""
    originals = list((stack.folder / "data" / "media").rglob("*.png"))
    if not originals:
        return 0.0
    from images_app.images import derive

    spans = []
    for path in originals[:10]:
        begun = time.process_time()
        derive.derive(path)
        spans.append(time.process_time() - begun)
    return statistics.median(spans)


def _rss_mb(pid: int) -> float:
    fields = Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()
    return int(fields[1]) * PAGE / 1e6


def _row(name: str, ours: float, theirs: float) -> None:
    print(f"{name:34}{ours:>10.1f}{theirs:>14.1f}{ours / theirs if theirs else 0:>8.2f}")


if __name__ == "__main__":
    main()
