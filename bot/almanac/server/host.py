"""What the web application calls: the service, once there is a GitHub App, and the host, which all requests share."""

import threading
import time
from dataclasses import dataclass, field

import structlog

from almanac.errors import ForgeError
from almanac.forge.github.app import GitHubApp
from almanac.forge.github.files import BlobCache
from almanac.server.children import Children
from almanac.server.database import Registry
from almanac.server.jobs import MAINTENANCE, Job, Jobs, JobTiming, Result, job_about
from almanac.server.settings import MIB, Credentials, Settings
from almanac.server.setup import Setup
from almanac.server.sweeps import Sweeps
from almanac.server.telemetry import Metrics, Redact, set_up_logs
from almanac.server.webhook import Delivery, InstallationChange
from almanac.server.worker import Worker

_HOUR, _MINUTE = 3600.0, 60.0
_FRESH = 300.0  # for so many seconds a site that was stored is not stored again
_MOST_FRESH = 10_000
_MOMENT = 1.5  # how many seconds the job store may take
_log = structlog.get_logger(__name__)


class Service:
    """Takes deliveries, runs jobs, sweeps."""

    def __init__(self, settings: Settings, credentials: Credentials, metrics: Metrics, redact: Redact) -> None:
        self.metrics, self.secret = metrics, credentials.webhook_secret.get_secret_value()
        self.app = GitHubApp(credentials.app_id, credentials.private_key.get_secret_value(), settings.api_url)
        self.jobs = Jobs(settings.database, JobTiming(workers=settings.workers))
        self.registry = Registry(self.jobs.engine)
        self._children = Children()
        self._worker = Worker(
            app=self.app,
            registry=self.registry,
            children=self._children,
            cache=BlobCache(settings.data_dir / "cache", settings.cache_mb * MIB),
            metrics=metrics,
            put=self.jobs.store.put,
            api_url=settings.api_url,
            pause=settings.write_pause,
        )
        self._redact = redact
        seconds = settings.sweep_minutes * _MINUTE
        sweeps = Sweeps(self.app, self.registry, self._worker.connect, self.jobs.store.put, seconds)
        self.jobs.every("sweep", seconds, sweeps.sweep)
        self.jobs.every("deliveries", seconds, sweeps.redeliver)
        self.jobs.every("cleaning", _HOUR, self._clean)
        self._stored: dict[int, tuple[object, float]] = {}
        self._login = ""

    def start(self) -> None:
        """Start to run jobs. Not to be called on an event loop."""
        self.jobs.start(self._worker.perform, self._worker.gave_up, self._redact)
        threading.Thread(target=self._find_login, daemon=True).start()

    def stop(self, seconds: int) -> None:
        """Stop working: jobs have so many seconds to finish; those that cannot are given back a moment before."""
        giving_up = threading.Timer(max(seconds - _MOMENT, 0), self._children.close)
        giving_up.start()
        self.jobs.stop(seconds)
        giving_up.cancel()
        self._children.close()

    def is_ready(self) -> bool:
        """Whether the job store answers and no other process takes this one for dead."""
        self.registry.note("ready")
        return self.jobs.heartbeat.is_current

    def figures(self) -> bytes:
        """Return the metrics for Prometheus."""
        for state, kept in (("waiting", self.jobs.store.waiting()), ("failed", self.jobs.store.failed())):
            self.metrics.kept.labels(state).set(len(kept))
        return self.metrics.text()

    # ------------------------------------------------------------ deliveries

    def take(self, delivery: Delivery) -> bool:
        """Store what a delivery asks for, and return whether that is anything; once stored, it cannot be lost."""
        if delivery.sender and delivery.sender == self._login:
            return False  # we did it ourselves
        if delivery.change and delivery.installation:
            self._take_change(delivery, delivery.change, delivery.installation)
        self._store_site(delivery)
        if delivery.needs_look and delivery.repository:
            target = delivery.target
            job = job_about(delivery.repository.name, target.issue, target.comment.id if target.comment else None)
            self.jobs.store.put(job, delivery.guid)
            if delivery.head:
                self.registry.update(delivery.repository.id, head=delivery.head)
        return delivery.needs_look or delivery.change is not None

    def _take_change(self, delivery: Delivery, change: InstallationChange, installation: int) -> None:
        self.registry.add_installation(installation, delivery.account, change.state)
        self.registry.add(change.added, installation)
        self.registry.remove(change.removed)
        for number in change.removed:
            self._stored.pop(number, None)
        if change.added or change.state == "active":
            self.jobs.store.put(Job(MAINTENANCE, "sweep"), delivery.guid)
        if delivery.repository and delivery.repository in change.added:
            # It may have been renamed, and jobs that wait under the old name find nothing there any more.
            self.jobs.store.put(job_about(delivery.repository.name, None), delivery.guid)

    def _store_site(self, delivery: Delivery) -> None:
        """Store where a delivery comes from, but not every time, since that costs a write."""
        repository, installation, now = delivery.repository, delivery.installation, time.monotonic()
        if repository is None or not (delivery.needs_look or delivery.change):
            return
        is_gone = delivery.change and repository.id in delivery.change.removed
        known = self._stored.get(repository.id)
        if is_gone or (known and known[0] == (repository, installation) and now - known[1] < _FRESH):
            return
        if installation:
            self.registry.add_installation(installation, delivery.account)
        self.registry.add([repository], installation)
        if len(self._stored) > _MOST_FRESH:  # what is not remembered is only written once more
            self._stored.clear()
        self._stored[repository.id] = ((repository, installation), now)

    # ------------------------------------------------------------ maintenance

    def _clean(self) -> Result:
        return {"outcome": "cleaned", "reason": f"Deleted {self.jobs.store.clean()} old jobs."}

    def _find_login(self) -> None:
        try:
            self._login = f"{self.app.slug()}[bot]"
        except (ForgeError, KeyError, TypeError) as error:
            # Then our own writes come back as deliveries, which costs requests and changes nothing.
            _log.warning("could not read the App's name from GitHub", reason=str(error))


@dataclass
class Host:
    """What all requests share: until there is an App, the set-up; from then on, the service."""

    settings: Settings
    redact: Redact
    service: Service | None = None
    setup: Setup | None = None
    metrics: Metrics = field(default_factory=Metrics)
    _opening: threading.Lock = field(default_factory=threading.Lock)

    def open(self, credentials: Credentials) -> None:
        """Start to work as an App, unless that has been done. Not to be called on an event loop."""
        with self._opening:
            if self.service:
                return
            secrets = (credentials.private_key.get_secret_value(), credentials.webhook_secret.get_secret_value())
            settings = self.settings
            self.redact = set_up_logs((*settings.secrets(), *secrets), settings.log_format, settings.log_level)
            service = Service(settings, credentials, self.metrics, self.redact)
            service.start()
            self.service, self.setup = service, None

    def close(self, seconds: int) -> None:
        """Stop working, and let running jobs finish for so many seconds."""
        if self.service:
            self.service.stop(seconds)
