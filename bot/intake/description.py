"""The description's small grammar: paragraphs, `[text](https://...)` links and one level of bullets, and nothing else.

It is parsed here and written again, escaped, in `bot.pages.description`; nothing of it is passed through.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.intake.url import refusal

_BULLET = re.compile(r"[ \t]*[-*][ \t]+(?=\S)")
# Only http makes a link; a URL may hold one pair of brackets within another, as many encyclopaedias' do. What follows
# `](http` up to the closing bracket is taken whole, so that a link with a space in it is a problem and not a puzzle.
_LINK = re.compile(r"\[([^\[\]]+)\]\((https?:[^()]*(?:\([^()]*\)[^()]*)*)\)", re.IGNORECASE)


@dataclass(frozen=True)
class Paragraph:
    """A paragraph and the bullets directly beneath it, as typed. The text is empty where bullets come first."""

    text: str
    bullets: tuple[str, ...] = ()


@dataclass(frozen=True)
class RefusedLink:
    """A link of a description that a page may not show as one: its URL as typed and the reason."""

    url: str
    reason: str


def parse(description: str) -> tuple[Paragraph, ...]:
    """Cut a description into paragraphs with their bullets.

    A blank line ends a paragraph. A line that begins with `-` or `*` and a space is a bullet, whatever its
    indent. Any other line goes on with what stands above it. Spaces at the very end of a paragraph are kept.
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
    """Cut one line into plain texts and, behind each but the last, a link: group 1 is its words, group 2 its URL."""
    end = 0
    for found in _LINK.finditer(typed):
        if not found[1].strip():
            continue  # a link without words could not be seen
        yield typed[end : found.start()], found
        end = found.end()
    yield typed[end:], None


def refused_links(description: str) -> tuple[RefusedLink, ...]:
    """Find the links of a description whose URLs are refused, each with its reason."""
    lines = [line for paragraph in parse(description) for line in (paragraph.text, *paragraph.bullets)]
    urls = [found[2] for line in lines for _, found in pieces(line) if found]
    return tuple(RefusedLink(url, reason) for url in urls if (reason := refusal(url)))
