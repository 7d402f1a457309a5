"""A description's small grammar: paragraphs, `[text](https://...)` links and one level of bullets, and nothing else.

It is parsed here and written again as Markdown, escaped; nothing of it is passed through.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from almanac.errors import Problem
from almanac.event.model import Event
from almanac.markdown import Safe, item, link, text
from almanac.text import is_blank
from almanac.urls import why_refused

_BULLET = re.compile(r"[ \t]*[-*][ \t]+(?=\S)")
# Only http makes a link; a URL may hold one pair of brackets within another, as many encyclopaedias' do. What follows
# `](http` up to the closing bracket is taken whole, so that a link with a space in it is a problem and not a puzzle.
_LINK = re.compile(r"\[([^\[\]]+)\]\((https?:[^()]*(?:\([^()]*\)[^()]*)*)\)", re.IGNORECASE)


@dataclass(frozen=True)
class Paragraph:
    """A paragraph and the bullets directly beneath it, as typed. The text is empty where bullets come first."""

    text: str
    bullets: tuple[str, ...] = ()


def parse(description: str) -> tuple[Paragraph, ...]:
    """Cut a description into paragraphs with their bullets.

    A blank line ends a paragraph. A line that begins with `-` or `*` and a space is a bullet, whatever its
    indent. Any other line goes on with the one above it. Spaces at the very end of a paragraph are kept.
    """
    paragraphs: list[tuple[list[str], list[list[str]]]] = []
    current: list[str] | None = None
    for line in re.split(r"\r\n|[\n\r]", description):
        bullet = _BULLET.match(line)
        if not line.strip():
            current = None
        elif bullet:
            if not paragraphs:
                paragraphs.append(([], []))
            current = [line[bullet.end() :]]
            paragraphs[-1][1].append(current)
        else:
            if current is None:
                current = []
                paragraphs.append((current, []))
            current.append(line)
    return tuple(Paragraph(_joined(lines), tuple(map(_joined, bullets))) for lines, bullets in paragraphs)


def _joined(lines: list[str]) -> str:
    return " ".join([*(line.strip() for line in lines[:-1]), *(line.lstrip() for line in lines[-1:])])


def pieces(typed: str) -> Iterator[tuple[str, re.Match[str] | None]]:
    """Cut one line into plain texts and, after each but the last, a link: group 1 is its words, group 2 its URL."""
    end = 0
    for found in _LINK.finditer(typed):
        if is_blank(found[1]):
            continue  # a link without words would be invisible
        yield typed[end : found.start()], found
        end = found.end()
    yield typed[end:], None


def refused_links(description: str) -> tuple[Problem, ...]:
    """Find the links of a description whose URLs are refused (`typed`), each with the reason."""
    lines = [line for paragraph in parse(description) for line in (paragraph.text, *paragraph.bullets)]
    urls = [found[2] for line in lines for _, found in pieces(line) if found]
    return tuple(Problem(reason, typed=url) for url in urls if (reason := why_refused(url)))


@dataclass(frozen=True)
class Block:
    """A paragraph and its bullets as Markdown, each for the start of a list item; or a bullet that has none above."""

    text: Safe
    bullets: tuple[Safe, ...] = ()
    is_bullet: bool = False


def blocks(description: str | None) -> tuple[Block, ...]:
    """Write a description as Markdown. A link with a refused URL is written as the plain text that was typed.

    Bullets that come before any paragraph are blocks of their own.
    """
    written: list[Block] = []
    for paragraph in parse(description or ""):
        bullets = tuple(map(inline, paragraph.bullets))
        if paragraph.text:
            written.append(Block(inline(paragraph.text), bullets))
        else:
            written += (Block(bullet, is_bullet=True) for bullet in bullets)
    return tuple(written)


def inline(typed: str) -> Safe:
    """Write one line of a description, for the start of a list item: its links, and all else escaped."""
    done, before = "", ""
    for piece, found in pieces(typed):
        before += piece
        if found and why_refused(found[2]):
            before += found[0]
        elif found:
            done += link(found[1], found[2], before=text(before) if done else item(before))
            before = ""
    return Safe(done + (text(before) if done else item(before)))


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
    return tuple(Problem(f"This is shown without a link. {reason}", field, typed=url) for field, url, reason in found)
