"""What jobs are called. The engine takes no two jobs of one name, and so a delivery that comes twice runs once.

`octo/site#12/GUID` was asked for by the delivery GUID. A number behind a plus sign counts its successors: tries after a
failure, a wait, or the death of a process. `octo/site#12/GUID/2` is the same delivery once more, after it had failed
for good. GUIDs hold neither slashes nor plus signs.

The jobs as the store has them: what can be asked and changed from any process, whether it runs jobs or not.
"""

import hashlib
import re
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, NamedTuple

import sqlalchemy as sa
from dbos import DBOSClient, DBOSPortableJSONSerializer, EnqueueOptions, WorkflowStatus, error

from almanac.errors import UserError

ALL = "all"
_ISSUE = re.compile(r"(?P<issue>[0-9]+)(?:\.said\.(?P<comment>[0-9]+))?")
_NAME = re.compile(r"(?P<repository>[^#]+)#(?P<what>[^/]+)/(?P<guid>[^/+]+)(?:/(?P<round>\d+))?(?:\+(?P<turn>\d+))?")


@dataclass(frozen=True)
class Job:
    """What is to be done: look at an issue of a repository, or at all of them, or do a chore of the server's own.

    Attributes:
        repository: `owner/name` in small letters; it also says which jobs are never done at once.
        what: The issue's number, `all`, or the name of a chore. `12.said.34` is issue 12 with the command that stands
            in comment 34: a job of its own, which no other look at the issue can stand in for.
    """

    repository: str
    what: str

    @property
    def subject(self) -> str:
        """The job without who asked for it: `octo/site#12`."""
        return f"{self.repository}#{self.what}"

    @property
    def issue(self) -> int | None:
        """The issue's number; None where it is not about one issue."""
        found = _ISSUE.fullmatch(self.what)
        return int(found["issue"]) if found else None

    @property
    def comment(self) -> int | None:
        """The number of the comment with a command; None where there is none."""
        found = _ISSUE.fullmatch(self.what)
        return int(found["comment"]) if found and found["comment"] else None


def job_about(repository: str, issue: int | None, comment: int | None = None) -> Job:
    """Return the job of looking at one issue (and at a comment that gives a command), or at all of them (None)."""
    what = ALL if issue is None else str(issue)
    return Job(repository.lower(), f"{what}.said.{comment}" if comment else what)


class Name(NamedTuple):
    """A job's name, taken apart."""

    job: Job
    guid: str
    round: int = 1
    turn: int = 0

    def __str__(self) -> str:
        """Put it together again."""
        again = f"/{self.round}" if self.round > 1 else ""
        turn = f"+{self.turn}" if self.turn else ""
        return f"{self.job.subject}/{self.guid}{again}{turn}"

    @property
    def successor(self) -> "Name":
        """The name of the job that goes on where this one stopped."""
        return self._replace(turn=self.turn + 1)

    @property
    def reference(self) -> str:
        """A short name to tell people; all turns of a round share it."""
        return hashlib.sha256(str(self._replace(turn=0)).encode()).hexdigest()[:8].upper()


def read_name(text: str) -> Name:
    """Take a name apart.

    Raises:
        ValueError: It is none of ours.
    """
    found = _NAME.fullmatch(text)
    if not found:
        raise ValueError(f"{text!r} is no job's name")
    job = Job(found["repository"], found["what"])
    return Name(job, found["guid"], int(found["round"] or 1), int(found["turn"] or 0))


QUEUE, APPLICATION, WORKFLOW = "almanac", "almanac", "look"
# The engine matches jobs with processes by it. Left alone it would change with our code, and the jobs that wait during
# an update would wait for ever.
VERSION = "1"
DEBOUNCE = 1.0
DONE_DAYS, FAILED_DAYS = 3, 90
_WAITING, _RUNNING, _FAILED, _DONE = ["ENQUEUED", "DELAYED"], ["PENDING"], ["ERROR"], ["SUCCESS", "CANCELLED"]
_BATCH = 500
_STATES: Mapping[str, Literal["waiting", "running", "failed", "done"]] = {
    "ENQUEUED": "waiting",
    "DELAYED": "waiting",
    "PENDING": "running",
    "SUCCESS": "done",
    "CANCELLED": "done",
}


