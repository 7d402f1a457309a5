"""A description as Markdown: parsed by its small grammar and written again, escaped."""

from dataclasses import dataclass

from bot.intake.description import parse, pieces
from bot.intake.url import refusal
from bot.pages.escape import Safe, item, link, text


@dataclass(frozen=True)
class Block:
    """A paragraph and its bullets as Markdown, each for the start of a list item.

    Attributes:
        text: The paragraph.
        bullets: What stands beneath it.
        is_bullet: Whether the text is no paragraph but a bullet that has none to stand beneath.
    """

    text: Safe
    bullets: tuple[Safe, ...] = ()
    is_bullet: bool = False


def blocks(description: str | None) -> tuple[Block, ...]:
    """Write a description as Markdown. A link with a refused URL is written as the plain text that was typed.

    Bullets that come before any paragraph have nothing to stand beneath: each is a block of its own.
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
    done = ""
    before = ""
    for piece, found in pieces(typed):
        before += piece
        if found:
            if refusal(found[2]):
                before += found[0]
                continue
            done += link(found[1], found[2], before=text(before) if done else item(before))
            before = ""
    return Safe(done + (text(before) if done else item(before)))
