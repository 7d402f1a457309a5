"""What the command prints: problems, plans and differences, with typed text made harmless for terminals.

A plan as a person wants to read it, and as JSON.
"""

import difflib
import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any, assert_never

from almanac.engine.run import Done
from almanac.errors import AlmanacError, ForgeError, Problem, UserError
from almanac.proposal.marker import with_state
from almanac.proposal.messages import Messages
from almanac.proposal.state import (
    CloseIssue,
    DeleteBranch,
    Draft,
    DropComment,
    EditPull,
    OpenPull,
    PutBranch,
    PutComment,
    Write,
)
from almanac.text import printable_lines


def document(value: Any) -> None:
    """Print one JSON document, the whole output of a command that was asked for `--json`."""
    # In ASCII: what cannot be seen stays harmless in a terminal, and no encoding can be in the way.
    sys.stdout.write(json.dumps(value, indent=2) + "\n")


def say(text: str = "") -> None:
    """Print text for a person on standard output."""
    sys.stdout.write(printable_lines(text) + "\n")


def tell(text: str) -> None:
    """Print a message on standard error."""
    sys.stderr.write(printable_lines(text) + "\n")


def problem_values(problem: Problem) -> dict[str, object]:
    """Return a problem for a JSON document, without what it does not say."""
    return {key: value for key, value in asdict(problem).items() if value not in (None, ())}


@contextmanager
def refusals(shape: Mapping[str, object], *, as_json: bool) -> Iterator[None]:
    """Print the JSON document of a command that cannot go on, too: `shape` with the problems."""
    try:
        yield
    except AlmanacError as error:
        if as_json:
            document({**shape, "problems": [problem_values(problem) for problem in _problems_of(error)]})
        raise


def _problems_of(error: AlmanacError) -> tuple[Problem, ...]:
    if isinstance(error, UserError):
        return error.problems
    remedy = error.remedy if isinstance(error, ForgeError) else None
    return (Problem(f"{error} {remedy}" if remedy else str(error)),)


def problems(found: Iterable[Problem], kind: str = "problem") -> None:
    """Print each problem on standard error: where, what, what was typed, what would be accepted."""
    for problem in found:
        tell(f"{kind}: {problem}")
        if problem.typed:
            tell(indented("typed:    ", problem.typed))
        for value in (problem.accepted, *problem.choices):
            if value:
                tell(indented("accepted: ", value))


def indented(label: str, text: str) -> str:
    """Put a label before a text of one or more lines, and all of it four spaces to the right."""
    return "    " + label + text.replace("\n", "\n    " + " " * len(label))


def trouble(error: AlmanacError) -> None:
    """Print an error of Almanac's own kind, and what can be done about it."""
    if isinstance(error, UserError):
        problems(error.problems)
    else:
        tell(f"error: {error}")
    if isinstance(error, ForgeError) and error.remedy:
        tell(f"    {error.remedy}")


def difference(before: Mapping[str, str | None], after: Mapping[str, str | None]) -> Iterator[str]:
    """Give the lines of a unified diff of all files that differ; path -> text, None where there is no file."""
    for path in sorted({*before, *after}):
        old, new = before.get(path), after.get(path)
        if old != new:
            yield from _file_difference(path, old, new)


def _file_difference(path: str, old: str | None, new: str | None) -> Iterator[str]:
    names = ("/dev/null" if old is None else f"a/{path}", "/dev/null" if new is None else f"b/{path}")
    for line in difflib.unified_diff(_lines(old), _lines(new), *names):
        yield line.removesuffix("\n").replace("\r", "␍")
        if not line.endswith("\n"):
            yield "\\ No newline at end of file"


def _lines(text: str | None) -> list[str]:
    # Only LF ends a line here; str.splitlines knows ten more.
    parts = (text or "").split("\n")
    return [f"{line}\n" for line in parts[:-1]] + parts[-1:] * bool(parts[-1])


NEW_PULL = "(its number)"


