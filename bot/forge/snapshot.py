"""A site's files at one commit, as far as Almanac reads them, each read when it is first asked for and once."""

from dataclasses import dataclass, field

from bot import config as configs
from bot.config import Config, read_config
from bot.errors import ConfigError, Problem
from bot.events.records import SUFFIX, record_path
from bot.forge.base import Forge
from bot.intake.form import Form, read_form
from bot.proposals.messages import SUFFIX as MESSAGE
from bot.proposals.messages import Own


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
