"""What a folder is before Almanac is set up: which page may be the history page, and what git knows about it."""

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from almanac.errors import ForgeError, UserError
from almanac.forge.git import Git
from almanac.page.insert import split
from almanac.site import Site

# Built sites, other people's code, posts of a blog, and files that contain dates for another reason.
_OTHER_FOLDERS = {"_site", "_posts", "_drafts", "_layouts", "_includes", "_sass", "_data", "node_modules", "vendor"}
_OTHER_PAGES = re.compile(
    r"(?:changelog|changes|news|releases?|licen[cs]e|contributing|security|code.of.conduct)\b", re.IGNORECASE
)
_MARKDOWN = (".md", ".markdown", ".mkd", ".mkdown")
_LIKELY = re.compile(
    r"event|past|history|meet|talk|workshop|archive|working|session|seminar|agenda|minutes", re.IGNORECASE
)
_MOST_FILES, _MOST_BYTES = 5_000, 2_000_000
_REMOTE = re.compile(
    r"(?:(?:https?|ssh|git)://(?:[^/@\s]+@)?|[^/@\s:]+@)(?P<host>[A-Za-z0-9.-]*github[A-Za-z0-9.-]*)(?::[0-9]+)?[:/]"
    r"(?P<name>[A-Za-z0-9_-]+/[A-Za-z0-9._-]+?)(?:\.git)?/?"
)


@dataclass(frozen=True)
class Candidate:
    """A page that may be the history page: its path within the site, and how many events are on it."""

    path: str
    events: int

    @property
    def is_likely(self) -> bool:
        """Whether its name sounds like a page of events, too."""
        return bool(_LIKELY.search(self.path))


def markdown_files(root: Path) -> Iterator[str]:
    """Yield the paths of the Markdown files in a folder, except for those that are far too large for a page."""
    seen = 0
    for here, folders, names in os.walk(root):
        folders[:] = sorted(name for name in folders if _may_hold_pages(name))
        for name in sorted(names):
            seen += 1
            if seen > _MOST_FILES:
                return
            file = Path(here, name)
            if name.lower().endswith(_MARKDOWN) and file.is_file() and file.stat().st_size <= _MOST_BYTES:
                yield file.relative_to(root).as_posix()


def find_pages(site: Site, paths: Iterable[str]) -> list[Candidate]:
    """Find the pages that have at least two events, or one and a name that fits; the best first.

    Args:
        site: The site.
        paths: The Markdown files in it.
    """
    found = []
    for path in paths:
        *folders, name = path.split("/")
        if not all(map(_may_hold_pages, folders)) or _OTHER_PAGES.match(name):
            continue
        try:
            candidate = Candidate(path, len(split(site.text(path) or "").sections))
        except UserError:  # not UTF-8, or it leads out of the site
            continue
        if candidate.events > 1 or (candidate.events and candidate.is_likely):
            found.append(candidate)
    return sorted(found, key=lambda one: (one.is_likely, one.events, one.path), reverse=True)


def _may_hold_pages(folder: str) -> bool:
    return folder not in _OTHER_FOLDERS and not folder.startswith(".")


def clearly_best(candidates: Sequence[Candidate]) -> Candidate | None:
    """Return the candidate that is the history page beyond doubt, or None. The candidates are sorted, best first."""
    if not candidates:
        return None
    best, *others = candidates
    if best.is_likely and not any(other.is_likely for other in others):
        return best
    rivals = [other for other in others if other.is_likely == best.is_likely]
    return best if all(best.events > 2 * other.events for other in rivals) else None


@dataclass(frozen=True)
class Clone:
    """A folder as git knows it.

    Attributes:
        top: The top folder of the repository that it is in, or None if it is in none.
        branch: The default branch; a guess if nothing says it, and `main` outside of a repository.
        current: The branch that is checked out, or None.
        repository: `OWNER/NAME` on GitHub, or None if `origin` is elsewhere.
        web: The address of that repository's pages, or None.
    """

    top: Path | None
    branch: str = "main"
    current: str | None = None
    repository: str | None = None
    web: str | None = None


def read_clone(folder: Path) -> Clone:
    """Ask git about a folder; a folder outside of any repository, or a machine without git, is not an error."""
    git = Git(folder)

    def ask(*arguments: str) -> str:
        return git.text(*arguments, good=(0, 1, 2, 128))

    try:
        status, top = git.run("rev-parse", "--show-toplevel", good=(0, 128))
    except ForgeError:
        return Clone(None)
    if status:
        return Clone(None)
    current = ask("symbolic-ref", "--quiet", "--short", "HEAD") or None
    branch = (
        ask("config", "--get", "almanac.base")
        or ask("symbolic-ref", "--quiet", "--short", "refs/remotes/origin/HEAD").removeprefix("origin/")
        or next((name for name in ("main", "master") if git.commit(f"refs/heads/{name}")), None)
        or current
        or "main"
    )
    remote = _REMOTE.fullmatch(ask("remote", "get-url", "origin"))
    repository = web = None
    if remote:
        repository = remote["name"]
        host = "github.com" if remote["host"].startswith("ssh.github.com") else remote["host"]
        web = f"https://{host}/{repository}"
    return Clone(Path(top.decode().removesuffix("\n")).resolve(), branch, current, repository, web)
