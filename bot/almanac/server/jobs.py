"""Durable jobs: a thin layer over DBOS Transact, so that another engine could take its place.

One queue holds all jobs. It is partitioned by repository, and each partition runs one job at a time across all
processes. This module adds what the engine does not do for such a queue: a job that starts drops the waiting jobs about
the same, a job that failed is tried again later, and the jobs of a dead process are taken over. docs/server.md says
what the engine offers itself, and why that is not enough.
"""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
import structlog
from dbos import DBOS, DBOSConfig, DBOSPortableJSONSerializer
from sqlalchemy.exc import SQLAlchemyError

from almanac.errors import AlmanacError
from almanac.server.database import make_tables, open_engine
from almanac.server.heartbeat import Heartbeat
from almanac.server.job_store import APPLICATION, DEBOUNCE, QUEUE, VERSION, WORKFLOW, Job, JobStore, read_job

MAINTENANCE = "almanac-chores"
"""What maintenance jobs have in place of a repository. It is in existing databases."""

Result = Mapping[str, Any]
_log = structlog.get_logger(__name__)


class Postponed(Exception):  # noqa: N818 -- not an error
    """The job cannot be done for some seconds; waiting does not count as a failure."""

    def __init__(self, seconds: float, reason: str) -> None:
        super().__init__(reason)
        self.seconds = seconds


class PermanentError(Exception):
    """The job failed in a way that trying again cannot fix."""


class JobFailedError(Exception):
    """The reason why a job failed for good, as the engine keeps it."""


@dataclass(frozen=True)
class JobTiming:
    """How fast jobs run; all times are in seconds."""

    workers: int = 8  # how many jobs a process runs at once
    debounce: float = DEBOUNCE  # how long a delivery's job waits for more of the same
    delays: tuple[float, ...] = (10, 60, 300, 900, 3600, 10_800)  # before each further try of a failed job
    poll: float = 0.2  # how often a process looks for jobs
    beat: float = 1.0  # how often it shows that it is alive
    patience: float = 8.0  # after how long a silence its jobs are taken over


