"""A section that is kept word for word, with what its record says otherwise: only the changed values are written.

A value is written where the old one stands. One that the section does not have yet is written where the site's template
writes it, seen from the lines that both have.
"""

import html
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import Any

from almanac import markdown as escape
from almanac.dates import heading_date
from almanac.dateshapes import example_of, written_like
from almanac.errors import UserError
from almanac.event.model import Event
from almanac.event.statuses import in_words, says, was_in, without_bracketed
from almanac.matching import LinearMatcher
from almanac.page.entries import style_of
from almanac.page.lines import ITEM, links, plain, split_lines
from almanac.page.match import words
from almanac.page.outline import outline
from almanac.urls import RefusedUrl, check_url

_TEXTS = ("title", "series", "when", "location", "description")
_ADDRESSES = ("url", "recording")
_LISTS = ("people", "agenda", "links", "tags")
_LOOKED_BACK, _FEWEST = 100, 2  # characters by which the place in a line is known again
_SHOWN = ("status", *_TEXTS, *_ADDRESSES, *_LISTS)


def unsaid(section: str, record: Event, read: Event | None = None) -> list[str]:
    """Return the fields of which a section does not say what its record does; `read` is what the section is read as.

    A value counts as said if the section has all its words: how a record names what it read is its own choice.
    """
    seen = words(html.unescape(plain(" ".join(split_lines(section)))))
    there = {*_addresses(section)}
    changed = []
    for name in _SHOWN:
        value = getattr(record, name)
        in_words = isinstance(value, str) and name not in _ADDRESSES and value in section
        is_same = not value or value == getattr(read, name, None) or in_words
        if not is_same and not _is_said(name, value, seen, there):
            changed.append(name)
    # Where a section has no title, its date stands in for one.
    stand_ins = (heading_date(record.date), heading_date(record.date, record.end_date))
    return [name for name in changed if name != "title" or record.title not in stand_ins]


def without_gone(section: str, event: Event, before: str) -> Event:
    """Take out of an event what its section said before, and does not say any more."""
    gone = {*unsaid(section, event)} - {*unsaid(before, event), "title"}
    empty: dict[str, Any] = {name: () if name in _LISTS else None for name in gone}
    if "links" in gone:
        there = {*_addresses(section)}
        empty["links"] = tuple(link for link in event.links if link.url in there)
    return event.model_copy(update=empty)


def _is_said(name: str, value: Any, text: str, there: set[str]) -> bool:
    if name == "status":
        return value == "scheduled" or says(text, value)
    if name in _ADDRESSES:
        return value in there
    if name == "links":
        return there.issuperset(link.url for link in value)
    texts = [value] if isinstance(value, str) else [getattr(one, "name", one) for one in value]
    seen = frozenset(text.split())
    return all(seen.issuperset(words(text).split()) for text in texts)


def _addresses(section: str) -> Iterator[str]:
    for link in links(section):
        yield link.url
        with suppress(RefusedUrl):
            yield check_url(link.url)


def rewritten(
    section: str, record: Event, read: Event, render: Callable[[Event], str], language: str = "en"
) -> str | None:
    """Write what a record changed into its section; None where it has no place for a value that the page shows.

    What the page never shows stays in the record; a title and a status are always shown: a status that the template
    does not write, in the words of a `language`.
    """
    text = section
    shown = {name: getattr(read, name) for name in _SHOWN} | {"markdown": None}
    # What leads to a page of its own does so before and after.
    was = record.model_copy(update=shown | {"url": read.url or next((link.url for link in read.links), None)})
    for name in unsaid(section, record, read):
        # An address that only stands in for the event's own stays where it is.
        was = was.model_copy(update={name: getattr(read, name)})
        now = was.model_copy(update={name: getattr(record, name)})
        before, after = _rendered(render, was), _rendered(render, now)
        written = _replaced(text, getattr(was, name), getattr(now, name))
        if written is None and before != after and style_of(before).family == style_of(section).family:
            written = _inserted(text, before, after)
        if written is None and name == "status":
            written = _marked(text, record, language)
        if written is None and name != "title" and before == after:
            continue
        was, text = now, written or text
        if name in unsaid(text, record, read):
            return None
    # What stood for two fields, say a title and a name, cannot be changed for one of them.
    return None if {*unsaid(text, record)} - {*unsaid(section, record)} else text


def without_status(section: str, event: Event, before: Event, render: Callable[[Event], str]) -> str | None:
    """Take a status out of a section as `rewritten` puts it there; None where the section says it in other words."""
    was, now = ("" if one.status == "scheduled" else one.status for one in (before, event))
    if now or not was or "status" in unsaid(section, before):
        return section
    first, line_end, rest = section.partition("\n")
    old, new = (_rendered(render, one.model_copy(update={"markdown": None})).split("\n") for one in (before, event))
    opcodes = LinearMatcher(old, new).get_opcodes()
    gone = {line for tag, start, end, *_ in opcodes if tag == "delete" for line in old[start:end] if line.strip()}
    lines = split_lines(section)
    there = [at for at, line in enumerate(lines) if line in gone]
    if len(there) == 1:
        at = there[0]
        apart = 0 < at < len(lines) - 1 and not (lines[at - 1].strip() or lines[at + 1].strip())
        del lines[at : at + 1 + apart]
    found = (without_bracketed(first, before.status) + line_end + rest, "\n".join(lines))
    return next((text for text in found if "status" in unsaid(text, before)), None)


