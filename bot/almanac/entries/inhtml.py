"""A description as HTML, for the body of a file that no Markdown is read in: all markup is ours, each text escaped."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from almanac.entries.inert import cleaned
from almanac.event.prose import Point, Span, Spans, parse
from almanac.markdown import Safe
from almanac.patterns import regex
from almanac.urls import check_url, why_refused

# Liquid sees into HTML as well.
_ACTS = regex("[<>&\"'{}]")


def html(description: str) -> Safe:
    """Write a description as paragraphs and lists, one below the other."""
    written: list[str] = []
    for part in parse(description).parts:
        if part.spans:
            paragraph = f"<p>{_line(part.spans)}</p>"
            written.append(f"<blockquote>{paragraph}</blockquote>" if part.is_quote else paragraph)
        written += _lists(part.points)
    return Safe("\n".join(written))


def _lists(points: Sequence[Point]) -> Iterator[str]:
    for is_counted, run in groupby(points, lambda point: point.number is not None):
        tag = "ol" if is_counted else "ul"
        items = (f"<li>{_line(one.spans)}{''.join(_lists(one.below))}</li>" for one in run)
        yield "\n".join((f"<{tag}>", *items, f"</{tag}>"))


def _line(spans: Spans) -> str:
    return "".join(map(_span, spans))


def _span(span: Span) -> str:
    match span.kind:
        case "break":
            return "<br>"
        case "em" | "strong" as tag:
            return f"<{tag}>{_line(span.inside)}</{tag}>"
        case "code":
            return f"<code>{_text(span.text)}</code>"
        case "link" | "address" if not why_refused(span.url):
            words = _line(span.inside) if span.kind == "link" else _text(span.text)
            return f'<a href="{_text(check_url(span.url))}">{words}</a>'
        case "link":
            return f"{_line(span.inside)} ({_text(span.url)})"
        case _:
            return _text(span.text)


def _text(typed: str) -> str:
    return _ACTS.sub(lambda found: f"&#{ord(found[0])};", cleaned(typed))
