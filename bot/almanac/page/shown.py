"""The proof on the built page: with a new entry, it shows that one entry more, and all else as it did.

Both pages are compared by what CommonMark makes of them, block for block and line for line. That the source of all
other entries is the same is not enough: a list may fall in two around a new bullet, and an empty line in one entry
sets all others of its list apart.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise, takewhile

from markdown_it.token import Token

from almanac.errors import Problem
from almanac.page.canonical import PARSER
from almanac.page.lines import front_matter, split_lines
from almanac.page.outline import Page, outline
from almanac.page.periods import is_empty_html
from almanac.phrases import say

_AROUND_ENTRIES = {"bullet_list", "ordered_list", "table", "thead", "tbody"}
_FOLDED_END = "</details>"
_CHANGED = say("With the new entry, this place of the page would not look as it did before.")
_LOST = say("With the new entry, this entry would not keep its own lines.")
_UNLIKE = say("The new entry would not be shown as one entry, like those around it.")


@dataclass(frozen=True)
class _ShownPart:
    """Where a block begins (`nesting` 1) or ends (-1), or one line of what a block holds (0).

    `first` is its first line, from 0, and `after` the one after its last. `inside` are the kinds of the blocks around.
    """

    kind: str
    says: object
    nesting: int
    first: int
    after: int
    inside: tuple[str, ...]

    @property
    def look(self) -> tuple[object, ...]:
        """Return what makes two pieces of two pages the same to a reader."""
        return (self.kind, self.says, self.nesting)


def doubt(before: str, after: str) -> Problem | None:
    """Say what is doubtful about a page with new entries, with the line there; None if only they are shown in addition.

    The time is linear in the pages' length.
    """
    old, new = outline(before), outline(after)
    added, kept = [], 0
    for section in new.sections:
        if kept < len(old.sections) and section.text == old.sections[kept].text:
            kept += 1
        else:
            added.append(section)
    if kept < len(old.sections):
        return Problem(_LOST, line=old.sections[kept].line)
    places = {section.line - 1 for section in added}
    pieces = _pieces(after)
    spans = _spans(pieces, new)
    kinds: dict[tuple[object, ...], set[object]] = {}
    for section in new.sections:
        span = spans.get(section.start)
        if span and section.line - 1 not in places:
            kinds.setdefault(section.list_key, set()).add(_block(pieces[span.start]))
    rest: list[_ShownPart] = []
    at = 0
    for section in added:
        span = spans.get(section.start)
        known = kinds.get(section.list_key) or set().union(*kinds.values())
        if span is None or (known and _block(pieces[span.start]) not in known):
            return Problem(_UNLIKE, line=section.line)
        rest += pieces[at : span.start]
        at = span.stop
    changed = _changed(_pieces(before), [*rest, *pieces[at:]], new, places)
    return Problem(_CHANGED, line=changed.first + 1) if changed and (old.sections or not added) else None


# ------------------------------------------------------------------------------- a page as it is shown


@lru_cache(maxsize=2)  # the page without the new entry is the same for each one that is tried
def _pieces(page: str) -> tuple[_ShownPart, ...]:
    """Return what CommonMark makes of a page; its front matter is not shown."""
    texts = split_lines(page)
    above = front_matter(texts)
    pieces: list[_ShownPart] = []
    around: list[_ShownPart] = []
    for token in PARSER.parse("\n" * above + "\n".join(texts[above:])):
        kind, inside = token.type.removesuffix("_open"), tuple(piece.kind for piece in around)
        first, after = token.map or ((around[-1].first, around[-1].after) if around else (0, 0))
        if token.nesting > 0:
            # The number with which a list begins changes with each entry that comes first.
            around.append(
                _ShownPart(kind, (token.tag, token.hidden, token.attrs.get("style")), 1, first, after, inside)
            )
            pieces.append(around[-1])
        elif token.nesting < 0:
            pieces.append(replace(around.pop(), nesting=-1))
        else:
            pieces += (
                _ShownPart(kind, says, 0, first + number, first + number + 1, inside)
                for number, says in enumerate(_held(token))
            )
    return tuple(pieces)


def _held(token: Token) -> Iterator[object]:
    """Give the lines of what a block holds, as they are shown."""
    if token.children is None:
        # The first line of a fence is its own.
        yield from ([token.info] if token.type == "fence" else [])
        yield from token.content.splitlines() or [""]
        return
    line: list[object] = []
    for child in token.children:
        if child.type in ("softbreak", "hardbreak"):
            yield tuple(line)
            line = []
        else:
            line.append((child.type, child.content, *child.attrs.values()))
    yield tuple(line)


# ------------------------------------------------------------------------------- one entry


def _block(piece: _ShownPart) -> tuple[object, ...]:
    """Return what kind of block a piece begins, if it does, and in which blocks."""
    return (*piece.inside, piece.nesting and (piece.kind, piece.says))


def _spans(pieces: Sequence[_ShownPart], page: Page) -> dict[int, range]:
    """Find the pieces of each section, by its start: the outermost block that begins with it, and what else is in it.

    An entry may be some lines of a paragraph, or of HTML. One that begins in the midst of something else is missing.
    """
    begins: dict[int, int] = {}
    for index, piece in enumerate(pieces):
        if piece.nesting >= 0:
            begins.setdefault(piece.first, index)
    spans = {}
    for section in page.sections:
        first = section.line - 1
        after = first + len(split_lines(section.text))
        while after < len(page.lines.texts) and page.lines.blank(after):
            after += 1
        start = _start(pieces, begins.get(first, len(pieces)), first, after)
        if start is not None:
            spans[section.start] = range(start, _end(pieces, start, after))
    return spans


def _start(pieces: Sequence[_ShownPart], begin: int, first: int, after: int) -> int | None:
    """Find the outermost block that begins in a line and is over in time, or else the line itself."""
    begun = takewhile(lambda at: pieces[at].first == first, range(begin, len(pieces)))
    return next((at for at in begun if pieces[at].kind not in _AROUND_ENTRIES and pieces[at].after <= after), None)


def _end(pieces: Sequence[_ShownPart], start: int, after: int) -> int:
    """Return where what begins with a piece is over: with its block, or with the last block in the same lines."""
    depth = 0
    for index in range(start, len(pieces)):
        piece = pieces[index]
        if depth == 0 and index > start and (piece.nesting < 0 or piece.first >= after):
            return index
        depth += piece.nesting
    return len(pieces)


# ------------------------------------------------------------------------------- all else


def _changed(old: Sequence[_ShownPart], rest: Sequence[_ShownPart], page: Page, places: set[int]) -> _ShownPart | None:
    """Find where a page without its new entries, which begin in the lines `places`, differs from what it was.

    It may have more: a heading for a new year, with a list or a table below it, which may be folded, and a rule or
    the like between two entries.
    """
    short, count = min(len(old), len(rest)), len(rest) - len(old)
    start = next((at for at in range(short) if old[at].look != rest[at].look), short)
    tail = next((at for at in range(short - start) if old[-1 - at].look != rest[-1 - at].look), short - start)
    if start + tail < len(old):
        return rest[min(start, len(rest) - 1)]
    # The same could have been put in some places further up: the first one is where it begins.
    while count and start and rest[start - 1].look == rest[start + count - 1].look:
        start -= 1
    firsts = [section.line - 1 for section in page.sections]
    for piece in rest[start : start + count]:
        following = bisect_left(firsts, piece.first)
        is_above = following < len(firsts) and firsts[following] in places
        is_between = piece.kind == "hr" or (piece.kind == "html_block" and is_empty_html(str(piece.says)))
        if piece.nesting >= 0 and not is_between and piece.says != _FOLDED_END and not is_above:
            return piece
    for one, other in pairwise(rest[max(0, start - 1) : start + count + 1] if count else ()):
        if one.kind == other.kind in _AROUND_ENTRIES and one.nesting < 0 < other.nesting:
            return other  # a list or table of its own beside the one that it belongs to
    return None
