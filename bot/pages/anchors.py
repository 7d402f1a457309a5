"""Sections whose text is known: found on the page word by word, whatever they look like."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from bot.pages.dates import Found
from bot.pages.entries import Entry, Style, trimmed
from bot.pages.lines import Lines

_MARK = re.compile(r"(?P<atx>#{1,6})[ \t]|[ ]{0,3}(?:(?P<bullet>[-*+])[ \t]|(?P<row>\|))")

_UNDERLINED = re.compile(r"\S[^\r\n]*(?:\r\n?|\n)(?:(=)+|-{2,})[ \t]*(?![^\r\n])")
_BARE_ROW = re.compile(r"[^\s|][^\r\n|]*(?:\|[^\r\n|]*)+")


def anchored(page: str, lines: Lines, entries: list[Entry], known: Mapping[str, str]) -> list[Entry]:
    """Put known sections among the entries that were found by their looks.

    Args:
        page: The page.
        lines: The same as lines.
        entries: What was found.
        known: Text of a section -> its date.
    """
    spans = {(entry.first, entry.after) for entry in entries}
    places = list(_places(page, lines, known))
    # A text that stands as a section of its own may be quoted within another's; there it is none.
    found = {text for first, after, text in places if (first, after) in spans}
    for first, after, text in places:
        if text not in found:
            entries = _with(lines, entries, first, after, known[text])
    return entries


def _places(page: str, lines: Lines, known: Mapping[str, str]) -> Iterator[tuple[int, int, str]]:
    """Find where known sections stand: the first line, the one after the last, the text."""
    by_first: dict[str, list[str]] = {}
    for text in filter(None, known):
        by_first.setdefault(re.split(r"[\r\n]", text, maxsplit=1)[0], []).append(text)
    for texts in by_first.values():
        texts.sort(key=len, reverse=True)
    line_at = {offset: line for line, offset in enumerate(lines.offsets)}
    past = 0
    for line, first_line in enumerate(lines.texts):
        if line < past or not lines.visible[line] or first_line not in by_first:
            continue
        start = lines.offsets[line]
        standing = next((text for text in by_first[first_line] if _stands(page, start, text)), None)
        if standing is not None:
            end = start + len(standing)
            past = line_at.get(end + (2 if page[end : end + 2] == "\r\n" else 1), len(lines.texts))
            yield line, past, standing


def _stands(page: str, start: int, text: str) -> bool:
    """Tell whether a text stands at a place, up to the end of a line."""
    end = start + len(text)
    return page.startswith(text, start) and (end == len(page) or page[end] in "\r\n")


def _with(lines: Lines, entries: list[Entry], first: int, after: int, date: str) -> list[Entry]:
    """Add the entry that stands on these lines; it cuts the one that runs over its first line."""
    result: list[Entry] = []
    new: Entry | None = None
    for entry in entries:
        if entry.after <= first or entry.first >= after:
            result.append(entry)
            continue
        if entry.first < first:
            # What it ran over is known to be another's; what comes below that is nobody's.
            result.append(replace(entry, after=trimmed(lines, entry.first, first)))
            continue
        if any(not lines.blank(line) for line in range(after, entry.after)):
            after = entry.after
        if entry.first == first:
            new = replace(entry, after=after)
    found = Found(date, "", leading=True, trailing=True, title="")
    result.append(new or Entry(first, after, style_of(lines.texts[first]), found, None, None))
    return sorted(result, key=lambda entry: entry.first)


def style_of(text: str) -> Style:
    """Return how a section is written; `other` where no mark tells."""
    mark = _MARK.match(text)
    if not mark:
        if underlined := _UNDERLINED.match(text):
            return Style("setext", 1 if underlined[1] == "=" else 2)
        # A row may do without the outer bars.
        return Style("row", 0, "|") if _BARE_ROW.fullmatch(text) else Style("other")
    if mark["atx"]:
        return Style("atx", len(mark["atx"]), mark["atx"])
    return Style("bullet", 0, mark["bullet"]) if mark["bullet"] else Style("row", 0, "|")