class Jobs:
    """Takes jobs and runs them. There can be one in a process, since there can be one engine.

    Attributes:
        store: The list of jobs, from `start` on. It fails at once while the database is down.
    """

    def __init__(self, url: str, timing: JobTiming | None = None) -> None:
        """Take the database's address; nothing happens before `start`."""
        self._url, self._timing = url, timing or JobTiming()
        self.engine = open_engine(url)
        self.heartbeat = Heartbeat(self.engine, self._timing.patience)
        self.store = JobStore(url, self.engine, debounce=self._timing.debounce)
        # A running job waits for a database that is down: its outcome must not be lost.
        self._patient_store = JobStore(url, self.engine, patient=True)
        self._perform: Callable[[Job], Result] = lambda _: {}
        self._gave_up: Callable[[Job, str], object] = lambda _job, _reason: None
        self._redact: Callable[[str], str] = str
        self._maintenance: dict[str, tuple[float, Callable[[], Result]]] = {}
        self._periods: dict[str, int] = {}
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []

    # ------------------------------------------------------------ start and stop

    def start(
        self,
        perform: Callable[[Job], Result],
        gave_up: Callable[[Job, str], object],
        redact: Callable[[str], str] = str,
    ) -> None:
        """Create missing tables and start to run jobs. Not to be called on an event loop.

        Args:
            perform: Does a job and returns its outcome. It may raise `Postponed` and `PermanentError`; any other
                exception means that the job failed and may be tried again.
            gave_up: Called with the job and the reason when it has failed for good.
            redact: Takes secrets out of a reason.
        """
        self._perform, self._gave_up, self._redact = perform, gave_up, redact
        make_tables(self.engine)
        # Before the engine starts: a process that takes a job without a heartbeat would count as dead.
        self.heartbeat.beat()
        config: DBOSConfig = {
            "name": APPLICATION,
            "system_database_url": self._url,
            "application_version": VERSION,
            "executor_id": self.heartbeat.id,
            "serializer": DBOSPortableJSONSerializer(),
            "log_level": "WARNING",
            "enable_otlp": False,
        }
        if self.engine.dialect.name == "sqlite":
            config["system_database_engine"] = self.engine
        DBOS(config=config)

        @DBOS.workflow(name=WORKFLOW)
        def look(tries: int) -> Result:
            return self._run(read_job(str(DBOS.workflow_id)), tries)

        DBOS.launch()
        DBOS.register_queue(
            QUEUE,
            worker_concurrency=self._timing.workers,
            partition_concurrency=1,
            polling_interval_sec=self._timing.poll,
            on_conflict="always_update",
        )
        # Two threads, so that nothing holds the heartbeat up.
        for action in (self.heartbeat.beat, self._supervise):
            self._threads.append(threading.Thread(target=self._repeat, args=(action,), daemon=True))
            self._threads[-1].start()

    def stop(self, seconds: int = 5) -> None:
        """Take no more jobs, and let running ones finish for so many seconds. Other processes take over the rest."""
        self._stopping.set()
        for thread in self._threads:
            thread.join(self._timing.beat * 2)
        DBOS.destroy(destroy_registry=True, workflow_completion_timeout_sec=seconds)
        try:
            self.heartbeat.stop()
        except SQLAlchemyError as error:
            # Then other processes notice by themselves that this one is gone.
            _log.warning("job store unavailable", reason=self._redact(str(error)))
        self.store.close()
        self._patient_store.close()
        # A connection that a job uses after this is closed when it is returned, not kept for the next user.
        sa.event.listen(self.engine, "checkin", lambda _, record: record.invalidate())
        self.engine.dispose()

    def every(self, name: str, seconds: float, action: Callable[[], Result]) -> None:
        """Have one of the processes run a maintenance job every so many seconds, and when this process starts."""
        self._maintenance[name] = (seconds, action)

    # ------------------------------------------------------------ running

    def _run(self, job: Job, tries: int) -> Result:
        started = time.monotonic()
        log = _log.bind(job=job.subject, delivery=job.guid, tries=tries)
        self._patient_store.drop_waiting(job)
        try:
            if tries > len(self._timing.delays):
                raise PermanentError("The server stopped in the middle of this job again and again.")  # noqa: TRY301
            if job.repository == MAINTENANCE:
                _, action = self._maintenance.get(job.what, (0, lambda: {"outcome": "skipped"}))
                result = action()
            else:
                result = self._perform(job)
        except Postponed as postponed:
            self._patient_store.follow(job, tries, postponed.seconds)
            log.info("job postponed", reason=str(postponed), seconds=round(postponed.seconds))
            return {"outcome": "postponed", "reason": str(postponed)}
        except Exception as error:  # noqa: BLE001 -- whatever went wrong, the job is tried again or kept as failed
            return self._failed(job, tries, error, log)
        self._patient_store.forget_failures(job)
        log.info("job done", seconds=round(time.monotonic() - started, 3), **result)
        return result

    def _failed(self, job: Job, tries: int, error: Exception, log: structlog.stdlib.BoundLogger) -> Result:
        known = isinstance(error, AlmanacError | PermanentError)
        reason = self._redact(str(error) if known else f"{type(error).__name__}: {error}")
        if tries < len(self._timing.delays) and not isinstance(error, PermanentError):
            delay = self._timing.delays[tries]
            self._patient_store.follow(job, tries + 1, delay)
            log.warning("job failed, will be tried again", reason=reason, seconds=delay, exc_info=error)
            return {"outcome": "retrying", "reason": reason}
        log.error("job failed for good", reason=reason, reference=job.reference, exc_info=error)
        try:
            self._gave_up(job, reason)
        except Exception as other:  # noqa: BLE001 -- the job is kept as failed in any case
            log.warning("could not report the failure on the issue", reason=self._redact(str(other)))
        raise JobFailedError(reason) from None

    # ------------------------------------------------------------ supervision

    def _repeat(self, action: Callable[[], None]) -> None:
        while not self._stopping.wait(self._timing.beat):
            try:
                action()
            except Exception as error:  # noqa: BLE001 -- a database that is down now may be back the next time
                _log.warning("job store unavailable", reason=self._redact(str(error)))

    def _supervise(self) -> None:
        """Take over the jobs of dead processes, and ask for the maintenance jobs that are due."""
        running = self.store.running()  # before the heartbeats are read: a process beats before it takes a job
        living = self.heartbeat.living()
        for orphan in (one for one in running if one.executor not in living):
            # First the next run, so that a crash between the two loses nothing. It cannot start before the orphan is
            # out of the way, and its name keeps a second process that does the same from storing it twice.
            self.store.follow(orphan.job, orphan.tries + 1, 0)
            self.store.cancel([orphan.job])
            _log.warning("job taken over from a dead process", job=orphan.job.subject, delivery=orphan.job.guid)
        for name, (seconds, _) in self._maintenance.items():
            period = int(time.time() // seconds)
            if self._periods.get(name) != period:
                # The period's number keeps other processes from doing it too. At the start it is done in any case,
                # since nobody knows what was missed.
                guid = str(period) if name in self._periods else f"start-{self.heartbeat.id}"
                self.store.put(Job(MAINTENANCE, name), guid, background=True)
                self._periods[name] = period
