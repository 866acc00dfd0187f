"""What a worker process does beside Celery's tasks: slots, leases kept alive, the idle poll, a sign of life.

Celery's messages are hints. So that a broker that loses them (or is away) delays work by seconds and never for good, each
``generate`` process also looks for runnable work by itself every IDLE_POLL_SECONDS. For the others see duties.py.
"""

import json
import logging
import os
import socket
import threading
import time
import uuid
from typing import Any

import redis
from celery.signals import worker_ready, worker_shutdown, worker_shutting_down
from django.conf import settings
from django.db import DatabaseError, InterfaceError, close_old_connections, connections
from django.db.models import Q
from django.db.models.functions import Now

from images_app.jobs import claim as claims
from images_app.jobs import collect, duties, runner, sweeper
from images_app.jobs.models import ImageJob
from images_app.jobs.states import State
from images_app.lib.dbtime import from_now

logger = logging.getLogger(__name__)

ALIVE_EVERY_S = 10.0
ALIVE_FOR_S = 30
WATCH_EVERY_S = 2.0
POLL_THREADS = 16  # started at a time by one poll; the threads then go on while there is work


class Engine:
    """One per process: who we are, how many calls we may hold, and the threads that keep them honest."""

    def __init__(self) -> None:
        self.owner = f"{socket.gethostname()[:20]}-{os.getpid()}-{uuid.uuid4().hex[:8]}"
        self.stopping = threading.Event()
        self.slots = threading.Semaphore(settings.GENERATE_CONCURRENCY)
        self._active: set[uuid.UUID] = set()
        self._lock = threading.Lock()
        self._threads: set[threading.Thread] = set()
        self._steady: list[threading.Thread] = []

    # --- doing the work -----------------------------------------------------------------------------------------
    def run_until_dry(self) -> int:
        """Take jobs one after the other until none may run now or all slots are taken; returns how many were run."""
        done = 0
        while not self.stopping.is_set() and self.slots.acquire(blocking=False):
            try:
                if not self._run_one():
                    break
                done += 1
            finally:
                self.slots.release()
        return done

    def _run_one(self) -> bool:
        claim = claims.claim_next(self.owner, settings.LEASE_SECONDS)
        if claim is None:
            return False
        with self._lock:
            self._active.add(claim.job.pk)
        try:
            runner.run(claim)
        finally:
            # From here on no heartbeat keeps the lease: what was left unfinished is the sweeper's to find.
            with self._lock:
                self._active.discard(claim.job.pk)
        return True

    def in_flight(self) -> int:
        with self._lock:
            return len(self._active)

    # --- threads beside it --------------------------------------------------------------------------------------
    def start(self, queues: set[str]) -> None:
        """Begin beating, and polling where this process serves ``generate``."""
        self._steadily("alive", ALIVE_EVERY_S, lambda: self._say_alive(queues))
        if "generate" in queues:
            self._steadily("heartbeat", settings.LEASE_SECONDS / 4, self.renew_leases)
            self._steadily("poll", settings.IDLE_POLL_SECONDS, self.poll)
        else:
            ears = duties.Ears(queues)
            self._steadily("ears", WATCH_EVERY_S, lambda: self._leave_if_deaf(ears, queues))
        if "upkeep" in queues:
            sweeper.wait_for_heartbeats()
            self._steadily("duties", WATCH_EVERY_S, duties.do_missed)

    def drain(self) -> None:
        """Take no more work; calls under way go on."""
        self.stopping.set()

    def join(self) -> None:
        """Wait for the calls of the poll's threads (Celery waits for its own)."""
        while True:
            with self._lock:
                waiting = list(self._threads)
            if not waiting:
                return
            for thread in waiting:
                thread.join()

    def poll(self) -> None:
        """Start threads for work that no hint has brought, and fetch what waits to be fetched."""
        if self.stopping.is_set():
            return
        room = sum(min(claims.room(provider), POLL_THREADS) for provider in claims.open_providers())
        waiting = ImageJob.objects.filter(state=State.QUEUED, run_after__lte=Now())[:POLL_THREADS].count()
        for _ in range(min(room, waiting)):
            self._in_thread(self.run_until_dry)
        due = ImageJob.objects.filter(state=State.RECEIVED, reason="collect", run_after__lte=Now())
        for job_id in due.values_list("pk", flat=True)[:POLL_THREADS]:
            self._in_thread(lambda job_id=job_id: collect.collect(job_id))

    def renew_leases(self) -> int:
        """One UPDATE for all calls this process is really working on.

        A claim that ran out is not revived: another may take it. A call under way is, as long as nobody has asked
        for a decision: nobody may repeat it, and after an outage of the database its worker is the one who knows.
        """
        with self._lock:
            active = list(self._active)
        if not active:
            return 0
        alive = Q(state=State.SENT) | Q(state=State.CLAIMED, lease_until__gt=Now())
        return ImageJob.objects.filter(alive, pk__in=active, lease_owner=self.owner).update(
            lease_until=from_now(settings.LEASE_SECONDS)
        )

    def _leave_if_deaf(self, ears: duties.Ears, queues: set[str]) -> None:
        if not self.stopping.is_set() and ears.deaf():
            duties.leave(queues)

    def _in_thread(self, work: Any) -> None:
        def run() -> None:
            try:
                work()
            except Exception:
                logger.exception("work found by the poll failed")
            finally:
                connections.close_all()
                with self._lock:
                    self._threads.discard(thread)

        # Not a daemon: the process may not end while a paid call is under way.
        thread = threading.Thread(target=run, name="easel-poll-work")
        with self._lock:
            self._threads.add(thread)
        thread.start()

    def _steadily(self, name: str, every_s: float, work: Any) -> None:
        def run() -> None:
            while True:
                try:
                    close_old_connections()
                    work()
                except redis.RedisError as error:
                    # Only the sign of life needs Redis, and Celery says loudly enough that it is away.
                    logger.info("%s: %s; trying again", name, type(error).__name__)
                except (DatabaseError, InterfaceError, OSError) as error:
                    connections.close_all()
                    logger.warning("%s: %s; trying again", name, type(error).__name__)
                except Exception:
                    logger.exception("%s failed; going on", name)
                time.sleep(every_s)

        # A daemon that outlives the drain: leases are renewed until the very last call has ended.
        thread = threading.Thread(target=run, name=f"easel-{name}", daemon=True)
        self._steady.append(thread)
        thread.start()

    def _say_alive(self, queues: set[str]) -> None:
        sign = {
            "queue": ",".join(sorted(queues)),
            "host": socket.gethostname(),
            "pid": os.getpid(),
            "in_flight": self.in_flight(),
            "at": time.time(),
        }
        client = redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2)
        with client:
            client.set(f"easel:worker:{self.owner}", json.dumps(sign), ex=ALIVE_FOR_S)


engine = Engine()


@worker_ready.connect
def _on_ready(sender: Any, **_: Any) -> None:
    engine.start(set(sender.app.amqp.queues.consume_from))


@worker_shutting_down.connect
def _on_shutting_down(**_: Any) -> None:
    engine.drain()


@worker_shutdown.connect
def _on_shutdown(**_: Any) -> None:
    engine.drain()  # where it was no signal that ended Celery, but an error
    engine.join()
