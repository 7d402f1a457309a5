"""What is counted and measured, for Prometheus."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

CONTENT_TYPE = CONTENT_TYPE_LATEST
_QUICK = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10)
_SLOW = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 60, 120, 300)


class Metrics:
    """The figures of this process; each process has its own."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self.deliveries = Counter(
            "almanac_deliveries",
            "Webhook deliveries, by event and answer.",
            ["event", "status"],
            registry=self._registry,
        )
        self.acknowledged = Histogram(
            "almanac_acknowledgement_seconds",
            "Seconds from a delivery's last byte to its answer.",
            buckets=_QUICK,
            registry=self._registry,
        )
        self.jobs = Counter("almanac_jobs", "Jobs that ran, by outcome.", ["outcome"], registry=self._registry)
        self.seconds = Histogram(
            "almanac_job_seconds", "Seconds that a job took.", buckets=_SLOW, registry=self._registry
        )
        self.kept = Gauge("almanac_jobs_kept", "Jobs in the store, by state.", ["state"], registry=self._registry)
        self.requests = Counter("almanac_github_requests", "Requests sent to GitHub.", registry=self._registry)
        self.remaining = Gauge(
            "almanac_github_remaining",
            "Requests that are left in this hour, by installation.",
            ["installation"],
            registry=self._registry,
        )

    def text(self) -> bytes:
        """Return all figures in the text format of Prometheus."""
        return generate_latest(self._registry)
