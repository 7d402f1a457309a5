"""A description's Markdown, read as GitHub shows it in an issue.

What a page can carry is understood: paragraphs with their line breaks, links and bare addresses, emphasis, inline code,
quotations, and lists of both kinds with one level below. Everything else (images, HTML, tables, headings, code blocks)
is text as it was typed, and is named.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import dropwhile, groupby, takewhile
from typing import Literal, NamedTuple

from markdown_it import MarkdownIt
from markdown_it.parser_inline import RuleFuncInlineType
from markdown_it.rules_inline import StateInline, html_inline
from markdown_it.tree import SyntaxTreeNode

from almanac.invisible import shows
from almanac.patterns import regex
from almanac.phrases import say
from almanac.text import is_blank

Kind = Literal["text", "break", "code", "em", "strong", "link", "address"]
Spans = tuple["Span", ...]


class Span(NamedTuple):
    """A piece of a line: characters (`text`, `code`), a line break, or something `inside` emphasis or a link.

    An `address` is a bare one; its `url` has the scheme that its text may lack.
    """

    kind: Kind
    text: str = ""
    inside: Spans = ()
    url: str = ""


class Point(NamedTuple):
    """A point of a list, with its number if it has one, and the points below it, which have none below them."""

    spans: Spans
    number: int | None = None
    below: tuple["Point", ...] = ()


class Prose(NamedTuple):
    """A paragraph and the lists directly beneath it; lists alone where none is above them. Or a quoted paragraph."""

    spans: Spans = ()
    points: tuple[Point, ...] = ()
    is_quote: bool = False


class Parsed(NamedTuple):
    """A description, and what of it is only text: `images`, `HTML` and so on."""

    parts: tuple[Prose, ...]
    raw: tuple[str, ...] = ()


BREAK = Span("break")
MAX_MARKS = 1_500
"""More marks than this are not read: some of them take time in proportion to their square."""
TOO_MANY_MARKS = say("too many marks")
"""Stands in `raw` for all of a text that was not read."""
_RAW = {
    "heading": "headings",
    "hr": "rules",
    "code_block": say("code blocks"),
    "fence": say("code blocks"),
    "html_block": "HTML",
    "table": "tables",
    "s": say("crossed-out words"),
    "blockquote": say("quotations in lists"),
    **dict.fromkeys(("bullet_list", "ordered_list"), say("lists in quotations")),
}
_LINE_END = regex(r"\r\n?")
_HTTP = regex(r"https?:", re.IGNORECASE)
# A bare address goes on to a space; brackets in it come in pairs. Where it may begin is GitHub's rule.
_ADDRESS_START = r"(?:(?<![A-Za-z])https?://(?=\w)|(?<![^\s*_~(])www\.(?=\w))"
_ADDRESS = regex(rf"{_ADDRESS_START}[^\s<>\[\]]*(?:\[[^\s<>\[\]]*\][^\s<>\[\]]*)*", re.IGNORECASE)
_NAMES_HOST = regex(r"[/.]\w")
_STOP = regex(rf"[\n\\`*_~\[\]!<&]|{_ADDRESS_START}", re.IGNORECASE)
_IMAGE = regex(r"!\[[^\[\]]*\]\([^()]*(?:\([^()]*\)[^()]*)*\)")
_MARK = regex(r"[*_`<>\[\]~!&\\|]")
# Without one of these a text is paragraphs and nothing else, and needs no parser.
_MARKED = regex(
    rf"[*_`<>\[\\~|\t]|&(?=[A-Za-z#])|{_ADDRESS_START}|^[ ]{{0,3}}(?:[-+=#:]|[0-9]{{1,9}}[.)])|^[ ]{{4}}",
    re.IGNORECASE | re.MULTILINE,
)
_BLANK_LINES = regex(r"\n(?:[ \t]*\n)+")
# A paragraph of several lines, or white space and controls that Markdown does not take as they are.
_RUN_ON = regex(r"[^\n]\n[ ]*+[^ \n]|(?:\A|\n)[ ]*+(?![ \n])\s|(?![ \n])\s[ ]*+(?:\n|\Z)|[\r\0]")
_TAGS: dict[str, Kind] = {
    **dict.fromkeys(("<br>", "<br/>", "<br />"), "break"),
    "<code>": "code",
    "<em>": "em",
    "<strong>": "strong",
}
_POINT_MARK = regex(r"[ \t]*+(?:(?:[-+*]|[0-9]{1,9}[.)])[ \t]+)+")


class _IssueMarkdown(MarkdownIt):
    """GitHub's Markdown for issues, as far as it is understood; which addresses are good is decided elsewhere."""

    def normalizeLink(self, url: str) -> str:  # noqa: N802 - markdown-it's name
        return url

    def validateLink(self, url: str) -> bool:  # noqa: N802 - markdown-it's name
        return _HTTP.match(url) is not None


