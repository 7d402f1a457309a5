"""Files at commits of a repository on GitHub: from a checkout where it holds the commit, else by requests.

What has an id never changes, so it is fetched once, and a `BlobCache` keeps it for later runs.
"""

import base64
import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from http import HTTPStatus
from pathlib import Path
from typing import Any, Protocol, TypeVar
from urllib.parse import quote

from almanac.caps import PAGE, RECORDS, Cap
from almanac.config import PATH
from almanac.errors import ForgeError
from almanac.forge.git import Git
from almanac.forge.github.client import GitHubClient, is_rate_limit, unless_missing
from almanac.forge.github.likely import Likely, folders_of, named_in
from almanac.forge.github.queries import LONGEST_TEXT, Stored, Variable, at_paths, by_id, document, portions, stored
from almanac.forge.github.request import GRAPHQL, Request
from almanac.forge.tree import FOLDER, Entry, Tree
from almanac.patterns import regex
from almanac.proposal.state import Blob, Changes

SHARES = 4
"""One repository may use this fraction of a cache's space: a quarter."""
_COMMIT = regex(r"[0-9a-f]{40}")
_KEY = regex(r"[a-z]{1,10}-[0-9a-f]{40,64}")
_DIGEST = 32
T = TypeVar("T")
# A workflow's container may give a checkout to another user. Only its objects are read, so that user's settings can do
# nothing.
_TRUSTED = {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "safe.directory", "GIT_CONFIG_VALUE_0": "*"}


