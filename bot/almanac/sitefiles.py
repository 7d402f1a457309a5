"""Where the files of a site are: in a folder on this disk, or at a commit of a repository."""

import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from almanac.caps import PAGE, Cap, check_sizes
from almanac.config import Config
from almanac.errors import ConfigError, ForgeError, Problem, UserError
from almanac.forge.disk import Disk
from almanac.forge.git import Git
from almanac.forge.protocol import Forge
from almanac.forge.removals import Removals, removals
from almanac.paths import joined
from almanac.phrases import say

# Built sites, and other people's code.
NOT_THE_SITES = {"_site", "node_modules", "vendor"}
_MOST_FILES = 50_000
OWN_FOLDER = "almanac_events"
"""What a records' folder is called where `events` is taken."""


class SiteFiles(Protocol):
    """Where the files of one site are. All paths are relative to the site's root, with `/` between their parts.

    `names` and `read_all` are about the files directly in a folder, which need not exist; with `deep`, about those in
    its folders as well, whose names are their paths within it. `read_all` is by name. What is larger than the cap says
    is refused, and so is a symbolic link. `reads_freely` tells whether reading sends no requests, and `now` what time
    it is there.
    """

    @property
    def reads_freely(self) -> bool: ...
    def now(self) -> datetime: ...
    def read(self, path: str, cap: Cap) -> bytes | None: ...
    def names(self, folder: str, *, deep: bool = False) -> Collection[str]: ...
    def read_all(self, folder: str, suffix: str, cap: Cap, *, deep: bool = False) -> Mapping[str, bytes]: ...

    def removed(self, folder: str, beside: str) -> Removals:
        """Find what was removed from a folder, and what another file (`beside`) held then, as far as git shows it."""
        ...

    def paths(self) -> Iterable[str]:
        """List the files among which records may be, but for hidden folders, built sites and other people's code."""
        ...


def decoded(data: bytes, path: str) -> str:
    """Return a file's text; refuse what is not UTF-8."""
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        message = say("This file is not UTF-8 text, so it cannot be read. Save it as UTF-8 in your editor.")
        line = data.count(b"\n", 0, error.start) + 1
        raise ConfigError(Problem(message, file=path, line=line)) from None


class CommitFiles:
    """The files of one commit on a forge."""

    def __init__(self, forge: Forge, commit: str) -> None:
        self._forge, self._commit = forge, commit

    @property
    def reads_freely(self) -> bool:
        return self._forge.reads_freely(self._commit)

    def now(self) -> datetime:
        return self._forge.now()

    def read(self, path: str, cap: Cap) -> bytes | None:
        return self._forge.read(self._commit, path, cap)

    def names(self, folder: str, *, deep: bool = False) -> Collection[str]:
        return self._forge.names(self._commit, folder, deep=deep)

    def read_all(self, folder: str, suffix: str, cap: Cap, *, deep: bool = False) -> Mapping[str, bytes]:
        return self._forge.files(self._commit, folder, suffix, cap, deep=deep)

    def removed(self, folder: str, beside: str) -> Removals:  # noqa: ARG002 - as in SiteFiles
        return Removals()  # a forge's history costs too many requests; what a sweep proposes, a person decides

    def paths(self) -> Iterator[str]:
        """List only what is where records usually are: to list all could take many requests."""
        usual = Config().records
        for folder in (usual, joined(usual.rpartition("/")[0], OWN_FOLDER)):
            for name in self.names(folder):
                yield f"{folder}/{name}"


class Folder:
    """The files of a site in a folder on this disk; writes them so that a crash leaves none of them half-written.

    The folder may be reached by a symbolic link, but nothing in it is: see `Disk`.
    """

    reads_freely = True

    def __init__(self, root: Path, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        if not root.is_dir():
            raise UserError(Problem("There is no such folder.", file=str(root)))
        self._disk = Disk(root)
        self.root = self._disk.root
        self.now = now

    def inside(self, path: Path) -> str:
        """Return a path of this machine as a path within the site; a link in it is refused where it is read."""
        full = Path(os.path.abspath(path))  # noqa: PTH100 -- `resolve` would follow links
        for folder in reversed(full.parents):
            if folder.is_dir() and folder.samefile(self.root):
                return full.relative_to(folder).as_posix()
        if full.is_dir() and full.samefile(self.root):
            raise UserError(Problem("This is the site's folder itself. Name a file or folder in it.", file=str(path)))
        message = "This file is not in the site's folder; `--site` names that folder."
        raise UserError(Problem(message, file=str(path)))

    def read(self, path: str, cap: Cap) -> bytes | None:
        with _disk_errors("read"):
            return self._disk.read(path, cap)

    def names(self, folder: str, *, deep: bool = False) -> Collection[str]:
        with _disk_errors("read"):
            return self._disk.names(folder, deep=deep)

    def read_all(self, folder: str, suffix: str, cap: Cap, *, deep: bool = False) -> Mapping[str, bytes]:
        names = [name for name in self.names(folder, deep=deep) if name.endswith(suffix)]
        with _disk_errors("read"):
            return self._disk.read_all(folder, names, cap)

    def removed(self, folder: str, beside: str) -> Removals:
        return removals(Git(self.root), folder, beside, self.names(folder), self.read(beside, PAGE))

    def paths(self) -> Iterator[str]:
        """List the files; no link is followed."""
        seen = 0
        for here, folders, names in os.walk(self.root):
            folders[:] = sorted(name for name in folders if name not in NOT_THE_SITES and not name.startswith("."))
            for name in sorted(names):
                seen += 1
                if seen > _MOST_FILES:
                    return
                file = Path(here, name)
                if not file.is_symlink() and file.is_file():
                    yield file.relative_to(self.root).as_posix()

    def write(self, files: Mapping[str, str | None]) -> None:
        """Write files: first all of them beside their places, then each into its place in one step.

        What is None is deleted, last of all.
        """
        with _disk_errors("written"):
            self._disk.write({path: text.encode() for path, text in files.items() if text is not None})
            for path in (path for path, text in files.items() if text is None):
                self._disk.remove(path)

    def refuse_to_lose(self, paths: Iterable[str]) -> None:
        """Make sure that overwriting these files loses nothing that git does not have."""
        existing = [path for path in paths if (self.root / path).exists()]
        unsaved = [path for path in existing if not self._is_committed(path)]
        if unsaved:
            message = (
                "This file would be overwritten, and its present content is not in git. Commit it, or move it away."
            )
            raise UserError([Problem(message, file=path) for path in unsaved])

    def _is_committed(self, path: str) -> bool:
        options = ("--porcelain", "--ignored", "--ignore-submodules=all", "-z")
        try:
            return not Git(self.root).text("status", *options, "--", path)
        except ForgeError:  # no git, or no repository
            return False


@contextmanager
def _disk_errors(doing: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise UserError(Problem(f"This cannot be {doing}: {error.strerror}.", file=str(error.filename))) from None


def read_file(file: Path, name: str) -> bytes | None:
    """Read a page that need not be in the site; None if there is none. Messages call it by `name`."""
    try:
        data = file.read_bytes() if file.stat().st_size <= PAGE.each else b""
        check_sizes(PAGE, {name: file.stat().st_size})
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise UserError(Problem(f"This file cannot be read: {error.strerror}.", file=name)) from None
    return data
