"""The Markdown within one line: links, the cells of a table's row, and the words that a reader sees.

Everything that looks at a page's text uses these, so that no text is a link in one place and plain words in another.
"""

import html
import re

from almanac.event.model import Link

MAX_START = 1_000
"""How much of a line can name an event. A longer line is prose, and no line costs more than this to look at."""

# A URL in round brackets may hold one pair of them itself, as the addresses of many encyclopaedias do.
URL = r"[^()\s<>]*(?:\([^()\s]*\)[^()\s<>]*)*"
"""The pattern of a link's URL, without groups."""
LINK = re.compile(rf"\[([^\[\]]*)\]\([ \t]*<?({URL})>?(?:[ \t]+[\"'][^\"'()]*[\"'])?[ \t]*\)(?:\{{:[^{{}}]*\}})?")
"""A link, as in `[words](url "title"){: .attributes}`: group 1 is its words, group 2 its URL."""
BULLET = re.compile(r"([ ]{0,3})([-*+])([ \t]+)(?:\[[ xX]\][ \t]+)?(?=\S)")
"""What begins a list item at the top level, a task's box included: group 2 is its mark."""

_IMAGE = re.compile(r"!\[([^\[\]]*)\]\([^()]*\)")
_REFERENCE = re.compile(r"\[([^\[\]]+)\](?:\[[^\[\]]*\])?")
_AUTOLINK = re.compile(r"<(https?://[^<>\s]*)>")
_ANCHOR = re.compile(
    r"<a\b[^<>]*\bhref[ \t]*=[ \t]*[\"']?(https?://[^\"'<>\s]+)[^<>]*>([^<>]*)</a[ \t]*>", re.IGNORECASE
)
_TAG = re.compile(r"</?[A-Za-z][^<>]*>|<!--[^<]*?-->")
_ATTRIBUTES = re.compile(r"\{[:#][^{}]*\}|\{%[^{}%]*%\}")
_EMPHASIS = re.compile(r"\*+|~~+|(?<!\w)_+(?=\S)|(?<=\S)_+(?!\w)|`+")
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
_SPACE = re.compile(r"\s+")
_BAR = re.compile(r"(?<!\\)\|")
_DELIMITER = re.compile(r"[ ]{0,3}(?=[^-]*-)[|:\-+ \t]+\Z")
_RULE = re.compile(r"[ ]{0,3}(?:([-*_])(?:[ \t]*\1){2,}[ \t]*\Z|<hr\b[^<>]*>[ \t]*\Z)", re.IGNORECASE)


def plain(markdown: str) -> str:
    """Return the words of one line of Markdown as its readers see them: no URLs, no marks, single spaces."""
    text = _ESCAPE.sub(lambda found: f"&#{ord(found[1])};", markdown) if "\\" in markdown else markdown
    if "<" in text:
        text = _TAG.sub("", _AUTOLINK.sub(r"\1", text))
    if "[" in text:
        text = _REFERENCE.sub(r"\1", LINK.sub(r"\1", _IMAGE.sub(r"\1", text)))
    if "{" in text:
        text = _ATTRIBUTES.sub("", text)
    text = _EMPHASIS.sub("", text)
    if "&" in text:
        text = html.unescape(text)
    return _SPACE.sub(" ", text).strip()


def links(markdown: str) -> tuple[Link, ...]:
    """Find the links to web pages in a text, each URL once, in their order, with the words that are shown for them."""
    found: list[tuple[int, str, str]] = []
    for pattern, label_group, url_group in ((LINK, 1, 2), (_ANCHOR, 2, 1), (_AUTOLINK, 1, 1)):
        found += [(match.start(), match[label_group], match[url_group]) for match in pattern.finditer(markdown)]
    unique: dict[str, str] = {}
    for _, label, url in sorted(found):
        target = html.unescape(url)
        if target.lower().startswith(("http://", "https://")):
            unique.setdefault(target, plain(label) or target)
    return tuple(Link(label=label, url=url) for url, label in unique.items())


def is_rule(text: str) -> bool:
    """Tell whether a line is a horizontal rule."""
    return bool(_RULE.match(text))


def is_delimiter(text: str) -> bool:
    """Tell whether a line is the one between a table's head and its rows."""
    return "|" in text and bool(_DELIMITER.match(text))


def raw_cells(row: str) -> list[str]:
    """Return the cells of a table's row with the spaces in them; a row may do without the bars at its ends."""
    parts = _BAR.split(row.strip())
    if not parts[0].strip():
        parts = parts[1:]
    return parts[:-1] if parts and not parts[-1].strip() else parts


def cells(row: str) -> list[str]:
    """Return the words of the cells of a table's row."""
    return [plain(cell) for cell in raw_cells(row[:MAX_START])]