class GitHubFiles:
    """Files at commits, as in the `Forge` protocol. Of a checkout only the object store is read, not the work tree.

    Attributes:
        has_graphql: Whether GraphQL serves us, as far as is known.
    """

    has_graphql = True

    def __init__(self, client: GitHubClient, checkout: Path | None, cache: "RepositoryCache | None") -> None:
        self.client = client
        self._clone = Git(checkout, _TRUSTED) if checkout else None
        self._cloned: dict[str, bool] = {}
        self._likely, self._named = Likely(cache), list[str]()
        self._base_at: str | None = None  # the base with which files were asked for
        self._remote = RemoteFiles(self._fetch_tree, self._fetch_blob, cache, self._fetch_texts)

    def read(self, commit: str, path: str, cap: Cap = PAGE) -> bytes | None:
        """Read a file: 1 request where it is not in the checkout, and before the first one 1 for the commit's names.

        A commit that does not exist (any more) has no files: its id may come from a text that people can edit.
        """
        if not _COMMIT.fullmatch(commit):
            return None
        if commit == self._base_at:
            self._likely.note_file(path)
            if self._named and not self._remote.known(commit, path)[1]:
                self._fetch_texts({})
        files = self._at(commit)
        return unless_missing(lambda: files.object(commit, path, cap), HTTPStatus.UNPROCESSABLE_ENTITY)

    def files(
        self, commit: str, folder: str, suffix: str, cap: Cap = RECORDS, *, deep: bool = False
    ) -> Mapping[str, bytes]:
        """Read the files in a folder whose names end so: 1 request each where there is no checkout."""
        return self._at(commit).files(commit, folder, suffix, cap, deep=deep)

    def names(self, commit: str, folder: str, *, deep: bool = False) -> frozenset[str]:
        if commit == self._base_at:
            self._likely.note_folder(folder.strip("/"))
        return self._at(commit).names(commit, folder, deep=deep)

    def entries(self, commit: str, paths: Iterable[str]) -> Mapping[str, Blob | None]:
        """Tell what is at some paths: 1 request for all names of the commit, unless they are known already."""
        files, asked = self._at(commit), tuple(paths)
        found = unless_missing(lambda: files.entries(commit, asked), HTTPStatus.UNPROCESSABLE_ENTITY)
        return found if found is not None else dict.fromkeys(asked)

    def changes(self, older: str, newer: str) -> Changes:
        """List what differs between two commits: 1 request for each whose files are not known yet."""
        return self._remote.changes(older, newer)

    def reads_freely(self, commit: str) -> bool:
        return isinstance(self._at(commit), Git)

    @property
    def has_checkout(self) -> bool:
        return self._clone is not None

    def _at(self, commit: str) -> "Git | RemoteFiles":
        if self._clone is None:
            return self._remote
        if commit not in self._cloned:
            self._cloned[commit] = False
            with suppress(ForgeError):  # the folder is not a repository, or there is no git
                self._cloned[commit] = self._clone.has(commit) and not self._clone.is_partial
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

    # ------------------------------------------------------------ by GraphQL, where that serves us

    def ask(
        self,
        doing: str,
        selection: str,
        parse: Callable[[Mapping[str, Any]], T],
        variables: Mapping[str, Variable] | None = None,
    ) -> T | None:
        """Read several things of the repository in 1 request; None where GraphQL does not serve us.

        Whatever goes wrong, but for a rate limit, the REST API is asked from then on, and says what it is.
        """
        if not self.has_graphql:
            return None
        body = document(self.client.name, selection, variables)
        request = Request("POST", GRAPHQL, doing, "contents: read", body)
        try:
            return self.client.read(request, lambda found: parse(found["data"]["repository"]), insist=False)
        except ForgeError as error:
            if is_rate_limit(error):
                raise
            self.has_graphql = False
            return None

    def _fetch_texts(self, blobs: Mapping[str, int]) -> Mapping[str, bytes]:
        """Read files that are texts, given by their ids with their sizes, a hundred a request.

        The first one also brings the files that the base's config seems to name.
        """
        found: dict[str, bytes] = {}
        more, paths = self._named_files()
        parts, variables = at_paths(paths, folders_of(paths), self._base_at or "HEAD")
        sizes = {blob: size for blob, size in {**blobs, **more}.items() if size <= LONGEST_TEXT}
        for portion in [*portions(sizes)] or ([[]] if parts else []):
            texts, ids = by_id(portion)
            answer = self.ask("read the files", f"{texts} {parts}", stored, {**ids, **variables})
            if answer:
                self._remote.learn(answer)
                found |= answer.blobs
            parts, variables = "", {}
        return found

    def _named_files(self) -> tuple[dict[str, int], list[str]]:
        """Give, once, the files that the base's config seems to name: ids with sizes; paths in unknown folders."""
        named, self._named = self._named, []
        found, unknown = dict[str, int](), list[str]()
        for path in named:
            entry, known = self._remote.known(self._base_at or "", path)
            if entry and entry.is_file and not self._remote.holds(entry.id):
                found[entry.id] = entry.size
            elif not known:
                unknown.append(path)
        return found, unknown

    def _learn_base(self, commit: str, root: str, found: Stored) -> None:
        """Take over what came with the base."""
        self._remote.learn(found, commit, root)
        self._base_at = commit
        config, _ = self._remote.known(commit, PATH)
        self._named = named_in(found.blobs[config.id]) if config and config.id in found.blobs else []


class FetchTree(Protocol):
    """Reads a tree, by its own id or a commit's: its entries, and whether GitHub left some out as there are too many.

    With `recursive`, the entries of all folders below are included, with paths from the top.
    """

    def __call__(self, tree: str, *, recursive: bool) -> tuple[list[Entry], bool]: ...


