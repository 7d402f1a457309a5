"""The files below `.almanac/`, one whole file at a time, and one run at a time."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import filelock

from bot.errors import ForgeError, Problem, UserError

FOLDER = ".almanac"
_PATIENCE = 60  # seconds that a run waits for another one


class Files:
    """`.almanac/` in one folder. Nothing is made before the first write; git is told to look away."""

    def __init__(self, home: Path) -> None:
        """Take the folder in which `.almanac` is or will be."""
        self._home = home
        self._lock = filelock.FileLock(home / FOLDER / "lock", timeout=_PATIENCE)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep every other run out meanwhile; this one may enter again.

        Raises:
            ForgeError: Another run took longer than a minute, or the folder cannot be written.
        """
        with _disk():
            folder = self._path()
            folder.mkdir(exist_ok=True)
            hidden = folder / ".gitignore"
            if not hidden.exists():
                hidden.write_text("*\n", encoding="utf-8")
        try:
            self._lock.acquire()
        except filelock.Timeout as error:
            raise ForgeError(
                f"Another run of Almanac has been at work in {self._home} for more than a minute.",
                remedy="Wait until it has ended, and try again.",
                passing=True,
            ) from error
        except OSError as error:
            raise _failed(error) from error
        try:
            yield
        finally:
            self._lock.release()

    @staticmethod
    def name(*place: str) -> str:
        """Return how messages call a file."""
        return "/".join((FOLDER, *place))

    def names(self, *place: str) -> list[str]:
        """List what stands in a folder; nothing where there is none."""
        with _disk():
            path = self._path(*place)
            return [child.name for child in path.iterdir()] if path.is_dir() else []

    def read(self, *place: str) -> bytes | None:
        """Read a file, or return None where there is none."""
        with _disk():
            path = self._path(*place)
            return path.read_bytes() if path.exists() else None

    def text(self, *place: str) -> str | None:
        """Read a file as text, every line end kept.

        Raises:
            UserError: It is not UTF-8.
        """
        data = self.read(*place)
        try:
            return None if data is None else data.decode()
        except UnicodeDecodeError:
            raise UserError(Problem("This file is not text in UTF-8.", file=self.name(*place))) from None

    def write(self, text: str, *place: str) -> None:
        """Replace a file in one step: a reader sees the old or the new one. The same text writes nothing."""
        data = text.encode(errors="replace")
        if self.read(*place) == data:
            return
        with self.alone(), _disk():
            path = self._path(*place)
            path.parent.mkdir(parents=True, exist_ok=True)
            fresh = path.with_name(f".{path.name}.new")
            fresh.unlink(missing_ok=True)
            with fresh.open("xb") as file:
                file.write(data)
            fresh.replace(path)

    def remove(self, *place: str) -> None:
        """Delete a file."""
        with self.alone(), _disk():
            self._path(*place).unlink(missing_ok=True)

    def _path(self, *place: str) -> Path:
        path = self._home
        for part in (FOLDER, *place):
            path /= part
            # A link that somebody put into the repository must not lead our writes to another place.
            if path.is_symlink():
                raise ForgeError(
                    f"{path} is a symbolic link; Almanac keeps real files there.", remedy="Remove the link."
                )
        return path


@contextmanager
def _disk() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise _failed(error) from error


def _failed(error: OSError) -> ForgeError:
    return ForgeError(
        f"{error.filename or FOLDER} cannot be read or written: {error.strerror or error}.",
        remedy="Look whether it is yours, and whether the disk is full.",
    )
