"""What commands print: text, JSON, problems, errors and differences, with typed text made harmless for terminals."""

import errno
import json
import os
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, replace
from typing import Any

from almanac.errors import AlmanacError, ForgeError, Problem, UserError
from almanac.matching import changed_lines
from almanac.text import printable_lines

_CLEAR = "\r\x1b[K"
_REFUSALS = (errno.EACCES, errno.EPERM, errno.ENAMETOOLONG, errno.ENOSPC, errno.EROFS)
"""What a disk or the rights on it do not allow, which no change of the code would."""


@contextmanager
def progress() -> Iterator[Callable[[str], None]]:
    """Give a function that says what takes long: on one line of a terminal, which is gone when it is done.

    Where nobody watches, in a pipe or a workflow, nothing is said.
    """
    is_watched = sys.stderr.isatty() and "CI" not in os.environ and os.environ.get("TERM") != "dumb"

    def tell(text: str) -> None:
        width = shutil.get_terminal_size().columns - 1
        sys.stderr.write(_CLEAR + printable_lines(text)[:width])
        sys.stderr.flush()

    try:
        yield tell if is_watched else lambda _: None
    finally:
        if is_watched:
            sys.stderr.write(_CLEAR)
            sys.stderr.flush()


def print_json(value: Any) -> None:
    """Print one JSON document, the whole output of a command with `--json`."""
    # In ASCII: invisible characters stay harmless in a terminal, and every encoding can show them.
    sys.stdout.write(json.dumps(value, indent=2) + "\n")


def print_text(text: str = "") -> None:
    """Print what a command was asked for, on standard output."""
    sys.stdout.write(printable_lines(text) + "\n")


def print_message(text: str) -> None:
    """Print a message on standard error."""
    sys.stderr.write(printable_lines(text) + "\n")


def print_problems(problems: Iterable[Problem], kind: str = "problem") -> None:
    """Print each problem on standard error: where, what, what was typed, what would be accepted.

    Of those that differ only in their line, the first is printed, and how many more there are.
    """
    alike = dict[Problem, list[Problem]]()
    for problem in problems:
        alike.setdefault(replace(problem, line=None), []).append(problem)
    for problem, *others in alike.values():
        more = len(others)
        print_message(f"{kind}: {problem}{f' ({more} more like this.)' if more else ''}")
        # Nobody typed what stands in a file: not as an answer, and perhaps not at all.
        is_typed = not (problem.file or problem.line)
        values = [("typed:    " if is_typed else "it says:  ", problem.typed)]
        # What a warning has in the place of an answer is used already.
        values += [("shown as: " if kind == "warning" and is_typed else "accepted: ", problem.accepted)]
        values += [("accepted: ", text) for text in problem.choices]
        values += [("example:  ", problem.example), ("event:    ", problem.event), ("see:      ", problem.url)]
        values += [("event:    ", f"{one.answer}: {one.event}") for one in problem.candidates]
        for label, text in values:
            if text:
                print_message("    " + label + text.replace("\n", "\n    " + " " * len(label)))
        for line in changed_lines(*problem.versions) if problem.versions else ():
            print_message(f"    {line}")


def no_bug(error: AlmanacError | OSError) -> AlmanacError | None:
    """Return an error as one that people can do something about; None if it is not known to be."""
    if isinstance(error, AlmanacError):
        return error
    if error.errno not in _REFUSALS:
        return None
    return UserError(
        Problem(f"The system refuses this: {error.strerror}.", file=error.filename and str(error.filename))
    )


def print_error(error: AlmanacError) -> None:
    """Print an error of Almanac's own, and what can be done about it, on standard error."""
    if isinstance(error, UserError):
        print_problems(error.problems)
    else:
        print_message(f"error: {error}")
    if isinstance(error, ForgeError) and error.remedy:
        print_message(f"    {error.remedy}")


def error_text(error: AlmanacError, separator: str = "\n") -> str:
    """Return an error, and what can be done about it, as text."""
    remedy = error.remedy if isinstance(error, ForgeError) else None
    return f"{error}{separator}{remedy}" if remedy else str(error)


def problem_values(problems: Iterable[Problem]) -> list[dict[str, object]]:
    """Return problems for a JSON document, without their empty parts."""
    return [{key: value for key, value in asdict(one).items() if value not in (None, ())} for one in problems]


@contextmanager
def errors_as_json(shape: Mapping[str, object], *, as_json: bool) -> Iterator[None]:
    """When a command with `--json` fails, print its document all the same: `shape`, with the problems."""
    try:
        yield
    except (AlmanacError, OSError) as caught:
        error = no_bug(caught)
        if error is None:
            raise
        if as_json:
            problems = error.problems if isinstance(error, UserError) else (Problem(error_text(error, " ")),)
            print_json({**shape, "problems": problem_values(problems)})
        raise error from None


def diff_lines(before: Mapping[str, str | None], after: Mapping[str, str | bytes | None]) -> Iterator[str]:
    """Yield the lines of a unified diff of all files that differ: path -> text, None where there is no file.

    Of bytes, only their number is told.
    """
    for path in sorted({*before, *after}):
        old, new = before.get(path), after.get(path)
        if old == new:
            continue
        yield f"--- {'/dev/null' if old is None else f'a/{path}'}"
        yield f"+++ {'/dev/null' if new is None else f'b/{path}'}"
        if isinstance(new, bytes):
            yield f"({len(new):,} bytes, no text)"
            continue
        yield from changed_lines(old or "", new or "")
