"""Numbers for Prometheus, counted when they are asked for: a handful of queries, whatever the number of jobs."""

from collections import Counter
from collections.abc import Iterator

from django.db import Error as DatabaseError
from django.db.models import Count
from prometheus_client import REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from images_app.jobs import health, spool
from images_app.jobs.models import Attempt
from images_app.jobs.states import IN_FLIGHT
from images_app.providers.models import Provider


def text() -> bytes:
    """This process's own numbers, then everybody's, in Prometheus' text format."""
    everybody = CollectorRegistry(auto_describe=False)
    everybody.register(_Everybody())
    return generate_latest(REGISTRY) + generate_latest(everybody)


class _Everybody(Collector):
    def collect(self) -> Iterator[Metric]:
        parts = health.parts()
        yield _gauge("easel_part_up", "Whether a part answers.", "part", parts)
        workers = health.workers()
        alive = Counter(queue for worker in workers for queue in worker.queues)
        yield _gauge(
            "easel_workers", "Worker processes alive.", "queue", {q: alive[q] for q in health.QUEUES}
        )
        busy = sum(worker.in_flight for worker in workers)
        yield GaugeMetricFamily("easel_calls_in_flight", "Paid calls the workers hold.", busy)
        yield GaugeMetricFamily("easel_spool_files", "Replies in this machine's spool.", spool_files())
        if parts["database"]:
            try:
                yield from list(_from_database())
            except DatabaseError:
                return  # it went away meanwhile: the part above says so next time


def _from_database() -> Iterator[Metric]:
    states = health.states()
    yield _gauge("easel_jobs", "Jobs by state.", "state", states)
    yield GaugeMetricFamily(
        "easel_jobs_in_flight", "Jobs claimed or sent.", sum(states[state] for state in IN_FLIGHT)
    )
    yield GaugeMetricFamily(
        "easel_oldest_waiting_seconds", "Age of the oldest job that waits.", health.oldest_waiting_s()
    )
    yield _gauge("easel_stuck", "Things nothing moves on.", "kind", {s.name: s.count for s in health.stuck()})
    outcomes = dict(Attempt.objects.order_by().values_list("outcome").annotate(n=Count("pk")))
    attempts = CounterMetricFamily("easel_attempts", "Paid calls authorised, by outcome.", labels=["outcome"])
    for outcome in Attempt.Outcome.values:
        attempts.add_metric([outcome], outcomes.get(outcome, 0))
    yield attempts
    paused = {slug: at is not None for slug, at in Provider.objects.values_list("slug", "paused_at")}
    yield _gauge("easel_provider_paused", "1 while a provider's line is stopped.", "provider", paused)


def spool_files() -> int:
    return sum(1 for _ in spool.folder().glob("*.reply"))


def _gauge(name: str, help_text: str, label: str, values: dict[str, int] | dict[str, bool]) -> Metric:
    family = GaugeMetricFamily(name, help_text, labels=[label])
    for key, value in values.items():
        family.add_metric([key], value)
    return family
