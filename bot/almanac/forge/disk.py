"""The files below one folder of this disk, reached name by name: no step follows a link or leaves the folder.

A site is other people's: a link in it could lead a write, or what is read and then published, to any file of the person
who works with it. So each folder on the way is opened by itself, and what is written is put into the folder that was
opened, whatever its path leads to by then.
"""

import errno
import os
import secrets
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from itertools import groupby
from pathlib import Path

from almanac.caps import Cap, check_sizes
from almanac.errors import Problem, UserError
from almanac.paths import leads_inside, parents
from almanac.phrases import say

# Windows has neither; Almanac does not run there, but can be imported.
_NO_LINK = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
_FOLDER = os.O_RDONLY | _NO_LINK | getattr(os, "O_DIRECTORY", 0)


class Disk:
    """One folder, which may itself be reached by a link. All paths are relative to it, with `/` between their parts.

    Raises:
        UserError: A part of a path is a symbolic link, or it leads out of the folder or into `.git`. Or a file
            is too large.
        OSError: The disk fails; its `filename` is the path.
    """

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()

    def read(self, path: str, cap: Cap) -> bytes | None:
        """Read a file, if it is not too large; None if there is none."""
        with self._opened(path) as file:
            return None if file is None else _content(file, path, cap)

    def read_all(self, folder: str, names: Iterable[str], cap: Cap) -> dict[str, bytes]:
        """Read files below one folder, by name, if they are not too large or too many; one that is gone is left out."""
        sizes: dict[str, int] = {}
        read: dict[str, bytes] = {}

        def measure(path: str, here: int) -> None:
            found = os.stat(path.rpartition("/")[2], dir_fd=here, follow_symlinks=False)
            sizes[path] = found.st_size if stat.S_ISREG(found.st_mode) else self.size(path)

        def take(path: str, here: int) -> None:
            with _file(here, path.rpartition("/")[2]) as file:
                read[path.removeprefix(f"{folder}/")] = _content(file, path, cap)

        self._each([f"{folder}/{name}" for name in names], measure)
        check_sizes(cap, sizes, folder)
        self._each(sizes, take)
        return read

    def _each(self, paths: Iterable[str], do: Callable[[str, int], None]) -> None:
        """Do something with each file, given its path and its open folder; what is gone is left out."""
        for folder, own in groupby(paths, lambda path: path.rpartition("/")[0]):
            with suppress(FileNotFoundError, NotADirectoryError), self._folder(folder) as here:
                for path in own:
                    with self._named(path), suppress(FileNotFoundError):
                        do(path, here)

    def size(self, path: str) -> int:
        """Return a file's size in bytes; 0 if there is none."""
        with self._opened(path) as file:
            return os.fstat(file).st_size if file is not None else 0

    def names(self, folder: str, *, folders: bool = False, deep: bool = False) -> list[str]:
        """List the files in a folder, or all that is in it; it need not exist. A link counts as a file.

        With `deep`, the files in folders of the folder count as well, by their paths within it.
        """
        names: list[str] = []
        waiting = [""]
        while waiting:
            inner = waiting.pop()
            missing = suppress(FileNotFoundError, NotADirectoryError)
            with missing, self._folder(f"{folder}/{inner}".strip("/")) as here, os.scandir(here) as found:
                for one in found:
                    is_folder = one.is_dir(follow_symlinks=False)
                    names += [inner + one.name] if folders or not is_folder else []
                    waiting += [f"{inner}{one.name}/"] if deep and is_folder and leads_inside(one.name) else []
        return sorted(names)

    def write(self, files: Mapping[str, bytes], *, alone: bool = False) -> None:
        """Write files: first all of them beside their places, then each into its place in one step.

        With `alone`, no other run writes there now, and what one left that was killed is replaced.
        """
        folders: dict[str, int] = {}
        with ExitStack() as opened, ExitStack() as waiting:
            places = []
            for path, data in files.items():
                parent, _, name = path.rpartition("/")
                with self._named(path):
                    if parent not in folders:
                        folders[parent] = opened.enter_context(self._folder(parent, make=True))
                    here, new = folders[parent], f".{name}.new" if alone else f".almanac-{secrets.token_hex(8)}"
                    if alone:
                        _drop(here, new)
                    waiting.callback(_drop, here, new)
                    _write_beside(here, new, name, data)
                    places.append((here, new, name, path))
            for here, new, name, path in places:
                with self._named(path):
                    os.replace(new, name, src_dir_fd=here, dst_dir_fd=here)

    def remove(self, path: str) -> None:
        """Delete a file; one that is gone already is fine."""
        parent, _, name = path.rpartition("/")
        with self._named(path), suppress(FileNotFoundError), self._folder(parent) as here:
            os.unlink(name, dir_fd=here)

    @contextmanager
    def _opened(self, path: str) -> Iterator[int | None]:
        """Open a file for reading; give None where there is none."""
        parent, _, name = path.rpartition("/")
        with ExitStack() as stack, self._named(path):
            try:
                here = stack.enter_context(self._folder(parent))
                file = stack.enter_context(_file(here, name))
            except (FileNotFoundError, NotADirectoryError):
                file = None
            yield file

    @contextmanager
    def _folder(self, path: str, *, make: bool = False) -> Iterator[int]:
        """Open a folder, and make it first if that is asked for; `""` is the outermost one."""
        here = os.open(self.root, _FOLDER)
        try:
            for part in path.split("/") if path else ():
                with self._named(path):
                    if make:
                        with suppress(FileExistsError):
                            os.mkdir(part, dir_fd=here)
                    below = os.open(part, _FOLDER, dir_fd=here)
                os.close(here)
                here = below
            yield here
        finally:
            os.close(here)

    @contextmanager
    def _named(self, path: str) -> Iterator[None]:
        """Refuse a path that leads elsewhere, and name it in errors; find the link in it where there is one."""
        if not leads_inside(path):
            message = say("This path leads out of the site's folder, or into `.git`.")
            raise UserError(Problem(message, file=path))
        try:
            yield
        except OSError as error:
            links = (one for one in [*parents(path), path] if (self.root / one).is_symlink())
            if error.errno in (errno.ELOOP, errno.ENOTDIR, errno.EMLINK) and (link := next(links, None)):
                raise UserError(link_problem(link)) from None
            error.filename = path
            raise


