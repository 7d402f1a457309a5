"""Where in a section's template a value stands: no escaping makes typed text safe within a link's brackets or a tag.

In prose a character reference is read as its character and nothing more. Behind `](`, in an attribute's quotes or in a
script it is read too late or not at all, and in code it is shown. So a template may put there only what cannot hold
anything of the kind: a checked URL, a slug, an id.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from jinja2 import nodes

_SAFE_FILTERS = frozenset({"url", "slug"})
_FOR_ONE_POSITION = frozenset({"text", "heading", "item", "link"})
_SAFE_FIELDS = frozenset({"id", "date", "status"})

_RAW_ELEMENT = re.compile(
    r"<(script|style|textarea|title|xmp|iframe|noembed|noframes|plaintext)\b(?!.*</\1\b)", re.IGNORECASE | re.DOTALL
)
_FENCE = re.compile(r"^[ ]{0,3}(?:```|~~~)", re.MULTILINE)
_PLACES = (
    ("an HTML tag", re.compile(r"<[A-Za-z/!?][^<>]*\Z")),
    ("a link's round brackets", re.compile(r"\]\([^()\n]*\Z")),
    ("a link's definition", re.compile(r"^[ ]{0,3}\[[^\]\n]*\]:[^\n]*\Z", re.MULTILINE)),
    ("curly braces", re.compile(r"\{[%{:][^{}]*\Z")),
    ("code", re.compile(r"^[^`\n]*(?:`[^`\n]*`[^`\n]*)*`[^`\n]*\Z", re.MULTILINE)),
)


@dataclass(frozen=True)
class Misplaced:
    """A value in a place where it could do harm.

    Attributes:
        line: The template's line, from 1.
        place: What it stands within.
    """

    line: int
    place: str


def misplaced(template: nodes.Template) -> Iterator[Misplaced]:
    """Find a template's values that stand where escaping cannot help, from the first to the last.

    The template is read from top to bottom, as if every branch were taken once.
    """
    before = ""
    for output in template.find_all(nodes.Output):
        for part in output.nodes:
            if isinstance(part, nodes.TemplateData):
                before += part.data
                continue
            place = None if _harmless(part) else _place(before)
            if place:
                yield Misplaced(part.lineno, place)
            before += "x"


def images(template: nodes.Template) -> Iterator[int]:
    """Find the lines where a link follows a value at once: `!` at the value's end would make an image of the link.

    A value without a filter is escaped for that, too.
    """
    for output in template.find_all(nodes.Output):
        for value, after in pairwise(output.nodes):
            if isinstance(value, nodes.Filter) and value.name in _FOR_ONE_POSITION and _is_link(after):
                yield value.lineno


def _is_link(part: nodes.Expr) -> bool:
    if isinstance(part, nodes.TemplateData):
        return part.data.startswith("[")
    return isinstance(part, nodes.Filter) and part.name == "link"


def _harmless(value: nodes.Expr) -> bool:
    if isinstance(value, nodes.Filter):
        return value.name in _SAFE_FILTERS
    if isinstance(value, nodes.Getattr) and isinstance(value.node, nodes.Name) and value.node.name == "event":
        return value.attr in _SAFE_FIELDS
    return isinstance(value, nodes.Const) or (isinstance(value, nodes.Name) and value.name in _SAFE_FIELDS)


def _place(before: str) -> str | None:
    if _RAW_ELEMENT.search(before):
        return "a script, a style or the like"
    if len(_FENCE.findall(before)) % 2:
        return "code"
    return next((name for name, pattern in _PLACES if pattern.search(before)), None)
