"""Boxes in texts of Almanac's that people tick: each has a mark behind it, which nobody sees, to be known again by."""

import json
import re
from collections.abc import Iterator

from almanac.patterns import regex
from almanac.proposal.command import unfenced

_TICK = regex(r"- \[([ xX])\] ")
_MARK, _MARK_END = "<!-- almanac:box ", " -->"
_LONGEST_TEXT = 65_536


def box_mark(option: str, value: str) -> str:
    """Return the mark of a box: what it is about, and the value that it stands for."""
    # `-->` would end the HTML comment early.
    return _MARK + re.sub("-(?=-)", r"\\u002d", json.dumps({option: value})) + _MARK_END


def read_boxes(text: str) -> Iterator[tuple[str, str, bool]]:
    """Give the boxes of a text: what each is about, its value, and whether it is ticked.

    What is no box of ours is passed over, as is one in a code block.
    """
    for line in unfenced(text[:_LONGEST_TEXT]):
        tick, (_, mark, data) = _TICK.match(line), line.rpartition(_MARK)
        if not (tick and mark and data.endswith(_MARK_END)):
            continue
        try:
            entries = json.loads(data.removesuffix(_MARK_END))
        except (ValueError, RecursionError):
            continue
        if isinstance(entries, dict) and len(entries) == 1 and all(isinstance(one, str) for one in entries.values()):
            ((option, value),) = entries.items()
            yield option, value, tick[1] != " "
