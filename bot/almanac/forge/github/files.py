"""Keeps what has an id on this disk, so that it is fetched once: a file's bytes and a commit's list of files.

Each repository has a folder of its own there, and no more than its share of the room: no other one can read what it
has, and it cannot push out all that others have.

Reads files at a commit when there is no checkout: one request for all names, one for each file that is read.

Files at a commit of a repository on GitHub: from a checkout where it holds the commit, else by requests.
"""

import base64
import hashlib
import json
import os
import re
import tempfile
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import suppress
from http import HTTPStatus
from pathlib import Path
from typing import Protocol

from almanac.errors import ConfigError, ForgeError, Problem
from almanac.forge.git import Entry, Git, is_plain
from almanac.forge.github.client import Call, Calls, RefusedError
from almanac.proposal.state import Blob, Changes

SHARES = 4
"""A repository may use one such part of the room."""
_KEY = re.compile(r"[a-z]{1,10}-[0-9a-f]{40,64}")
_DIGEST = 32


class Blobs(Protocol):
    """Keeps bytes by key; it may lose them at any time."""

    def get(self, key: str) -> bytes | None:
        """Return what was put under the key, or None."""
        ...

    def put(self, key: str, data: bytes) -> None:
        """Keep some bytes."""
        ...


class BlobCache:
    """The room on the disk, for several threads and processes at once."""

    def __init__(self, folder: Path, limit: int) -> None:
        """Take the folder, and the most bytes to keep there."""
        self.folder, self.limit = folder, limit

    def of(self, repository: int) -> "RepositoryBlobs":
        """Return what one repository may read and write; it is known by its number, which it never changes."""
        return RepositoryBlobs(self, self.folder / str(repository))

    def trim(self, folder: Path, limit: int) -> None:
        """Where a folder holds more than the limit, delete what was not used for longest, down to nine tenths of it."""
        found = sorted(_files(folder))
        size = sum(length for _, length, _ in found)
        if size <= limit:
            return
        for _, length, path in found:
            path.unlink(missing_ok=True)
            size -= length
            if size <= limit * 0.9:
                return


class RepositoryBlobs:
    """One repository's part of the room, as `Blobs`."""

    def __init__(self, cache: BlobCache, folder: Path) -> None:
        """Use `BlobCache.of` instead."""
        self._cache, self._folder, self._written = cache, folder, 0

    def get(self, key: str) -> bytes | None:
        """Return what was put under the key, or None where it is not there or damaged."""
        path = self._path(key)
        try:
            stored = path.read_bytes()
            os.utime(path)
        except OSError:
            return None
        data = stored[_DIGEST:]
        return data if hashlib.sha256(data).digest() == stored[:_DIGEST] else None

    def put(self, key: str, data: bytes) -> None:
        """Keep some bytes, if there is room; a full or broken disk costs requests, not the job."""
        share = self._cache.limit // SHARES
        if len(data) + _DIGEST > share:
            return
        path = self._path(key)
        with suppress(OSError):
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            # Under another name first, so that nobody ever reads half a file.
            with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".new-", delete=False) as file:
                file.write(hashlib.sha256(data).digest() + data)
            Path(file.name).replace(path)
            self._written += len(data)
            # Looking through a folder costs more than writing one file.
            if self._written * 20 >= share or self._written == len(data):
                self._written = 1
                self._cache.trim(self._folder, share)
                self._cache.trim(self._cache.folder, self._cache.limit)

    def _path(self, key: str) -> Path:
        if not _KEY.fullmatch(key):
            raise ValueError(f"{key!r} is no key")
        return self._folder / key[-2:] / key


def _files(folder: Path) -> list[tuple[float, int, Path]]:
    """List the files below a folder: when each was used last, its size, its path."""
    found = []
    for path in folder.rglob("*"):
        with suppress(OSError):  # another process may delete it meanwhile
            known = path.lstat()
            if not path.is_dir():
                found.append((known.st_mtime, known.st_size, path))
    return found


Fetch = Callable[[str, bool], tuple[list[Entry], bool]]
_FOLDER = "040000"
LARGEST = 8 << 20
"""The largest file that is read, in bytes: nobody may fill the memory of a server that works for others too."""