def _rendered(render: Callable[[Event], str], event: Event) -> str:
    try:
        return render(event)
    except UserError:
        return ""  # not an event that the template can write


def _marked(section: str, record: Event, language: str) -> str:
    """Say the status behind the title, or at the end of the first line."""
    first, line_end, rest = section.partition("\n")
    at = first.find(record.title) + len(record.title) if record.title in first else len(first.rstrip())
    day = record.rescheduled_from
    was = f", {was_in(language)} {_as_there(section, day)}" if day else ""
    return f"{first[:at]} ({in_words(record.status or '', language)}{was}){first[at:]}{line_end}{rest}"


def _as_there(section: str, day: str) -> str:
    """Write a day as a section writes its own, if that is seen."""
    dates = [(one.words, one.date) for one in outline(section).sections[:1]]
    example = example_of(dates, with_year=True)
    return escape.text(written_like(day, example)) if example else heading_date(day)


def _replaced(section: str, old: Any, new: Any) -> str | None:
    """Put a value in the place of another, if that stands in the section once."""
    if not (isinstance(old, str) and isinstance(new, str)):
        return None
    first, line_end, rest = section.partition("\n")
    try:
        value = str(escape.address(new)) if old.startswith(("http://", "https://")) else str(escape.text(new))
    except RefusedUrl:
        return None
    if first.count(old) == 1:
        return first.replace(old, value) + line_end + rest
    return section.replace(old, value) if section.count(old) == 1 else None


def _inserted(section: str, before: str, after: str) -> str:
    """Add to a section what the template adds for a value, behind what it comes after there."""
    old, new, lines = before.split("\n"), after.split("\n"), split_lines(section)
    for tag, start, end, first, last in reversed(LinearMatcher(old, new).get_opcodes()):
        if tag == "insert":
            at = len(lines) if start == len(old) else _line_after(section, lines, old[1:start])
            lines[at:at] = _apart(_as_beside(new[first:last], lines, at), lines[at:])
        elif tag == "replace" and end - start == last - first == 1:
            lines[0] = _with_addition(lines[0], old[start], new[first])
    return "\n".join(lines)


def _line_after(section: str, lines: Sequence[str], above: Sequence[str]) -> int:
    """Return the line of a section that comes after what is above a place in the template's section."""
    filled = [line for line in above if line.strip(" =-")]  # but for an underlining
    if not filled:
        return 2 if style_of(section).kind == "setext" else 1
    return next((lines.index(line) + 1 for line in reversed(filled) if line in lines), len(lines))


def _as_beside(added: Sequence[str], section: Sequence[str], at: int) -> list[str]:
    """Give bullets the indentation and the mark of the bullet below them, or else of that above."""
    beside = next((line for line in (*section[at:], *reversed(section[1:at])) if line.strip()), "")
    theirs, own = (ITEM.match(line) for line in (beside, next((line for line in added if line.strip()), "")))
    if not (theirs and own) or not {theirs[2], own[2]} <= {*"-*+"}:
        return [*added]
    mark, new_mark = ("".join(one.group(1, 2, 3)) for one in (own, theirs))
    return [
        new_mark + line.removeprefix(mark)
        if line.startswith(mark)
        else theirs[1] * bool(line.strip()) + line.removeprefix(own[1])
        for line in added
    ]


def _apart(added: Sequence[str], below: Sequence[str]) -> list[str]:
    """Give lines blank ones around them, if they have one at either end and no other is there."""
    filled = [index for index, line in enumerate(added) if line.strip()]
    block = added[filled[0] : filled[-1] + 1]
    gap = [""] if len(block) < len(added) else []
    return [*gap, *block, *(gap if below and below[0].strip() else [])]


def _with_addition(line: str, before: str, after: str) -> str:
    """Add to a line what the template adds within its own: behind the words that it comes after there."""
    start = next((at for at, (old, new) in enumerate(zip(before, after, strict=False)) if old != new), len(before))
    added = after[start : len(after) - len(before) + start]
    if before[:start] + added + before[start:] != after:
        return line
    if before[:start].endswith(" "):
        start, added = start - 1, f" {added.removesuffix(' ')}"
    above = before[max(0, start - _LOOKED_BACK) : start]
    ends = (above[at:] for at in range(len(above) - _FEWEST))
    end = next((words for words in ends if line.count(words) == 1), "")
    at = line.index(end) + len(end) if end else len(line.rstrip())
    return line[:at] + added + line[at:]