@dataclass(frozen=True)
class Kept:
    """A job as the store has it.

    Attributes:
        name: What it is called.
        state: Whether it waits, runs, has failed for good, or is done.
        since: When it came, in seconds since the epoch.
        changed: When its state changed last, in seconds since the epoch.
        due: When a waiting job is tried (again), or None.
        tries: How often it was tried before, where that was asked for.
        executor: The process that runs it or ran it.
        result: What a job that is done came to.
        reason: Why a job failed, or "".
    """

    name: Name
    state: Literal["waiting", "running", "failed", "done"]
    since: float
    changed: float
    due: float | None = None
    tries: int = 0
    executor: str = ""
    result: Mapping[str, Any] = field(default_factory=dict)
    reason: str = ""


class Ledger:
    """Reads and changes the list of jobs. The engine's tables have to be there: whoever runs jobs makes them."""

    def __init__(self, url: str, engine: sa.Engine | None = None, *, patient: bool = False) -> None:
        """Connect to the database, unless there is a connection already.

        While a database is away, a patient one waits until it is back; all others say so at once.
        """
        self._client = DBOSClient(
            system_database_url=url,
            system_database_engine=engine,
            serializer=DBOSPortableJSONSerializer(),
            retry_connection_errors=patient,
            application_name=APPLICATION,
            lazy=True,
        )

    def close(self) -> None:
        """Close the connections."""
        self._client.destroy()

    # ------------------------------------------------------------ in

    def put(self, job: Job, guid: str, *, delay: float = DEBOUNCE, low: bool = False, again: bool = True) -> bool:
        """Take a job; when this returns, it is stored for good.

        Args:
            job: What is to be done.
            guid: Who asks for it. The same GUID gives one job only, unless that failed for good.
            delay: Seconds to wait for more of the same, which one run then serves.
            low: Whether it can wait for other jobs of the same repository.
            again: Whether a GUID whose job failed may ask once more.

        Returns:
            Whether it is new.
        """
        name = Name(job, guid)
        if self._insert(name, delay=delay, low=low):
            return True
        return again and self._insert_again(name, delay)

    def follow(self, name: Name, tries: int, delay: float) -> None:
        """Store a job's successor; where it is there already, that is well."""
        self._insert(name.successor, tries=tries, delay=delay)

    def retry(self, text: str) -> Name:
        """Run a failed job again, given by its name or its reference.

        Raises:
            UserError: No failed job is called so.
        """
        for kept in self.failed():
            if text in {str(kept.name), kept.name.reference}:
                again = kept.name._replace(round=kept.name.round + 1, turn=0)
                self._insert(again, delay=0)
                return again
        raise UserError(f"No failed job is called {text}. `almanac jobs` lists them.")

    def _insert(self, name: Name, *, tries: int = 0, delay: float = 0, low: bool = False) -> bool:
        options: EnqueueOptions = {
            "workflow_name": WORKFLOW,
            "queue_name": QUEUE,
            "workflow_id": str(name),
            "workflow_id_reuse_policy": "reject",
            "app_version": VERSION,
            "queue_partition_key": name.job.repository,
            "priority": 10 if low else 1,
        }
        if delay > 0:
            options["delay_seconds"] = delay
        try:
            self._client.enqueue(options, tries)
        except error.DBOSWorkflowIDInUseError:
            return False
        return True

    def _insert_again(self, name: Name, delay: float) -> bool:
        """Take a GUID once more if what it asked for was not done: its last job failed, or was left to one that did."""
        known = [kept for kept in self._list(prefix=f"{name.job.subject}/{name.guid}") if kept.name.guid == name.guid]
        last = max(known, key=lambda kept: (kept.name.round, kept.name.turn), default=None)
        if last is None:
            return self._insert(name, delay=delay)
        dropped = last.state == "done" and not last.result and bool(self._list(_FAILED, f"{name.job.subject}/"))
        if last.state != "failed" and not dropped:
            return False
        return self._insert(name._replace(round=last.name.round + 1), delay=delay)

    # ------------------------------------------------------------ while a job runs

    def supersede(self, job: Job) -> int:
        """Drop the jobs that wait for the same, and tell how many: whoever looks now sees what they were to look at."""
        return self.cancel(kept.name for kept in self._list(_WAITING, f"{job.subject}/"))

    def cancel(self, names: Iterable[Name]) -> int:
        """Drop jobs that are not done yet, and tell how many."""
        ids = [str(name) for name in names]
        if ids:
            self._client.cancel_workflows(ids)
        return len(ids)

    def settle(self, job: Job) -> None:
        """Forget the failures of a job, since it has been done."""
        ids = [str(kept.name) for kept in self._list(_FAILED, f"{job.subject}/")]
        if ids:
            self._client.delete_workflows(ids)

    # ------------------------------------------------------------ out

    def waiting(self, limit: int | None = 200) -> list[Kept]:
        """List the jobs that wait, oldest first."""
        return self._list(_WAITING, limit=limit, tries=True)

    def running(self) -> list[Kept]:
        """List the jobs that some process runs, or ran when it died."""
        return self._list(_RUNNING, tries=True)

    def failed(self, limit: int | None = 200) -> list[Kept]:
        """List the jobs that failed for good and were not run again, newest first."""
        kept = self._list(_FAILED, limit=limit, newest=True, results=True)
        later = {str(one.name._replace(round=one.name.round + 1, turn=0)) for one in kept}
        again = {str(one.name) for one in self._list(ids=sorted(later))} if later else set()
        return [one for one in kept if str(one.name._replace(round=one.name.round + 1, turn=0)) not in again]

    def recent(self, limit: int = 20) -> list[Kept]:
        """List what was done last, newest first."""
        return self._list(["SUCCESS"], limit=limit, newest=True, results=True)

    def clean(self) -> int:
        """Delete what is done and old, and return how many that were.

        GitHub redelivers for three days, so names are kept for as long, and failures until somebody has had time to
        look at them.
        """
        count = 0
        for states, days in ((_DONE, DONE_DAYS), (_FAILED, FAILED_DAYS)):
            before = (datetime.now(UTC) - timedelta(days=days)).isoformat()
            while ids := self._old(states, before):
                self._client.delete_workflows(ids)
                count += len(ids)
        return count

    def _old(self, states: list[str], before: str) -> list[str]:
        found = self._client.list_workflows(
            status=states, completed_before=before, limit=_BATCH, load_input=False, load_output=False
        )
        return [one.workflow_id for one in found]

    def _list(  # noqa: PLR0913 -- each narrows the same list down
        self,
        states: list[str] | None = None,
        prefix: str | None = None,
        *,
        ids: list[str] | None = None,
        limit: int | None = None,
        newest: bool = False,
        tries: bool = False,
        results: bool = False,
    ) -> list[Kept]:
        found = self._client.list_workflows(
            workflow_ids=ids,
            status=states,
            name=WORKFLOW,
            workflow_id_prefix=prefix,
            limit=limit,
            sort_desc=newest,
            load_input=tries,
            # What a job came to tells one that was done from one that was dropped.
            load_output=results or states is None,
        )
        return [_kept(one) for one in found]


def _kept(found: WorkflowStatus) -> Kept:
    arguments = found.input["args"] if found.input else ()
    due = found.delay_until_epoch_ms if found.status == "DELAYED" else None
    return Kept(
        name=read_name(found.workflow_id),
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