class RemoteFiles:
    """The files of commits, kept by their ids: nothing is fetched twice, for what has an id never changes."""

    def __init__(self, fetch_tree: Fetch, fetch_blob: Callable[[str], bytes], kept: Blobs | None = None) -> None:
        """Take what asks for a tree (by its id or a commit's, and whether with all below) and for a file's bytes.

        `fetch_tree` gives the entries, and whether GitHub left some out because there are too many. `kept` keeps what
        was fetched for later runs.
        """
        self._fetch_tree, self._fetch_blob, self._kept = fetch_tree, fetch_blob, kept
        self._roots: dict[str, str] = {}
        self._folders: dict[str, dict[str, Entry]] = {}
        self._blobs: dict[str, bytes] = {}

    def root(self, commit: str) -> str:
        """Return the id of a commit's tree."""
        if commit not in self._roots:
            entries, truncated = self._whole_tree(commit)
            if truncated:
                # Any folder may lack entries, so all are asked for one by one, and only where they are needed.
                entries, _ = self._fetch_tree(commit, False)  # noqa: FBT003
            self._roots[commit] = self._keep(entries, whole=not truncated)
        return self._roots[commit]

    def entry(self, commit: str, path: str) -> Entry | None:
        """Find what stands at a path in a commit, or None."""
        if not is_plain(path):
            return None
        found = Entry(_FOLDER, self.root(commit), "")
        for name in path.split("/"):
            below = self._folder(found.id).get(name) if found.mode == _FOLDER else None
            if below is None:
                return None
            found = below
        return found._replace(path=path)

    def object(self, commit: str, path: str) -> bytes | None:
        """Read a file in a commit byte for byte; None where there is none, or a folder, a link or a submodule."""
        entry = self.entry(commit, path)
        if entry is None or not entry.is_file:
            return None
        if entry.size > LARGEST:
            raise ConfigError(Problem(f"This file is larger than {LARGEST >> 20} MiB, and is not read.", file=path))
        if entry.id not in self._blobs:
            self._blobs[entry.id] = self._blob(entry.id)
        return self._blobs[entry.id]

    def files(self, commit: str, folder: str, suffix: str) -> dict[str, bytes]:
        """Read the ordinary files directly in a folder of a commit whose names end so, by name."""
        names = sorted(name for name in self.names(commit, folder) if name.endswith(suffix))
        found = {name: self.object(commit, f"{folder.strip('/')}/{name}".lstrip("/")) for name in names}
        return {name: data for name, data in found.items() if data is not None}

    def names(self, commit: str, folder: str) -> frozenset[str]:
        """List the names of the ordinary files that stand directly in a folder of a commit; `""` is the root."""
        folder = folder.strip("/")
        entry = self.entry(commit, folder) if folder else Entry(_FOLDER, self.root(commit), "")
        if entry is None or entry.mode != _FOLDER:
            return frozenset()
        return frozenset(name for name, below in self._folder(entry.id).items() if below.is_file)

    def changes(self, older: str, newer: str) -> Changes:
        """List what differs between the files of two commits; of folders that are the same, nothing is asked for."""
        found: dict[str, Blob | None] = {}
        self._compare(self.root(older), self.root(newer), "", found)
        return found

    def _compare(self, older: str | None, newer: str | None, prefix: str, found: dict[str, Blob | None]) -> None:
        before = self._folder(older) if older else {}
        after = self._folder(newer) if newer else {}
        for name in sorted({*before, *after}):
            old, new = before.get(name), after.get(name)
            if old == new:
                continue
            old_folder = old.id if old and old.mode == _FOLDER else None
            new_folder = new.id if new and new.mode == _FOLDER else None
            if old and not old_folder:
                found[prefix + name] = None
            if new and not new_folder:
                found[prefix + name] = Blob(new.mode, new.id)
            if old_folder or new_folder:
                self._compare(old_folder, new_folder, f"{prefix}{name}/", found)

    def _whole_tree(self, commit: str) -> tuple[list[Entry], bool]:
        kept = self._kept.get(f"tree-{commit}") if self._kept else None
        if kept is not None:
            return [Entry(*entry) for entry in json.loads(kept)], False
        entries, truncated = self._fetch_tree(commit, True)  # noqa: FBT003 - as git's own --recursive
        if self._kept and not truncated:
            self._kept.put(f"tree-{commit}", json.dumps(entries, separators=(",", ":")).encode())
        return entries, truncated

    def _blob(self, blob: str) -> bytes:
        kept = self._kept.get(f"blob-{blob}") if self._kept else None
        if kept is not None:
            return kept
        data = self._fetch_blob(blob)
        if self._kept:
            self._kept.put(f"blob-{blob}", data)
        return data

    def _folder(self, tree: str) -> dict[str, Entry]:
        if tree not in self._folders:
            entries, _ = self._fetch_tree(tree, False)  # noqa: FBT003
            self._folders[tree] = {entry.path: entry for entry in entries}
        return self._folders[tree]

    def _keep(self, entries: list[Entry], *, whole: bool) -> str:
        """Sort entries with paths from the root into their folders, keep those, and return the root's id."""
        folders: dict[str, dict[str, Entry]] = {"": {}}
        folders |= {entry.path: {} for entry in entries if entry.mode == _FOLDER}
        for entry in entries:
            parent, _, name = entry.path.rpartition("/")
            folders.setdefault(parent, {})[name] = entry._replace(path=name)
        # Asked for a commit, GitHub gives the commit's own id in place of its tree's. The id is a digest of the
        # entries, though, so it need not cost another request.
        root = tree_id(folders[""].values())
        self._folders[root] = folders[""]
        if whole:
            self._folders |= {entry.id: folders[entry.path] for entry in entries if entry.mode == _FOLDER}
        return root


