"""What a section's template can see and use: Jinja2's sandbox, with Markdown's escaping in the place of HTML's.

A value that is put out as it is (`{{ title }}`) is escaped for every position at once. A filter that knows the position
escapes for that one: `text` (within a line), `heading`, `item` (at the start of a line), `link(url)`; `url` gives a
checked URL, `host` the name of its site, `slug` only `a-z`, `0-9` and hyphens, `blocks` a description's paragraphs,
`heading_date` a date in words, `like("Nov 8, 2021")` one as in an example.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from jinja2 import StrictUndefined, Undefined
from jinja2.filters import do_default, do_items
from jinja2.sandbox import ImmutableSandboxedEnvironment

from bot.events.dates import heading_date
from bot.events.event import Event
from bot.events.ids import safe_slug
from bot.intake.url import RefusedUrl, check_url, host_of
from bot.pages import escape
from bot.pages.blank import BLANK, Blank, filled, is_none
from bot.pages.description import blocks
from bot.pages.escape import Safe
from bot.pages.shape.dates import written_like

MAX_SECTION = 1_000_000

# HTML's filters promise a safety that is another one here; with chance, a page would differ from itself.
_NOT_HERE = ("e", "escape", "forceescape", "safe", "striptags", "tojson", "urlize", "xmlattr", "random")
# No line begins with a mark or `1.`, and no address is made.
_HARMLESS_DATE = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9 ,/()'-]|\.(?=[0-9])|(?<=[A-Za-z])\.(?=[ ,]))*")


class _Extra(dict[str, Any]):
    """The answers to a site's own fields. One that was left blank is empty, and no error."""

    def __missing__(self, key: str) -> Blank:
        return BLANK


def fields(event: Event) -> dict[str, Any]:
    """Return the names that a template sees, as plain values without behaviour."""
    values = filled(event.model_dump(exclude={"markdown", "rendered"}))
    values["extra"] = _Extra(values["extra"])
    return {**values, "event": values}


def _joined(parts: Iterable[str]) -> Safe:
    """Put together what was written, and so escaped, already: a macro's, a `set` block's, the template's own pieces."""
    kept = []
    length = 0
    for part in parts:
        length += len(part)
        if length > MAX_SECTION:
            raise ValueError(f"it writes more than {MAX_SECTION:,} characters")
        kept.append(part)
    return Safe("".join(kept))


def _written(value: Any) -> Safe:
    """Write what a template puts out without a filter."""
    return escape.anywhere(_plain(value))


class Environment(ImmutableSandboxedEnvironment):
    """The environment of a section's template. It has no loader: nothing can be included."""

    concat = staticmethod(_joined)

    def __init__(self) -> None:
        """Set it up; a name that does not exist is an error, so that a slip does not go unseen."""
        super().__init__(
            undefined=StrictUndefined, finalize=_written, autoescape=False, trim_blocks=True, lstrip_blocks=True
        )
        for name in _NOT_HERE:
            del self.filters[name]
        del self.globals["lipsum"]
        self.filters.update(_FILTERS)
        self.tests["none"] = is_none

    def wrap_str_format(self, value: Any) -> Callable[..., str] | None:
        """Let `format` give plain text, to be escaped: what it puts into a text that is done was typed."""
        wrapped = super().wrap_str_format(value)
        return wrapped and (lambda *args, **kwargs: "".join([wrapped(*args, **kwargs), ""]))

    def getattr(self, obj: Any, attribute: str) -> Any:
        """Look a site's own field up by its id, though a dict has a method of that name (`items`)."""
        if isinstance(obj, Blank) and not hasattr(str, attribute):
            return obj
        return obj[attribute] if isinstance(obj, _Extra) else super().getattr(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        """Look up a part of a value; what is blank has blank parts."""
        return obj if isinstance(obj, Blank) else super().getitem(obj, argument)


def _plain(value: Any) -> str:
    """Make one text of a value: of a list, its entries; of checkboxes, the options that were ticked."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping) and all(isinstance(chosen, bool) for chosen in value.values()):
        value = [option for option, chosen in value.items() if chosen]
    if isinstance(value, list | tuple):
        return ", ".join(map(_plain, value))
    if isinstance(value, int | float | Undefined):
        return str(value)
    raise TypeError("this is no text but a group of values; name the one that you mean, as in person.name")


def _filter(function: Callable[[str], str]) -> Callable[[Any], str]:
    return lambda value: function(_plain(value))


def _url(value: str) -> Safe:
    """Give a URL for a link's brackets; `#`, which leads nowhere, for one that is refused."""
    try:
        return Safe(check_url(value))
    except RefusedUrl:
        return Safe("#")


def _host(value: str) -> str:
    """Give the name of the site that a URL leads to, or all of the URL where it is refused."""
    try:
        return host_of(check_url(value))
    except RefusedUrl:
        return value


def _link(label: Any, url: Any) -> Safe:
    """Write a link; only its label where there is no URL or it is refused."""
    try:
        return escape.link(_plain(label), _plain(url))
    except RefusedUrl:
        return escape.item(_plain(label))


def _like(date: Any, example: str) -> str:
    """Write a date as in an example. Only what cannot be markup, wherever it stands, needs no escaping."""
    written = written_like(_plain(date), example)
    return Safe(written) if _HARMLESS_DATE.fullmatch(written) else written


def _default(value: Any, instead: Any = "", boolean: bool = False) -> Any:  # noqa: FBT001, FBT002  # Jinja2's own arguments
    """Put something in the place of what is absent: a field without a value too."""
    return instead if is_none(value) else do_default(value, instead, boolean)


def _items(value: Any) -> Any:
    """Walk through a group's names and values."""
    return value.items() if isinstance(value, Blank) else do_items(value)


_FILTERS: dict[str, Callable[..., Any]] = {
    "default": _default,
    "d": _default,
    "items": _items,
    "text": _filter(escape.text),
    "heading": _filter(escape.heading),
    "item": _filter(escape.item),
    "url": _filter(_url),
    "host": _filter(_host),
    "slug": _filter(lambda value: Safe(safe_slug(value))),
    "link": _link,
    "blocks": lambda value: blocks(_plain(value)),
    "heading_date": _filter(heading_date),
    "like": _like,
}
