"""Durable jobs: a layer over DBOS Transact, so that another engine could take its place.

A job says where to look and carries no data, since a look reads everything from GitHub. `octo/site#12` is issue 12 of a
repository, `octo/site#all` all of its open issues, and `octo/site#12.said.34` issue 12 with the command in comment 34.

`octo/site#12/GUID` is the job that the delivery GUID asked for. The engine takes no two workflows with one id, so a
delivery that comes twice runs once. `octo/site#12/GUID+1` is its next run: after a failure, a wait or the death of a
process, or because the delivery came again after it had failed for good.

One queue holds all jobs. It is partitioned by repository, and each partition runs one job at a time across all
processes. This module adds what the engine does not do for such a queue: a job that starts drops the waiting jobs about
the same, a job that failed is tried again later, and the jobs of a dead process are taken over. docs/server.md says
what the engine offers itself, and why that is not enough.
"""

import hashlib
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, NamedTuple

import sqlalchemy as sa
import structlog
from dbos import DBOS, DBOSClient, DBOSConfig, DBOSPortableJSONSerializer, EnqueueOptions, WorkflowStatus
from dbos import error as engine_errors
from dbos._serialization import serialize_exception
from sqlalchemy.exc import SQLAlchemyError

from almanac.errors import AlmanacError, UserError
from almanac.patterns import regex
from almanac.server.database import Heartbeat, make_tables, open_engine
from almanac.server.dispatch import Dispatcher
from almanac.server.groups import GroupCommit

# The names in existing databases: changing one would strand the jobs that wait under it.
MAINTENANCE = "almanac-chores"
"""What maintenance jobs have in place of a repository."""
_QUEUE, _APPLICATION, _WORKFLOW, _ALL = "almanac", "almanac", "look", "all"
_VERSION = "1"
"""The engine gives jobs to processes of the same version only. If it were left to the engine, every change of our code
would change it, and jobs that wait during an upgrade would wait for ever."""
_DEBOUNCE = 1.0
_CUTS = 2
"""How often a job is cut off before it is given up."""
_LOST = "The server could not start this job, or not store what became of it, again and again."
_LONGEST_TURN = 90
"""How many seconds a command waits at most for an earlier one that is to be tried again."""
_DONE_DAYS, _FAILED_DAYS = 3, 90
_WAITING, _RUNNING, _FAILED, _DONE = ["ENQUEUED", "DELAYED"], ["PENDING"], ["ERROR"], ["SUCCESS", "CANCELLED"]
_BATCH = 500
_HOURS, _MOST_COUNTED = 24, 5_000
_ABOUT = regex(r"(?:(?P<issue>[0-9]+)|all)(?:\.said\.(?P<comment>[0-9]+))?")
# A number after a slash belongs to the GUID: earlier versions numbered repeated deliveries this way.
_NAME = regex(r"(?P<repository>[^#]+)#(?P<what>[^/]+)/(?P<guid>[^/+]+(?:/[0-9]+)?)(?:\+(?P<run>[0-9]+))?")

Result = Mapping[str, Any]
State = Literal["waiting", "running", "failed", "done"]
_STATES: Mapping[str, State] = {
    **dict.fromkeys(_WAITING, "waiting"),
    **dict.fromkeys(_RUNNING, "running"),
    **dict.fromkeys(_DONE, "done"),
}
_log = structlog.get_logger(__name__)


class Job(NamedTuple):
    """What to do: look at an issue of a repository or at all of them, or run one of the server's maintenance jobs."""

    repository: str  # `owner/name` in lower case; jobs with the same repository never run at the same time
    what: str  # the issue's number (with a command: another look cannot replace it), `all`, or a maintenance job's name
    guid: str = ""  # the delivery that asked for it, or another name for who did; "" before it is stored
    run: int = 0  # how many runs came before this one

    def __str__(self) -> str:
        return f"{self.subject}/{self.guid}" + (f"+{self.run}" if self.run else "")

    @property
    def subject(self) -> str:
        """The job without who asked for it: `octo/site#12`."""
        return f"{self.repository}#{self.what}"

    @property
    def issue(self) -> int | None:
        """The issue's number, or None if the job is not about one issue."""
        found = _ABOUT.fullmatch(self.what)
        return int(found["issue"]) if found and found["issue"] else None

    @property
    def comment(self) -> int | None:
        """The number of the comment with the command, or None."""
        found = _ABOUT.fullmatch(self.what)
        return int(found["comment"]) if found and found["comment"] else None

    @property
    def successor(self) -> "Job":
        """The next run."""
        return self._replace(run=self.run + 1)

    @property
    def reference(self) -> str:
        """A short name for people; all runs share it."""
        return hashlib.sha256(str(self._replace(run=0)).encode()).hexdigest()[:8].upper()


