"""The server's inside, once there is an App: what becomes of a delivery, and all that runs behind it.

What all requests to the server share: its settings, and its inside once there is a GitHub App.
"""

import threading
import time
from dataclasses import dataclass, field

import structlog

from almanac.errors import ForgeError
from almanac.forge.github.app import GitHubApp
from almanac.forge.github.blob_cache import BlobCache
from almanac.renderer import load_templates
from almanac.server.jobs import CHORES, Jobs, Pace, Result, Work
from almanac.server.ledger import Job, job_about
from almanac.server.logs import Redact, set_up_logs
from almanac.server.metrics import Metrics
from almanac.server.settings import MIB, Credentials, Settings
from almanac.server.setup import Setup
from almanac.server.sweeps import Sweeps
from almanac.server.webhook import Delivery
from almanac.server.worker import Looks

HOUR, MINUTE = 3600.0, 60.0
_FRESH = 300.0
_log = structlog.get_logger(__name__)


class Service:
    """Takes deliveries, does jobs, sweeps."""

    def __init__(self, settings: Settings, credentials: Credentials, metrics: Metrics, redact: Redact) -> None:
        """Take what is configured; nothing happens before `start`."""
        self.metrics, self.secret = metrics, credentials.webhook_secret.get_secret_value()
        self.app = GitHubApp(credentials.app_id, credentials.private_key.get_secret_value(), settings.api_url)
        self.jobs = Jobs(settings.database, Pace(workers=settings.workers))
        self.memory = self.jobs.memory
        self._looks = Looks(
            app=self.app,
            memory=self.memory,
            templates=load_templates(),
            cache=BlobCache(settings.data_dir / "cache", settings.cache_mb * MIB),
            metrics=metrics,
            put=self.jobs.put,
            api_url=settings.api_url,
            pause=settings.write_pause,
        )
        self._work = Work(self._looks.perform, self._looks.gave_up, redact)
        self._sweeps = Sweeps(self.app, self.memory, self._looks.connect, self.jobs.put)
        self._met: dict[int, tuple[object, float]] = {}
        self._login = ""
        self.jobs.every("sweep", settings.sweep_minutes * MINUTE, self._sweeps.sweep)
        self.jobs.every("deliveries", settings.sweep_minutes * MINUTE, self._sweeps.deliveries)
        self.jobs.every("cleaning", HOUR, self._clean)

    def start(self) -> None:
        """Begin to do jobs. Not to be called on an event loop."""
        self.jobs.start(self._work)
        threading.Thread(target=self._learn_login, daemon=True).start()

    def stop(self, seconds: int = 5) -> None:
        """Let jobs that run come to their end, for so many seconds; whatever is left is done by the next process."""
        self.jobs.stop(seconds)

    def is_ready(self) -> bool:
        """Whether the job store answers and this process is not taken for dead."""
        self.memory.note("ready")
        return self.jobs.pulse.is_sound

    def figures(self) -> bytes:
        """Return what was counted, for Prometheus."""
        for state, kept in (("waiting", self.jobs.ledger.waiting(None)), ("failed", self.jobs.ledger.failed(None))):
            self.metrics.kept.labels(state).set(len(kept))
        return self.metrics.text()

    # ------------------------------------------------------------ deliveries

    def take(self, delivery: Delivery) -> bool:
        """Do with a delivery what it asks for; when this returns, it is stored for good.

        Returns:
            Whether there was anything to do.
        """
        if delivery.sender and delivery.sender == self._login:
            return False  # we did it ourselves, and have nothing to learn from it
        if delivery.news and delivery.installation:
            self._hear(delivery)
        self._meet(delivery)
        if delivery.looks and delivery.repository:
            target = delivery.target
            job = job_about(delivery.repository.name, target.issue, target.said.id if target.said else None)
            self.jobs.put(job, delivery.guid)
            if delivery.head:
                self.memory.seen(delivery.repository.id, head=delivery.head)
        return delivery.looks or delivery.news is not None

    def _meet(self, delivery: Delivery) -> None:
        """Remember where a delivery comes from; not each time, since that costs a write."""
        repository, installation, now = delivery.repository, delivery.installation, time.monotonic()
        if repository is None or not (delivery.looks or delivery.news):
            return
        gone = delivery.news and repository.id in delivery.news.removed
        met = (repository, installation)
        known = self._met.get(repository.id)
        if gone or (known and known[0] == met and now - known[1] < _FRESH):
            return
        if installation:
            self.memory.know(installation, delivery.account)
        self.memory.meet([repository], installation)
        if len(self._met) > 10_000:  # noqa: PLR2004 -- what is forgotten is only written once more
            self._met.clear()
        self._met[repository.id] = (met, now)

    def _hear(self, delivery: Delivery) -> None:
        news, installation = delivery.news, delivery.installation
        if news is None or installation is None:
            return
        self.memory.know(installation, delivery.account, news.state)
        self.memory.meet(news.added, installation)
        self.memory.forget(news.removed)
        for number in news.removed:
            self._met.pop(number, None)
        if news.added or news.state == "active":
            self.jobs.put(Job(CHORES, "sweep"), delivery.guid)
        if delivery.repository and delivery.repository in news.added:
            # What waits under the name that it had finds nothing there any more.
            self.jobs.put(job_about(delivery.repository.name, None), delivery.guid)

    # ------------------------------------------------------------ chores

    def _clean(self) -> Result:
        return {"outcome": "cleaned", "reason": f"{self.jobs.ledger.clean()} old jobs were deleted."}

    def _learn_login(self) -> None:
        try:
            self._login = f"{self.app.slug()}[bot]"
        except (ForgeError, KeyError, TypeError) as error:
            # Then what we write ourselves comes back as deliveries, which costs requests and changes nothing.
            _log.warning("GitHub did not say who the App is", reason=str(error))


@dataclass
class Host:
    """What all requests share.

    Attributes:
        settings: What is configured.
        redact: Takes secrets out of texts.
        service: The inside, or None as long as there is no App.
        setup: The way to an App, or None when there is one.
        metrics: What is counted.
    """

    settings: Settings
    redact: Redact
    service: Service | None = None
    setup: Setup | None = None
    metrics: Metrics = field(default_factory=Metrics)
    _opening: threading.Lock = field(default_factory=threading.Lock)

    def open(self, credentials: Credentials) -> None:
        """Begin to work as an App, unless that was done before. Not to be called on an event loop."""
        with self._opening:
            if self.service:
                return
            known = (credentials.private_key.get_secret_value(), credentials.webhook_secret.get_secret_value())
            settings = self.settings
            self.redact = set_up_logs((*settings.secrets(), *known), settings.log_format, settings.log_level)
            service = Service(settings, credentials, self.metrics, self.redact)
            service.start()
            self.service, self.setup = service, None

    def close(self, seconds: int) -> None:
        """Stop working, and let jobs that run come to their end for so many seconds."""
        if self.service:
            self.service.stop(seconds)
