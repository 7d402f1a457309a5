"""What the command prints: problems, plans and differences, with typed text made harmless for terminals."""

import difflib
import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

from bot.errors import AlmanacError, ForgeError, Problem, UserError
from bot.pages.console import printable_lines


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