def tree_id(entries: Iterable[Entry]) -> str:
    """Return the id that git gives to a folder with these entries (git's object format; SHA-1)."""
    # git sorts a folder as if its name ended in a slash.
    ordered = sorted(entries, key=lambda entry: entry.path.encode() + b"/" * (entry.mode == _FOLDER))
    data = b"".join(f"{entry.mode.lstrip('0')} {entry.path}\0".encode() + bytes.fromhex(entry.id) for entry in ordered)
    return hashlib.sha1(b"tree %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


_COMMIT = re.compile(r"[0-9a-f]{40}")


class GitHubFiles:
    """Reads files at commits. What a checkout's working tree holds does not matter: only its object store is read."""

    def __init__(self, calls: Calls, checkout: Path | None, kept: Blobs | None = None) -> None:
        """Take what sends requests, a clone on this disk, and what keeps files for later runs; or None."""
        self._calls = calls
        self._clone = _Clone(checkout) if checkout else None
        self._remote = RemoteFiles(self._fetch_tree, self._fetch_blob, kept)
        self._cloned: dict[str, bool] = {}

    def object(self, commit: str, path: str) -> bytes | None:
        """Read a file byte for byte; None where there is none, or a folder, a link or a submodule.

        A commit that does not exist (any more) has no files: somebody may have named it in a text.
        """
        if not _COMMIT.fullmatch(commit):
            return None
        try:
            return self._at(commit).object(commit, path)
        except RefusedError as refused:
            if refused.matches(HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY):
                return None
            raise

    def files(self, commit: str, folder: str, suffix: str) -> Mapping[str, bytes]:
        """Read the ordinary files directly in a folder whose names end so."""
        return self._at(commit).files(commit, folder, suffix)

    def names(self, commit: str, folder: str) -> frozenset[str]:
        """List the names of the ordinary files that stand directly in a folder; `""` is the root."""
        return self._at(commit).names(commit, folder)

    def changes(self, older: str, newer: str) -> Changes:
        """List what differs between the files of two commits."""
        return self._remote.changes(older, newer)

    def is_here(self, commit: str) -> bool:
        """Tell whether a commit's files are read from the checkout."""
        return isinstance(self._at(commit), Git)

    def entry(self, commit: str, path: str) -> Entry | None:
        """Find what stands at a path, or None."""
        return self._at(commit).entry(commit, path)

    def root(self, commit: str) -> str:
        """Return the id of the commit's tree."""
        files = self._at(commit)
        if isinstance(files, Git):
            return files.text("rev-parse", "--verify", f"{commit}^{{tree}}")
        return files.root(commit)

    def _at(self, commit: str) -> Git | RemoteFiles:
        if self._clone is None:
            return self._remote
        if commit not in self._cloned:
            self._cloned[commit] = self._clone.holds(commit)
        return self._clone if self._cloned[commit] else self._remote

    def _fetch_tree(self, tree: str, recursive: bool) -> tuple[list[Entry], bool]:  # noqa: FBT001 - as GitHub's own
        found = self._calls.read(
            Call("list the files", "contents: read"),
            lambda: self._calls.repository.get_git_tree(tree, recursive=recursive),
        )
        return [Entry(one.mode, one.sha, one.path, one.size or 0) for one in found.tree], bool(found.truncated)

    def _fetch_blob(self, blob: str) -> bytes:
        read = Call("read a file", "contents: read")
        return base64.b64decode(self._calls.read(read, lambda: self._calls.repository.get_git_blob(blob)).content)


class _Clone(Git):
    """A checkout that may belong to another user of this machine, as in a workflow's container."""

    def run(
        self, *arguments: str, stdin: bytes = b"", env: Mapping[str, str] | None = None, good: Collection[int] = (0,)
    ) -> tuple[int, bytes]:
        """Run one git command. Only objects are read, so nothing of the other user's settings can act."""
        trusted = {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "safe.directory", "GIT_CONFIG_VALUE_0": "*"}
        return super().run(*arguments, stdin=stdin, env=trusted | dict(env or {}), good=good)

    def holds(self, commit: str) -> bool:
        """Tell whether the commit is stored here; a folder without a repository, or a machine without git, has none."""
        try:
            return self.has(commit)
        except ForgeError:
            return False
