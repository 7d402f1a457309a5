"""A site's files at one commit, as far as Almanac reads them, each read when it is first asked for and once.

A site in a folder on this disk: reads its files, and writes them so that a crash leaves none of them in half.
"""

import os
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from almanac import config as configs
from almanac.config import Config, read_config
from almanac.errors import ConfigError, ForgeError, Problem, UserError
from almanac.event.model import Event
from almanac.event.record import SUFFIX, read_records, record_path
from almanac.event.submission import site_config
from almanac.forge.git import Git
from almanac.forge.protocol import Forge
from almanac.form.schema import Form, read_form
from almanac.proposal.messages import SUFFIX as MESSAGE
from almanac.proposal.messages import Own
from almanac.renderer import template


@dataclass
class Snapshot:
    """The files of one commit."""

    forge: Forge
    commit: str
    _texts: dict[str, str | None] = field(default_factory=dict)
    _config: Config | None = None
    _form: Form | None = None
    _taken: frozenset[str] | None = None

    def text(self, path: str) -> str | None:
        """Read a file as text; None where there is none.

        Raises:
            ConfigError: It is not UTF-8.
        """
        if path not in self._texts:
            data = self.forge.read(self.commit, path)
            self._texts[path] = None if data is None else _decoded(data, path)
        return self._texts[path]

    def records(self) -> dict[str, str]:
        """Read all records, by path.

        Raises:
            ConfigError: One is not UTF-8.
        """
        folder = self.config().records
        files = self.forge.files(self.commit, folder, SUFFIX).items()
        named = ((record_path(folder, name.removesuffix(SUFFIX)), data) for name, data in files)
        found = {path: _decoded(data, path) for path, data in named}
        self._texts |= found
        return found

    def config(self) -> Config:
        """Read the site's config."""
        if self._config is None:
            self._config = read_config(self.text(configs.PATH))
        return self._config

    def form(self, config: Config) -> Form:
        """Read the site's form.

        Raises:
            ConfigError: There is none, or it cannot be read.
        """
        if self._form is None:
            message = "The issue form is missing; `form` in the config names another."
            self._form = read_form(self._needed(config.form, message), config.form)
        return self._form

    def page(self) -> str:
        """Read the history page.

        Raises:
            ConfigError: There is none.
        """
        return self._needed(self.config().page, "The history page is missing; `page` in the config names it.")

    def taken(self) -> frozenset[str]:
        """List the ids of all records."""
        if self._taken is None:
            names = self.forge.names(self.commit, self.config().records)
            self._taken = frozenset(name.removesuffix(SUFFIX) for name in names if name.endswith(SUFFIX))
        return self._taken

    def template(self) -> str | None:
        """Read the source of the site's own section template; None where it has none.

        Raises:
            ConfigError: The config names one that is not there.
        """
        path = self.config().section_template
        return self._needed(path, "The section template that the config names is missing.") if path else None

    def messages(self) -> dict[str, Own]:
        """Read the site's own messages, by name."""
        folder = self.config().messages
        names = sorted(self.forge.names(self.commit, folder)) if folder else []
        paths = {name.removesuffix(MESSAGE): f"{folder}/{name}" for name in names if name.endswith(MESSAGE)}
        return {name: Own(text, path) for name, path in paths.items() if (text := self.text(path)) is not None}

    def _needed(self, path: str, message: str) -> str:
        text = self.text(path)
        if text is None:
            raise ConfigError(Problem(message, file=path))
        return text


def _decoded(data: bytes, path: str) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise ConfigError(Problem("This file is no text in UTF-8, so it cannot be read.", file=path)) from None


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
