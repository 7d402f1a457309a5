"""What jobs are called. The engine takes no two jobs of one name, and so a delivery that comes twice runs once.

`octo/site#12/GUID` was asked for by the delivery GUID. A number behind a plus sign counts its successors: tries after a
failure, a wait, or the death of a process. `octo/site#12/GUID/2` is the same delivery once more, after it had failed
for good. GUIDs hold neither slashes nor plus signs.
"""

import hashlib
import re
from dataclasses import dataclass
from typing import NamedTuple

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
