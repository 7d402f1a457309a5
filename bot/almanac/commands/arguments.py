"""The files that a command line names: an issue's body, its form, an issue."""

import sys
from pathlib import Path

from almanac.errors import Problem, UserError

MAX_BYTES = 10_000_000


def read_bytes(argument: str) -> bytes:
    """Read the file that a command line names; `-` is standard input.

    Raises:
        UserError: It cannot be read, or is far too large for an issue.
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
        message = f"This file has more than {MAX_BYTES:,} bytes, far more than any issue."
        raise UserError(Problem(message, file=shown_name(argument)))
    return data


def read_utf8(argument: str) -> str:
    """Read a text file or standard input, without the byte order mark that some editors write first.

    Raises:
        UserError: As `read_bytes`, or it is not UTF-8.
    """
    try:
        return read_bytes(argument).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UserError(Problem("This file is not UTF-8 text.", file=shown_name(argument))) from None


def shown_name(argument: str) -> str:
    """Return what messages call a file of the command line."""
    return "standard input" if argument == "-" else argument
