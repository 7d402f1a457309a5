"""What the checks of `almanac doctor` find, and how that is put together."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import Any, Literal

from almanac.errors import Problem
from almanac.phrases import joined
from almanac.text import first_few

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
_NO_TOKEN = ("token", "unknown")
"""Check and status of the finding that there is none."""


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

    @property
    def said(self) -> str:
        """What was found, and what to do about it."""
        return joined((self.message, self.remedy or ""))


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


# ---------------------------------------------------------------- all of them


def is_well(findings: Iterable[Finding]) -> bool:
    """Tell whether nothing is wrong; what is to be looked at, or cannot be seen, may still be."""
    return all(one.status != "error" for one in findings)


def mends(findings: Iterable[Finding]) -> list[Mend]:
    """Return what can be done about findings, each thing once."""
    return list({(one.mend.does, one.mend.path): one.mend for one in findings if one.mend}.values())


def without_repeats(findings: Iterable[Finding]) -> list[Finding]:
    """Leave out what was found by two checks, and make one of what is wrong in the same way at several places."""
    first: dict[tuple[object, ...], Finding] = {}
    for one in findings:
        first.setdefault((one.message, one.file, one.line), one)
    places: dict[Finding, list[Finding]] = {}
    for one in first.values():
        places.setdefault(replace(one, file=None, line=None), []).append(one)
    return [_at_all(same) for same in places.values()]


def _at_all(same: Sequence[Finding]) -> Finding:
    names = [f"{one.file}:{one.line}" if one.line else str(one.file) for one in same[1:]]
    more = f" It is the same in {first_few(names, 5)}." if names else ""
    return replace(same[0], message=same[0].message + more)


def by_cause(findings: Sequence[Finding], *, has_token: bool) -> Iterator[Finding]:
    """Say once what is the reason for which several things cannot be seen on GitHub.

    Without a token that is the only one, and the finding that says so names all of them.
    """
    causes: dict[str, list[Finding]] = {}
    for one in findings:
        if one.unseen:
            causes.setdefault(one.unseen[1] if has_token else "", []).append(one)
    lacks = None if has_token else next((one for one in findings if (one.check, one.status) == _NO_TOKEN), None)
    for one in findings:
        same = causes[one.unseen[1] if has_token else ""] if one.unseen else []
        if one is lacks and causes:
            yield replace(one, message=f"{one.message} These could not be checked: {_listed(causes[''])}.")
        elif not one.unseen or (len(same) == 1 and not lacks):
            yield one
        elif one is same[0] and not lacks:
            remedy = " ".join(dict.fromkeys(each.remedy for each in same if each.remedy))
            message = f"We cannot tell these ({one.unseen[1]}): {_listed(same)}."
            yield replace(one, message=message, remedy=f"A token with more rights may show them. {remedy}")


def _listed(findings: Sequence[Finding]) -> str:
    return "; ".join(one.unseen[0] for one in findings if one.unseen)
