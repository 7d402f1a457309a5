"""What `almanac doctor` finds, and how it is told."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Literal

from bot.errors import Problem, UserError
from bot.show import say

Status = Literal["ok", "warning", "error", "unknown"]
_MARKS = {"ok": "ok", "warning": "warning", "error": "WRONG", "unknown": "unknown"}


@dataclass(frozen=True)
class Finding:
    """One thing that was checked.

    Attributes:
        check: What was looked at, as one word: `form`, `labels`, `clock` ...
        status: `unknown` where it cannot be told, for want of rights or because GitHub does not say.
        message: What was found, as full sentences.
        remedy: What to do about it, as full sentences; None where nothing is to be done.
        file: The file that it is about, as a path in the site, or None.
        line: The line in it, counted from 1, or None.
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


def of_problems(check: str, problems: Iterable[Problem], remedy: str, status: Status = "error") -> list[Finding]:
    """Make findings of problems."""
    return [_of_problem(check, problem, remedy, status) for problem in problems]


def of_error(check: str, error: UserError, remedy: str) -> list[Finding]:
    """Make findings of all that an error says."""
    return of_problems(check, error.problems, remedy)


def _of_problem(check: str, problem: Problem, remedy: str, status: Status) -> Finding:
    message = f"{problem.field}: {problem.message}" if problem.field else problem.message
    accepted = f" This would be accepted: {problem.accepted}" if problem.accepted else ""
    return Finding(check, status, message, remedy + accepted, problem.file, problem.line)


def is_well(findings: Sequence[Finding]) -> bool:
    """Tell whether nothing is wrong; warnings, and what cannot be told, are allowed."""
    return all(finding.status != "error" for finding in findings)


def values(findings: Sequence[Finding]) -> dict[str, object]:
    """Return the findings for a JSON document."""
    kept = [{key: value for key, value in asdict(finding).items() if value is not None} for finding in findings]
    return {"ok": is_well(findings), "findings": kept}


def tell_all(findings: Sequence[Finding]) -> None:
    """Print the findings, each with its remedy."""
    for finding in findings:
        place = f"{finding.file}:{finding.line}: " if finding.line else f"{finding.file}: " if finding.file else ""
        say(f"{_MARKS[finding.status]:<8} {finding.check:<10} {place}{finding.message}")
        if finding.remedy:
            say(f"{'':<19} -> {finding.remedy}")
    wrong = sum(finding.status == "error" for finding in findings)
    warnings = sum(finding.status == "warning" for finding in findings)
    unknown = sum(finding.status == "unknown" for finding in findings)
    parts = [f"{wrong} wrong", f"{warnings} to look at", f"{unknown} that cannot be told from here"]
    said = [part for part in parts if not part.startswith("0 ")]
    say("\n" + (", ".join(said) + "." if said else "All is well."))
