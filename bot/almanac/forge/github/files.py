"""Files at commits of a repository on GitHub: from a checkout where it holds the commit, else by requests."""

import base64
import hashlib
import json
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote

from almanac.errors import ConfigError, ForgeError, Problem
from almanac.forge.git import Entry, Git, is_plain
from almanac.forge.github.blob_cache import RepositoryCache
from almanac.forge.github.client import GitHubClient
from almanac.forge.github.request import RefusedError, Request
from almanac.proposal.state import Blob, Changes

LARGEST = 8 << 20
"""The largest file that is read, in bytes: one site must not fill the memory of a server that works for others too."""
_FOLDER = "040000"
_COMMIT = re.compile(r"[0-9a-f]{40}")


class GitHubFiles:
    """Files at commits, as in the `Forge` protocol. Of a checkout only the object store is read, not the work tree."""

    def __init__(self, client: GitHubClient, checkout: Path | None, cache: RepositoryCache | None) -> None:
        """Take a clone on this disk and what keeps files for later runs, where there are any."""
        self.client = client
        self._clone = _Checkout(checkout) if checkout else None
        self._remote = RemoteFiles(self._fetch_tree, self._fetch_blob, cache)
        self._cloned: dict[str, bool] = {}

    def read(self, commit: str, path: str) -> bytes | None:
        """Read a file: 1 request where it is not in the checkout, and before the first one 1 for the commit's names.

        A commit that does not exist (any more) has no files: its id may come from a text that people can edit.
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
        """Read the files directly in a folder whose names end so: 1 request each where there is no checkout."""
        return self._at(commit).files(commit, folder, suffix)

    def names(self, commit: str, folder: str) -> frozenset[str]:
        return self._at(commit).names(commit, folder)

    def changes(self, older: str, newer: str) -> Changes:
        """List what differs between two commits: 1 request for each whose files are not known yet."""
        return self._remote.changes(older, newer)

    def reads_freely(self, commit: str) -> bool:
        return isinstance(self._at(commit), Git)

    def _entry(self, commit: str, path: str) -> Entry | None:
        return self._at(commit).entry(commit, path)

    def _tree(self, commit: str) -> str:
        """Return the id of the commit's tree."""
        files = self._at(commit)
        if isinstance(files, Git):
            return files.text("rev-parse", "--verify", f"{commit}^{{tree}}")
        return files.root(commit)

    def _at(self, commit: str) -> "Git | RemoteFiles":
        if self._clone is None:
            return self._remote
        if commit not in self._cloned:
            self._cloned[commit] = self._clone.holds(commit)
        return self._clone if self._cloned[commit] else self._remote

    def _fetch_tree(self, tree: str, *, recursive: bool) -> tuple[list[Entry], bool]:
        def parse(found: Any) -> tuple[list[Entry], bool]:
            listed = [Entry(one["mode"], one["sha"], one["path"], one.get("size") or 0) for one in found["tree"]]
            return listed, bool(found.get("truncated"))

        path, query = f"git/trees/{quote(tree, safe='')}", {"recursive": 1} if recursive else {}
        return self.client.read(Request("GET", path, "list the files", "contents: read", query=query), parse)

    def _fetch_blob(self, blob: str) -> bytes:
        request = Request("GET", f"git/blobs/{blob}", "read a file", "contents: read")
        return self.client.read(request, lambda found: base64.b64decode(found["content"]))


class _Checkout(Git):
    """A checkout that may belong to another user of this machine, as in a workflow's container."""

    def run(
        self, *arguments: str, stdin: bytes = b"", env: Mapping[str, str] | None = None, good: Collection[int] = (0,)
    ) -> tuple[int, bytes]:
        """Run one git command. Only objects are read, so none of the other user's settings can do anything."""
        trusted = {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "safe.directory", "GIT_CONFIG_VALUE_0": "*"}
        return super().run(*arguments, stdin=stdin, env=trusted | dict(env or {}), good=good)

    def holds(self, commit: str) -> bool:
        """Tell whether the commit is stored here; without a repository in the folder, or without git, it is not."""
        try:
            return self.has(commit)
        except ForgeError:
            return False


class FetchTree(Protocol):
    """Reads a tree, by its own id or a commit's: its entries, and whether GitHub left some out as there are too many.

    With `recursive`, the entries of all folders below are included, with paths from the top.
    """

    def __call__(self, tree: str, *, recursive: bool) -> tuple[list[Entry], bool]: ...


