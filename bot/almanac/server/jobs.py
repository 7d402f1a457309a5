"""Durable jobs: a thin layer over DBOS Transact, so that another engine could take its place.

One queue holds all jobs. It is partitioned by repository, and each partition runs one job at a time over all processes.
What the engine does not have is here: a waiting job is dropped when a later one is about the same, a failed one is
tried again by a successor that waits, and the jobs of a dead process are handed on.
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
from almanac.server.database import Memory, Pulse, make_tables, open_engine
from almanac.server.ledger import APPLICATION, DEBOUNCE, QUEUE, VERSION, WORKFLOW, Job, Kept, Ledger, Name, read_name

CHORES = "almanac-chores"
"""What stands in place of a repository in the jobs that are the server's own."""
DELAYS = (10.0, 60.0, 300.0, 900.0, 3600.0, 10_800.0)

Result = Mapping[str, Any]
_log = structlog.get_logger(__name__)


class Later(Exception):  # noqa: N818 -- not an error
    """The job cannot be done before some seconds are over; waiting does not count as a failure."""

    def __init__(self, seconds: float, reason: str) -> None:
        """Take the seconds, and why."""
        super().__init__(reason)
        self.seconds = seconds


class HopelessError(Exception):
    """The job failed in a way that trying again cannot mend."""


class GaveUpError(Exception):
    """What the engine keeps of a job that failed for good: the reason."""


@dataclass(frozen=True)
class Work:
    """What is done with jobs.

    Attributes:
        perform: Does one and returns what it came to. It may raise `Later` and `HopelessError`; whatever else it raises
            means that it failed and may be tried again.
        gave_up: Called with the job and the reason when it has failed for good.
        redact: Takes secrets out of a reason.
    """

    perform: Callable[[Name], Result]
    gave_up: Callable[[Name, str], None] = lambda _name, _reason: None
    redact: Callable[[str], str] = lambda text: text


@dataclass(frozen=True)
class Pace:
    """How fast jobs go; the seconds of each.

    Attributes:
        workers: How many jobs a process runs at once.
        debounce: How long a delivery's job waits for more of the same.
        delays: After how long a failed job is tried again, each time; then it is given up.
        poll: How often a process looks for jobs.
        beat: How often it says that it lives.
        patience: How long it may say nothing before its jobs are handed on.
    """

    workers: int = 8
    debounce: float = DEBOUNCE
    delays: tuple[float, ...] = DELAYS
    poll: float = 0.2
    beat: float = 1.0
    patience: float = 8.0


