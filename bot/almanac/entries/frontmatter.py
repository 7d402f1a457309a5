"""A file with front matter: keys in YAML between two lines of `---`, or in TOML between `+++`, and a body below."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from almanac.entries.formats import DataEntry, Values
from almanac.entries.intoml import changed_toml, filled_toml, read_toml
from almanac.entries.inyaml import changed_keys, filled_in, read_alone, read_keys
from almanac.errors import Problem, UserError
from almanac.patterns import regex
from almanac.phrases import say

_OPENING = regex(r"\ufeff?(---|\+\+\+)[ \t]*\r?\n")
_CLOSING = {
    "---": regex(r"^(?:---|\.\.\.)[ \t]*(?:\r?\n|\r?\Z)", re.MULTILINE),
    "+++": regex(r"^\+\+\+[ \t]*(?:\r?\n|\r?\Z)", re.MULTILINE),
}


@dataclass(frozen=True)
class _Parts:
    """A file cut into its opening line, its keys, its closing line and its body."""

    mark: str
    opening: str
    keys: str
    closing: str
    body: str


def cut(text: str) -> _Parts | None:
    """Cut a file into its parts; None for one without front matter."""
    opening = _OPENING.match(text)
    closing = _CLOSING[opening[1]].search(text, opening.end()) if opening else None
    if opening is None or closing is None:
        return None
    keys = text[opening.end() : closing.start()]
    return _Parts(opening[1], opening[0], keys, closing[0], text[closing.end() :])


class FrontMatter:
    """A file of one event, with its keys in front and a body of Markdown or HTML."""

    def entries(self, text: str, file: str = "") -> tuple[DataEntry, ...]:
        parts = cut(text)
        if parts is None:
            return ()
        # With the opening line, the lines that an error names are the file's.
        toml = parts.mark == "+++"
        data = read_toml(parts.keys, file) if toml else read_keys(parts.opening + parts.keys, file)
        return (DataEntry(0, len(text), 1, data, parts.body),)

    def changed(self, text: str, entry: DataEntry, data: Mapping[str, Any], body: str | None = None) -> str | None:
        parts = _template(text, "")
        is_toml = parts.mark == "+++"
        keys = changed_toml(parts.keys, entry.data, data) if is_toml else changed_keys(parts.keys, dict(data))
        if keys is None:
            return None
        return f"{parts.opening}{keys}{parts.closing}{parts.body if body is None else body}"

    def alone(self, written: str, file: str = "") -> DataEntry:
        parts = _template(written, file)
        data = read_toml(parts.keys, file) if parts.mark == "+++" else read_alone(parts.keys, file)
        return DataEntry(0, len(written), 1, data, parts.body)

    def filled(self, skeleton: str, values: Values) -> str:
        parts = _template(skeleton, "")
        fill = filled_toml if parts.mark == "+++" else filled_in
        return f"{parts.opening}{fill(parts.keys, values)}{parts.closing}{values.put(parts.body)}"


def _template(written: str, file: str) -> _Parts:
    parts = cut(written)
    if parts is None:
        message = say("The template has to write front matter: keys between two lines of `---` or `+++`.")
        raise UserError(Problem(message, file=file))
    return parts
