"""A description written as Markdown for a page, and read back from one; and what its author should know about it.

Nothing of it is passed through: it is parsed (`almanac.event.prose`) and written again, each text in it escaped.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import groupby

from almanac.errors import Problem
from almanac.event.model import Event
from almanac.event.prose import TOO_MANY_MARKS, Point, Prose, Span, Spans, join_spans, parse, parse_line, parse_page
from almanac.markdown import Safe, address, code, href, item, link, text
from almanac.patterns import regex
from almanac.phrases import joined, say
from almanac.text import listed
from almanac.urls import why_refused

_OPEN_LINK = regex(r"\[[^\[\]]+\]\(\Z")
_BULLET = regex(r"[-*+][ ]+\Z")
_MARKS = {"em": ("*", "*"), "strong": ("**", "**")}
_TAGS = {"em": ("<em>", "</em>"), "strong": ("<strong>", "</strong>")}
# One space within the backticks belongs to them, if there is one at either end.
_NEEDS_SPACE = regex(r"`|[ ](?=.*[^ ]).*[ ]\Z|.*`\Z")
_INDENT = 4
_NO_LINK = say("This is shown without a link.")
# Typed text that GitHub shows as something else, though its Markdown says nothing of it.
_ONLY_ON_GITHUB = {
    say("task boxes"): regex(r"\A\[[ xX]\][ ]"),
    "alerts": regex(r"\A\[!(?:NOTE|TIP|IMPORTANT|WARNING|CAUTION)\]"),
    "footnotes": regex(r"\[\^[^\s\[\]]{1,100}\]"),
    "formulas": regex(r"(?<![\w$])\$(?=\S)[^$]+(?<=\S)\$(?![\w$])|\$\$[^$]+\$\$"),
    say("emoji names"): regex(r"(?<![\w:]):(?=[a-z+-])[a-z0-9_+-]{2,50}:(?![\w:])"),
    say("crossed-out words"): regex(r"(?<!~)~(?=[^\s~])[^~]*(?<=[^\s~])~(?!~)"),
}
# What is Markdown's link, to where no page may link.
_DEAD_LINK = regex(r"(?<!!)\[[^\[\]]{1,300}\]\((?!https?:)([^()\s]{1,2000})\)", re.IGNORECASE)
_MOST_DEAD_LINKS = 3
_HAS_SCHEME = regex(r"https?:", re.IGNORECASE)


@dataclass(frozen=True)
class Block:
    """A paragraph and its bullets as Markdown, each for the start of a list item; or a bullet that has none above.

    A point's number is a part of its text here, and points below others are among them.
    """

    text: Safe
    bullets: tuple[Safe, ...] = ()
    is_bullet: bool = False


def blocks(description: str | None) -> tuple[Block, ...]:
    """Write a description's paragraphs as single lines of Markdown, for a template that puts them where it likes.

    A link with a refused URL is written as the plain text that was typed.
    """
    written: list[Block] = []
    for part in parse(description or "").parts:
        bullets = [_numbered(point) for one in part.points for point in (one, *one.below)]
        if part.spans:
            written.append(Block(inline(part.spans), tuple(bullets)))
        else:
            written += (Block(bullet, is_bullet=True) for bullet in bullets)
    return tuple(written)


def markdown(
    description: str | None, paragraph: str = "", bullet: str = "- ", first: str | None = None, *, tight: bool = False
) -> Safe:
    """Write a description as Markdown of several lines, the last without a line end.

    Args:
        description: As in a record.
        paragraph: What each paragraph begins with, its indentation included: `- ` makes it a bullet.
        bullet: What each bullet begins with: `    * ` for one below another.
        first: What the very first paragraph begins with, if that is something else.
        tight: No blank lines are put between paragraphs and lists.
    """
    found: list[str] = []
    for part in parse(description or "").parts:
        mark = paragraph if first is None or found else first
        if part.is_quote and mark == first:
            found.append(first.rstrip())  # a label
            mark = paragraph
        if part.spans:
            found.append(f"{mark}{'> ' * part.is_quote}{inline(part.spans)}")
        elif _BULLET.search(paragraph):
            found += _spread(part.points, paragraph, bullet)
            continue
        elif first is not None and not found:
            found.append(first.rstrip())  # a label
        found += [_list(part.points, bullet)] if part.points else []
    return Safe(("\n" if tight else "\n\n").join(found))


def _list(points: Sequence[Point], bullet: str) -> str:
    """Write a list, or several where bullets and numbers take turns: the latter have their number as the mark."""
    before = _BULLET.sub("", bullet)
    lists = []
    for is_counted, run in _runs(points):
        lines = []
        for point in run:
            mark = f"{point.number}. " if is_counted else bullet[len(before) :]
            lines.append(f"{before}{mark}{inline(point.spans) if is_counted else _numbered(point)}")
            if point.below:
                lines.append(_list(point.below, f"{before}{' ' * max(_INDENT, len(mark))}{bullet[len(before) :]}"))
        lists.append("\n".join(lines))
    return "\n\n".join(lists)


def _spread(points: Sequence[Point], paragraph: str, bullet: str) -> Iterator[str]:
    """Write a list that is below nothing amid bullets: each point is one of them, or a numbered list is within one."""
    for is_counted, run in _runs(points):
        if is_counted:
            indent = " " * len(paragraph)
            yield paragraph + _list(run, indent + bullet.lstrip(" ")).removeprefix(indent)
        else:
            for point in run:
                yield f"{paragraph}{_numbered(point)}"
                yield from [_list(point.below, bullet)] if point.below else []


def _runs(points: Sequence[Point]) -> list[tuple[bool, list[Point]]]:
    """Cut points into numbered lists (true) and bullets. The former count from one, as kramdown does in any case."""
    runs: list[tuple[bool, list[Point]]] = []
    for has_numbers, group in groupby(points, lambda point: point.number is not None):
        run = list(group)
        is_counted = has_numbers and [point.number for point in run] == list(range(1, len(run) + 1))
        if runs and not is_counted and not runs[-1][0]:
            runs[-1][1].extend(run)  # other numbers are a part of the text, so both are bullets of one list
        else:
            runs.append((is_counted, run))
    return runs


def _numbered(point: Point) -> Safe:
    """Write a point with its number as a part of its text."""
    if point.number is None:
        return inline(point.spans)
    return Safe(f"{point.number}&#46; {_written(point.spans, _MARKS, text)}")


def inline(spans: Spans) -> Safe:
    """Write one line of a description, for the start of a list item.

    Emphasis has the usual marks; where these would be read as something else, it has tags.
    """
    written = _written(spans, _MARKS, item)
    if any(span.kind in _MARKS for span in spans):
        again = tuple(span for part in parse_page(written) for span in part.spans)
        if _written(again, _MARKS, item) != written:
            return _written(spans, _TAGS, item)
    return written


def write_line(typed: str) -> Safe:
    """Write a text of one line, such as a point of an agenda, for the start of a list item."""
    return inline(parse_line(typed))


def _written(spans: Spans, marks: Mapping[str, tuple[str, str]], first: Callable[[str], Safe]) -> Safe:
    """Write a line; `first` escapes the text that it begins with, if it begins with one."""
    done = Safe()
    for span in join_spans(map(_unlinked, spans)):
        match span.kind:
            case "break":
                done = Safe(f"{done}<br>")
            case "code":
                done = Safe(done + code(span.text))
            case "link" | "address":
                done = Safe(_link(span, marks, done))
            case "em" | "strong":
                before, after = marks[span.kind]
                done = Safe(f"{done}{before}{_written(span.inside, marks, text)}{after}")
            case _:
                done = Safe(done + (text(span.text) if done else first(span.text)))
    return done


def _unlinked(span: Span) -> Span:
    """Return a bare address to which a page may not link as the text that it is, together with what is beside it."""
    return Span("text", span.text) if span.kind == "address" and why_refused(span.url) else span


def _link(span: Span, marks: Mapping[str, tuple[str, str]], before: Safe) -> str:
    """Write a link behind what is before it. One with a refused URL is text."""
    words = _written(span.inside, marks, text) if span.kind == "link" else text(span.text)
    if why_refused(span.url):
        return f"{before}&#91;{words}{text(f']({span.url})')}"
    if span.text == address(span.url):
        return f"{before}<{span.text}>"
    return link(words, span.url, before=before)


def in_html(written: str, attributes: str = "") -> Safe:
    """Write a line of Markdown as HTML, for a place in which no Markdown is read; links get `attributes`.

    All that is markup is ours, and each text between it is escaped again: nothing of the line is passed through.
    """
    return Safe(_in_html(parse_line(written, is_page=True), attributes))


def _in_html(spans: Spans, attributes: str) -> str:
    return "".join(_span_in_html(span, attributes) for span in map(_unlinked, spans))


def _span_in_html(span: Span, attributes: str) -> str:
    match span.kind:
        case "break":
            return "<br>"
        case "em" | "strong" as tag:
            return f"<{tag}>{_in_html(span.inside, attributes)}</{tag}>"
        case "code":
            return f"<code>{text(span.text)}</code>"
        case "link" | "address":
            words = _in_html(span.inside, attributes) if span.kind == "link" else text(span.text)
            if why_refused(span.url):
                return f"&#91;{words}{text(f']({span.url})')}"
            return f'<a href="{href(span.url)}"{attributes and f" {attributes}"}>{words}</a>'
        case _:
            return text(span.text)


# ------------------------------------------------------------------------------- back from a page


def source(page: str) -> str:
    """Return the description that a page's Markdown says, as a person would type it."""
    found = []
    for part in parse_page(page):
        typed = _lines(part, partial(_typed, is_escaped=False))
        found.append(typed if parse(typed).parts == (part,) else _lines(part, partial(_typed, is_escaped=True)))
    return "\n\n".join(found)


