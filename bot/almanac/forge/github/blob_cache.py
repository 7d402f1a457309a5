"""Keeps what has an id on this disk, so that it is fetched once: a file's bytes, and a commit's list of files.

Each repository has a folder of its own, and at most its share of the space: no other repository can read what is in
it, and it cannot push out what others have.
"""

import hashlib
import os
import re
import tempfile
from contextlib import suppress
from pathlib import Path

SHARES = 4
"""One repository may use this fraction of the space: a quarter."""
_KEY = re.compile(r"[a-z]{1,10}-[0-9a-f]{40,64}")
_DIGEST = 32


class BlobCache:
    """The folder on this disk, for several threads and processes at once."""

    def __init__(self, folder: Path, limit: int) -> None:
        """Take the folder, and the most bytes to keep there."""
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
