"""What two lists have in common, in their order, in time linear in their length: the base of merges and diffs.

`difflib` finds the longest run first, which takes the square of the length, or more, where lines repeat (blank ones) or
every other one differs. Here what both lists begin and end with comes first, then the items that each has only once
(patience diff); what is between those goes to `difflib` where it is short, and is taken for different where it is not.
"""

from bisect import bisect_left
from collections.abc import Hashable, Iterator, Sequence
from difflib import Match, SequenceMatcher
from typing import Any

from almanac.patterns import regex

_LINE = regex(r"[^\n]*\n|[^\n]+")
_SHORT = 32
"""How many items `difflib` may compare with as many others."""
_DEEPEST = 8
"""How often what is between single items is searched for items that are single there."""

_Range = tuple[int, int, int, int]  # from and to in the one list, from and to in the other


class LinearMatcher(SequenceMatcher[Any]):
    """difflib's matcher, but linear: `get_opcodes` and `get_grouped_opcodes` are as there."""

    a: Sequence[Hashable]
    b: Sequence[Hashable]

    def __init__(self, a: Sequence[Hashable], b: Sequence[Hashable]) -> None:
        super().__init__(None, a, b, autojunk=False)

    def get_matching_blocks(self) -> list[Match]:
        """Return the runs that both lists have, and an empty one at their end."""
        blocks: list[Match] = []
        for start, other, size in sorted(self._runs()):
            last = blocks[-1] if blocks else Match(0, 0, 0)
            if (last.a + last.size, last.b + last.size) == (start, other) and blocks:
                blocks[-1] = Match(last.a, last.b, last.size + size)
            else:
                blocks.append(Match(start, other, size))
        return [*blocks, Match(len(self.a), len(self.b), 0)]

    def _runs(self) -> list[tuple[int, int, int]]:
        found: list[tuple[int, int, int]] = []
        todo: list[tuple[_Range, int]] = [((0, len(self.a), 0, len(self.b)), 0)]
        while todo:
            whole, depth = todo.pop()
            begin, end, other_begin, other_end = inner = self._without_ends(whole)
            found.append((whole[0], whole[2], begin - whole[0]))
            found.append((end, other_end, whole[1] - end))
            if end - begin <= _SHORT and other_end - other_begin <= _SHORT:
                short = SequenceMatcher(None, self.a[begin:end], self.b[other_begin:other_end], autojunk=False)
                found += [(begin + one.a, other_begin + one.b, one.size) for one in short.get_matching_blocks()]
            elif depth < _DEEPEST:
                for index, other in self._single(inner):
                    todo.append(((begin, index, other_begin, other), depth + 1))
                    found.append((index, other, 1))
                    begin, other_begin = index + 1, other + 1
                if begin > inner[0]:
                    todo.append(((begin, end, other_begin, other_end), depth + 1))
        return [run for run in found if run[2]]

    def _without_ends(self, within: _Range) -> _Range:
        """Leave out what both begin and end with."""
        begin, end, other_begin, other_end = within
        while begin < end and other_begin < other_end and self.a[begin] == self.b[other_begin]:
            begin, other_begin = begin + 1, other_begin + 1
        while begin < end and other_begin < other_end and self.a[end - 1] == self.b[other_end - 1]:
            end, other_end = end - 1, other_end - 1
        return begin, end, other_begin, other_end

    def _single(self, within: _Range) -> list[tuple[int, int]]:
        """Find what each list holds exactly once, as far as it is in the same order in both."""
        begin, end, other_begin, other_end = within
        here, there = _places(self.a, begin, end), _places(self.b, other_begin, other_end)
        pairs = [(place, there[item]) for item, place in here.items() if place >= 0 <= there.get(item, -1)]
        # The longest row of them that ascends in the other list too: `ends` are the least ends of rows of each length.
        ends: list[int] = []
        rows: list[int] = []  # by length, which pair such a row ends with
        before: list[int] = []  # and for each pair the one before it in its row
        for number, (_, other) in enumerate(pairs):
            length = bisect_left(ends, other)
            before.append(rows[length - 1] if length else -1)
            ends[length : length + 1], rows[length : length + 1] = [other], [number]
        row: list[tuple[int, int]] = []
        at = rows[-1] if rows else -1
        while at >= 0:
            row.append(pairs[at])
            at = before[at]
        return row[::-1]


def _places(items: Sequence[Hashable], begin: int, end: int) -> dict[Hashable, int]:
    """Return where each item is, in its order; -1 for one that is there twice."""
    places: dict[Hashable, int] = {}
    for index in range(begin, end):
        places[items[index]] = -1 if items[index] in places else index
    return places


def changed_lines(old: str, new: str) -> Iterator[str]:
    """Yield the lines of a unified diff of two texts, without the names of files before it."""
    # Only LF ends a line here; str.splitlines knows ten more line ends.
    was, now = (_LINE.findall(text) for text in (old, new))
    for group in LinearMatcher(was, now).get_grouped_opcodes():
        (_, start, _, other_start, _), (_, _, end, _, other_end) = group[0], group[-1]
        yield f"@@ -{_range(start, end)} +{_range(other_start, other_end)} @@"
        for step, i1, i2, j1, j2 in group:
            marked = [(" " if step == "equal" else "-", line) for line in was[i1:i2]]
            marked += [("+", line) for line in now[j1:j2] if step != "equal"]
            for mark, line in marked:
                yield mark + line.removesuffix("\n").replace("\r", "␍")
                if not line.endswith("\n"):
                    yield "\\ No newline at end of file"


def _range(start: int, end: int) -> str:
    """Write a range of lines as a unified diff does: an empty one begins after the line before it."""
    return f"{start + 1}" if end - start == 1 else f"{start + (end > start)},{end - start}"
