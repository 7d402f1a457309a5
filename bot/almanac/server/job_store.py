"""Jobs as the database keeps them: what they are called, and what any process can list and change.

A job says where to look and carries no data, since a look reads everything from GitHub. `octo/site#12` is issue 12 of a
repository, `octo/site#all` all of its open issues, and `octo/site#12.said.34` issue 12 with the command in comment 34.

`octo/site#12/GUID` is the job that the delivery GUID asked for. The engine takes no two workflows with one id, so a
delivery that comes twice runs once. `octo/site#12/GUID+1` is its next run: after a failure, a wait or the death of a
process, or because the delivery came again after it had failed for good.
"""

import hashlib
import re
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, NamedTuple

import sqlalchemy as sa
from dbos import DBOSClient, DBOSPortableJSONSerializer, EnqueueOptions, WorkflowStatus, error

from almanac.errors import UserError

# The names in existing databases: changing one would strand the jobs that wait under it.
QUEUE, APPLICATION, WORKFLOW, ALL = "almanac", "almanac", "look", "all"
VERSION = "1"
"""The engine gives jobs to processes of the same version only. If it were left to the engine, every change of our code
would change it, and jobs that wait during an upgrade would wait for ever."""
DEBOUNCE = 1.0
DONE_DAYS, FAILED_DAYS = 3, 90
_WAITING, _RUNNING, _FAILED, _DONE = ["ENQUEUED", "DELAYED"], ["PENDING"], ["ERROR"], ["SUCCESS", "CANCELLED"]
_BATCH = 500
_ISSUE = re.compile(r"(?P<issue>[0-9]+)(?:\.said\.(?P<comment>[0-9]+))?")
# A number after a slash belongs to the GUID: earlier versions numbered repeated deliveries this way.
_NAME = re.compile(r"(?P<repository>[^#]+)#(?P<what>[^/]+)/(?P<guid>[^/+]+(?:/[0-9]+)?)(?:\+(?P<run>[0-9]+))?")

State = Literal["waiting", "running", "failed", "done"]
_STATES: Mapping[str, State] = {
    **dict.fromkeys(_WAITING, "waiting"),
    **dict.fromkeys(_RUNNING, "running"),
    **dict.fromkeys(_DONE, "done"),
}


class Job(NamedTuple):
    """What to do: look at an issue of a repository or at all of them, or run one of the server's maintenance jobs.

    Attributes:
        repository: `owner/name` in lower case. Jobs with the same repository never run at the same time.
        what: The issue's number, `all`, or the name of a maintenance job. `12.said.34` is issue 12 with the command in
            comment 34: a job of its own, which another look at the issue cannot replace.
        guid: The delivery that asked for it, or another name for who did; "" before it is stored.
        run: How many runs came before this one.
    """

    repository: str
    what: str
    guid: str = ""
    run: int = 0

    def __str__(self) -> str:
        return f"{self.subject}/{self.guid}" + (f"+{self.run}" if self.run else "")

    @property
    def subject(self) -> str:
        """The job without who asked for it: `octo/site#12`."""
        return f"{self.repository}#{self.what}"

    @property
    def issue(self) -> int | None:
        """The issue's number, or None if the job is not about one issue."""
        found = _ISSUE.fullmatch(self.what)
        return int(found["issue"]) if found else None

    @property
    def comment(self) -> int | None:
        """The number of the comment with the command, or None."""
        found = _ISSUE.fullmatch(self.what)
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
    what = ALL if issue is None else str(issue)
    return Job(repository.lower(), f"{what}.said.{comment}" if comment else what)


def read_job(text: str) -> Job:
    """Read the name of a stored job.

    Raises:
        ValueError: It is not the name of a job.
    """
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
    executor: str  # the process that runs it, or ran it
    result: Mapping[str, Any]  # the outcome of a job that is done; empty if it was dropped
    reason: str  # why it failed for good, or ""