class RemoteFiles(Tree):
    """The files of commits: one request for all names of a commit, one for each file. Nothing is fetched twice."""

    def __init__(
        self,
        fetch_tree: FetchTree,
        fetch_blob: Callable[[str], bytes],
        cache: "RepositoryCache | None" = None,
        fetch_texts: Callable[[Mapping[str, int]], Mapping[str, bytes]] = lambda _: {},
    ) -> None:
        """Take what reads a tree and a file by REST, and what reads those of several files that are texts at once."""
        super().__init__()
        self._fetch_tree, self._fetch_blob, self._cache = fetch_tree, fetch_blob, cache
        self._fetch_texts, self._is_large = fetch_texts, False
        self._roots: dict[str, str] = {}
        self._folders: dict[str, dict[str, Entry]] = {}

    def sizes(self, entries: Mapping[str, Entry]) -> Mapping[str, int]:
        return {path: entry.size for path, entry in entries.items()}

    def fetch(self, entries: Mapping[str, Entry]) -> Mapping[str, bytes]:
        cached = {key: self._cache.get(f"blob-{key}") if self._cache else None for key in entries}
        found = {key: data for key, data in cached.items() if data is not None}
        missing = {key: entry.size for key, entry in entries.items() if key not in found}
        texts = self._fetch_texts(missing) if missing else {}
        for key in missing:
            found[key] = texts[key] if key in texts else self._fetch_blob(key)
            if self._cache:
                self._cache.put(f"blob-{key}", found[key])
        return found

    def learn(self, stored: Stored, commit: str | None = None, root: str = "") -> None:
        """Take over what was read together with something else, so that it is not read again.

        It is content by its ids, and the id of a commit's top folder.
        """
        for key, entries in stored.folders.items():
            if tree_id(entries) == key:
                self._folders.setdefault(key, {entry.path: entry for entry in entries})
        if commit and commit not in self._roots and not self._recall(commit) and root in self._folders:
            self._roots[commit] = root
        for key, data in stored.blobs.items():
            if self._cache and self._cache.get(f"blob-{key}") is None:
                self._cache.put(f"blob-{key}", data)
        self.keep(stored.blobs)

    def known(self, commit: str, path: str) -> tuple[Entry | None, bool]:
        """Find what is at a path without a request; tell whether that is known at all."""
        found = Entry(FOLDER, self._roots.get(commit, ""), "")
        for name in path.split("/"):
            if found.mode == FOLDER and found.id not in self._folders:
                return None, False
            below = self._folders[found.id].get(name) if found.mode == FOLDER else None
            if below is None:
                return None, True
            found = below
        return found._replace(path=path), True

    def folder_at(self, commit: str, path: str) -> Mapping[str, Entry]:
        entry = self.entry(commit, path) if path else Entry(FOLDER, self.root(commit), "")
        return self._folder(entry.id) if entry and entry.mode == FOLDER else {}

    def changes(self, older: str, newer: str) -> Changes:
        """List what differs between the files of two commits; nothing is fetched of folders that are the same."""
        found: dict[str, Blob | None] = {}
        self._compare(self.root(older), self.root(newer), "", found)
        return found

    def entry(self, commit: str, path: str) -> Entry | None:
        found = Entry(FOLDER, self.root(commit), "")
        for name in path.split("/"):
            below = self._folder(found.id).get(name) if found.mode == FOLDER else None
            if below is None:
                return None
            found = below
        return found._replace(path=path)

    def root(self, commit: str) -> str:
        if commit not in self._roots and not self._recall(commit):
            entries, whole = self._fetch(commit)
            self._roots[commit] = self._store(entries, whole=whole)
            if self._cache and whole:
                self._cache.put(f"tree-{commit}", json.dumps(entries, separators=(",", ":")).encode())
        return self._roots[commit]

    def _recall(self, commit: str) -> bool:
        """Look for a commit's names in the cache."""
        cached = self._cache.get(f"tree-{commit}") if self._cache else None
        if cached is not None:
            self._roots[commit] = self._store([Entry(*entry) for entry in json.loads(cached)], whole=True)
        return cached is not None

    def _store(self, entries: list[Entry], *, whole: bool, known: str | None = None) -> str:
        """Sort entries with paths from the top into their folders, store those, and return the top's id."""
        folders: dict[str, dict[str, Entry]] = {"": {}}
        folders |= {entry.path: {} for entry in entries if entry.mode == FOLDER}
        for entry in entries:
            parent, _, name = entry.path.rpartition("/")
            folders.setdefault(parent, {})[name] = entry._replace(path=name)
        # For a commit, GitHub gives the commit's own id in place of its tree's. The id is a digest of the entries,
        # though, so it need not cost another request.
        root = known or tree_id(folders[""].values())
        self._folders[root] = folders[""]
        if whole:
            self._folders |= {entry.id: folders[entry.path] for entry in entries if entry.mode == FOLDER}
        return root

    def _folder(self, tree: str) -> dict[str, Entry]:
        if tree not in self._folders:
            entries, whole = self._fetch(tree)
            self._store(entries, whole=whole, known=tree)
        return self._folders[tree]

    def _fetch(self, tree: str) -> tuple[list[Entry], bool]:
        """Fetch a tree with all that is below, which is likely to be needed next; tell whether that is all there.

        In a repository that is too large for that, any folder may lack entries, so they are fetched one by one, when
        they are needed.
        """
        if not self._is_large:
            entries, self._is_large = self._fetch_tree(tree, recursive=True)
            if not self._is_large:
                return entries, True
        return self._fetch_tree(tree, recursive=False)[0], False

    def _compare(self, older: str | None, newer: str | None, prefix: str, found: dict[str, Blob | None]) -> None:
        before = self._folder(older) if older else {}
        after = self._folder(newer) if newer else {}
        for name in sorted({*before, *after}):
            old, new = before.get(name), after.get(name)
            if old == new:
                continue
            old_folder = old.id if old and old.mode == FOLDER else None
            new_folder = new.id if new and new.mode == FOLDER else None
            if old and not old_folder:
                found[prefix + name] = None
            if new and not new_folder:
                found[prefix + name] = Blob(new.mode, new.id)
            if old_folder or new_folder:
                self._compare(old_folder, new_folder, f"{prefix}{name}/", found)