class Jobs:
    """Takes jobs and runs them. There can be one in a process, since the engine is one."""

    def __init__(self, url: str, pace: Pace | None = None) -> None:
        """Take the database's address; nothing happens before `start`."""
        self._url, self._pace = url, pace or Pace()
        self._work = Work(lambda _: {})
        self._engine = open_engine(url)
        self.memory = Memory(self._engine)
        self.pulse = Pulse(self._engine, self._pace.patience)
        self._chores: dict[str, tuple[float, Callable[[], Result]]] = {}
        self._slots: dict[str, int] = {}
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []
        self._ledger: Ledger | None = None
        self._books = Ledger(url, self._engine, patient=True)

    @property
    def ledger(self) -> Ledger:
        """The list of jobs; there is one while this is started. It fails at once while the database is away."""
        if self._ledger is None:
            raise RuntimeError("the jobs are not started")
        return self._ledger

    # ------------------------------------------------------------ start and stop

    def start(self, work: Work) -> None:
        """Make the tables where there are none, and begin to do this with jobs. Not to be called on an event loop."""
        self._work = work
        make_tables(self._engine)
        # Before the engine: whoever takes a job without having said that it lives would be taken for dead.
        self.pulse.beat()
        config: DBOSConfig = {
            "name": APPLICATION,
            "system_database_url": self._url,
            "application_version": VERSION,
            "executor_id": self.pulse.id,
            "serializer": DBOSPortableJSONSerializer(),
            "log_level": "WARNING",
            "enable_otlp": False,
        }
        if self._engine.dialect.name == "sqlite":
            config["system_database_engine"] = self._engine
        # Before the engine, too: what a process before us left waiting begins at once.
        self._ledger = Ledger(self._url, self._engine)
        DBOS(config=config)
        DBOS.workflow(name=WORKFLOW)(self._entry())
        DBOS.launch()
        DBOS.register_queue(
            QUEUE,
            worker_concurrency=self._pace.workers,
            partition_concurrency=1,
            polling_interval_sec=self._pace.poll,
            on_conflict="always_update",
        )
        self._threads = [
            threading.Thread(target=self._repeat, args=(self.pulse.beat, self._pace.beat), daemon=True),
            threading.Thread(target=self._repeat, args=(self._keep, self._pace.beat), daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    def stop(self, seconds: int = 5) -> None:
        """Take no more jobs, and wait so long for those that run. Others take over those that still do."""
        self._stopping.set()
        for thread in self._threads:
            thread.join(self._pace.beat * 2)
        DBOS.destroy(destroy_registry=True, workflow_completion_timeout_sec=seconds)
        try:
            self.pulse.stop()
        except SQLAlchemyError as error:
            # Then others see by themselves that this process is no more.
            _log.warning("the job store did not answer", reason=self._work.redact(str(error)))
        if self._ledger:
            self._ledger.close()
            self._ledger = None
        self._books.close()
        # What a job that goes on still takes is closed as it gives it back, and not kept for a next one.
        sa.event.listen(self._engine, "checkin", lambda _, record: record.invalidate())
        self._engine.dispose()

    def _entry(self) -> Callable[[int], Result]:
        def look(tries: int) -> Result:
            return self._run(read_name(str(DBOS.workflow_id)), tries)

        return look

    # ------------------------------------------------------------ in

    def put(self, job: Job, guid: str, *, delay: float | None = None, low: bool = False, again: bool = True) -> bool:
        """Take a job; see `Ledger.put`."""
        wait = self._pace.debounce if delay is None else delay
        return self.ledger.put(job, guid, delay=wait, low=low, again=again)

    def every(self, name: str, seconds: float, chore: Callable[[], Result]) -> None:
        """Do a chore every so many seconds, by one process only, and a first time when this process has started."""
        self._chores[name] = (seconds, chore)

    # ------------------------------------------------------------ running

    def _run(self, name: Name, tries: int) -> Result:
        started = time.monotonic()
        log = _log.bind(job=name.job.subject, delivery=name.guid, tries=tries)
        self._books.supersede(name.job)
        try:
            if tries > len(self._pace.delays):
                raise HopelessError("The server stopped in the middle of it, again and again.")  # noqa: TRY301
            result = self._perform(name)
        except Later as later:
            self._books.follow(name, tries, later.seconds)
            log.info("postponed", reason=str(later), seconds=round(later.seconds))
            return {"outcome": "postponed", "reason": str(later)}
        except Exception as error:  # noqa: BLE001 -- whatever it is, the job is tried again, and kept if that does not help
            return self._failed(name, tries, error, log)
        self._books.settle(name.job)
        log.info("done", seconds=round(time.monotonic() - started, 3), **result)
        return result

    def _perform(self, name: Name) -> Result:
        if name.job.repository != CHORES:
            return self._work.perform(name)
        chore = self._chores.get(name.job.what)
        return chore[1]() if chore else {"outcome": "skipped"}

    def _failed(self, name: Name, tries: int, error: Exception, log: structlog.stdlib.BoundLogger) -> Result:
        known = isinstance(error, AlmanacError | HopelessError)
        reason = self._work.redact(str(error) if known else f"{type(error).__name__}: {error}")
        if tries < len(self._pace.delays) and not isinstance(error, HopelessError):
            delay = self._pace.delays[tries]
            self._books.follow(name, tries + 1, delay)
            log.warning("failed, and will be tried again", reason=reason, seconds=delay, exc_info=error)
            return {"outcome": "retrying", "reason": reason}
        log.error("failed for good", reason=reason, reference=name.reference, exc_info=error)
        try:
            self._work.gave_up(name, reason)
        except Exception as other:  # noqa: BLE001 -- the job is kept as failed whether or not it could be told
            log.warning("the failure could not be told", reason=self._work.redact(str(other)))
        raise GaveUpError(reason) from None

    # ------------------------------------------------------------ keeping

    def _repeat(self, action: Callable[[], None], seconds: float) -> None:
        while not self._stopping.wait(seconds):
            try:
                action()
            except Exception as error:  # noqa: BLE001 -- a database that is away now may be back the next time
                _log.warning("the job store did not answer", reason=self._work.redact(str(error)))

    def _keep(self) -> None:
        """Hand on what dead processes left, and ask for the chores that are due."""
        running = self.ledger.running()  # before the look: who takes a job has said that it lives
        living = self.pulse.look()
        for kept in running:
            if kept.executor not in living:
                self._hand_on(kept)
        self.pulse.bury_dead(living)
        for name, (seconds, _) in self._chores.items():
            slot = int(time.time() // seconds)
            if self._slots.get(name) != slot:
                # The first time it is done at once: nobody knows what was missed.
                guid = str(slot) if name in self._slots else f"start-{self.pulse.id}"
                self.ledger.put(Job(CHORES, name), guid, delay=0, again=False)
                self._slots[name] = slot

    def _hand_on(self, kept: Kept) -> None:
        # First the successor, so that a crash between the two loses nothing; it cannot begin before the other is out
        # of the way. Its name keeps a second process that does the same from doing it twice.
        self.ledger.follow(kept.name, kept.tries + 1, 0)
        self.ledger.cancel([kept.name])
        _log.warning("taken over from a process that died", job=kept.name.job.subject, delivery=kept.name.guid)