def job_about(repository: str, issue: int | None, comment: int | None = None) -> Job:
    """Return the job of looking at an issue (with the command in a comment), or at all issues (None)."""
    what = _ALL if issue is None else str(issue)
    return Job(repository.lower(), f"{what}.said.{comment}" if comment else what)


def read_job(text: str) -> Job:
    """Read the name of a stored job; a ValueError means that it is not one."""
    found = _NAME.fullmatch(text)
    if not found:
        raise ValueError(f"{text!r} is not the name of a job")
    return Job(found["repository"], found["what"], found["guid"], int(found["run"] or 0))


@dataclass(frozen=True)
class StoredJob:
    """A job in the database; all times are in seconds since the epoch."""

    job: Job
    state: State
    since: float  # when it was stored
    changed: float  # when its state last changed
    due: float | None  # when a waiting job is to run; None if as soon as possible
    tries: int  # how often it failed before
    cuts: int  # how often it was cut off before
    executor: str  # the process that runs it, or ran it
    result: Mapping[str, Any]  # the outcome of a job that is done; empty if it was dropped
    reason: str  # why it failed for good, or ""


@dataclass
class Hour:
    """How many jobs were asked for in an hour, and how many were done or failed for good in it."""

    asked: int = 0
    done: int = 0
    failed: int = 0


