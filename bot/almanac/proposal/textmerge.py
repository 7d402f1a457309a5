"""The three-way merge of two texts by lines: what one side changed is taken, and theirs stays where both did."""

from dataclasses import dataclass
from difflib import SequenceMatcher


@dataclass(frozen=True)
class MergedText:
    """A merged text, and whether both sides had changed the same lines in different ways (theirs were kept)."""

    text: str
    clash: bool = False


@dataclass(frozen=True)
class _Hunk:
    start: int
    end: int
    lines: list[str]
    theirs: bool


def merge_texts(before: str, ours: str, theirs: str) -> MergedText:
    """Merge two texts that come from one. Where both insert lines at the same place, both stand there, ours first."""
    if ours in (before, theirs):
        return MergedText(theirs)
    if theirs == before:
        return MergedText(ours)
    lines = before.splitlines(keepends=True)
    hunks = [*_hunks(lines, ours, theirs=False), *_hunks(lines, theirs, theirs=True)]
    hunks.sort(key=lambda hunk: (hunk.start, hunk.end, hunk.theirs))
    written: list[str] = []
    at, clash = 0, False
    while hunks:
        cluster, end = [hunks.pop(0)], 0
        while True:
            end = max(hunk.end for hunk in cluster)
            if not hunks or not _meets(hunks[0], cluster[0].start, end):
                break
            cluster.append(hunks.pop(0))
        written += lines[at : cluster[0].start]
        chosen, disputed = _settled(lines, cluster, cluster[0].start, end)
        written += chosen
        at, clash = end, clash or disputed
    return MergedText("".join(written + lines[at:]), clash)


def _hunks(lines: list[str], after: str, *, theirs: bool) -> list[_Hunk]:
    new = after.splitlines(keepends=True)
    steps = SequenceMatcher(None, lines, new, autojunk=False).get_opcodes()
    return [_Hunk(i1, i2, new[j1:j2], theirs) for step, i1, i2, j1, j2 in steps if step != "equal"]


def _meets(hunk: _Hunk, start: int, end: int) -> bool:
    """Tell whether a change touches lines of an earlier one. Two insertions at one place do: they may be the same."""
    return hunk.start < end or hunk.start == hunk.end == start == end


def _settled(lines: list[str], cluster: list[_Hunk], start: int, end: int) -> tuple[list[str], bool]:
    ours = _applied(lines, [hunk for hunk in cluster if not hunk.theirs], start, end)
    theirs = _applied(lines, [hunk for hunk in cluster if hunk.theirs], start, end)
    here = lines[start:end]
    if theirs in (here, ours):
        return ours, False
    if ours == here:
        return theirs, False
    # Nothing stood there, so nothing is in dispute.
    return (theirs, True) if here else (ours + theirs, False)


def _applied(lines: list[str], hunks: list[_Hunk], start: int, end: int) -> list[str]:
    written: list[str] = []
    at = start
    for hunk in hunks:
        written += lines[at : hunk.start] + hunk.lines
        at = hunk.end
    return written + lines[at:end]
