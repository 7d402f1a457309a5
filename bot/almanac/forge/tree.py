"""What a commit holds, and how its files are read: ordinary files only, and no more of them than `caps` allows.

A symbolic link is refused wherever a path meets one: it is neither followed nor replaced.
"""

from abc import ABC, abstractmethod
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from almanac.caps import JOB, PAGE, RECORDS, Cap, check_sizes
from almanac.errors import ConfigError, ForgeError
from almanac.forge.disk import link_problem
from almanac.paths import leads_inside, parents
from almanac.phrases import say
from almanac.proposal.state import Blob, PutBranch
from almanac.text import printable

FOLDER = "040000"
REGULAR = "100644"
EXECUTABLE = "100755"
_LINK = "120000"
_KEPT = 32 << 20  # bytes of files that are kept, since the same ones are read for one issue after another


class Entry(NamedTuple):
    """One entry of a commit's tree, with its path from the root; `size` is a file's, in bytes, where that is known."""

    mode: str
    id: str
    path: str
    size: int = 0

    @property
    def is_file(self) -> bool:
        """Whether it is an ordinary file: not a folder, a symbolic link or a submodule."""
        return self.mode in {REGULAR, EXECUTABLE}

    @property
    def is_link(self) -> bool:
        return self.mode == _LINK