class JobStore:
    """The jobs in the database. The engine's tables must exist: a process that runs jobs creates them."""

    def __init__(
        self, url: str, engine: sa.Engine | None = None, *, patient: bool = False, debounce: float = DEBOUNCE
    ) -> None:
        """Take the database's address, or a connection; nothing is sent yet.

        While the database is down, every call raises an error at once, unless the store is `patient`: then it waits.
        """
        self._debounce = debounce
        self._client = DBOSClient(
            system_database_url=url,
            system_database_engine=engine,
            serializer=DBOSPortableJSONSerializer(),
            retry_connection_errors=patient,
            application_name=APPLICATION,
            lazy=True,
        )

    def close(self) -> None:
        self._client.destroy()

    # ------------------------------------------------------------ in

    def put(self, job: Job, guid: str, *, delay: float | None = None, background: bool = False) -> bool:
        """Store a job, and return whether it is new; once this returns, it cannot be lost.

        Args:
            job: What to do.
            guid: Who asks for it. One GUID gives one job only, unless that has failed for good.
            delay: Seconds to wait for more of the same, all of which one run then serves.
            background: Nobody waits for it: it does not wait for more, other jobs of the repository go first, and a
                GUID whose job has failed does not run it again.
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

    def follow(self, job: Job, tries: int, delay: float) -> None:
        """Store a job's next run, unless it is there already."""
        self._insert(job.successor, tries=tries, delay=delay)

    def retry(self, text: str) -> Job:
        """Run a failed job again, given its name or its reference.

        Raises:
            UserError: There is no such failed job.
        """
        for failed in self.failed():
            if text in {str(failed.job), failed.job.reference}:
                self.follow(failed.job, tries=0, delay=0)
                return failed.job.successor
        raise UserError(f"There is no failed job {text}. `almanac jobs` lists the failed jobs.")

    def _insert(self, job: Job, *, tries: int = 0, delay: float = 0, background: bool = False) -> bool:
        options: EnqueueOptions = {
            "workflow_name": WORKFLOW,
            "queue_name": QUEUE,
            "workflow_id": str(job),
            "workflow_id_reuse_policy": "reject",
            "app_version": VERSION,
            "queue_partition_key": job.repository,
            "priority": 10 if background else 1,
        }
        if delay > 0:
            options["delay_seconds"] = delay
        try:
            self._client.enqueue(options, tries)
        except error.DBOSWorkflowIDInUseError:
            return False
        return True

    # ------------------------------------------------------------ while a job runs

    def drop_waiting(self, job: Job) -> None:
        """Drop all waiting jobs with the same subject: a look that starts now sees what they were to look at."""
        self.cancel(one.job for one in self._list(_WAITING, f"{job.subject}/"))

    def cancel(self, jobs: Iterable[Job]) -> None:
        """Drop jobs that are not done yet."""
        if ids := [str(job) for job in jobs]:
            self._client.cancel_workflows(ids)

    def forget_failures(self, job: Job) -> None:
        """Delete the failed jobs with the same subject, since it has now been done."""
        if ids := [str(one.job) for one in self._list(_FAILED, f"{job.subject}/")]:
            self._client.delete_workflows(ids)

    # ------------------------------------------------------------ out

    def waiting(self, limit: int | None = None) -> list[StoredJob]:
        """List the jobs that wait, oldest first."""
        return self._list(_WAITING, limit=limit)

    def running(self) -> list[StoredJob]:
        """List the jobs that a process runs, or was running when it died."""
        return self._list(_RUNNING)

    def failed(self, limit: int | None = None) -> list[StoredJob]:
        """List the jobs that have failed for good and have not been run again, newest first."""
        failed = self._list(_FAILED, limit=limit, newest=True)
        successors = [str(one.job.successor) for one in failed]
        known = {one.job for one in self._list(ids=successors)} if successors else set()
        return [one for one in failed if one.job.successor not in known]

    def recent(self, limit: int = 20) -> list[StoredJob]:
        """List the jobs that are done, newest first."""
        return self._list(["SUCCESS"], limit=limit, newest=True)

    def clean(self) -> int:
        """Delete old jobs that are done or have failed, and return how many.

        GitHub redelivers for three days, so names are kept that long; failures are kept until someone has had time to
        look at them.
        """
        count = 0
        for states, days in ((_DONE, DONE_DAYS), (_FAILED, FAILED_DAYS)):
            before = (datetime.now(UTC) - timedelta(days=days)).isoformat()
            while old := self._client.list_workflows(
                status=states, completed_before=before, limit=_BATCH, load_input=False, load_output=False
            ):
                self._client.delete_workflows([one.workflow_id for one in old])
                count += len(old)
        return count

    def _list(
        self,
        states: list[str] | None = None,
        prefix: str | None = None,
        *,
        ids: list[str] | None = None,
        limit: int | None = None,
        newest: bool = False,
    ) -> list[StoredJob]:
        found = self._client.list_workflows(
            workflow_ids=ids, status=states, name=WORKFLOW, workflow_id_prefix=prefix, limit=limit, sort_desc=newest
        )
        return [_stored_job(one) for one in found]


def _stored_job(found: WorkflowStatus) -> StoredJob:
    arguments = found.input["args"] if found.input else ()
    due = found.delay_until_epoch_ms if found.status == "DELAYED" else None
    return StoredJob(
        job=read_job(found.workflow_id),
        state=_STATES.get(found.status, "failed"),
        since=_seconds(found.created_at),
        changed=_seconds(found.updated_at),
        due=_seconds(due) if due else None,
        tries=int(arguments[0]) if arguments else 0,
        executor=found.executor_id or "",
        result=found.output if isinstance(found.output, dict) else {},
        reason=str(found.error or ""),
    )


def _seconds(milliseconds: int | None) -> float:
    return (milliseconds or time.time() * 1000) / 1000
