"""Where an event is to be seen once it is on the site's main branch."""

import re
from dataclasses import dataclass
from typing import NamedTuple

from almanac.patterns import regex

_UNSAFE = regex(r"[^\w./~-]", re.ASCII)


class Following(NamedTuple):
    """The day on which a series meets next, and a link that opens the form filled in for it.

    `apart` are two of its zones that are not as many hours apart then as they were.
    """

    day: str
    link: str
    apart: tuple[str, str] | None = None


@dataclass(frozen=True)
class Published:
    """The file of the site that shows an event, by its path.

    `file` is its address on the forge, or the path where it has none. `url` is the address at which readers have the
    event, None if that cannot be known; `subscribed` are those of the site's calendars and feed. `following` is when
    the event's series meets next, if that is known. `changes` tells whether the site has the form for changes.
    """

    path: str
    file: str = ""
    url: str | None = None
    subscribed: tuple[str, ...] = ()
    following: Following | None = None
    changes: bool = False


def repository_of(issue: str) -> str | None:
    """Return the address of the repository that an issue belongs to, given by its own address; None for a clone."""
    site, issues, _ = issue.rpartition("/issues/")
    return site if issues and site.startswith(("https://", "http://")) else None


def file_address(issue: str, branch: str, path: str, line: int | None = None) -> str:
    """Return the address of a file on the web; for a clone, its path."""
    repository = repository_of(issue)
    if repository is None:
        return f"{path}, line {line}" if line else path
    address = f"{repository}/blob/{_quoted(branch)}/{_quoted(path)}"
    return f"{address}?plain=1#L{line}" if line else address


def _quoted(path: str) -> str:
    return _UNSAFE.sub(lambda found: "".join(f"%{byte:02X}" for byte in found[0].encode()), path)