def _text(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 - markdown-it's signature
    """Take a bare address, or else all up to what may be one, or may be markup."""
    start = state.pos
    address = "" if state.linkLevel else _address_at(state.src, start, state.posMax)
    if address:
        state.pos += len(address)
        if not silent:
            state.push("address", "", 0).content = address
        return True
    stop = _STOP.search(state.src, start, state.posMax)
    if stop and stop.start() == start and stop[0].lower() not in ("http://", "https://", "www."):
        return False
    if stop and stop.start() == start:
        stop = _STOP.search(state.src, stop.end(), state.posMax)
    state.pos = stop.start() if stop else state.posMax
    if not silent:
        state.pending += state.src[start : state.pos]
    return True


def _address_at(text: str, start: int, end: int) -> str:
    """Return the bare address that begins at a place, without the punctuation that follows it."""
    found = _ADDRESS.match(text, start, end)
    address = found[0] if found else ""
    unopened, end = address.count(")") - address.count("("), len(address)
    while end and (address[end - 1] in "?!.,:*_~'\";" or (address[end - 1] == ")" and unopened > 0)):
        end -= 1
        unopened -= address[end] == ")"
    return address[:end] if _NAMES_HOST.search(address, 0, end) else ""


def _image(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 - markdown-it's signature
    found = _IMAGE.match(state.src, state.pos, state.posMax)
    return found is not None and _raw(state, found.end(), "images", silent=silent)


def _html(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 - markdown-it's signature
    start = state.pos
    if not html_inline(state, True):  # noqa: FBT003
        return False
    end, state.pos = state.pos, start
    return _raw(state, end, "HTML", silent=silent)


def _raw(state: StateInline, end: int, name: str, *, silent: bool) -> bool:
    if not silent:
        token = state.push("raw", "", 0)
        token.content, token.info = state.src[state.pos : end], name
    state.pos = end
    return True


def _parser() -> MarkdownIt:
    # Characters that were escaped stay tokens of their own (`text_join`), as none of them begins an address.
    parser = _IssueMarkdown("commonmark").enable(["table", "strikethrough"]).disable("text_join")
    rules: dict[str, RuleFuncInlineType] = {"text": _text, "image": _image, "html_inline": _html}
    for name, rule in rules.items():
        parser.inline.ruler.at(name, rule)
    return parser


_PARSER = _parser()
_DEEPEST = _PARSER.options["maxNesting"] - 1


@lru_cache(maxsize=256)
def parse(description: str) -> Parsed:
    """Read a description. The time is linear in its length, whatever it holds."""
    text = _LINE_END.sub("\n", description)
    if not _MARKED.search(text):
        return Parsed(_paragraphs(text))
    return _ProseReader(text.split("\n")).parsed()


def parse_page(markdown: str) -> tuple[Prose, ...]:
    """Read what a page has in the place of a description: the same in the page's own spelling.

    There a line break is `<br>`, a line end is a space, and `<em>`, `<strong>` and `<code>` are what marks would be.
    """
    if not (_MARKED.search(markdown) or _RUN_ON.search(markdown)):
        return _paragraphs(markdown)
    return _ProseReader(markdown.split("\n"), is_page=True).parsed().parts


def parse_line(text: str, *, is_page: bool = False) -> Spans:
    """Read a text of one line, in which no paragraph, list or quotation begins."""
    line = " ".join(text.split("\n"))
    if not _MARKED.search(line) or len(_MARK.findall(line)) > MAX_MARKS:
        return join_spans([Span("text", line)])
    (node,) = SyntaxTreeNode(_PARSER.parseInline(line)).children
    return join_spans(_ProseReader([], is_page=is_page).spans(node.children))


def _paragraphs(text: str) -> tuple[Prose, ...]:
    """Cut a text into paragraphs, and each into its lines. Spaces at a paragraph's very end are kept."""
    found = (paragraph.split("\n") for paragraph in _BLANK_LINES.split(text) if paragraph.strip())
    return tuple(Prose(_lines([line for line in lines if line.strip()])) for lines in found)


def _lines(lines: Sequence[str]) -> Spans:
    texts = [*(line.strip(" \t") for line in lines[:-1]), *(line.lstrip(" \t") for line in lines[-1:])]
    return join_spans(span for text in texts for span in (BREAK, Span("text", text)))[1:]


@dataclass
class _ProseReader:
    """Reads the tree of one description, whose lines it knows."""

    lines: list[str]
    is_page: bool = False
    parts: list[Prose] = field(default_factory=list)
    raw: dict[str, None] = field(default_factory=dict)

    def parsed(self) -> Parsed:
        text = "\n".join(self.lines)
        is_too_much = len(_MARK.findall(text)) > MAX_MARKS
        tokens = [] if is_too_much else _PARSER.parse(text)
        if is_too_much or any(token.level >= _DEEPEST for token in tokens):  # markdown-it drops what is nested deeper
            return Parsed(_paragraphs(text), (TOO_MANY_MARKS,))
        if not tokens:  # nothing but definitions of links
            return Parsed(_paragraphs(text))
        self.read(SyntaxTreeNode(tokens).children)
        return Parsed(tuple(self.parts), tuple(self.raw))

    def read(self, nodes: Sequence[SyntaxTreeNode], *, is_quote: bool = False) -> None:
        for node in nodes:
            if node.type in ("bullet_list", "ordered_list") and not is_quote:
                above = self.parts.pop() if self.parts and not self.parts[-1].is_quote else Prose()
                self.parts.append(above._replace(points=(*above.points, *self.points(node))))
            elif node.type == "blockquote":
                self.read(node.children, is_quote=True)
            else:
                self.parts.append(Prose(self.block(node, is_quote=is_quote), is_quote=is_quote))

    def points(self, node: SyntaxTreeNode) -> Iterator[Point]:
        start = int(node.attrs.get("start", 1)) if node.type == "ordered_list" else None
        for index, item in enumerate(node.children):
            number = None if start is None else start + index
            lists = [child for child in item.children if child.type in ("bullet_list", "ordered_list")]
            blocks = [self.block(child, item) for child in item.children if child not in lists]
            spans = join_spans(span for block in blocks for span in (BREAK, *block))[1:]
            below = [point for child in lists for point in self.points(child)]
            if spans or not lists:
                flat = (one for point in below for one in (point._replace(below=()), *point.below))
                yield Point(spans or self.source(item, item), number, tuple(flat))
            else:
                yield from below

    def block(self, node: SyntaxTreeNode, item: SyntaxTreeNode | None = None, *, is_quote: bool = False) -> Spans:
        """Read a paragraph, or take anything else as it was typed."""
        if node.type != "paragraph":
            self.raw.update(dict.fromkeys(filter(None, [_RAW.get(node.type)])))
            return self.source(node, item, is_quote=is_quote)
        last = self.lines[_map(node)[1] - 1]
        end = last[len(last.rstrip(" \t")) :]
        return join_spans([*_unbroken(self.spans(node.children[0].children)), Span("text", end)])

    def source(self, node: SyntaxTreeNode, item: SyntaxTreeNode | None, *, is_quote: bool = False) -> Spans:
        """Return lines as they were typed, without the marks of what they are in."""
        first, end = _map(node)
        lines = self.lines[first:end]
        if item and node is not item and first == _map(item)[0]:
            mark = _POINT_MARK.match(lines[0])
            lines[0] = lines[0][mark.end() :] if mark else lines[0]
        if is_quote:
            lines = [line.lstrip(" \t>") for line in lines]
        return _lines([line for line in lines if line.strip()])

    def spans(self, nodes: Iterable[SyntaxTreeNode]) -> Iterator[Span]:  # noqa: C901 - one case for each kind of token
        rest = iter(nodes)
        for node in rest:
            match node.type:
                case "softbreak" if self.is_page:
                    yield Span("text", " ")
                case "softbreak" | "hardbreak":
                    yield BREAK
                case "raw" if self.is_page and node.content in _TAGS:
                    yield self.tagged(node.content, rest)
                case "code_inline":
                    yield Span("code", node.content)
                case "address":
                    yield _address(node.content)
                case "em" | "strong":
                    yield Span(node.type, inside=tuple(self.spans(node.children)))
                case "s":
                    self.raw[_RAW["s"]] = None
                    yield from (Span("text", "~~"), *self.spans(node.children), Span("text", "~~"))
                case "link":
                    yield from self.link(node)
                case _:
                    if node.type == "raw":
                        self.raw[node.info] = None
                    yield Span("text", _shown(node.content) if node.info == "entity" else node.content)

    def tagged(self, tag: str, rest: Iterator[SyntaxTreeNode]) -> Span:
        """Read what a tag says, up to the one that closes it."""
        if _TAGS[tag] == "break":
            return BREAK
        inside = tuple(self.spans(takewhile(lambda node: node.content != f"</{tag[1:]}", rest)))
        if _TAGS[tag] == "code":
            return Span("code", "".join(span.text for span in inside))
        return Span(_TAGS[tag], inside=inside)

    def link(self, node: SyntaxTreeNode) -> Iterator[Span]:
        inside, url = tuple(self.spans(node.children)), str(node.attrs["href"])
        if node.info == "auto":
            yield _address(url)
        elif all(is_blank(span.text) and not span.inside for span in inside):
            yield from (Span("text", "["), *inside, Span("text", f"]({url})"))  # nobody would see it
        else:
            yield Span("link", inside=join_spans(inside), url=url)


def _unbroken(spans: Iterable[Span]) -> Spans:
    """Leave out line breaks with which a paragraph begins: a backslash alone on its first line makes one."""
    return tuple(dropwhile(lambda span: span is BREAK, spans))


def _map(node: SyntaxTreeNode) -> tuple[int, int]:
    return node.map or (0, 0)


def _address(text: str) -> Span:
    return Span("address", text, url=text if _HTTP.match(text) else f"http://{text}")


def _shown(decoded: str) -> str:
    """Return what a reference stands for, if that shows: it could be what is cleaned out of typed texts."""
    return decoded if any(map(shows, decoded)) else " " if decoded.isspace() else ""


def join_spans(spans: Iterable[Span], around: frozenset[str] = frozenset()) -> Spans:
    """Put texts that touch together, and emphasis too; within emphasis of the same kind there is none.

    Spaces beside a line break go, as they show nowhere.
    """
    flat: list[Span] = []
    for span in spans:
        flat += span.inside if span.kind in around else [span] if span.text or span.inside or span is BREAK else []
    if len(flat) == 1 and flat[0].kind == "text":  # as most lines are
        return tuple(flat)
    runs = [(kind, list(group)) for kind, group in groupby(flat, lambda span: span.kind)]
    kinds = [None, *(kind for kind, _ in runs), None]
    joined: list[Span] = []
    for (kind, run), before, after in zip(runs, kinds, kinds[2:], strict=False):
        if kind == "text":
            words = "".join(span.text for span in run)
            words = words.lstrip(" ") if before == "break" else words
            words = words.rstrip(" ") if after == "break" else words
            joined += [Span("text", words)] if words else []
        elif kind in ("em", "strong"):
            inside = join_spans((one for span in run for one in span.inside), around | {kind})
            joined += [Span(kind, inside=inside)] if inside else []
        else:
            joined += run
    return tuple(joined)
