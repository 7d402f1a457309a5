"""What can be counted, for Prometheus."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

CONTENT_TYPE = CONTENT_TYPE_LATEST
_QUICK = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10)
_SLOW = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 60, 120, 300)


class Metrics:
    """This process's figures. Of other processes' each tells itself."""

    def __init__(self) -> None:
        """Begin at zero."""
        self._registry = CollectorRegistry()
        self.deliveries = Counter(
            "almanac_deliveries",
            "Webhook deliveries, by event and answer.",
            ["event", "status"],
            registry=self._registry,
        )
        self.acknowledged = Histogram(
            "almanac_acknowledgement_seconds",
            "From a delivery's last byte to its answer.",
            buckets=_QUICK,
            registry=self._registry,
        )
        self.jobs = Counter("almanac_jobs", "Jobs that were done, by outcome.", ["outcome"], registry=self._registry)
        self.seconds = Histogram("almanac_job_seconds", "How long a job took.", buckets=_SLOW, registry=self._registry)
        self.kept = Gauge("almanac_jobs_kept", "Jobs in the store, by state.", ["state"], registry=self._registry)
        self.requests = Counter("almanac_github_requests", "Requests to GitHub.", registry=self._registry)
        self.remaining = Gauge(
            "almanac_github_remaining",
            "Requests that GitHub still takes in this hour, by installation.",
            ["installation"],
            registry=self._registry,
        )

    def text(self) -> bytes:
        """Return all figures in Prometheus' text format."""
        return generate_latest(self._registry)