def print_done(done: Done, messages: Messages, *, dry_run: bool) -> None:
    """Tell in a few lines what was done for one issue; for a dry run, all that would be written."""
    plan = done.plan
    say(f"{plan.name}: {plan.outcome or ('failed' if done.error else 'nothing to do')}. {plan.reason}")
    if done.pull and not dry_run:
        say(f"Pull request #{done.pull.number}: {done.pull.url or done.pull.title}")
    if dry_run:
        for write in plan.writes:
            say()
            say(_described(write, _pull_name(done), messages))
        say("\nNothing was written (--dry-run).")
    problems(plan.problems)
    problems(plan.warnings, "warning")


def print_json(done: Done, messages: Messages) -> None:
    """Print one plan as JSON."""
    document(done_values(done, messages))


def done_values(done: Done, messages: Messages) -> dict[str, Any]:
    """Return one issue's plan for a JSON document.

    `writes` holds what is written in its order; each has a `do` and what goes with it. `files` are the new texts of
    all files by path, None where one is removed.
    """
    plan, pull = done.plan, done.pull
    return {
        "issue": plan.issue,
        "outcome": plan.outcome,
        "reason": plan.reason,
        "event": plan.event.model_dump(mode="json", exclude_defaults=True) if plan.event else None,
        "problems": _values(plan.problems),
        "warnings": _values(plan.warnings),
        "pull_request": {"number": pull.number, "url": pull.url} if pull else None,
        "files": {path: text for w in plan.writes if isinstance(w, PutBranch) for path, text in w.files.items()},
        "writes": [_write_values(write, _pull_name(done), messages) for write in plan.writes],
        "error": str(done.error) if done.error else None,
    }


def _values(found: tuple[Problem, ...]) -> list[dict[str, object]]:
    return [problem_values(problem) for problem in found]


def _pull_name(done: Done) -> str | None:
    """Return what the texts call the pull request; one that a dry run would open has no number yet."""
    if done.messages and any(isinstance(write, OpenPull) for write in done.plan.writes):
        return NEW_PULL
    return f"#{done.pull.number}" if done.pull else None


def _write_values(  # noqa: PLR0911 -- one for each kind of write
    write: Write, pull: str | None, messages: Messages
) -> dict[str, Any]:
    match write:
        case PutBranch():
            return {"do": "commit", "branch": write.branch, "parents": list(write.parents), "message": write.message}
        case OpenPull():
            body = with_state(messages.write(write.body), write.state)
            return {"do": "open pull request", "base": write.base, "title": write.title, "body": body}
        case EditPull():
            body = with_state(_text(write.text, pull, messages), write.state)
            changes = {"title": write.title, "body": body, "close": write.close}
            return {"do": "edit pull request", "number": write.number, **changes}
        case PutComment():
            return {"do": "comment", "id": write.id, "body": _text(write.body, pull, messages)}
        case DropComment():
            return {"do": "delete comment", "id": write.id}
        case CloseIssue():
            return {"do": "close issue", "reason": write.reason}
        case DeleteBranch():
            return {"do": "delete branch", "branch": write.branch}
        case _:
            assert_never(write)


def _text(text: Draft | str, pull: str | None, messages: Messages) -> str:
    return text if isinstance(text, str) else messages.write(text, pull=pull)


def _described(write: Write, pull: str | None, messages: Messages) -> str:  # noqa: PLR0911 -- the same
    match write:
        case PutBranch():
            diff = "\n".join(difference(write.before, write.files))
            return f"COMMIT on the branch {write.branch}: {write.message.splitlines()[0]}\n{diff}"
        case OpenPull():
            return f"OPEN a pull request to {write.base}: {write.title}\n{_quoted(messages.write(write.body))}"
        case EditPull():
            verb = "CLOSE" if write.close else "UPDATE"
            title = f": {write.title}" if write.title else ""
            return f"{verb} pull request #{write.number}{title}\n{_quoted(_text(write.text, pull, messages))}"
        case PutComment():
            verb = "COMMENT on" if write.id is None else "UPDATE the comment on"
            return f"{verb} issue #{write.issue}\n{_quoted(_text(write.body, pull, messages))}"
        case DropComment():
            return f"DELETE a second comment on issue #{write.issue}"
        case CloseIssue():
            return f"CLOSE issue #{write.number} as {write.reason.replace('_', ' ')}"
        case DeleteBranch():
            return f"DELETE the branch {write.branch}"
        case _:
            assert_never(write)


def _quoted(text: str) -> str:
    return "\n".join(f"  | {line}".rstrip() for line in text.split("\n"))
