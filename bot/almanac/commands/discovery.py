"""What a site's folder is: which page may be the history page, what git knows about it, and the Jekyll site in it."""

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

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


# Jekyll does not build a site with a config in TOML, but the file shows where the site is.
_JEKYLL_CONFIGS = ("_config.yml", "_config.yaml")


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
    """Find the pages among paths that have at least two events, or one and a name that fits; the best first."""
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
    rivals = [other for other in others if other.is_likely == best.is_likely]
    return best if all(best.events > 2 * other.events for other in rivals) else None


@dataclass(frozen=True)
class Checkout:
    """A folder as git knows it: the repository's top folder, its default branch, and the one that is checked out.

    If `origin` is on GitHub, `repository` is its `OWNER/NAME`, and `web` the address of its pages.
    """

    top: Path | None
    branch: str = "main"  # a guess if nothing says it
    current: str | None = None
    repository: str | None = None
    web: str | None = None


def read_checkout(folder: Path) -> Checkout:
    """Ask git about a folder; a folder outside of any repository, or a machine without git, is not an error."""
    git = Git(folder)

    def ask(*arguments: str) -> str:
        return git.text(*arguments, good=(0, 1, 2, 128))

    try:
        top = git.run("rev-parse", "--show-toplevel")[1]
    except ForgeError:
        return Checkout(None)
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
    return Checkout(Path(top.decode().removesuffix("\n")).resolve(), branch, current, repository, web)


# ---------------------------------------------------------------- the Jekyll site


@dataclass(frozen=True)
class Jekyll:
    """A Jekyll site: its folder in the repository (empty for the top folder), its config's path, and what that says."""

    root: str
    file: str = ""
    settings: dict[str, Any] = field(default_factory=dict)

    def inside(self, path: str) -> str:
        """Return a path of the repository as a path within the Jekyll site."""
        return path.removeprefix(f"{self.root}/") if self.root else path

    def path(self, key: str, default: str) -> str:
        """Return a setting that is a path within the site."""
        value = self.settings.get(key)
        return (value.removeprefix("./").strip("/") if isinstance(value, str) else "") or default

    def strings(self, key: str) -> list[str]:
        """Return a setting that is a list of strings."""
        value = self.settings.get(key)
        return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []

    @property
    def source(self) -> str:
        """The folder in the site that Jekyll builds; empty if it builds all of it."""
        source = self.path("source", ".")
        return "" if source == "." else source

    @property
    def data(self) -> str:
        """The folder in the site whose files a Liquid loop can use."""
        return joined(self.source, self.path("data_dir", "_data"))


def joined(*parts: str) -> str:
    """Join parts of a path, of which some may be empty."""
    return "/".join(filter(None, parts))


def read_jekyll(site: Site, page: str) -> Jekyll:
    """Read the config of the Jekyll site that a page belongs to; raise a YAMLError if it is not YAML."""
    root = jekyll_root(site, page)
    file = next((path for name in _JEKYLL_CONFIGS if site.text(path := joined(root, name)) is not None), "")
    settings = yaml.safe_load(site.text(file) or "") if file else {}
    return Jekyll(root, file, settings if isinstance(settings, dict) else {})


def jekyll_root(site: Site, page: str) -> str:
    """Return the folder of a page's Jekyll site: the nearest one above the page with a config, else the top folder."""
    parts = page.split("/")[:-1]
    while parts and not {*_JEKYLL_CONFIGS, "_config.toml"} & {*site.files.names("/".join(parts))}:
        parts.pop()
    return "/".join(parts)


def usual_records(site: Site, page: str) -> str:
    """Return where the records of a page's site belong: in the folder that a Liquid loop can use."""
    try:
        jekyll = read_jekyll(site, page)
    except yaml.YAMLError:
        jekyll = Jekyll(jekyll_root(site, page))
    return joined(jekyll.root, jekyll.data, "events")
