"""A repository's Jekyll site: where it stands, and what its config says."""

from dataclasses import dataclass, field
from typing import Any

import yaml

from bot.folder import Folder

_CONFIGS = ("_config.yml", "_config.yaml")


@dataclass(frozen=True)
class Jekyll:
    """A Jekyll site.

    Attributes:
        root: Its folder in the repository; empty for the top.
        file: Its config's path; empty where it has none.
        settings: What that says.
    """

    root: str
    file: str = ""
    settings: dict[str, Any] = field(default_factory=dict)

    def inside(self, path: str) -> str:
        """Return a path of the repository as one of the Jekyll site."""
        return path.removeprefix(f"{self.root}/") if self.root else path

    @property
    def source(self) -> str:
        """The folder in the site that Jekyll builds; empty for all of it."""
        source = self.text("source", ".")
        return "" if source == "." else source

    @property
    def data(self) -> str:
        """The folder in the site whose files a Liquid loop can read."""
        return "/".join(filter(None, (self.source, self.text("data_dir", "_data"))))

    def strings(self, key: str) -> list[str]:
        """Return a setting that is a list of texts."""
        value = self.settings.get(key)
        return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []

    def text(self, key: str, usual: str) -> str:
        """Return a setting that is a path in the site."""
        value = self.settings.get(key)
        path = value.removeprefix("./").strip("/") if isinstance(value, str) else ""
        return path or usual


def read_jekyll(folder: Folder, page: str) -> Jekyll:
    """Read the config of the site that a page belongs to; a site without one has all the defaults.

    Raises:
        YAMLError: It is no YAML.
    """
    root = jekyll_root(folder, page)
    file = next((path for name in _CONFIGS if folder.text(path := f"{root}/{name}".lstrip("/")) is not None), "")
    settings = yaml.safe_load(folder.text(file) or "") if file else {}
    return Jekyll(root, file, settings if isinstance(settings, dict) else {})


def usual_records(folder: Folder, page: str) -> str:
    """Return where the records of a page's site belong: in the folder that a Liquid loop can read."""
    try:
        jekyll = read_jekyll(folder, page)
    except yaml.YAMLError:
        jekyll = Jekyll(jekyll_root(folder, page))
    return "/".join(filter(None, (jekyll.root, jekyll.data, "events")))


def jekyll_root(folder: Folder, page: str) -> str:
    """Return the folder of the Jekyll site that a page belongs to: the nearest one above with a config, or the top."""
    parts = page.split("/")[:-1]
    while parts:
        root = "/".join(parts)
        if any((folder.root / root / name).is_file() for name in ("_config.yml", "_config.yaml", "_config.toml")):
            return root
        parts.pop()
    return ""
