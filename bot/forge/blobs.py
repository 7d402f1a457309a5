"""Keeps what has an id on this disk, so that it is fetched once: a file's bytes and a commit's list of files.

Each repository has a folder of its own there, and no more than its share of the room: no other one can read what it
has, and it cannot push out all that others have.
"""

import hashlib
import os
import re
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Protocol

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
