"""Which format a file has, by its name, and where its list of entries is."""

import json
from contextlib import suppress
from typing import Any

from almanac.config import DOCUMENT_SUFFIXES, KINDS, YAML_SUFFIXES
from almanac.entries.formats import Format, ListFormat
from almanac.entries.frontmatter import FrontMatter
from almanac.entries.incsv import CsvList
from almanac.entries.injson import JsonList
from almanac.entries.inyaml import YamlFile, YamlList
from almanac.errors import ConfigError, Problem, UserError
from almanac.yamlfile import Dialect, load


def file_format(path: str) -> Format:
    """Return the format of files that hold one event each, by the end of their names.

    Raises:
        ConfigError: Almanac cannot write such files.
    """
    if path.endswith(DOCUMENT_SUFFIXES):
        return FrontMatter()
    if path.endswith(YAML_SUFFIXES):
        return YamlFile()
    raise ConfigError(Problem(KINDS["files"][1], "files", typed=path))


def list_format(path: str, text: str) -> ListFormat:
    """Return the format of a file that holds a list of events: at its top, or under its only key.

    Raises:
        ConfigError: Almanac cannot write such a file.
    """
    if path.endswith(".csv"):
        return CsvList()
    if path.endswith(".json"):
        return JsonList(_only_key(text, path))
    if path.endswith(YAML_SUFFIXES):
        return YamlList(_only_key(text, path))
    raise ConfigError(Problem(KINDS["list"][1], "list", typed=path))


def _only_key(text: str, path: str) -> str | None:
    """Return the one key of a file that holds its list; None if the list is the file itself, or cannot be read."""
    data: Any = None
    with suppress(UserError, ValueError, RecursionError):
        data = json.loads(text) if path.endswith(".json") else load(text, path, Dialect(aliases=True)).data
    lists = [key for key, value in data.items() if isinstance(value, list)] if isinstance(data, dict) else []
    return str(lists[0]) if len(lists) == 1 else None
