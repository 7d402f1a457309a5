"""A problem, which tells a person what is wrong, and the few errors that Almanac raises on purpose."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from almanac.phrases import joined


@dataclass(frozen=True)
class Candidate:
    """One of several events of which only a person can say which is meant.

    `answer` names it for certain, `event` is what it is called, as typed, and `url` where it is to be seen: an address,
    or a path within the site.
    """

    answer: str
    event: str
    url: str | None = None


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with one field, in plain words, with the fix.

    Attributes:
        message: What is wrong, as one or two full sentences for someone who is not a programmer. It quotes no typed
            text: that is shown apart, and fenced.
        field: The field's label as its reader knows it (`Date` of a form, `time_zones.ET` of a config), or None when
            the whole input is meant.
        typed: What was typed there, verbatim.
        accepted: A value that would be accepted in its place. For times it is the corrected line.
        example: A value such as is wanted, where nothing tells what was meant: no correction.
        choices: Several such values, where only a person can say which one is meant; `accepted` is None then.
        file: The file that it is in, as a path within the site.
        line: The line in that file, counted from 1.
        event: What the event is called that it is about, as typed; the field is None then.
        url: Where that event is to be seen: an address, or a path within the site.
        candidates: Events that may be meant, where an answer has to name one.
        versions: Some lines as they are, and as they should be by what else is known; they are shown as a difference.
    """

    message: str
    field: str | None = None
    typed: str | None = None
    accepted: str | None = None
    file: str | None = None
    line: int | None = None
    choices: tuple[str, ...] = ()
    example: str | None = None
    event: str | None = None
    url: str | None = None
    versions: tuple[str, str] | None = None
    candidates: tuple[Candidate, ...] = ()

    def __str__(self) -> str:
        """Return the problem on one line: `file:line: field: message`."""
        place = f"{self.file}:{self.line}" if self.file and self.line else self.file
        return joined((place or "", self.field or "", self.message), ": ")


def together(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Make one of problems that differ only in what is said of one answer, or only in the fields that it is said of."""
    messages: dict[Problem, dict[str, None]] = {}
    for problem in problems:
        messages.setdefault(replace(problem, message=""), {})[problem.message] = None
    fields: dict[Problem, dict[str, None]] = {}
    for problem, said in messages.items():
        whole = replace(problem, message=joined(said), field=None)
        fields.setdefault(whole, {}).update({problem.field: None} if problem.field else {})
    return tuple(replace(problem, field=", ".join(named) or None) for problem, named in fields.items())


class AlmanacError(Exception):
    """What Almanac raises on purpose; every other exception is a bug."""


class UserError(AlmanacError):
    """The input has problems, all of which are reported at once; a plain sentence is a problem of the whole input."""

    def __init__(self, problems: Problem | str | Iterable[Problem]) -> None:
        if isinstance(problems, str):
            problems = Problem(problems)
        self.problems: tuple[Problem, ...] = (problems,) if isinstance(problems, Problem) else tuple(problems)
        super().__init__(joined(map(str, self.problems), "\n"))


class ConfigError(UserError):
    """The site's own set-up (config, form, template) has problems that its maintainers have to fix."""


class ForgeError(AlmanacError):
    """GitHub or git refused or failed.

    Attributes:
        remedy: What a person can do about it, as a full sentence.
        passing: Whether trying again later can help (a rate limit, a broken connection).
    """

    def __init__(self, message: str, *, remedy: str | None = None, passing: bool = False) -> None:
        super().__init__(message)
        self.remedy = remedy
        self.passing = passing


class NoCommitError(ForgeError):
    """The repository is empty, or its default branch is: there is nothing to look at."""


class Raced(ForgeError):  # noqa: N818 -- an expected turn of events, nobody's error
    """Someone else moved a branch between our look and our write: look again."""

    def __init__(self, branch: str) -> None:
        super().__init__(f"The branch {branch} was moved by someone else in the meantime.", passing=True)
