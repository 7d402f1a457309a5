"""One event's part of the page, written with a Jinja2 template: Almanac's own or the site's.

The template runs in Jinja2's sandbox, with Markdown's escaping in the place of HTML's. A value that is put out as it is
(`{{ title }}`) is escaped for every position at once. A filter that knows the position escapes for that one: `text`
(within a line), `heading`, `item` (at the start of a line), `link(url)`; `url` gives a checked URL, `host` the name of
its site, `path` that of a file of this site, `slug` only `a-z`, `0-9` and hyphens, `blocks` a description's paragraphs,
`heading_date` a date in words, `like("Nov 8, 2021")` one as in an example; where there are several days, both write the
last one too. What stands in a block `{% call html() %}` is written as HTML, for entries in which no Markdown is read.

No escaping makes typed text safe within a link's brackets, a tag, a script or code. In prose a character reference is
read as its character and nothing more; after `](`, in an attribute's quotes or in a script it is read too late or not
at all, and in code it is shown. There a template may put only what cannot hold markup: a checked URL, a slug, an id.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property, lru_cache, partial
from itertools import pairwise
from traceback import walk_tb
from typing import Any, Self

from jinja2 import StrictUndefined, Template, TemplateSyntaxError, Undefined, nodes
from jinja2.filters import FILTERS as DEFAULT_FILTERS
from jinja2.filters import do_default, do_items
from jinja2.sandbox import ImmutableSandboxedEnvironment

from almanac import PROJECT
from almanac import markdown as escape
from almanac.dates import heading_date
from almanac.dateshapes import written_like, zone_letters
from almanac.errors import ConfigError, Problem
from almanac.event.calendarlinks import calendar_links
from almanac.event.description import blocks, in_html, markdown, write_line
from almanac.event.model import Event, safe_slug
from almanac.event.statuses import in_words
from almanac.markdown import Safe
from almanac.nearest import what_is_wrong
from almanac.patterns import regex
from almanac.phrases import say
from almanac.urls import RefusedUrl, check_url, host_of

SectionRenderer = Callable[[Event], str]
TEMPLATE = "templates/section.md.j2"
DOCS = f"{PROJECT}/blob/main/docs/templates.md"
INTRODUCTION = f"""\
{{# One event's part of the page, in the shape that the page has. Change it as you like; what it can use is described in
   {DOCS}
   What it does not name stays in the event's record, and is not on the page. #}}
"""
MAX_SECTION = 1_000_000  # characters

_SAFE_FILTERS = frozenset({"url", "path", "slug"})
_ONCE_EXTRA = ("end_date", "status", "tags")
_SAFE_FIELDS = frozenset({"id", "date", "end_date", "previous_date", "status"})
_FILTERS_FOR_ONE_POSITION = frozenset({"text", "heading", "item", "inline", "link", "markdown"})
_RAW_TAG = regex(r"<(/?)(script|style|textarea|title|xmp|iframe|noembed|noframes|plaintext)\b", re.IGNORECASE)
_FENCE = regex(r"^[ ]{0,3}(?:```|~~~)", re.MULTILINE)
_UNSAFE_PLACES = (
    (say("an HTML tag"), regex(r"<[A-Za-z/!?][^<>]*\Z")),
    (say("a link's round brackets"), regex(r"\]\([^()\n]*\Z")),
    (say("a link's definition"), regex(r"^[ ]{0,3}\[[^\]\n]*\]:[^\n]*\Z", re.MULTILINE)),
    (say("curly braces"), regex(r"\{[%{:][^{}]*\Z")),
    (say("code"), regex(r"^[^`\n]*(?:`[^`\n]*`[^`\n]*)*`[^`\n]*\Z", re.MULTILINE)),
)
LINK_ATTRIBUTES = regex(r"(?:(?:class|rel|target|data-[a-z-]{1,30})=\"[\w ./:-]{0,200}\"(?:[ ](?!\Z))?)*")
"""The attributes that a link of HTML gets besides its address."""
# No line begins with a mark or `1.`, and no address is made.
_HARMLESS_DATE = regex(
    r"[A-Za-z0-9]"
    r"(?:[A-Za-z0-9 ,/()'\u2013\u2014-]|(?<=[0-9]):(?=[0-9])|\+(?=[0-9])|[@&](?=[ ])|\.(?=[0-9])"
    r"|(?<=[A-Za-z])\.(?=[ ,]))*"
)


def is_imitation(template: str) -> bool:
    """Tell whether a template was made of the page's own entries, and is no work of its people."""
    return template.startswith(INTRODUCTION.partition(".")[0])


def section_renderer(source: str, file: str = TEMPLATE) -> SectionRenderer:
    """Make the function that writes an event's section.

    A section goes from its heading to its last line that is not blank, with LF between lines and none at the end. An
    event with `markdown` is written as exactly that. The template sees the event's fields by name, all of them (empty
    where the record says nothing), `extra`, and `event` with the same. Typed text, a URL that is refused included,
    never makes it fail.

    Raises:
        ConfigError: The template cannot be read, or puts a value where no escaping can make it safe. The function
            raises it where the template fails for an event.
    """
    write = event_writer(source, file)

    def render(event: Event) -> str:
        if event.markdown is not None:
            return event.markdown
        lines = write(event).split("\n")
        # Blank lines at both ends go; spaces at the end of the last line are the section's own.
        filled = [number for number, line in enumerate(lines) if line.strip()]
        return "\n".join(lines[filled[0] : filled[-1] + 1]) if filled else ""

    return render


def event_writer(
    source: str, file: str, kind: "Callable[[], SectionEnvironment] | None" = None
) -> Callable[[Event], str]:
    """Make the function that writes all that a template says of an event, with what the environment has to offer.

    Raises:
        ConfigError: As for a section.
    """
    kind = kind or SectionEnvironment
    template, seen = _compiled(source, file, kind), kind().seen

    def write(event: Event) -> str:
        values: dict[str, Any] = {}
        try:
            # Plain values, without behaviour.
            values = _with_blanks(event.model_dump(exclude={"markdown", "rendered"}))
            days = (name for name in ("date", "starts") if values[name])
            letters = zone_letters(event.starts, event.when) if event.starts else ""
            values |= {name: Timed(values[name], event.end_date, event.ends, letters) for name in days}
            values |= {"ends": Timed(event.ends, None, None, letters)} if event.ends else {}
            values = seen(values)
            values["add_to"] = _Later(partial(calendar_links, event))
            values["extra"] = _Extra(values["extra"], {name: values[name] for name in _ONCE_EXTRA})
            return str(template.render({**values, "event": values}))
        except Exception as error:  # noqa: BLE001  # a template can raise whatever Python can
            # Jinja2 names the frames of a template's code like this; the innermost is where the error is.
            frames = walk_tb(error.__traceback__)
            places = [line for frame, line in frames if frame.f_code.co_filename == "<template>"]
            wrong = what_is_wrong(error, _FILTERS, {**values, "event": values})
            message = say("The template fails for the event {id}: {error}", id=event.id, error=wrong)
            raise ConfigError(Problem(message, file=file, line=places[-1] if places else None)) from None

    return write


@lru_cache(maxsize=16)
def _compiled(source: str, file: str, kind: "Callable[[], SectionEnvironment]") -> Template:
    # To read a template takes longer than to write many sections with it.
    tree = parsed(source, file, kind)
    try:
        template = kind().from_string(source)
    except Exception as error:  # noqa: BLE001  # what is constant in a template is worked out as it is read
        raise _unreadable(error, file, kind()) from None
    problems = list(kind().problems(tree, file))
    if problems:
        raise ConfigError(problems)
    return template


def parsed(source: str, file: str, kind: "Callable[[], SectionEnvironment]") -> nodes.Template:
    """Read a template, and do nothing with it.

    Raises:
        ConfigError: It cannot be read.
    """
    try:
        return kind().parse(source)
    except Exception as error:  # noqa: BLE001  # a deep one ends in Python's own
        raise _unreadable(error, file, kind()) from None


def _unreadable(error: Exception, file: str, kind: "SectionEnvironment") -> ConfigError:
    line = error.lineno if isinstance(error, TemplateSyntaxError) else None
    own = [name for name in kind.filters if name in _FILTERS or name not in DEFAULT_FILTERS]
    wrong = what_is_wrong(error, own, {})
    return ConfigError(Problem(say("The template cannot be read: {error}", error=wrong), file=file, line=line))


# ------------------------------------------------------------------------------- where a template puts its values


def _problems(tree: nodes.Template, file: str) -> Iterator[Problem]:
    for line, place in _misplaced_values(tree):
        message = say(
            "A value is inside {place}, where typed text could do harm. Move it, or use the "
            "filter `url` (for an address), `path` (for a file of the site) or `slug` (for a-z, "
            "0-9 and hyphens).",
            place=place,
        )
        yield Problem(message, file=file, line=line)
    yield from filter_blocks(tree, file)
    yield from _typed_attributes(tree, file)
    for output in tree.find_all(nodes.Output):
        for value, after in pairwise(output.nodes):
            # A value without a filter is escaped for this, too.
            if _has_filter(value, _FILTERS_FOR_ONE_POSITION) and _begins_link(after):
                message = say(
                    "A link comes directly after a value. Put a space between them: an "
                    "exclamation mark at the end of the value would turn the link into an image."
                )
                yield Problem(message, file=file, line=value.lineno)


def _typed_attributes(tree: nodes.Template, file: str) -> Iterator[Problem]:
    for block in tree.find_all(nodes.CallBlock):
        called, given = block.call.node, (*block.call.args, *block.call.kwargs)
        if isinstance(called, nodes.Name) and called.name == "html" and not all(_is_constant(one) for one in given):
            message = say("The attributes of links, which `html` is given, have to be a text of the template's own.")
            yield Problem(message, file=file, line=block.lineno)


def _is_constant(given: nodes.Node) -> bool:
    return isinstance(given.value if isinstance(given, nodes.Keyword) else given, nodes.Const)


def filter_blocks(tree: nodes.Template, file: str) -> Iterator[Problem]:
    """Find filter blocks: what they write is not escaped again, and can bring typed words in, or to a line's start."""
    for block in tree.find_all(nodes.FilterBlock):
        message = say("A filter block cannot be used here. Apply the filter to each value instead.")
        yield Problem(message, file=file, line=block.lineno)


def _misplaced_values(tree: nodes.Template) -> Iterator[tuple[int, str]]:
    """Give the line of each value that escaping cannot make safe, from the first to the last, and what it is inside.

    The template is read from top to bottom, as if every branch were taken once.
    """
    before = ""
    for output in tree.find_all(nodes.Output):
        for part in output.nodes:
            if isinstance(part, nodes.TemplateData):
                before += part.data
                continue
            place = None if _is_harmless(part) else _unsafe_place(before)
            if place:
                yield part.lineno, place
            before += "x"


def _has_filter(part: nodes.Expr, names: frozenset[str]) -> bool:
    return isinstance(part, nodes.Filter) and part.name in names


def _begins_link(part: nodes.Expr) -> bool:
    return part.data.startswith("[") if isinstance(part, nodes.TemplateData) else _has_filter(part, frozenset({"link"}))


def _is_harmless(value: nodes.Expr) -> bool:
    if isinstance(value, nodes.Getattr) and isinstance(value.node, nodes.Name) and value.node.name == "event":
        return value.attr in _SAFE_FIELDS
    is_safe_field = isinstance(value, nodes.Name) and value.name in _SAFE_FIELDS
    return is_safe_field or isinstance(value, nodes.Const) or _has_filter(value, _SAFE_FILTERS)


def _unsafe_place(before: str) -> str | None:
    last_tags = {tag[2].lower(): tag[1] for tag in _RAW_TAG.finditer(before)}
    if "" in last_tags.values():  # one that nothing closes
        return say("a script, a style or the like")
    if len(_FENCE.findall(before)) % 2:
        return say("code")
    return next((name for name, pattern in _UNSAFE_PLACES if pattern.search(before)), None)


# ------------------------------------------------------------------------------- what a template sees


class Blank(str):
    """An empty text that also passes for an empty list, an empty group and a field's absence.

    A template is written while every question has an answer, and read when one has none. So whatever a template does
    with an answer (put it out, walk through it, look for a part of it, ask one of its methods) it can do with this:
    nothing comes of it, and nothing fails.
    """

    __slots__ = ()

    def __call__(self, *_: Any, **__: Any) -> "Blank":
        return self

    def items(self) -> Iterator[tuple[str, Any]]:
        return iter(())


_BLANK = Blank()


class Timed(str):
    """A day or a moment of an event, with what is written beside it in words: its end, and what its zone is called.

    Everywhere else it is the text that it would be without: `date[:10]` is the first day alone.
    """

    __slots__ = ("end_date", "ends", "letters")
    end_date: str | None
    ends: str | None
    letters: str

    def __new__(cls, text: str, end_date: str | None, ends: str | None, letters: str) -> Self:
        timed = super().__new__(cls, text)
        timed.end_date, timed.ends, timed.letters = end_date, ends, letters
        return timed


class _Extra(dict[str, Any]):
    """The answers to a site's own fields. One that was left blank is empty, and no error.

    What has become a field of the record is still found by templates that look for it here.
    """

    def __init__(self, answers: Mapping[str, Any], known: Mapping[str, Any]) -> None:
        super().__init__(answers)
        self._known = known

    def __missing__(self, key: str) -> Any:
        return self._known.get(key, _BLANK)


class _Later(Mapping[str, str]):
    """Values that are worked out when the first of them is asked for, as few templates do."""

    def __init__(self, values: Callable[[], Mapping[str, str]]) -> None:
        self._made = values

    @cached_property
    def _values(self) -> Mapping[str, str]:
        return self._made()

    def __getitem__(self, key: str) -> str:
        return self._values[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)


def _with_blanks(value: Any) -> Any:
    if value is None:
        return _BLANK
    if isinstance(value, dict):
        return {key: _with_blanks(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return tuple(map(_with_blanks, value))
    return value


def _is_none(value: Any) -> bool:
    return value is None or isinstance(value, Blank)


def as_text(value: Any) -> str:
    """Make one text of a value: of a list, its entries; of checkboxes, the options that were ticked."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping) and all(isinstance(chosen, bool) for chosen in value.values()):
        value = [option for option, chosen in value.items() if chosen]
    if isinstance(value, list | tuple):
        return ", ".join(map(as_text, value))
    if isinstance(value, int | float | Undefined):
        return str(value)
    raise TypeError(say("this is a group of values and not a text; name the one that you mean, as in person.name"))


def _joined(parts: Iterable[str]) -> Safe:
    """Put together what was written, and so escaped, already: a macro's, a `set` block's, the template's own pieces."""
    kept = []
    length = 0
    for part in parts:
        length += len(part)
        if length > MAX_SECTION:
            raise ValueError(say("it writes more than {cap:,} characters", cap=MAX_SECTION))
        kept.append(part)
    return Safe("".join(kept))


class SectionEnvironment(ImmutableSandboxedEnvironment):
    """What a section's template can use. It has no loader: nothing can be included."""

    concat = staticmethod(_joined)
    problems = staticmethod(_problems)

    @staticmethod
    def seen(values: dict[str, Any]) -> dict[str, Any]:
        """Return the values of an event as a template sees them."""
        return values

    def __init__(
        self,
        finalize: Callable[[Any], Safe] = lambda value: escape.anywhere(as_text(value)),
        *,
        keep_trailing_newline: bool = False,
    ) -> None:
        super().__init__(
            undefined=StrictUndefined,  # a slip in a name is an error and does not go unseen
            finalize=finalize,
            keep_trailing_newline=keep_trailing_newline,
            autoescape=False,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        # HTML's filters promise a safety that is another one here; with chance, a page would differ from itself.
        for name in ("e", "escape", "forceescape", "safe", "striptags", "tojson", "urlize", "xmlattr", "random"):
            del self.filters[name]
        del self.globals["lipsum"]
        self.filters.update(_FILTERS)
        self.globals["html"] = _html
        self.tests["none"] = _is_none

    def wrap_str_format(self, value: Any) -> Callable[..., str] | None:
        """Let `format` give plain text, to be escaped: what it puts into a text that is done was typed."""
        wrapped = super().wrap_str_format(value)
        return wrapped and (lambda *args, **kwargs: str(wrapped(*args, **kwargs)))

    def getattr(self, obj: Any, attribute: str) -> Any:
        """Look a site's own field up by its id, though a dict has a method of that name (`items`)."""
        if isinstance(obj, Blank) and not hasattr(str, attribute):
            return obj
        return obj[attribute] if isinstance(obj, _Extra) else super().getattr(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        return obj if isinstance(obj, Blank) else super().getitem(obj, argument)


# ------------------------------------------------------------------------------- filters


def _for_text(function: Callable[[str], Any]) -> Callable[[Any], Any]:
    return lambda value: function(as_text(value))


def _url(value: str) -> Safe:
    try:
        return escape.address(value)
    except RefusedUrl:
        return Safe("#")  # leads nowhere


def _host(value: str) -> str:
    try:
        return host_of(check_url(value))
    except RefusedUrl:
        return value


def _link(label: Any, url: Any) -> Safe:
    try:
        return escape.link(as_text(label), as_text(url))
    except RefusedUrl:
        return escape.item(as_text(label))


def _time(words: Any, moment: Any) -> Safe:
    """Write words with the moment that they mean, which a script may show in the reader's own time.

    Inside a tag that they do not know, renderers differ in what they read, so nothing is left that any could act on.
    """
    if not moment:
        return escape.item(as_text(words))
    return Safe(f'<time datetime="{escape.in_tag(as_text(moment))}">{escape.in_tag(as_text(words))}</time>')


def like(date: Any, example: str) -> str:
    """Write a date as in an example. Only what cannot be markup, wherever it is, needs no escaping."""
    beside = (date.end_date, date.ends, date.letters) if isinstance(date, Timed) else ()
    written = written_like(as_text(date), example, *beside)
    return Safe(written) if _HARMLESS_DATE.fullmatch(written) else written


def _html(attributes: str = "", *, caller: Callable[[], str]) -> Safe:
    """Write the Markdown in a block as HTML: `{% call html() %}{{ title | link(url) }}{% endcall %}`."""
    if not LINK_ATTRIBUTES.fullmatch(attributes):
        raise ValueError(say("links can have the attributes class, rel, target and data-..., with plain words"))
    return in_html(caller(), attributes)


def _markdown(
    value: Any, paragraph: str = "", bullet: str = "- ", first: str | None = None, *, tight: bool = False
) -> Safe:
    return markdown(as_text(value), paragraph, bullet, first, tight=tight)


def _default(value: Any, instead: Any = "", boolean: bool = False) -> Any:  # noqa: FBT001, FBT002  # Jinja2's own arguments
    """Put something in the place of what is absent: a field without a value too."""
    return instead if _is_none(value) else do_default(value, instead, boolean)


_FILTERS: dict[str, Callable[..., Any]] = {
    "default": _default,
    "d": _default,
    "items": lambda value: value.items() if isinstance(value, Blank) else do_items(value),
    "text": _for_text(escape.text),
    "heading": _for_text(escape.heading),
    "item": _for_text(escape.item),
    "url": _for_text(_url),
    "host": _for_text(_host),
    "path": _for_text(escape.path),
    "slug": _for_text(lambda value: Safe(safe_slug(value))),
    "link": _link,
    "blocks": _for_text(blocks),
    "markdown": _markdown,
    "inline": _for_text(write_line),
    "heading_date": lambda value: heading_date(as_text(value), getattr(value, "end_date", None)),
    "like": like,
    "in_words": lambda status, language: in_words(as_text(status), language),
    "time": _time,
}
