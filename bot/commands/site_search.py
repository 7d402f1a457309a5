"""Looks for the page that holds a site's history."""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bot.errors import UserError
from bot.folder import Folder
from bot.pages.history import split

_ENDINGS = (".md", ".markdown", ".mkd", ".mkdown")
# Built sites, other people's code, posts of a blog, and what names dates for another reason.
_NO_FOLDERS = {"_site", "_posts", "_drafts", "_layouts", "_includes", "_sass", "_data", "node_modules", "vendor"}
_NO_PAGES = re.compile(
    r"(?:changelog|changes|news|releases?|licen[cs]e|contributing|security|code.of.conduct)\b", re.IGNORECASE
)
_LIKELY = re.compile(
    r"event|past|history|meet|talk|workshop|archive|working|session|seminar|agenda|minutes", re.IGNORECASE
)
_MOST_FILES, _MOST_BYTES = 5_000, 2_000_000


@dataclass(frozen=True)
class Candidate:
    """A page that may be the one: its path in the site, and how many events are on it."""

    path: str
    events: int

    @property
    def likely(self) -> bool:
        """Whether its name speaks of events too."""
        return bool(_LIKELY.search(self.path))

    @property
    def rank(self) -> tuple[bool, int]:
        """Sorts the better candidate behind the other."""
        return self.likely, self.events


def find_pages(folder: Folder) -> list[Candidate]:
    """Find the pages that hold at least two events, or one and a name that fits; the best first."""
    found = []
    for path in _pages(folder.root):
        events = _events(folder, path)
        candidate = Candidate(path, events)
        if events > 1 or (events and candidate.likely):
            found.append(candidate)
    return sorted(found, key=lambda one: (*one.rank, one.path), reverse=True)


def clearly_best(candidates: list[Candidate]) -> Candidate | None:
    """Return the candidate of which nobody would doubt that it is meant, or None."""
    if not candidates:
        return None
    first, others = candidates[0], candidates[1:]
    if all(first.likely and not other.likely for other in others):
        return first
    rivals = [other for other in others if other.likely == first.likely]
    return first if all(first.events > 2 * other.events for other in rivals) else None


def _pages(root: Path) -> Iterator[str]:
    seen = 0
    for here, folders, names in os.walk(root):
        folders[:] = sorted(name for name in folders if name not in _NO_FOLDERS and not name.startswith("."))
        for name in sorted(names):
            seen += 1
            if seen > _MOST_FILES:
                return
            if name.lower().endswith(_ENDINGS) and not _NO_PAGES.match(name):
                yield (Path(here) / name).relative_to(root).as_posix()


def _events(folder: Folder, path: str) -> int:
    try:
        if (folder.root / path).stat().st_size > _MOST_BYTES:
            return 0
        text = folder.text(path)
        return len(split(text).sections) if text else 0
    except (UserError, OSError):
        return 0
