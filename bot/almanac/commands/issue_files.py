"""The files that a command line names: an issue, its body, its form."""

import sys
from pathlib import Path

from almanac.errors import Problem, UserError
from almanac.proposal.state import Issue

MAX_BYTES = 10_000_000


def read_bytes(argument: str) -> bytes:
    """Read the file that a command line names; `-` is standard input.

    Raises:
        UserError: It cannot be read, or is far too large for any issue.
    """
    try:
        if argument == "-":
            data = sys.stdin.buffer.read(MAX_BYTES + 1)
        else:
            with Path(argument).open("rb") as stream:
                data = stream.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UserError(Problem(f"This file cannot be read: {reason}.", file=shown_name(argument))) from None
    if len(data) > MAX_BYTES:
        raise UserError(
            Problem(f"This file has more than {MAX_BYTES:,} bytes, far more than any issue.", file=shown_name(argument))
        )
    return data


def read_utf8(argument: str) -> str:
    """Read a file of text, or standard input; a byte order mark, which some editors put first, is no part of it.

    Raises:
        UserError: As `read_bytes`, or it is no text in UTF-8.
    """
    try:
        return read_bytes(argument).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UserError(Problem("This file is no text in UTF-8.", file=shown_name(argument))) from None


def shown_name(argument: str) -> str:
    """Return what messages call a file of the command line."""
    return "standard input" if argument == "-" else argument


def read_issue(argument: str) -> Issue:
    """Read an issue.

    Raises:
        UserError: It is no issue in the shape that GitHub's REST API gives.
    """
    from almanac.forge.local import store  # the local forge, which `parse` has no use for

    return store.read_issue(read_bytes(argument), shown_name(argument))
