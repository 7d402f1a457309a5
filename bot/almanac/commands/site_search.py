"""Looks for the page that holds a site's history.

A repository's Jekyll site: where it stands, and what its config says.

What git knows of a site's folder: its top, its default branch, where it is on GitHub.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from almanac.errors import ForgeError, UserError
from almanac.forge.git import Git
from almanac.page.insert import split
from almanac.site import Folder

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


_CONFIGS = ("_config.yml", "_config.yaml")


@dataclass(frozen=True)
class Jekyll:
    """A Jekyll site.

    Attributes:
        root: Its folder in the repository; empty for the top.
        file: Its config's path; empty where it has none.
        settings: What that says.
    """

    root: str
    file: str = ""
    settings: dict[str, Any] = field(default_factory=dict)

    def inside(self, path: str) -> str:
        """Return a path of the repository as one of the Jekyll site."""
        return path.removeprefix(f"{self.root}/") if self.root else path

    @property
    def source(self) -> str:
        """The folder in the site that Jekyll builds; empty for all of it."""
        source = self.text("source", ".")
        return "" if source == "." else source

    @property
    def data(self) -> str:
        """The folder in the site whose files a Liquid loop can read."""
        return "/".join(filter(None, (self.source, self.text("data_dir", "_data"))))

    def strings(self, key: str) -> list[str]:
        """Return a setting that is a list of texts."""
        value = self.settings.get(key)
        return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []

    def text(self, key: str, usual: str) -> str:
        """Return a setting that is a path in the site."""
        value = self.settings.get(key)
        path = value.removeprefix("./").strip("/") if isinstance(value, str) else ""
        return path or usual


def read_jekyll(folder: Folder, page: str) -> Jekyll:
    """Read the config of the site that a page belongs to; a site without one has all the defaults.

    Raises:
        YAMLError: It is no YAML.
    """
    root = jekyll_root(folder, page)
    file = next((path for name in _CONFIGS if folder.text(path := f"{root}/{name}".lstrip("/")) is not None), "")
    settings = yaml.safe_load(folder.text(file) or "") if file else {}
    return Jekyll(root, file, settings if isinstance(settings, dict) else {})


def usual_records(folder: Folder, page: str) -> str:
    """Return where the records of a page's site belong: in the folder that a Liquid loop can read."""
    try:
        jekyll = read_jekyll(folder, page)
    except yaml.YAMLError:
        jekyll = Jekyll(jekyll_root(folder, page))
    return "/".join(filter(None, (jekyll.root, jekyll.data, "events")))


def jekyll_root(folder: Folder, page: str) -> str:
    """Return the folder of the Jekyll site that a page belongs to: the nearest one above with a config, or the top."""
    parts = page.split("/")[:-1]
    while parts:
        root = "/".join(parts)
        if any((folder.root / root / name).is_file() for name in ("_config.yml", "_config.yaml", "_config.toml")):
            return root
        parts.pop()
    return ""


_REMOTE = re.compile(
    r"(?:(?:https?|ssh|git)://(?:[^/@\s]+@)?|[^/@\s:]+@)(?P<host>[A-Za-z0-9.-]*github[A-Za-z0-9.-]*)(?::[0-9]+)?[:/]"
    r"(?P<name>[A-Za-z0-9_-]+/[A-Za-z0-9._-]+?)(?:\.git)?/?"
)


@dataclass(frozen=True)
class CloneFacts:
    """A folder as git knows it.

    Attributes:
        top: The top folder of the repository that it is in, or None where it is in none.
        branch: The default branch; a guess where nothing says it, and `main` outside of a repository.
        current: The branch that is checked out, or None.
        repository: `OWNER/NAME` on GitHub, or None where `origin` does not lead there.
        web: The address of that repository's pages, or None.
    """

    top: Path | None
    branch: str = "main"
    current: str | None = None
    repository: str | None = None
    web: str | None = None


def look_at(folder: Path) -> CloneFacts:
    """Ask git about a folder; one that is in no repository, or a machine without git, is no error."""
    git = Git(folder)
    try:
        status, top = git.run("rev-parse", "--show-toplevel", good=(0, 128))
    except ForgeError:
        return CloneFacts(None)
    if status:
        return CloneFacts(None)
    remote = _REMOTE.fullmatch(_ask(git, "remote", "get-url", "origin"))
    current = _ask(git, "symbolic-ref", "--quiet", "--short", "HEAD") or None
    return CloneFacts(
        top=Path(top.decode().removesuffix("\n")).resolve(),
        branch=_default_branch(git, current),
        current=current,
        repository=remote["name"] if remote else None,
        web=f"https://{_web_host(remote['host'])}/{remote['name']}" if remote else None,
    )


def _web_host(host: str) -> str:
    return "github.com" if host.startswith("ssh.github.com") else host


def _default_branch(git: Git, current: str | None) -> str:
    told = _ask(git, "config", "--get", "almanac.base")
    remote = _ask(git, "symbolic-ref", "--quiet", "--short", "refs/remotes/origin/HEAD").removeprefix("origin/")
    if told or remote:
        return told or remote
    usual = (name for name in ("main", "master") if git.commit(f"refs/heads/{name}"))
    return next(usual, None) or current or "main"


def _ask(git: Git, *arguments: str) -> str:
    return git.text(*arguments, good=(0, 1, 2, 128))
