"""What the checks of `almanac doctor` find."""

from collections.abc import Iterable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Literal

from almanac.errors import Problem

Status = Literal["ok", "warning", "error", "unknown"]


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


def ok(check: str, message: str) -> Finding:
    """Say that something is as it should be."""
    return Finding(check, "ok", message)


def unknown(check: str, what: str, status: int, remedy: str) -> Finding:
    """Say that GitHub, which answered with this HTTP status, does not tell something."""
    why = "GitHub has a problem" if status >= HTTPStatus.INTERNAL_SERVER_ERROR else "GitHub does not show it here"
    return Finding(check, "unknown", f"We cannot tell {what} ({why}: status {status}).", remedy)


def from_problems(check: str, problems: Iterable[Problem], remedy: str) -> list[Finding]:
    """Make errors of problems, all with one remedy."""
    findings = []
    for problem in problems:
        message = f"{problem.field}: {problem.message}" if problem.field else problem.message
        accepted = f" This would be accepted: {problem.accepted}" if problem.accepted else ""
        findings.append(Finding(check, "error", message, remedy + accepted, problem.file, problem.line))
    return findings
