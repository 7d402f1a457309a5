"""A site in a folder on this disk: reads its files, and writes them so that a crash leaves none of them in half."""

import os
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from bot import config as configs
from bot.config import Config
from bot.errors import ConfigError, ForgeError, Problem, UserError
from bot.events.event import Event
from bot.events.records import SUFFIX, read_records
from bot.events.submission import site_config
from bot.forge.git import Git
from bot.intake.form import Form, read_form
from bot.resources import template


class Folder:
    """The files of one site. All paths are relative to its root, with `/` between their parts."""

    def __init__(self, root: Path) -> None:
        """Take the site's root.

        Raises:
            UserError: There is no such folder.
        """
        if not root.is_dir():
            raise UserError(Problem("There is no such folder.", file=str(root)))
        self.root = root.resolve()

    def inside(self, path: Path) -> str:
        """Return a path of this machine as a path within the site.

        Raises:
            UserError: It is not in the site.
        """
        try:
            return path.resolve().relative_to(self.root).as_posix()
        except ValueError:
            message = "This file is not in the site's folder; `--site` names that folder."
            raise UserError(Problem(message, file=str(path))) from None

    def text(self, path: str) -> str | None:
        """Read a file as text, every byte kept; None where there is none.

        Raises:
            UserError: It leads out of the site, is no file that can be read, or is no text in UTF-8.
        """
        file = (self.root / path).resolve()
        if not file.is_relative_to(self.root):
            raise UserError(Problem("This path leads out of the site's folder.", file=path))
        return read_text(file, path)

    def config(self) -> Config:
        """Read the site's config; the defaults where it has none."""
        return site_config(self.text(configs.PATH))

    def form(self, config: Config) -> Form:
        """Read the site's form; Almanac's own where it has none."""
        text = self.text(config.form)
        if text is None and config.form != Config().form:
            raise ConfigError(Problem("There is no such issue form.", "form", file=configs.PATH, typed=config.form))
        return read_form(template("site/new-event.yml") if text is None else text, config.form)

    def record_texts(self, config: Config) -> dict[str, str]:
        """Read all records: path -> text."""
        folder = self.root / config.records
        found = sorted(folder.iterdir()) if folder.is_dir() else []
        misnamed = [file.name for file in found if file.suffix == ".yaml"]
        if misnamed:
            message = f"The name of a record ends in {SUFFIX}; rename this file."
            raise UserError([Problem(message, file=f"{config.records}/{name}") for name in misnamed])
        names = [file.name for file in found if file.suffix == SUFFIX]
        paths = [f"{config.records}/{name}" for name in names]
        return {path: text for path in paths if (text := self.text(path)) is not None}

    def records(self, config: Config) -> tuple[Event, ...]:
        """Read all records as events."""
        return read_records(self.record_texts(config))

    def write(self, files: Mapping[str, str]) -> None:
        """Write files: first all of them beside their places, then each into its place in one step."""
        waiting: list[tuple[str, Path]] = []
        try:
            for path, text in files.items():
                target = self.root / path
                target.parent.mkdir(parents=True, exist_ok=True)
                handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
                waiting.append((temporary, target))
                with os.fdopen(handle, "wb") as stream:
                    stream.write(text.encode())
                mode = target.stat().st_mode & 0o777 if target.exists() else 0o666 & ~_umask()
                Path(temporary).chmod(mode)
            while waiting:
                temporary, target = waiting[0]
                Path(temporary).replace(target)
                waiting.pop(0)
        except OSError as error:
            raise UserError(Problem(f"It cannot be written: {error.strerror}.", file=str(error.filename))) from None
        finally:
            for temporary, _ in waiting:
                Path(temporary).unlink(missing_ok=True)

    def refuse_to_lose(self, paths: Iterable[str]) -> None:
        """Make sure that overwriting these files loses nothing that git does not have.

        Raises:
            UserError: Some of them exist with changes that are not committed, or outside of any git repository.
        """
        existing = [path for path in paths if (self.root / path).exists()]
        unsaved = existing if existing and not self._in_git() else self._changed(existing)
        if unsaved:
            message = "This would be overwritten, and git does not have it as it is now. Commit it, or move it away."
            raise UserError([Problem(message, file=path) for path in unsaved])

    def _in_git(self) -> bool:
        try:
            return Git(self.root).run("rev-parse", "--is-inside-work-tree", good=(0, 128))[0] == 0
        except ForgeError:
            return False

    def _changed(self, paths: list[str]) -> list[str]:
        def status(path: str) -> bytes:
            return Git(self.root).run("status", "--porcelain", "--ignored", "-z", "--", path)[1]

        return [path for path in paths if status(path)]


def read_text(file: Path, name: str) -> str | None:
    """Read a file as text, every byte kept; None where there is none. Messages call it by `name`."""
    try:
        return file.read_bytes().decode()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except UnicodeDecodeError:
        raise UserError(Problem("This file is no text in UTF-8, so it cannot be read.", file=name)) from None
    except OSError as error:
        raise UserError(Problem(f"This file cannot be read: {error.strerror}.", file=name)) from None


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