def source_line(page: str) -> str:
    """Return the text of one line that a page's Markdown says, as a person would type it."""
    spans = parse_line(page, is_page=True)
    typed = _typed(spans, is_escaped=False)
    return typed if parse_line(typed) == spans else _typed(spans, is_escaped=True)


def plain(description: str | None) -> str:
    """Return a description as plain text: without emphasis, and with the address behind the words of a link."""
    return "\n\n".join(_lines(part, _words) for part in parse(description or "").parts)


def _lines(part: Prose, written: Callable[[Spans], str]) -> str:
    paragraph = written(part.spans).split("\n") if part.spans else []
    points = (line for point in part.points for line in _point_lines(point, "", written))
    return "\n".join([*(f"{'> ' * part.is_quote}{line}" for line in paragraph), *points])


def _point_lines(point: Point, indent: str, written: Callable[[Spans], str]) -> Iterator[str]:
    mark = f"{indent}- " if point.number is None else f"{indent}{point.number}. "
    first, *more = written(point.spans).split("\n")
    yield mark + first
    inner = " " * len(mark)
    yield from (inner + line for line in more)
    for one in point.below:
        yield from _point_lines(one, inner, written)


def _words(spans: Spans) -> str:
    said = ""
    for span in spans:
        words = _words(span.inside) or span.text
        if span.kind == "link":
            words = f"[{words}]({span.url})" if why_refused(span.url) else f"{words} ({address(span.url)})"
        said += "\n" if span.kind == "break" else words
    return said


