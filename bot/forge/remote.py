"""Reads files at a commit when there is no checkout: one request for all names, one for each file that is read."""

import hashlib
import json
from collections.abc import Callable, Iterable

from bot.errors import ConfigError, Problem
from bot.forge.blobs import Blobs
from bot.forge.git import Entry, is_plain
from bot.proposals.state import Blob, Changes

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
