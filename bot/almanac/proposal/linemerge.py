"""Whether git would merge two versions of a text without a conflict, and into what: the three-way merge by lines.

git has several ways to see what changed between two texts, and they differ where lines repeat, such as blank ones. So a
change counts here as reaching over all lines at which git may see it, and two that touch each other as a conflict, as
they do for git: whatever merges here, git merges too, and into the same. What git might still merge counts as none.
"""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from almanac.matching import LinearMatcher
from almanac.patterns import regex

_LINE = regex(r"[^\n]*\n|[^\n]+")  # only LF ends a line for git
_BINARY = "\0"  # git merges no file by lines that has one


class _Change(NamedTuple):
    """Lines of the older text that were replaced, counted from 0; it may reach up to `first` and down to `last`."""

    first: int
    start: int
    end: int
    last: int
    lines: Sequence[str]


def merges_to(before: str | None, base: str | None, head: str | None, wanted: str | None) -> bool:
    """Tell whether git merges two versions of a file into a third one.

    Args:
        before: The file at the commit that both sides come from; None, here and below, if there is no such file.
        base: The file on one side.
        head: The file on the other side.
        wanted: What the merge has to give.
    """
    if head == before:
        return base == wanted
    if base in (before, head):
        return head == wanted
    if before is None or base is None or head is None or wanted is None:
        return False
    return merged(before, base, head) == wanted


def merged(before: str, base: str, head: str) -> str | None:
    """Return what git merges two versions of a text into; None if they conflict, or may do so."""
    if any(_BINARY in text for text in (before, base, head)):
        return None
    old = _LINE.findall(before)
    theirs, ours = _changes(old, _LINE.findall(base)), _changes(old, _LINE.findall(head))
    return None if _touch(theirs, ours) else _applied(old, sorted([*theirs, *ours]))


def _changes(old: Sequence[str], new: Sequence[str]) -> list[_Change]:
    """Find what changed, in the order of the lines.

    Lines in between stay what they are only if one of them is like no other: else they may go with any of those, so
    that what is on either side of them counts as one change.
    """
    found: list[_Change] = []
    counts, new_counts = Counter(old), Counter(new)
    steps = LinearMatcher(old, new).get_opcodes()
    for number, (step, start, end, new_start, new_end) in enumerate(steps):
        if step == "equal":
            continue
        room_above = start - steps[number - 1][1] if number else 0
        room_below = steps[number + 1][2] - end if number + 1 < len(steps) else 0
        up = max(_slide(old, start, end, room_above, -1), _slide(new, new_start, new_end, room_above, -1))
        down = max(_slide(old, start, end, room_below, 1), _slide(new, new_start, new_end, room_below, 1))
        change = _Change(start - up, start, end, end + down, new[new_start:new_end])
        between = old[found[-1].end : start] if found else ()
        if found and not any(counts[line] == new_counts[line] == 1 for line in between):
            before = found.pop()
            change = _Change(before.first, before.start, end, change.last, [*before.lines, *between, *change.lines])
        found.append(change)
    return found


def _slide(lines: Sequence[str], start: int, end: int, room: int, way: int) -> int:
    """Return over how many lines some lines could be moved, up (-1) or down (1), and the text would be the same."""
    if start == end:
        return 0
    for step in range(room):
        one, other = (start - 1 - step, end - 1 - step) if way < 0 else (start + step, end + step)
        if lines[one] != lines[other]:
            return step
    return room


def _touch(some: Sequence[_Change], others: Sequence[_Change]) -> bool:
    """Tell whether a change of one side reaches one of the other, or has not a single line in between."""
    at = 0
    for one in some:
        while at < len(others) and others[at].last < one.first:
            at += 1
        if at < len(others) and others[at].first <= one.last:
            return True
    return False


def _applied(old: Sequence[str], changes: Sequence[_Change]) -> str:
    written: list[str] = []
    at = 0
    for change in changes:
        written += [*old[at : change.start], *change.lines]
        at = change.end
    return "".join([*written, *old[at:]])
