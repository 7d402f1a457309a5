"""What the checks of `almanac doctor` find."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Literal

from almanac.errors import Problem

Status = Literal["ok", "warning", "error", "unknown"]


@dataclass(frozen=True)
class Edit:
    """A change of one file; `change` returns its new text, or the same where it does not know how."""

    does: str  # what was done then, as a sentence
    path: str
    change: Callable[[str], str]


@dataclass(frozen=True)
class Setting:
    """A request that changes something in the repository on GitHub."""

    does: str  # what was done then, as a sentence
    verb: str
    path: str
    body: Mapping[str, Any]
    needs: str  # the permission that it takes


Mend = Edit | Setting


@dataclass(frozen=True)
class Finding:
    """The result of one check: what was looked at, as one word, what was found, and what to do about it.

    The status is `unknown` if it is impossible to tell, because rights are missing or GitHub does not say.
    """

    check: str
    status: Status
    message: str
    remedy: str | None = None
    file: str | None = None
    line: int | None = None
    # What GitHub does not tell, to follow "whether", and why
    unseen: tuple[str, str] | None = field(default=None, compare=False)
    mend: Mend | None = field(default=None, compare=False)  # what `--fix` does about it


def ok(check: str, message: str) -> Finding:
    """Say that something is as it should be."""
    return Finding(check, "ok", message)


def unknown(check: str, what: str, status: int, remedy: str) -> Finding:
    """Say that GitHub, which answered with this HTTP status, does not tell something."""
    why = "GitHub has a problem" if status >= HTTPStatus.INTERNAL_SERVER_ERROR else "GitHub does not show it here"
    why = f"{why}: status {status}"
    return Finding(check, "unknown", f"We cannot tell {what} ({why}).", remedy, unseen=(what, why))


def from_problems(check: str, problems: Iterable[Problem], remedy: str) -> list[Finding]:
    """Make errors of problems, all with one remedy."""
    findings = []
    for problem in problems:
        message = f"{problem.field}: {problem.message}" if problem.field else problem.message
        accepted = f" This would be accepted: {problem.accepted}" if problem.accepted else ""
        findings.append(Finding(check, "error", message, remedy + accepted, problem.file, problem.line))
    return findings