class JobStore:
    """The jobs in the database, which any process can list and change.

    The engine's tables must exist: a process that runs jobs creates them.
    """

    def __init__(
        self,
        url: str,
        engine: sa.Engine | None = None,
        *,
        patient: bool = False,
        debounce: float = _DEBOUNCE,
        wake: Callable[[float], object] = lambda _: None,
    ) -> None:
        """Send nothing yet. While the database is down, every call fails at once; a `patient` store waits instead.

        `wake` is told in how many seconds a job that was stored is due.
        """
        self._debounce, self._wake = debounce, wake
        # A patient store's writes are tried again by the engine, each by itself.
        self._group = GroupCommit(engine) if engine is not None and not patient else None
        self._client = DBOSClient(
            system_database_url=url,
            system_database_engine=engine,
            serializer=DBOSPortableJSONSerializer(),
            retry_connection_errors=patient,
            application_name=_APPLICATION,
            lazy=True,
        )

    def close(self) -> None:
        self._client.destroy()

    # ------------------------------------------------------------ in

    def put(self, job: Job, guid: str, *, delay: float | None = None, background: bool = False) -> bool:
        """Store a job, and return whether it is new; once this returns, it cannot be lost.

        One GUID gives one job only, unless that has failed for good. For `delay` seconds it waits for more of the same,
        all of which one run then serves. With `background`, nobody waits for it: it does not wait for more, other jobs
        of the repository go first, and a GUID whose job has failed does not run it again.
        """
        if delay is None:
            delay = 0 if background else self._debounce
        first = job._replace(guid=guid, run=0)
        if self._insert(first, delay=delay, background=background):
            return True
        if background:
            return False
        runs = [one for one in self._list(prefix=str(first)) if one.job.guid == guid]
        last = max(runs, key=lambda one: one.job.run, default=None)
        if last is None:
            return self._insert(first, delay=delay)
        # A job that was dropped in favour of one that then failed has not been done either.
        dropped = last.state == "done" and not last.result and bool(self._list(_FAILED, f"{job.subject}/"))
        return (last.state == "failed" or dropped) and self._insert(last.job.successor, delay=delay)

    def follow(self, job: Job, tries: int, delay: float, cuts: int = 0) -> None:
        """Store a job's next run, unless it is there already."""
        self._insert(job.successor, tries=tries, cuts=cuts, delay=delay)

    def retry(self, text: str) -> Job:
        """Run a failed job again, given its name or its reference; a UserError means that there is none."""
        for failed in self.failed():
            if text in {str(failed.job), failed.job.reference}:
                self.follow(failed.job, tries=0, delay=0)
                return failed.job.successor
        raise UserError(f"There is no failed job {text}. `almanac jobs` lists the failed jobs.")

    def _insert(self, job: Job, *, tries: int = 0, cuts: int = 0, delay: float = 0, background: bool = False) -> bool:
        options: EnqueueOptions = {
            "workflow_name": _WORKFLOW,
            "queue_name": _QUEUE,
            "workflow_id": str(job),
            "workflow_id_reuse_policy": "reject",
            "app_version": _VERSION,
            "queue_partition_key": job.repository,
            "priority": 10 if background else 1,
        }
        if delay > 0:
            options["delay_seconds"] = delay
        try:
            # Processes of earlier versions do not know the second number, so they only get it where it says something.
            numbers = (tries, *([cuts] if cuts else []))
            if self._group:
                self._group.run(lambda connection: self._put_down(connection, options, numbers))
            else:
                self._client.enqueue(options, *numbers)
        except engine_errors.DBOSWorkflowIDInUseError:
            return False
        self._wake(delay)
        return True

    def _put_down(self, connection: sa.Connection, options: EnqueueOptions, numbers: tuple[int, ...]) -> None:
        self._client.enqueue_in_transaction(connection, options, *numbers)

    # ------------------------------------------------------------ while a job runs

    def drop_waiting(self, job: Job) -> tuple[int, list[Job]]:
        """Drop all waiting jobs with the same subject: a look that starts now sees what they were to look at.

        Returns:
            How often one of them was cut off before, and the failed jobs with the same subject.
        """
        found = self._list([*_WAITING, *_FAILED], f"{job.subject}/")
        dropped = [one for one in found if one.state == "waiting"]
        self.cancel(one.job for one in dropped)
        return max((one.cuts for one in dropped), default=0), [one.job for one in found if one.state == "failed"]

    def turn(self, job: Job) -> float:
        """Return in how many seconds it is a command's turn, if earlier ones on the same issue are soon tried again."""
        if job.comment is None:
            return 0
        found = self._list(_WAITING, f"{job.repository}#{job.issue or _ALL}.said.")
        now, earlier = time.time(), (one for one in found if one.job.comment and one.job.comment < job.comment)
        waits = [max((one.due or now) - now, 1) for one in earlier]
        return max((one for one in waits if one <= _LONGEST_TURN), default=0)

    def cancel(self, jobs: Iterable[Job]) -> None:
        """Drop jobs that are not done yet."""
        if ids := [str(job) for job in jobs]:
            self._client.cancel_workflows(ids)

    def fail(self, job: Job, reason: str) -> None:
        """Keep a job that no process runs as failed for good."""
        store, serializer = self._client._sys_db, DBOSPortableJSONSerializer()  # noqa: SLF001 -- only a run can fail
        error, _ = serialize_exception(JobFailedError(reason), serializer.name(), serializer)
        store.update_workflow_outcome(str(job), _FAILED[0], error=error)  # type: ignore[arg-type]

    def forget(self, jobs: Iterable[Job]) -> None:
        """Delete failed jobs, since what they were to do has now been done."""
        if ids := [str(job) for job in jobs]:
            self._client.delete_workflows(ids)

    # ------------------------------------------------------------ out

    def waiting(self, limit: int | None = None) -> list[StoredJob]:
        """List the jobs that wait, oldest first."""
        return self._list(_WAITING, limit=limit)

    def running(self) -> list[StoredJob]:
        """List the jobs that a process runs, or was running when it died.

        With them come those that it took and cannot run, since a later version calls the work differently.
        """
        return self._list(_RUNNING, name=None, queue_name=_QUEUE)

    def failed(self, limit: int | None = None) -> list[StoredJob]:
        """List the jobs that have failed for good and have not been run again, newest first."""
        failed = self._list(_FAILED, limit=limit, sort_desc=True)
        successors = [str(one.job.successor) for one in failed]
        known = {one.job for one in self._list(workflow_ids=successors)} if successors else set()
        return [one for one in failed if one.job.successor not in known]

    def recent(self, limit: int = 20) -> list[StoredJob]:
        """List the jobs that are done, newest first."""
        return self._list(["SUCCESS"], limit=limit, sort_desc=True)

    def history(self, now: float) -> list[Hour]:
        """Count what was asked for and what became of it in each of the last 24 hours, the oldest first.

        `now` is in seconds since the epoch. Maintenance does not count; of very many jobs, only the newest do.
        """
        hours = [Hour() for _ in range(_HOURS)]
        start = now - _HOURS * 3600
        found = self._client.list_workflows(
            start_time=datetime.fromtimestamp(start, UTC).isoformat(),
            name=_WORKFLOW,
            limit=_MOST_COUNTED,
            sort_desc=True,
            load_input=False,
            load_output=False,
        )
        for one in found:
            if one.workflow_id.startswith(f"{MAINTENANCE}#"):
                continue
            asked, ended = ((_seconds(moment) - start) // 3600 for moment in (one.created_at, one.updated_at))
            if 0 <= asked < _HOURS:
                hours[int(asked)].asked += 1
            if 0 <= ended < _HOURS and one.status in ("SUCCESS", *_FAILED):
                name = "failed" if one.status in _FAILED else "done"
                setattr(hours[int(ended)], name, getattr(hours[int(ended)], name) + 1)
        return hours

    def clean(self) -> int:
        """Delete old jobs that are done or have failed, and return how many.

        GitHub redelivers for three days, so names are kept that long.
        """
        count = 0
        for states, days in ((_DONE, _DONE_DAYS), (_FAILED, _FAILED_DAYS)):
            before = (datetime.now(UTC) - timedelta(days=days)).isoformat()
            while old := self._client.list_workflows(
                status=states, completed_before=before, limit=_BATCH, load_input=False, load_output=False
            ):
                self._client.delete_workflows([one.workflow_id for one in old])
                count += len(old)
        return count

    def _list(self, states: list[str] | None = None, prefix: str | None = None, **more: Any) -> list[StoredJob]:
        wanted = {"status": states, "workflow_id_prefix": prefix, "name": _WORKFLOW, **more}
        return [_stored_job(one) for one in self._client.list_workflows(**wanted)]


def _stored_job(found: WorkflowStatus) -> StoredJob:
    is_ours = found.name == _WORKFLOW and isinstance(found.input, dict)  # what cannot be read comes as it is stored
    arguments = found.input["args"] if is_ours and found.input else ()
    due = found.delay_until_epoch_ms if found.status == "DELAYED" else None
    return StoredJob(
        job=read_job(found.workflow_id),
        state=_STATES.get(found.status, "failed"),
        since=_seconds(found.created_at),
        changed=_seconds(found.updated_at),
        due=_seconds(due) if due else None,
        tries=int(arguments[0]) if arguments else 0,
        cuts=int(arguments[1]) if len(arguments) > 1 else 0,
        executor=found.executor_id or "",
        result=found.output if isinstance(found.output, dict) else {},
        reason=str(found.error or ""),
    )


def _seconds(milliseconds: int | None) -> float:
    return (milliseconds or time.time() * 1000) / 1000


# ---------------------------------------------------------------- running jobs


class Postponed(Exception):  # noqa: N818 -- not an error
    """The job cannot be done for some seconds; waiting does not count as a failure."""

    def __init__(self, seconds: float, reason: str) -> None:
        super().__init__(reason)
        self.seconds = seconds


class CutOff(Exception):  # noqa: N818 -- it may be nobody's error
    """The job was killed, at an issue (0: before any); once more, and it is given up."""

    def __init__(self, reason: str, issue: int) -> None:
        super().__init__(reason)
        self.issue = issue


class PermanentError(Exception):
    """The job failed in a way that trying again cannot fix."""


class JobFailedError(Exception):
    """The reason why a job failed for good, as the engine keeps it."""


@dataclass(frozen=True)
class JobTiming:
    """How fast jobs run; all times are in seconds."""

    workers: int = 24  # how many jobs a process runs at once
    debounce: float = _DEBOUNCE  # how long a delivery's job waits for more of the same
    delays: tuple[float, ...] = (10, 60, 300, 900, 3600, 10_800)  # before each further try of a failed job
    cut_delay: float = 300  # before the second try of a job that was cut off
    longest: float = 5.0  # after how long at most a process looks for jobs that others have stored
    gap: float = 0.1  # between two looks for jobs, so that one of them starts several
    beat: float = 2.0  # how often a process shows that it is alive; it looks for dead ones half as often
    patience: float = 8.0  # after how long a silence its jobs are taken over


class Jobs:
    """Takes jobs and runs them. There can be one in a process, since there can be one engine."""

    def __init__(self, url: str, timing: JobTiming | None = None) -> None:
        self._url, self._timing = url, timing or JobTiming()
        self.engine = open_engine(url)
        self.heartbeat = Heartbeat(self.engine, self._timing.patience)
        self._dispatcher = Dispatcher(self._timing.workers, self._timing.longest, self._timing.gap, self._warn)
        self.store = JobStore(url, self.engine, debounce=self._timing.debounce, wake=self._dispatcher.wake)
        # A running job waits for a database that is down: its outcome must not be lost.
        self._patient_store = JobStore(url, self.engine, patient=True, wake=self._dispatcher.wake)
        self._perform: Callable[[Job], Result] = lambda _: {}
        self._gave_up: Callable[[Job, str], object] = lambda _job, _reason: None
        self._redact: Callable[[str], str] = str
        self._maintenance: dict[str, tuple[float, Callable[[], Result]]] = {}
        self._periods: dict[str, int] = {}
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []

    def start(
        self,
        perform: Callable[[Job], Result],
        gave_up: Callable[[Job, str], object],
        redact: Callable[[str], str] = str,
    ) -> None:
        """Create missing tables and start to run jobs. Not to be called on an event loop.

        `perform` may raise `Postponed`, `CutOff` and `PermanentError`; after any other exception the job may be tried
        again. When it has failed for good, `gave_up` is called with the reason, out of which `redact` takes secrets.
        """
        self._perform, self._gave_up, self._redact = perform, gave_up, redact
        make_tables(self.engine)
        # Before the engine starts: a process that takes a job without a heartbeat would count as dead.
        self.heartbeat.beat()
        config: DBOSConfig = {
            "name": _APPLICATION,
            "system_database_url": self._url,
            "application_version": _VERSION,
            "executor_id": self.heartbeat.id,
            "serializer": DBOSPortableJSONSerializer(),
            "log_level": "WARNING",
            "enable_otlp": False,
            "notification_coalesce_sec": 1.0,  # it would send what we do not have a hundred times a second
        }
        if self.engine.dialect.name == "sqlite":
            config["system_database_engine"] = self.engine
        engine = DBOS(config=config)

        @DBOS.workflow(name=_WORKFLOW)
        def look(tries: int, cuts: int = 0) -> Result:
            return self._run(read_job(str(DBOS.workflow_id)), tries, cuts)

        DBOS.listen_queues([])
        DBOS.launch()
        queue = DBOS.register_queue(
            _QUEUE,
            worker_concurrency=self._timing.workers,
            partition_concurrency=1,
            on_conflict="always_update",
        )
        self._dispatcher.start(engine, queue, self.heartbeat.id, _VERSION)
        # Two threads, so that nothing holds the heartbeat up.
        for action, seconds in ((self.heartbeat.beat, self._timing.beat), (self._supervise, 2 * self._timing.beat)):
            self._threads.append(threading.Thread(target=self._repeat, args=(action, seconds), daemon=True))
            self._threads[-1].start()

    def stop(self, seconds: int = 5) -> None:
        """Let running jobs finish for so many seconds. Other processes take over the rest."""
        self._stopping.set()
        self._dispatcher.stop(self._timing.beat)
        for thread in self._threads:
            thread.join(self._timing.beat * 2)
        DBOS.destroy(destroy_registry=True, workflow_completion_timeout_sec=seconds)
        try:
            self.heartbeat.stop()
        except SQLAlchemyError as error:
            # Then other processes notice by themselves that this one is gone.
            self._warn(error)
        self.store.close()
        self._patient_store.close()
        # A connection that a job uses after this is closed when it is returned, not kept for the next user.
        sa.event.listen(self.engine, "checkin", lambda _, record: record.invalidate())
        self.engine.dispose()

    def every(self, name: str, seconds: float, action: Callable[[], Result]) -> None:
        """Have one of the processes run a maintenance job every so many seconds, and when this process starts."""
        self._maintenance[name] = (seconds, action)

    # ------------------------------------------------------------ running

    def _run(self, job: Job, tries: int, cuts: int) -> Result:
        started = time.monotonic()
        log = _log.bind(job=job.subject, delivery=job.guid, tries=tries)
        cuts_before, failures = self._patient_store.drop_waiting(job)
        cuts = max(cuts, cuts_before)
        try:
            if tries > len(self._timing.delays):
                raise PermanentError("The server stopped in the middle of this job again and again.")  # noqa: TRY301
            if wait := self._patient_store.turn(job):
                raise Postponed(wait, "An earlier command on the same issue goes first.")  # noqa: TRY301
            if job.repository == MAINTENANCE:
                _, action = self._maintenance.get(job.what, (0, lambda: {"outcome": "skipped"}))
                result = action()
            else:
                result = self._perform(job)
        except Postponed as postponed:
            self._patient_store.follow(job, tries, postponed.seconds, cuts)
            log.info("job postponed", reason=str(postponed), seconds=round(postponed.seconds))
            return {"outcome": "postponed", "reason": str(postponed)}
        except Exception as error:  # noqa: BLE001 -- whatever went wrong, the job is tried again or kept as failed
            return self._failed(job, tries, cuts, error, log)
        self._patient_store.forget(failures)
        log.info("job done", seconds=round(time.monotonic() - started, 3), **result)
        return result

    def _failed(self, job: Job, tries: int, cuts: int, error: Exception, log: structlog.stdlib.BoundLogger) -> Result:
        known, cut = isinstance(error, AlmanacError | PermanentError | CutOff), isinstance(error, CutOff)
        reason = self._redact(str(error) if known else f"{type(error).__name__}: {error}")
        delays = self._timing.delays[tries : tries + 1]
        if cut:
            delays = (self._timing.cut_delay,) if cuts + 1 < _CUTS else ()
        if delays and not isinstance(error, PermanentError):
            delay = delays[0]
            self._patient_store.follow(job, tries + (not cut), delay, cuts + cut)
            log.warning("job failed, will be tried again", reason=reason, seconds=delay, exc_info=error)
            return {"outcome": "retrying", "reason": reason}
        reason += f" This happened {cuts + 1} times." if cut else ""
        log.error("job failed for good", reason=reason, reference=job.reference, exc_info=error)
        self._report(job, reason)
        raise JobFailedError(reason) from None

    def _report(self, job: Job, reason: str) -> None:
        try:
            self._gave_up(job, reason)
        except Exception as other:  # noqa: BLE001 -- the job is kept as failed in any case
            why = self._redact(str(other))
            _log.warning("could not report the failure on the issue", job=job.subject, delivery=job.guid, reason=why)

    # ------------------------------------------------------------ supervision

    def _repeat(self, action: Callable[[], None], seconds: float) -> None:
        while True:
            try:
                action()
            except Exception as error:  # noqa: BLE001 -- a database that is down now may be back the next time
                self._warn(error)
            if self._stopping.wait(seconds):
                break

    def _warn(self, error: Exception) -> None:
        _log.warning("job store unavailable", reason=self._redact(str(error)))

    def _supervise(self) -> None:
        """Take over the jobs that nobody runs, and ask for the maintenance jobs that are due."""
        with self._dispatcher.held() as held:
            running = self.store.running()  # before the heartbeats are read: a process beats before it takes a job
        living = self.heartbeat.living()
        for one in running:
            if one.executor not in living:
                self._take_over(one, 0)
                _log.warning("job taken over from a dead process", job=one.job.subject, delivery=one.job.guid)
            elif one.executor == self.heartbeat.id and str(one.job) not in held:
                self._recover(one)
        for name, (seconds, _) in self._maintenance.items():
            period = int(time.time() // seconds)
            if self._periods.get(name) != period:
                # The period's number keeps other processes from doing it too. At the start it is done in any case,
                # since nobody knows what was missed.
                guid = str(period) if name in self._periods else f"start-{self.heartbeat.id}"
                self.store.put(Job(MAINTENANCE, name), guid, background=True)
                self._periods[name] = period

    def _recover(self, lost: StoredJob) -> None:
        """Have a job run again that this process took and does not run, unless that came to nothing all too often."""
        delays = self._timing.delays[lost.tries : lost.tries + 1]
        log = _log.bind(job=lost.job.subject, delivery=lost.job.guid)
        if delays:
            self._take_over(lost, delays[0])
            log.warning("job was lost, will be tried again", seconds=delays[0])
            return
        self.store.fail(lost.job, _LOST)
        log.error("job failed for good", reason=_LOST, reference=lost.job.reference)
        self._report(lost.job, _LOST)

    def _take_over(self, orphan: StoredJob, delay: float) -> None:
        # First the next run, so that a crash between the two loses nothing. It cannot start before the orphan is
        # out of the way, and its name keeps a second process that does the same from storing it twice.
        self.store.follow(orphan.job, orphan.tries + 1, delay, orphan.cuts)
        self.store.cancel([orphan.job])