class RemoteFiles:
    """The files of commits: one request for all names of a commit, one for each file. Nothing is fetched twice."""

    def __init__(
        self, fetch_tree: FetchTree, fetch_blob: Callable[[str], bytes], cache: RepositoryCache | None = None
    ) -> None:
        """Take what reads a tree and a file by id, and what keeps both for later runs: what has an id never changes."""
        self._fetch_tree, self._fetch_blob, self._cache = fetch_tree, fetch_blob, cache
        self._roots: dict[str, str] = {}
        self._folders: dict[str, dict[str, Entry]] = {}
        self._blobs: dict[str, bytes] = {}

    def object(self, commit: str, path: str) -> bytes | None:
        """Read a file in a commit byte for byte; None where there is none, or a folder, a link or a submodule.

        Raises:
            ConfigError: It is too large.
        """
        entry = self.entry(commit, path)
        if entry is None or not entry.is_file:
            return None
        if entry.size > LARGEST:
            raise ConfigError(Problem(f"This file is larger than {LARGEST >> 20} MiB, so it is not read.", file=path))
        if entry.id not in self._blobs:
            self._blobs[entry.id] = self._blob(entry.id)
        return self._blobs[entry.id]

    def files(self, commit: str, folder: str, suffix: str) -> dict[str, bytes]:
        """Read the ordinary files directly in a folder of a commit whose names end so, by name."""
        names = sorted(name for name in self.names(commit, folder) if name.endswith(suffix))
        found = {name: self.object(commit, f"{folder.strip('/')}/{name}".lstrip("/")) for name in names}
        return {name: data for name, data in found.items() if data is not None}

    def names(self, commit: str, folder: str) -> frozenset[str]:
        """List the names of the ordinary files directly in a folder of a commit; `""` is the root."""
        folder = folder.strip("/")
        entry = self.entry(commit, folder) if folder else Entry(_FOLDER, self.root(commit), "")
        if entry is None or entry.mode != _FOLDER:
            return frozenset()
        return frozenset(name for name, below in self._folder(entry.id).items() if below.is_file)

    def changes(self, older: str, newer: str) -> Changes:
        """List what differs between the files of two commits; nothing is fetched of folders that are the same."""
        found: dict[str, Blob | None] = {}
        self._compare(self.root(older), self.root(newer), "", found)
        return found

    def entry(self, commit: str, path: str) -> Entry | None:
        """Find what is at a path in a commit, or None."""
        if not is_plain(path):
            return None
        found = Entry(_FOLDER, self.root(commit), "")
        for name in path.split("/"):
            below = self._folder(found.id).get(name) if found.mode == _FOLDER else None
            if below is None:
                return None
            found = below
        return found._replace(path=path)

    def root(self, commit: str) -> str:
        """Return the id of a commit's tree."""
        if commit not in self._roots:
            entries, truncated = self._whole_tree(commit)
            if truncated:
                # Any folder may lack entries, so they are all fetched one by one, when they are needed.
                entries, _ = self._fetch_tree(commit, recursive=False)
            self._roots[commit] = self._store(entries, whole=not truncated)
        return self._roots[commit]

    def _whole_tree(self, commit: str) -> tuple[list[Entry], bool]:
        cached = self._cache.get(f"tree-{commit}") if self._cache else None
        if cached is not None:
            return [Entry(*entry) for entry in json.loads(cached)], False
        entries, truncated = self._fetch_tree(commit, recursive=True)
        if self._cache and not truncated:
            self._cache.put(f"tree-{commit}", json.dumps(entries, separators=(",", ":")).encode())
        return entries, truncated

    def _store(self, entries: list[Entry], *, whole: bool) -> str:
        """Sort entries with paths from the top into their folders, store those, and return the root's id."""
        folders: dict[str, dict[str, Entry]] = {"": {}}
        folders |= {entry.path: {} for entry in entries if entry.mode == _FOLDER}
        for entry in entries:
            parent, _, name = entry.path.rpartition("/")
            folders.setdefault(parent, {})[name] = entry._replace(path=name)
        # For a commit, GitHub gives the commit's own id in place of its tree's. The id is a digest of the entries,
        # though, so it need not cost another request.
        root = tree_id(folders[""].values())
        self._folders[root] = folders[""]
        if whole:
            self._folders |= {entry.id: folders[entry.path] for entry in entries if entry.mode == _FOLDER}
        return root

    def _folder(self, tree: str) -> dict[str, Entry]:
        if tree not in self._folders:
            entries, _ = self._fetch_tree(tree, recursive=False)
            self._folders[tree] = {entry.path: entry for entry in entries}
        return self._folders[tree]

    def _blob(self, blob: str) -> bytes:
        data = self._cache.get(f"blob-{blob}") if self._cache else None
        if data is None:
            data = self._fetch_blob(blob)
            if self._cache:
                self._cache.put(f"blob-{blob}", data)
        return data

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


def tree_id(entries: Iterable[Entry]) -> str:
    """Return the id that git gives to a folder with these entries (git's object format; SHA-1)."""
    # git sorts a folder as if its name ended in a slash.
    ordered = sorted(entries, key=lambda entry: entry.path.encode() + b"/" * (entry.mode == _FOLDER))
    data = b"".join(f"{entry.mode.lstrip('0')} {entry.path}\0".encode() + bytes.fromhex(entry.id) for entry in ordered)
    return hashlib.sha1(b"tree %d\0" % len(data) + data, usedforsecurity=False).hexdigest()
