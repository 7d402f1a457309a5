"""How a Jekyll site's own templates print what its events' keys say: escaped wherever they do, or not."""

import re
from collections.abc import Collection, Iterable
from functools import cache

from almanac.patterns import regex

# No tag holds the beginning of another one.
_TAG = regex(
    r"\{\{(?P<value>(?:[^{}]|\{(?![{%])|\}(?!\}))*+)\}\}"
    r"|\{%-?[ \t\n]*+(?P<word>\w++)(?P<rest>(?:[^{%]|\{(?![{%])|%(?!\}))*+)%\}"
)
_IN_ATTRIBUTE = regex(r"=[ ]?[\"']?[^\"'<>=]*\Z")
_ASKS = {"if", "elsif", "unless", "case", "when"}
_ESCAPES = {"escape", "escape_once", "xml_escape"}
_HARMLESS_AFTER = {"truncate", "truncatewords", "strip", "lstrip", "rstrip", "newline_to_br", "append", "prepend"}
_FILTER = regex(r"\|[ \t\n]*(\w+)")
_LAYOUT = regex(r"\A---\s.*?^layout:[ \t]*[\"']?([\w./-]+)", re.DOTALL | re.MULTILINE)
_LARGEST = 200_000


class Printed:
    """Tells which keys a site's templates print only escaped, so that their values may stay as they were typed.

    Templates of a theme are not among the site's files, so nothing is certain where one may print an event. In an
    attribute, escaping is not enough: a link may be `javascript:...`.
    """

    def __init__(self, templates: Iterable[tuple[str, str]], *, has_theme: bool, has_defaults: bool) -> None:
        """Take the templates as paths and texts, and whether the site has a theme, and defaults for layouts."""
        self._layouts: set[str] = set()
        self._prints: list[str] = []
        self._others: list[str] = []
        wanted: set[str] = set()
        for path, text in templates:
            folder, _, name = path.rpartition("/")
            if folder.endswith("_layouts") and (parent := _LAYOUT.search(text)):
                wanted.add(parent[1])
            self._layouts |= {name.rpartition(".")[0]} if folder.endswith("_layouts") else set()
            for tag in _TAG.finditer(text[:_LARGEST]):
                if tag["value"] is not None and not _IN_ATTRIBUTE.search(text, max(0, tag.start() - 200), tag.start()):
                    self._prints.append(tag["value"])
                elif tag["value"] is not None:
                    self._others.append(tag["value"])
                elif tag["word"] not in _ASKS:
                    self._others.append(tag["rest"])
        self._has_defaults = has_defaults
        self._is_whole = (
            not has_theme and wanted <= self._layouts and not any(map(_prints_all, self._prints + self._others))
        )
        self.is_escaped = cache(self._is_escaped)

    def knows(self, layouts: Collection[str] | None) -> bool:
        """Tell whether all templates are known that print events of these layouts; None if events are no pages."""
        if layouts is None:
            return self._is_whole
        return self._is_whole and (bool(layouts) or not self._has_defaults) and {*layouts} <= self._layouts

    def _is_escaped(self, key: str) -> bool:
        named = re.compile(rf"\.{re.escape(key)}\b|\[[ ]?[\"']{re.escape(key)}[\"'][ ]?\]")
        printed = [value for value in self._prints if named.search(value)]
        return bool(printed) and all(map(_escapes, printed)) and not any(map(named.search, self._others))


def _prints_all(value: str) -> bool:
    """Tell whether a whole event may be printed: JSON in a script escapes less than a page needs."""
    return "jsonify" in value or "inspect" in value


def _escapes(value: str) -> bool:
    filters = _FILTER.findall(value)
    at = next((number for number, name in enumerate(filters) if name in _ESCAPES), None)
    return at is not None and {*filters[at + 1 :]} <= _HARMLESS_AFTER | _ESCAPES