class Tree(ABC):
    """Reads files of commits for one run, which may read only so much in sum. What was read last is kept in memory."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, bytes] = OrderedDict()
        self._kept_bytes = self._bytes = self._files = 0

    @abstractmethod
    def entry(self, commit: str, path: str) -> Entry | None:
        """Find what is at a path in a commit."""

    @abstractmethod
    def folder_at(self, commit: str, path: str) -> Mapping[str, Entry]:
        """List what is directly in a folder of a commit, by name; `""` is the root."""

    @abstractmethod
    def sizes(self, entries: Mapping[str, Entry]) -> Mapping[str, int]:
        """Find out how large files are, by their paths, without reading them."""

    @abstractmethod
    def fetch(self, entries: Mapping[str, Entry]) -> Mapping[str, bytes]:
        """Read files, given by their ids; each once."""

    def object(self, commit: str, path: str, cap: Cap = PAGE) -> bytes | None:
        """Read a file in a commit byte for byte, as `Forge.read` does; None for a folder or a submodule too."""
        entry = self._checked(commit, path)
        return self._read({path: entry}, cap)[entry.id] if entry and entry.is_file else None

    def entries(self, commit: str, paths: Iterable[str]) -> dict[str, Blob | None]:
        """Tell what is at some paths of a commit, as `Forge.entries` does."""
        found = {path: self.entry(commit, path) if leads_inside(path) else None for path in paths}
        return {path: Blob(entry.mode, entry.id) if entry else None for path, entry in found.items()}

    def names(self, commit: str, folder: str, *, deep: bool = False) -> frozenset[str]:
        """List the names of the files in a folder of a commit, as `Forge.names` does. A link counts as a file."""
        return frozenset(self._files_in(commit, folder, deep=deep))

    def files(
        self, commit: str, folder: str, suffix: str, cap: Cap = RECORDS, *, deep: bool = False
    ) -> dict[str, bytes]:
        """Read the files in a folder of a commit whose names end so, by name, as `Forge.files` does."""
        found = self._files_in(commit, folder, deep=deep).items()
        entries = {name: entry for name, entry in sorted(found) if name.endswith(suffix)}
        links = [link_problem(entry.path) for entry in entries.values() if entry.is_link]
        if links:
            raise ConfigError(links)
        data = self._read({entry.path: entry for entry in entries.values()}, cap, folder)
        return {name: data[entry.id] for name, entry in entries.items()}

    def _checked(self, commit: str, path: str) -> Entry | None:
        """Find what is at a path, and refuse it if that or a folder on the way is a link."""
        if not leads_inside(path):
            return None
        entry = self.entry(commit, path)
        for found in [entry] if entry else (self.entry(commit, folder) for folder in parents(path)):
            if found and found.is_link:
                raise ConfigError(link_problem(found.path))
        return entry

    def _files_in(self, commit: str, folder: str, *, deep: bool) -> dict[str, Entry]:
        """Find the files in a folder, by their paths within it."""
        path = folder.strip("/")
        if path:
            self._checked(commit, path)
        prefix = f"{path}/" if path else ""
        found: dict[str, Entry] = {}
        waiting = [""]
        while waiting:
            inner = waiting.pop()
            for name, entry in self.folder_at(commit, f"{prefix}{inner}".rstrip("/")).items():
                if entry.is_file or entry.is_link:
                    found[inner + name] = entry._replace(path=f"{prefix}{inner}{name}")
                elif deep and entry.mode == FOLDER:
                    waiting.append(f"{inner}{name}/")
        return found

    def _read(self, entries: Mapping[str, Entry], cap: Cap, folder: str = "") -> Mapping[str, bytes]:
        """Read files, by their ids, once it is known that each, all together, and this run in sum are not too large."""
        data = {entry.id: self._kept[entry.id] for entry in entries.values() if entry.id in self._kept}
        new = {path: entry for path, entry in entries.items() if entry.id not in data}
        sizes = {path: len(data[entry.id]) for path, entry in entries.items() if entry.id in data}
        sizes |= self.sizes(new) if new else {}
        check_sizes(cap, sizes, folder)
        self._count({entry.id: sizes[path] for path, entry in new.items()})
        fetched = self.fetch({entry.id: entry for entry in new.values()}) if new else {}
        # Where a list of files had no sizes, they are known only now.
        check_sizes(cap, {path: len(fetched[entry.id]) for path, entry in new.items()}, folder)
        self._keep(fetched)
        return {**data, **fetched}

    def holds(self, key: str) -> bool:
        """Tell whether a file, by its id, is in memory."""
        return key in self._kept

    def keep(self, files: Mapping[str, bytes]) -> None:
        """Keep files in memory, by their ids, that came with something else; they count for what this run may read."""
        new = {key: data for key, data in files.items() if key not in self._kept}
        self._count({key: len(data) for key, data in new.items()})
        self._keep(new)

    def _keep(self, files: Mapping[str, bytes]) -> None:
        self._kept.update(files)
        self._kept_bytes += sum(map(len, files.values()))
        while self._kept_bytes > _KEPT:
            self._kept_bytes -= len(self._kept.popitem(last=False)[1])

    def _count(self, sizes: Mapping[str, int]) -> None:
        self._bytes, self._files = self._bytes + sum(sizes.values()), self._files + len(sizes)
        if self._bytes > JOB.total or self._files > JOB.number:
            raise ForgeError(
                say(
                    "This run would have to read more than {number:,} files, or {size:,} MiB of files.",
                    number=JOB.number,
                    size=JOB.total >> 20,
                ),
                remedy="Make its pages and records smaller, or close proposals that nobody needs any more.",
            )


def check_paths(write: PutBranch, entry: Callable[[str, str], Entry | None]) -> None:
    """Make sure that what a write changes are plain files inside the site, and that nothing else is in their place.

    Raises:
        ForgeError: A path leads elsewhere, or would replace a symbolic link, a folder, or a file that a folder needs.
    """

    def mode(path: str) -> str | None:
        found = write.kept[path] if path in write.kept else entry(write.base, path)
        return found.mode if found else None

    for path in write.files:
        if not leads_inside(path):
            raise ForgeError(
                say("Almanac does not write to `{path}`: it is not a plain path inside the site.", path=printable(path))
            )
        for place, wanted in [*((folder, {FOLDER}) for folder in parents(path)), (path, {REGULAR, EXECUTABLE})]:
            there = mode(place)
            if there == _LINK:
                raise ForgeError(
                    say(
                        "{place} is a symbolic link, which Almanac neither follows nor replaces: {path} stays as "
                        "it is.",
                        place=place,
                        path=path,
                    ),
                    remedy="Put the file or folder itself in its place.",
                )
            if there and there not in wanted:
                raise ForgeError(
                    say(
                        "Almanac's files would take the place of {place}: a file and a folder have the same name.",
                        place=place,
                    ),
                    remedy="Rename one of them on the base branch.",
                )
