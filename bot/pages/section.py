"""One event's part of the page, written from a Jinja2 template: Almanac's own or the site's."""

import traceback
from collections.abc import Callable, Mapping
from typing import Any

from jinja2 import StrictUndefined, TemplateSyntaxError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from bot.errors import ConfigError, Problem
from bot.events.event import Event
from bot.intake.url import RefusedUrl, check_url, host_of
from bot.pages import escape
from bot.pages.description import blocks
from bot.pages.escape import Safe

SectionRenderer = Callable[[Event], str]
TEMPLATE = "templates/section.md.j2"

# They promise HTML that is safe. Here they would only escape twice, or seem to switch escaping off.
_MONTHS = (
    "January February March April May June July August September October November December".split()  # noqa: SIM905
)
_HTML_FILTERS = ("e", "escape", "forceescape", "safe", "striptags", "tojson", "urlize", "xmlattr")


class _Extra(dict[str, Any]):
    """The answers to a site's own fields. A field that was left blank is None, and no error."""

    def __missing__(self, key: str) -> None:
        return None


class _Environment(ImmutableSandboxedEnvironment):
    """Jinja2's sandbox, with Markdown's escaping in the place of HTML's."""

    # Macros, `set` blocks and the template itself put together what was written, and so escaped, already.
    concat = staticmethod(lambda parts: Safe("".join(parts)))

    def getattr(self, obj: Any, attribute: str) -> Any:
        """Look a site's own field up by its id, though a dict has a method of that name (`items`)."""
        return obj[attribute] if isinstance(obj, _Extra) else super().getattr(obj, attribute)


def section_renderer(source: str, file: str = TEMPLATE) -> SectionRenderer:
    """Make the function that writes an event's section.

    A section goes from its heading to its last line that is not blank, with LF between lines and none at the end. An
    event with `markdown` is written as exactly that. The template sees the event's fields by name, all of them (None
    or empty where the record says nothing), `extra`, and `event` with the same. What it puts out is escaped for any
    position, unless a filter said which: `text`, `heading`, `item`, `url`, `host`, `link(url)`, `blocks`,
    `heading_date`. Typed text, a URL that is refused included, never makes it fail.

    Args:
        source: The template.
        file: What problems call it.

    Raises:
        ConfigError: The template cannot be read; the function raises it where the template fails for an event.
    """
    environment = _Environment(
        undefined=StrictUndefined, finalize=_written, autoescape=False, trim_blocks=True, lstrip_blocks=True
    )
    for name in _HTML_FILTERS:
        del environment.filters[name]
    environment.filters.update(_FILTERS)
    try:
        template = environment.from_string(source)
    except TemplateSyntaxError as error:
        raise ConfigError(
            Problem(f"The template cannot be read: {error.message}", file=file, line=error.lineno)
        ) from None

    def render(event: Event) -> str:
        if event.markdown is not None:
            return event.markdown
        try:
            written = template.render(_fields(event))
        except Exception as error:  # noqa: BLE001  # a template can raise whatever Python can
            raise ConfigError(_failure(error, event, file)) from None
        return _trimmed(written)

    return render


def _fields(event: Event) -> dict[str, Any]:
    values = event.model_dump(exclude={"markdown", "rendered"})
    values["extra"] = _Extra(values["extra"])
    return {**values, "event": values}


def _trimmed(written: str) -> str:
    """Drop blank lines at both ends; spaces at the end of the last line are the section's own."""
    lines = written.split("\n")
    while lines and not lines[-1].strip():
        lines.pop()
    first = next((number for number, line in enumerate(lines) if line.strip()), 0)
    return "\n".join(lines[first:])


def _failure(error: Exception, event: Event, file: str) -> Problem:
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == "<template>"]
    message = f"The template fails for the event {event.id}: {error or type(error).__name__}."
    return Problem(message, file=file, line=lines[-1] if lines else None)


# ------------------------------------------------------------- what a template can use


def _written(value: Any) -> Safe:
    """Write what a template puts out without a filter."""
    return escape.anywhere(_plain(value))


def _plain(value: Any) -> str:
    """Make one text of a value: of a list, its entries; of checkboxes, the options that were ticked."""
    if isinstance(value, Mapping):
        value = [option for option, chosen in value.items() if chosen]
    if isinstance(value, list | tuple):
        value = ", ".join(map(_plain, value))
    if value is None:
        return ""
    return value if isinstance(value, str) else str(value)


def _filter(function: Callable[[str], str]) -> Callable[[Any], str]:
    return lambda value: function(_plain(value))


def _url(value: str) -> Safe:
    """Give a URL for a link's brackets; `#`, which leads nowhere, for one that is refused."""
    try:
        return escape.url(value)
    except RefusedUrl:
        return Safe("#")


def _host(value: str) -> str:
    """Give the name of the site that a URL leads to, or all of the URL where it is refused."""
    try:
        return host_of(check_url(value))
    except RefusedUrl:
        return value


def _link(label: Any, url: str | None) -> Safe:
    """Write a link; only its label where there is no URL or it is refused."""
    try:
        return escape.link(_plain(label), url or "")
    except RefusedUrl:
        return escape.item(_plain(label))


def heading_date(date: str) -> str:
    """Write a record's date for a heading: `November 8th, 2021`, `November 2021`, `2021`, `December 9th`."""
    year, *rest = date.split("-")
    parts = [_MONTHS[int(rest[0]) - 1]] if rest else []
    if len(rest) > 1:
        day = int(rest[1])
        ending = {1: "st", 2: "nd", 3: "rd"}.get(day % 10 if day not in {11, 12, 13} else 0, "th")
        parts = [f"{parts[0]} {day}{ending}"]
    if year == "XXXX":
        return parts[0]
    return (", " if len(rest) > 1 else " ").join([*parts, year])


_FILTERS: dict[str, Callable[..., Any]] = {
    "text": _filter(escape.text),
    "heading": _filter(escape.heading),
    "item": _filter(escape.item),
    "url": _filter(_url),
    "host": _filter(_host),
    "link": _link,
    "blocks": blocks,
    "heading_date": heading_date,
}
