"""What `almanac doctor` finds, as values, as text and as JSON."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Literal

from almanac.errors import Problem
from almanac.output import print_text

Status = Literal["ok", "warning", "error", "unknown"]
_MARKS = {"ok": "ok", "warning": "warning", "error": "WRONG", "unknown": "unknown"}


@dataclass(frozen=True)
class Finding:
    """The result of one check.

    Attributes:
        check: What was looked at, as one word: `form`, `labels`, `clock` ...
        status: `unknown` if it is impossible to tell, because rights are missing or GitHub does not say.
        message: What was found, as full sentences.
        remedy: What to do about it, as full sentences; None if there is nothing to do.
        file: The file that it is about, as a path within the site, or None.
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


def from_problems(check: str, problems: Iterable[Problem], remedy: str) -> list[Finding]:
    """Make errors of problems, all with one remedy."""
    findings = []
    for problem in problems:
        message = f"{problem.field}: {problem.message}" if problem.field else problem.message
        accepted = f" This would be accepted: {problem.accepted}" if problem.accepted else ""
        findings.append(Finding(check, "error", message, remedy + accepted, problem.file, problem.line))
    return findings


def is_well(findings: Sequence[Finding]) -> bool:
    """Tell whether nothing is wrong; warnings and unknowns are allowed."""
    return all(finding.status != "error" for finding in findings)


def findings_values(findings: Sequence[Finding]) -> dict[str, object]:
    """Return the findings for a JSON document."""
    kept = [{key: value for key, value in asdict(finding).items() if value is not None} for finding in findings]
    return {"ok": is_well(findings), "findings": kept}


def print_findings(findings: Sequence[Finding]) -> None:
    """Print the findings, each with its remedy, and how many there are of each kind."""
    for finding in findings:
        place = f"{finding.file}:{finding.line}: " if finding.line else f"{finding.file}: " if finding.file else ""
        print_text(f"{_MARKS[finding.status]:<8} {finding.check:<10} {place}{finding.message}")
        if finding.remedy:
            print_text(f"{'':<19} -> {finding.remedy}")
    counts = Counter(finding.status for finding in findings)
    kinds: list[tuple[Status, str]] = [
        ("error", "wrong"),
        ("warning", "to look at"),
        ("unknown", "that cannot be checked from here"),
    ]
    shown = [f"{counts[status]} {words}" for status, words in kinds if counts[status]]
    print_text("\n" + (", ".join(shown) + "." if shown else "All is well."))
