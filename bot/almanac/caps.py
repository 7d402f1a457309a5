"""How much is read of a site, so that no site fills the memory of a machine that works for others too.

Sizes are checked before anything is fetched or decoded.
"""

from collections.abc import Mapping
from typing import NamedTuple

from almanac.errors import ConfigError, Problem
from almanac.phrases import say

_KIB, _MIB = 1 << 10, 1 << 20


class Cap(NamedTuple):
    """How much is read of one kind of file, in bytes: of each, and of all that are read at once, and how many."""

    kind: str
    each: int
    total: int
    number: int = 1


CONFIG = Cap(say("config"), 64 * _KIB, 64 * _KIB)
FORM = Cap(say("issue form"), 256 * _KIB, 256 * _KIB)
TEMPLATE = Cap(say("template"), 64 * _KIB, 64 * _KIB)
MESSAGES = Cap(say("message"), 64 * _KIB, _MIB, 100)
RECORDS = Cap(say("record"), 256 * _KIB, 16 * _MIB, 10_000)
PAGE = Cap(say("file"), 2 * _MIB, 2 * _MIB)
"""What no other one is for: pages, and other files of a site."""
JOB = Cap(say("file"), 2 * _MIB, 256 * _MIB, 50_000)
"""What one run reads of a repository in sum."""


def check_sizes(cap: Cap, sizes: Mapping[str, int], folder: str = "") -> None:
    """Refuse files, given by their paths with their sizes in bytes, that are larger or more than is read.

    A file with several names counts for each of them.

    Raises:
        ConfigError: With the file, its size, and what is accepted.
    """
    problems = [
        Problem(
            say(
                "This {kind} has {size}, and Almanac reads no more than {each}.",
                kind=cap.kind,
                size=_shown(size),
                each=_shown(cap.each),
            ),
            file=path,
        )
        for path, size in sizes.items()
        if size > cap.each
    ]
    total = sum(sizes.values())
    if not problems and (len(sizes) > cap.number or total > cap.total):
        message = say(
            "There are {number:,} {kind}s of {size} together, and Almanac reads no more than {cap:,} of {total} "
            "together.",
            number=len(sizes),
            kind=cap.kind,
            size=_shown(total),
            cap=cap.number,
            total=_shown(cap.total),
        )
        problems = [Problem(message, file=folder or None)]
    if problems:
        raise ConfigError(problems)


def _shown(size: int) -> str:
    if size < _KIB:
        return say("{size} bytes", size=size)
    kibibytes = size / _KIB
    if size < _MIB:
        return say("{number:,.4g} KiB", number=kibibytes)
    return say("{number:,.4g} MiB", number=kibibytes / _KIB)