def tree_id(entries: Iterable[Entry]) -> str:
    """Return the id that git gives to a folder with these entries (git's object format; SHA-1)."""
    # git sorts a folder as if its name ended in a slash.
    ordered = sorted(entries, key=lambda entry: entry.path.encode() + b"/" * (entry.mode == FOLDER))
    data = b"".join(f"{entry.mode.lstrip('0')} {entry.path}\0".encode() + bytes.fromhex(entry.id) for entry in ordered)
    return hashlib.sha1(b"tree %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


class BlobCache:
    """A folder on this disk that keeps file bytes and lists of files, for several threads and processes at once.

    Each repository has a folder of its own, and at most its share of the space (`limit`, in bytes): no other repository
    can read what is in it, and it cannot push out what others have.
    """

    def __init__(self, folder: Path, limit: int) -> None:
        self.folder, self.limit = folder, limit

    def of(self, repository: int) -> "RepositoryCache":
        """Return what one repository may read and write; its number on GitHub never changes."""
        return RepositoryCache(self, self.folder / str(repository))


class RepositoryCache:
    """One repository's part of a `BlobCache`. What is in it may be gone at any time."""

    def __init__(self, cache: BlobCache, folder: Path) -> None:
        self._cache, self._folder, self._written = cache, folder, 0

    def get(self, key: str) -> bytes | None:
        """Return what was stored under the key, or None where it is missing or damaged."""
        path = self._path(key)
        try:
            stored = path.read_bytes()
            os.utime(path)
        except OSError:
            return None
        data = stored[_DIGEST:]
        return data if hashlib.sha256(data).digest() == stored[:_DIGEST] else None

    def put(self, key: str, data: bytes) -> None:
        """Store some bytes if there is space; a full or broken disk costs requests, not the job."""
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
                trim(self._folder, share)
                trim(self._cache.folder, self._cache.limit)

    def _path(self, key: str) -> Path:
        if not _KEY.fullmatch(key):
            raise ValueError(f"{key!r} is not a key")
        return self._folder / key[-2:] / key


def trim(folder: Path, limit: int) -> None:
    """Where a folder holds more bytes than the limit, delete the least recently used, down to 90 % of it."""
    found: list[tuple[float, int, Path]] = []
    for path in folder.rglob("*"):
        with suppress(OSError):  # another process may delete it at the same time
            known = path.lstat()
            if not path.is_dir():
                found.append((known.st_mtime, known.st_size, path))
    size = sum(length for _, length, _ in found)
    if size <= limit:
        return
    for _, length, path in sorted(found):
        path.unlink(missing_ok=True)
        size -= length
        if size <= limit * 0.9:
            return
