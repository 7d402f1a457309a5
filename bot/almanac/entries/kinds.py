"""Which format a file has, by its name, and where its list of entries is."""

import json
from contextlib import suppress
from typing import Any

from almanac.entries.formats import Format, ListFormat
from almanac.entries.frontmatter import FrontMatter
from almanac.entries.incsv import CsvList
from almanac.entries.injson import JsonList
from almanac.entries.inyaml import YamlFile, YamlList
from almanac.errors import ConfigError, Problem, UserError
from almanac.yamlfile import Dialect, load

_DOCUMENTS = (".md", ".markdown", ".mkd", ".mkdown", ".mdx", ".html", ".htm")
_YAML = (".yml", ".yaml")


def file_format(path: str) -> Format:
    """Return the format of files that hold one event each, by the end of their names.

    Raises:
        ConfigError: Almanac cannot write such files.
    """
    if path.endswith(_DOCUMENTS):
        return FrontMatter()
    if path.endswith(_YAML):
        return YamlFile()
    message = "A file of one event is a document with keys in front (.md, .html), or YAML (.yml)."
    raise ConfigError(Problem(message, "files", typed=path))


def list_format(path: str, text: str) -> ListFormat:
    """Return the format of a file that holds a list of events: at its top, or under its only key.

    Raises:
        ConfigError: Almanac cannot write such a file.
    """
    if path.endswith(".csv"):
        return CsvList()
    if path.endswith(".json"):
        return JsonList(_only_key(text, path))
    if path.endswith(_YAML):
        return YamlList(_only_key(text, path))
    raise ConfigError(Problem("A list of events is a file of YAML, JSON or CSV.", "list", typed=path))


def _only_key(text: str, path: str) -> str | None:
    """Return the one key of a file that holds its list; None if the list is the file itself, or cannot be read."""
    data: Any = None
    with suppress(UserError, ValueError):
        data = json.loads(text) if path.endswith(".json") else load(text, path, Dialect(aliases=True)).data
    lists = [key for key, value in data.items() if isinstance(value, list)] if isinstance(data, dict) else []
    return str(lists[0]) if len(lists) == 1 else None