def _typed(spans: Spans, *, is_escaped: bool) -> str:
    done = ""
    for span in spans:
        match span.kind:
            case "break":
                done += "\\\n" if done.endswith("\n") else "\n"  # a blank line would end the paragraph
            case "code":
                fence = "`" * (1 + max(map(len, re.findall("`+", span.text)), default=0))
                space = " " * bool(_NEEDS_SPACE.match(span.text))
                done += f"{fence}{space}{span.text}{space}{fence}"
            case "link":
                # An exclamation mark would make an image of the link.
                done = f"{done[:-1]}&#33;" if is_escaped and done.endswith("!") else done
                done += f"[{_typed(span.inside, is_escaped=is_escaped)}]({span.url})"
            case "em" | "strong":
                done += _typed(span.inside, is_escaped=is_escaped).join(_MARKS[span.kind])
            case "address":
                done += f"<{span.text}>" if is_escaped and _HAS_SCHEME.match(span.text) else span.text
            case _ if is_escaped and (not done or done.endswith("\n")):
                done += item(span.text)
            case _:
                done += text(span.text) if is_escaped else span.text
    return done


# ------------------------------------------------------------------------------- what its author should know


def refused_links(description: str) -> tuple[Problem, ...]:
    """Find the links of a description whose URLs are refused (`typed`), each with the reason."""
    return tuple(_refused(description, bare=False))


