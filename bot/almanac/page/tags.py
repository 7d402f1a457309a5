"""The tags and elements of HTML in a page, as far as people write them by hand: some are never closed."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from almanac.patterns import regex

_TAG = regex(r"<(/?)([A-Za-z][A-Za-z0-9-]*+)((?:[^<>\"']++|\"[^\"<>]*+\"|'[^'<>]*+')*+)>")
_ATTRIBUTE = regex(r"([A-Za-z_:][\w:.-]*)(?:[ \t\r\n]*=[ \t\r\n]*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'<>=`]+)))?")
VOID = frozenset(("area", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"))
"""The elements that hold nothing and are not closed."""
_HIDDEN = frozenset(("script", "style", "pre", "textarea"))
CELLS = frozenset(("td", "th"))
"""The elements of a table's row."""
CLOSED_BY: dict[str, frozenset[str]] = {
    "li": frozenset(("li",)),
    "dt": frozenset(("dt", "dd")),
    "dd": frozenset(("dt", "dd")),
    "tr": frozenset(("tr",)) | CELLS,
    **dict.fromkeys(CELLS, CELLS),
}
"""What ends where such an element begins, be it without a tag of its own."""
DEEPEST = 60


class Tag(NamedTuple):
    """A tag, its name in small letters, and where it is in a text."""

    name: str
    text: str
    closes: bool
    start: int

    @property
    def end(self) -> int:
        return self.start + len(self.text)

    @property
    def attributes(self) -> dict[str, str]:
        inner = self.text[1 + len(self.name) : -1]
        return {one[1].lower(): one[2] or one[3] or one[4] or "" for one in _ATTRIBUTE.finditer(inner)}


@dataclass(eq=False)
class HtmlElement:
    """An element from its first tag to the end of its last one, or to what ends it."""

    tag: Tag | None  # None is the page around all others
    parent: "HtmlElement | None" = None
    end: int = 0
    children: list["HtmlElement"] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.tag.name if self.tag else ""

    @property
    def start(self) -> int:
        return self.tag.start if self.tag else 0

    @property
    def around(self) -> Iterator["HtmlElement"]:
        """Give the element and those around it, but for the page."""
        element: HtmlElement | None = self
        while element and element.tag:
            yield element
            element = element.parent


def tags_in(text: str) -> Iterator[Tag]:
    """Find the tags of a text, in their order; no place is looked at twice."""
    for found in _TAG.finditer(text):
        yield Tag(found[2].lower(), found[0], bool(found[1]), found.start())


def without_comments(line: str) -> str:
    """Put spaces in the place of comments on a line, of one that goes on below, too."""
    parts, at = list[str](), 0
    while (start := line.find("<!--", at)) >= 0:
        closed = line.find("-->", start)
        end = closed + len("-->") if closed >= 0 else len(line)
        parts += (line[at:start], " " * (end - start))
        at = end
    return "".join(parts) + line[at:]


def elements_in(text: str) -> tuple[HtmlElement, list[HtmlElement], list[tuple[int, int, HtmlElement]]]:
    """Find the elements of a text: the one around all, the others as they begin, and the texts with what they are in.

    Each text comes with where it begins and ends. The time is linear in the text's length.
    """
    walk = _TagWalk(len(text))
    texts: list[tuple[int, int, HtmlElement]] = []
    at = 0
    for tag in tags_in(text):
        if tag.start > at:
            texts.append((at, tag.start, walk.current))
        at = tag.end
        if tag.closes:
            walk.close(tag)
        elif tag.name not in _HIDDEN:
            walk.open(tag)
    if at < len(text):
        texts.append((at, len(text), walk.current))
    return walk.root, walk.found, texts


class _TagWalk:
    """A walk through tags: the elements found so far, and the one that is open, which ends with the text if need be."""

    def __init__(self, end: int) -> None:
        self.root = self.current = HtmlElement(None, end=end)
        self.found: list[HtmlElement] = []
        self._end, self._opened, self._depth = end, Counter[str](), 0

    def open(self, tag: Tag) -> None:
        while self.current.name in CLOSED_BY.get(tag.name, ()):
            self._leave(tag.start)
        if self._depth >= DEEPEST:
            return
        is_empty = tag.name in VOID or tag.text.endswith("/>")
        element = HtmlElement(tag, self.current, tag.end if is_empty else self._end)
        self.current.children.append(element)
        self.found.append(element)
        if not is_empty:
            self.current = element
            self._depth += 1
            self._opened[tag.name] += 1

    def close(self, tag: Tag) -> None:
        while self._opened[tag.name] and self.current.name != tag.name:
            self._leave(tag.start)
        if self._opened[tag.name]:
            self._leave(tag.end)

    def _leave(self, end: int) -> None:
        self.current.end = end
        self._opened[self.current.name] -= 1
        self._depth -= 1
        self.current = self.current.parent or self.root
