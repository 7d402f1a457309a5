"""Which files of a site are likely to be read: they are asked for before anybody knows that they are needed."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any, Protocol

from almanac.caps import CONFIG
from almanac.config import PATH, Config
from almanac.errors import UserError
from almanac.paths import leads_inside, parents
from almanac.yamlfile import load

_MOST = 24
"""How many paths are remembered of earlier runs, and taken from a config."""
_KEY = f"paths-{hashlib.sha256(b'paths').hexdigest()}"


class Memory(Protocol):
    """Keeps some bytes for later runs; they may be gone at any time."""

    def get(self, key: str) -> bytes | None: ...
    def put(self, key: str, data: bytes) -> None: ...


class Likely:
    """The files that earlier runs read and the folders that they listed, the last ones first; else the usual ones."""

    def __init__(self, memory: Memory | None) -> None:
        usual = Config()
        self._memory, self._new = memory, False
        self._files, self._folders = [PATH, usual.form, usual.page], [usual.records]
        with suppress(ValueError, TypeError, KeyError):
            kept = json.loads((memory.get(_KEY) if memory else None) or b"")
            self._files, self._folders = list(map(str, kept["files"])), list(map(str, kept["folders"]))

    @property
    def files(self) -> list[str]:
        return [path for path in self._files if leads_inside(path)]

    @property
    def folders(self) -> list[str]:
        """All folders on the way, but for the top."""
        return folders_of([*self.files, *(f"{folder}/" for folder in self._folders if leads_inside(folder))])

    def note_file(self, path: str) -> None:
        """Remember that a file of the base was read."""
        self._note(self._files, path)

    def note_folder(self, path: str) -> None:
        """Remember that a folder of the base was listed."""
        self._note(self._folders, path)

    def _note(self, kept: list[str], path: str) -> None:
        self._new = self._new or path not in kept
        kept[:] = [path, *(other for other in kept if other != path)][:_MOST]

    def save(self) -> None:
        """Keep it for later runs."""
        if self._memory and self._new:
            self._memory.put(_KEY, json.dumps({"files": self._files, "folders": self._folders}).encode())
            self._new = False


def folders_of(paths: Iterable[str]) -> list[str]:
    """Return all folders on the way to these paths, but for the top."""
    return sorted({folder for path in paths for folder in parents(path)})


def named_in(config: bytes) -> list[str]:
    """Return what may be paths among the values of a config, which need not be one that can be read."""
    with suppress(UserError):
        if len(config) <= CONFIG.each:
            paths = (text for text in _texts(load(config, PATH).data) if "/" in text or "." in text)
            return list(dict.fromkeys(path for path in paths if len(path) <= 200 and leads_inside(path)))[:_MOST]  # noqa: PLR2004 -- a long text is no path
    return []


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        inner: Iterable[Any] = value.values() if isinstance(value, dict) else value
        for each in inner:
            yield from _texts(each)
