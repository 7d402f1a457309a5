"""The value of a field that says nothing, as a template meets it.

Where in a section's template a value stands: no escaping makes typed text safe within a link's brackets or a tag.

In prose a character reference is read as its character and nothing more. Behind `](`, in an attribute's quotes or in a
script it is read too late or not at all, and in code it is shown. So a template may put there only what cannot hold
anything of the kind: a checked URL, a slug, an id.

What a section's template can see and use: Jinja2's sandbox, with Markdown's escaping in the place of HTML's.

A value that is put out as it is (`{{ title }}`) is escaped for every position at once. A filter that knows the position
escapes for that one: `text` (within a line), `heading`, `item` (at the start of a line), `link(url)`; `url` gives a
checked URL, `host` the name of its site, `slug` only `a-z`, `0-9` and hyphens, `blocks` a description's paragraphs,
`heading_date` a date in words, `like("Nov 8, 2021")` one as in an example.

One event's part of the page, written from a Jinja2 template: Almanac's own or the site's.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from types import TracebackType
from typing import Any, Self

from jinja2 import StrictUndefined, Template, TemplateSyntaxError, Undefined, nodes
from jinja2.filters import do_default, do_items
from jinja2.sandbox import ImmutableSandboxedEnvironment

from almanac import markdown as escape
from almanac.dates import heading_date, written_like
from almanac.errors import ConfigError, Problem
from almanac.event.description import blocks
from almanac.event.model import Event, safe_slug
from almanac.markdown import Safe
from almanac.text import RefusedUrl, check_url, host_of


class Blank(str):
    """An empty text that also passes for an empty list, an empty group and a field's absence.

    A template is written while every question has an answer, and read when one has none. So whatever a template does
    with an answer (put it out, walk through it, look for a part of it, ask one of its methods) it can do with this:
    nothing comes of it, and nothing fails.
    """

    __slots__ = ()

    def __new__(cls) -> Self:
        """Make it: it is always empty."""
        return super().__new__(cls, "")

    def __call__(self, *_: Any, **__: Any) -> "Blank":
        """Answer for a method of the group that is not there."""
        return self

    def items(self) -> Iterator[tuple[str, Any]]:
        """Give the entries of a group: none."""
        return iter(())


BLANK = Blank()


def is_none(value: Any) -> bool:
    """Tell whether a value is absent: the test `is none`."""
    return value is None or isinstance(value, Blank)


def filled(value: Any) -> Any:
    """Put `BLANK` in the place of each None in a record's values, however deep."""
    if value is None:
        return BLANK
    if isinstance(value, dict):
        return {key: filled(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return tuple(map(filled, value))
    return value


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


SectionRenderer = Callable[[Event], str]
TEMPLATE = "templates/section.md.j2"

_UNFIT = re.compile(r"[^A-Za-z0-9 _.,:;'()%+=-]")
_MAX_WORDS = 200


def section_renderer(source: str, file: str = TEMPLATE) -> SectionRenderer:
    """Make the function that writes an event's section.

    A section goes from its heading to its last line that is not blank, with LF between lines and none at the end. An
    event with `markdown` is written as exactly that. The template sees the event's fields by name, all of them (None
    or empty where the record says nothing), `extra`, and `event` with the same; `almanac.page.template` says how what
    it puts out is escaped. Typed text, a URL that is refused included, never makes it fail.

    Args:
        source: The template.
        file: What problems call it.

    Raises:
        ConfigError: The template cannot be read, or puts a value where no escaping can make it safe. The function
            raises it where the template fails for an event.
    """
    template = _compiled(source, file)

    def render(event: Event) -> str:
        if event.markdown is not None:
            return event.markdown
        try:
            written = template.render(fields(event))
        except Exception as error:  # noqa: BLE001  # a template can raise whatever Python can
            raise ConfigError(_failure(error, event, file)) from None
        return _trimmed(written)

    return render


@lru_cache(maxsize=16)
def _compiled(source: str, file: str) -> Template:
    # To read a template takes longer than to write many sections with it.
    environment = Environment()
    try:
        tree = environment.parse(source)
        template = environment.from_string(source)
    except TemplateSyntaxError as error:
        problem = Problem(f"The template cannot be read: {_words(error)}", file=file, line=error.lineno)
        raise ConfigError(problem) from None
    except Exception as error:  # noqa: BLE001  # what is constant in a template is worked out as it is read
        raise ConfigError(Problem(f"The template cannot be read: {_words(error)}", file=file)) from None
    problems = list(_faults(tree, file))
    if problems:
        raise ConfigError(problems)
    return template


def _faults(tree: nodes.Template, file: str) -> Iterator[Problem]:
    """Tell where a template goes around the escaping."""
    for found in misplaced(tree):
        message = (
            f"A value stands within {found.place}, where typed text could do harm. "
            "Put it elsewhere, or put it through the filter `url` (an address) or `slug` (a-z, 0-9 and hyphens)."
        )
        yield Problem(message, file=file, line=found.line)
    # What a filter block writes is not escaped again; its filter can bring typed words in, or to the start of a line.
    for block in tree.find_all(nodes.FilterBlock):
        message = "A filter block cannot be used here. Put each value through the filter instead."
        yield Problem(message, file=file, line=block.lineno)
    for line in images(tree):
        message = (
            "A link stands directly behind a value. Put a space between them: an exclamation mark at the value's end "
            "would make an image of the link."
        )
        yield Problem(message, file=file, line=line)


def _trimmed(written: str) -> str:
    """Drop blank lines at both ends; spaces at the end of the last line are the section's own."""
    lines = written.split("\n")
    while lines and not lines[-1].strip():
        lines.pop()
    first = next((number for number, line in enumerate(lines) if line.strip()), 0)
    return "\n".join(lines[first:])


def _failure(error: Exception, event: Event, file: str) -> Problem:
    message = f"The template fails for the event {event.id}: {_words(error)}"
    return Problem(message, file=file, line=_template_line(error.__traceback__))


def _words(error: Exception) -> str:
    """Return what an error says. It may quote typed text, so only letters that are no markup anywhere are left."""
    return _UNFIT.sub("?", str(error) or type(error).__name__)[:_MAX_WORDS].rstrip(".") + "."


def _template_line(trace: TracebackType | None) -> int | None:
    """Find the innermost line of the template that an error went through. Jinja2 gives its frames that name."""
    line = None
    while trace:
        if trace.tb_frame.f_code.co_filename == "<template>":
            line = trace.tb_lineno
        trace = trace.tb_next
    return line
