"""The description's small grammar: paragraphs, `[text](https://...)` links and one level of bullets, and nothing else.

It is parsed and written again, escaped; nothing of it is passed through.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.pages.escape import RefusedUrl, Safe, check_url, item, link, text

_BULLET = re.compile(r"[ \t]*[-*+•][ \t]+(?=\S)")
# Only http makes a link; a URL may hold one pair of brackets within another, as many encyclopaedias' do. What follows
# `](http` up to the closing bracket is taken whole, so that a link with a space in it is a problem and not a puzzle.
_LINK = re.compile(r"\[([^\[\]]*[^\[\]\s][^\[\]]*)\]\((https?:[^()]*(?:\([^()]*\)[^()]*)*)\)", re.IGNORECASE)


@dataclass(frozen=True)
class Paragraph:
    """A paragraph and the bullets directly beneath it, as typed. The text is empty where bullets come first."""

    text: str
    bullets: tuple[str, ...] = ()


@dataclass(frozen=True)
class Block:
    """A paragraph and its bullets as Markdown, each for the start of a list item."""

    text: Safe
    bullets: tuple[Safe, ...] = ()


@dataclass(frozen=True)
class RefusedLink:
    """A link of a description that a page may not show as one: its URL as typed and the reason."""

    url: str
    reason: str


def parse(description: str) -> tuple[Paragraph, ...]:
    """Cut a description into paragraphs with their bullets.

    A blank line ends a paragraph. A line that begins with `-`, `*`, `+` or `•` and a space is a bullet, whatever its
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


def blocks(description: str | None) -> tuple[Block, ...]:
    """Write a description as Markdown. A link with a refused URL is written as the plain text that was typed.

    Bullets that come before any paragraph have nothing to stand beneath: each is written as a paragraph.
    """
    written: list[Block] = []
    for paragraph in parse(description or ""):
        bullets = tuple(map(inline, paragraph.bullets))
        written += [Block(inline(paragraph.text), bullets)] if paragraph.text else map(Block, bullets)
    return tuple(written)


def inline(typed: str) -> Safe:
    """Write one line of a description, for the start of a list item: its links, and all else escaped."""
    done = ""
    before = ""
    for piece, found in _pieces(typed):
        before += piece
        if found:
            try:
                check_url(found[2])
            except RefusedUrl:
                before += found[0]
                continue
            done += link(found[1], found[2], before=text(before) if done else item(before))
            before = ""
    return Safe(done + (text(before) if done else item(before)))


def _pieces(typed: str) -> Iterator[tuple[str, re.Match[str] | None]]:
    end = 0
    for found in _LINK.finditer(typed):
        yield typed[end : found.start()], found
        end = found.end()
    yield typed[end:], None


def refused_links(description: str) -> tuple[RefusedLink, ...]:
    """Find the links of a description whose URLs are refused, each with its reason."""
    refused = []
    for paragraph in parse(description):
        for line in (paragraph.text, *paragraph.bullets):
            for _, found in _pieces(line):
                try:
                    check_url(found[2] if found else "https://example.org")
                except RefusedUrl as error:
                    refused.append(RefusedLink(found[2] if found else "", error.reason))
    return tuple(refused)