@contextmanager
def _file(here: int, name: str) -> Iterator[int]:
    """Open a file of a folder for reading."""
    file = os.open(name, os.O_RDONLY | _NO_LINK, dir_fd=here)
    try:
        if not stat.S_ISREG(os.fstat(file).st_mode):
            raise IsADirectoryError(errno.EISDIR, "Not an ordinary file")
        yield file
    finally:
        os.close(file)


def _content(file: int, path: str, cap: Cap) -> bytes:
    """Read an open file, if it is not too large."""
    check_sizes(cap, {path: os.fstat(file).st_size})
    with os.fdopen(file, "rb", closefd=False) as stream:
        data = stream.read(cap.each + 1)
    check_sizes(cap, {path: len(data)})
    return data


def link_problem(path: str) -> Problem:
    """Say that a path is a symbolic link, which is neither followed nor replaced."""
    message = say(
        "This is a symbolic link, and Almanac follows none, since it could lead out of the site. "
        "Put the file or folder itself in its place."
    )
    return Problem(message, file=path)


def _write_beside(here: int, new: str, name: str, data: bytes) -> None:
    """Write a new file beside the one whose place it will take, with that one's mode."""
    mode = None
    with suppress(FileNotFoundError):
        there = os.stat(name, dir_fd=here, follow_symlinks=False)
        if stat.S_ISLNK(there.st_mode):
            raise OSError(errno.ELOOP, "A symbolic link")
        if not stat.S_ISREG(there.st_mode):
            raise IsADirectoryError(errno.EISDIR, "Not an ordinary file")
        mode = stat.S_IMODE(there.st_mode) & 0o777
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NO_LINK, 0o666, dir_fd=here), "wb") as stream:
        stream.write(data)
        if mode is not None:
            os.fchmod(stream.fileno(), mode)


def _drop(here: int, name: str) -> None:
    with suppress(OSError):
        os.unlink(name, dir_fd=here)