def _refused(description: str, *, bare: bool) -> Iterator[Problem]:
    for spans in _all_lines(description):
        for url in _bare_urls(spans) if bare else _link_urls(spans):
            if reason := why_refused(url):
                yield Problem(reason, typed=url)


def _all_lines(description: str) -> Iterator[Spans]:
    for part in parse(description).parts:
        yield from (part.spans, *(one.spans for point in part.points for one in (point, *point.below)))


def _link_urls(spans: Spans) -> Iterator[str]:
    for index, span in enumerate(spans):
        if span.kind == "link":
            yield span.url
        elif span.kind == "address" and index and _OPEN_LINK.search(spans[index - 1].text):
            # A link with a space in it is none; it is taken whole, so that its author is told of the space.
            after, closed, _ = "".join(span.text for span in spans[index + 1 : index + 2]).partition(")")
            yield from [span.text + after] if closed else []
        yield from _link_urls(span.inside)


def _bare_urls(spans: Spans) -> Iterator[str]:
    for span in spans:
        yield from [span.url] if span.kind == "address" and _HAS_SCHEME.match(span.text) else _bare_urls(span.inside)


def notes(description: str) -> tuple[Problem, ...]:
    """Say what of a description is shown as it was typed, though GitHub shows something else: at most one note.

    Beside it, links and bare addresses to where a page may not link.
    """
    found = [replace(one, message=joined((_NO_LINK, one.message))) for one in _refused(description, bare=True)]
    texts = [text for spans in _all_lines(description) for text in _texts(spans)]
    dead = [link for text in texts for link in _DEAD_LINK.finditer(text)]
    found += (
        Problem(joined((_NO_LINK, why_refused(link[1]) or "")), typed=link[0]) for link in dead[:_MOST_DEAD_LINKS]
    )
    raw = parse(description).raw
    if raw == (TOO_MANY_MARKS,):
        found.append(
            Problem(say("This text has too many marks, such as * and [, so the page shows it as it was typed."))
        )
        return tuple(found)
    more = (name for name, pattern in _ONLY_ON_GITHUB.items() if any(map(pattern.search, texts)))
    if names := [*dict.fromkeys((*raw, *more))]:
        shown = say("it is shown as it was typed") if names == ["HTML"] else say("they are shown as they were typed")
        found.append(Problem(say("The page has no place for {names} here: {shown}.", names=listed(names), shown=shown)))
    return tuple(found)


def _texts(spans: Spans) -> Iterator[str]:
    for span in spans:
        yield from [span.text] if span.kind == "text" else _texts(span.inside)


def refused_urls(event: Event) -> tuple[Problem, ...]:
    """Find an event's URLs that its section shows as plain text, or leaves out beside a name, each with the reason.

    These are warnings: `field` is the record's key, `typed` the URL.
    """
    urls = [
        ("url", event.url),
        *(("people", person.url) for person in event.people),
        ("recording", event.recording),
        *(("links", link.url) for link in event.links),
    ]
    found = [(field, url, reason) for field, url in urls if url and (reason := why_refused(url))]
    found += [("description", link.typed or "", link.message) for link in refused_links(event.description or "")]
    return tuple(Problem(joined((_NO_LINK, reason)), field, typed=url) for field, url, reason in found)
