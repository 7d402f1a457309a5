"""Which headings, bullets and table rows of a page are events, and where each of them ends.

What distinguishes an event from other text is a date, where most entries of its list have theirs: in the first line,
best at the beginning or the end of it, or on a line below (`almanac.page.below`). A year that a heading above gives
counts as part of the date.
"""

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate
from typing import NamedTuple

from almanac.dates import DateHabits, Found, find_date
from almanac.page.below import DateLine, date_line, dated_headings, has_title, titled
from almanac.page.headings import BOLD_LINE, Heading, find_headings, heading_ends
from almanac.page.htmlentries import HtmlEntries
from almanac.page.lines import BULLET, ITEM, LINK, MAX_START, Lines, cells, indentation, is_rule, plain
from almanac.page.tablerows import dated_rows, table_end
from almanac.page.tags import HtmlElement
from almanac.patterns import regex

_WORDS = regex(r"[^\W\d_]+")
_NESTED = 2  # columns by which a line is indented that belongs to the item above it
_BLOCK = regex(r"\s*[|<{`~>]")
_LINK_DEFINITION = regex(r"[ ]{0,3}\[[^\[\]]+\]:[ \t]*\S")
_COMMENT = regex(r"[ \t]*<!--(?:(?!-->).)*-->[ \t]*\Z")
_OPENING_TAG = regex(r"(?:<|\{%-?[ \t]{0,9})([a-z]+)", re.IGNORECASE)
_CLOSING_TAG = regex(r"[ \t]*(?:</([a-z]+)[ \t]*>|\{%-?[ \t]*end([a-z]+)[ \t]*-?%\})[ \t]*\Z", re.IGNORECASE)
_MARK = regex(r"(?P<atx>#{1,6})[ \t]|[ \t]*(?P<bullet>[-*+]|[0-9]{1,9}[.)])[ \t]|[ ]{0,3}\|")
_HTML_ENTRY = regex(r"[ \t]*<(?:li|tr|dt|div|article|section|details|p|figure)\b", re.IGNORECASE)
_PARAGRAPH = regex(r"(?:\*{1,3}|_{1,3}|\[|\(|\"|)(?=\w)[^|]*\Z")
_LEAST_PARAGRAPHS = 3
_BARE_ROW = regex(r"[ ]*[^\s|][^\r\n|]*(?:\|[^\r\n|]*)+")
_UNDERLINED = regex(r"\S[^\r\n]*(?:\r\n?|\n)(?:(=)+|-{2,})[ \t]*(?![^\r\n])")


class Style(NamedTuple):
    """How a section is written: its kind (`atx`, `setext`, `bullet`, `row`, `html`); of a heading, its list's level.

    That is the level of the list's first headings, where people let it go on at another one.
    """

    kind: str
    level: int = 0

    @property
    def family(self) -> str:
        """Return `heading`, `bullet`, `row`, `html`; `other` for paragraphs and what a site's own template writes."""
        return "heading" if self.kind in ("atx", "setext") else self.kind


def style_of(section: str) -> Style:
    """Return how a section is written; `other` if its first line has no mark that tells."""
    if mark := _MARK.match(section):
        return Style("atx", len(mark["atx"])) if mark["atx"] else Style("bullet" if mark["bullet"] else "row")
    if _HTML_ENTRY.match(section):
        return Style("html")
    if underlined := _UNDERLINED.match(section):
        return Style("setext", 1 if underlined[1] else 2)
    # A row may do without the outer bars.
    return Style("row" if _BARE_ROW.fullmatch(section) else "other")


class EventLines(NamedTuple):
    """The lines of one event, from `first` up to and without `after`, and what they say.

    The date stands on `date_line`, if that is not the first. `parent` is the line of the heading above that names its
    list, and `period` the line of the one that gives it a year or month, or None.
    """

    first: int
    after: int
    style: Style
    found: Found
    parent: int | None = None
    period: int | None = None
    date_line: int | None = None


def find_events(lines: Lines) -> tuple[list[EventLines], list[Heading]]:
    """Find the events of a page, in their order, and its headings; the time is linear in the page's length."""
    headings = find_headings(lines)
    events = _Walk(lines, headings, {}).events()
    entries = [event.first for event in events if _has_own_title(event)]
    if below := dated_headings(lines, headings, _inside(headings, events), entries):
        events = _Walk(lines, headings, below).events()
    if not events:
        events, headings = _html_events(lines, headings)
    if not events:
        return _paragraph_events(lines, headings)
    sections = [index for index, event in enumerate(events) if event.style.family == "heading"]
    if sections:
        # Where only the last section holds a rule, what follows the rule closes the page.
        *others, last = sections
        rule = _first_rule(lines, events[last])
        if rule is not None and not any(_first_rule(lines, events[index]) for index in others):
            events[last] = events[last]._replace(after=trimmed(lines, events[last].first, rule))
    return events, headings


def _html_events(lines: Lines, headings: list[Heading]) -> tuple[list[EventLines], list[Heading]]:
    """Find the events that are elements of HTML.

    Where the lists of a page are each in an element of their own, together with the heading that says their year,
    there are none: a new year would need a new element, whose contents nobody knows.
    """
    elements = HtmlEntries(lines)
    if not elements.lists:
        return [], headings
    found, events, above = elements.headings_with(headings), list[EventLines](), list[Heading]()
    ahead = iter(found)
    heading = next(ahead, None)
    containers: dict[int | None, set[HtmlElement]] = {}
    for one in elements.lists:
        markup = elements.markup_of(one)
        own = list[EventLines]()
        for index, entry in enumerate(one.entries):
            while heading and heading.line < entry.first:
                above = [*(other for other in above if other.level < heading.level), heading]
                heading = next(ahead, None)
            if date := markup.found(index, _year(above)):
                own.append(_event_lines(above, entry.first, entry.after, Style("html"), date))
                periods = [other for other in above if other.period]
                containers.setdefault(own[-1].parent, set()).update(map(elements.around, periods))
                if len(containers[own[-1].parent]) > 1 or not elements.is_below(one, periods):
                    return [], headings
        # Days alone are no events.
        events += own if sum(bool(event.found.title) for event in own) * 2 > len(own) else ()
    return events, found


def _paragraph_events(lines: Lines, headings: list[Heading]) -> tuple[list[EventLines], list[Heading]]:
    """Find the events that are paragraphs which begin with their day, each with what stands below it.

    A bold day may stand alone above the rest. One such paragraph may be anything, so there have to be some.
    """
    found: list[tuple[int, Found]] = []
    kept = [one for one in headings if not (one.kind == "label" and _says_day(one.text, lines))]
    starts = {one.line for one in kept}
    above: list[Heading] = []
    ahead = iter(kept)
    heading = next(ahead, None)
    aboves: list[list[Heading]] = []
    for line, text in enumerate(lines.texts):
        if heading and heading.line == line:
            above = [*(one for one in above if one.level < heading.level), heading]
            heading = next(ahead, None)
        begins = line == 0 or lines.blank(line - 1) or line - 1 in starts or not lines.visible[line - 1]
        if line in starts or not (begins and lines.visible[line]) or not _PARAGRAPH.match(text):
            continue
        date = find_date(plain(text[:MAX_START]), _year(above), lines.habits)
        if date and date.leading and date.has_day:
            found.append((line, date))
            aboves.append(above)
    if len(found) < _LEAST_PARAGRAPHS:
        return [], headings
    names = _names_above(lines, [line for line, _ in found])
    # Where bold words name events, those above a list within one name no list of events.
    kept = [one for one in kept if not (names and one.kind == "label")]
    ends = sorted([*(one.line for one in kept), *(names.get(line, line) for line, _ in found), len(lines.texts)])
    events = []
    for (line, date), around in zip(found, aboves, strict=True):
        first = names.get(line, line)
        end = ends[bisect_right(ends, first)]
        rule = next((at for at in range(line + 1, end) if lines.visible[at] and _is_bare_rule(lines, at)), end)
        event = _event_lines(around, first, trimmed(lines, line, rule), Style("other"), date)
        if first < line:
            named = date._replace(leading=True, trailing=False, title=plain(lines.texts[first]))
            event = event._replace(found=named, date_line=line)
        events.append(event)
    *others, last = events
    if not any(_has_gap(lines, event) for event in others):
        # Where each is one paragraph, what follows the last one closes the page.
        end = next((line for line in range(last.first, last.after) if lines.blank(line)), last.after)
        events[-1] = last._replace(after=end)
    return events, kept


def _names_above(lines: Lines, dated: Sequence[int]) -> dict[int, int]:
    """Find the lines right above dated ones, blank lines aside, which name most of these events in bold words alone.

    Where the first of these has none above it, such words belong to the day that they follow.
    """
    names: dict[int, int] = {}
    for line in dated:
        above = next((at for at in range(line - 1, -1, -1) if not lines.blank(at)), -1)
        is_alone = above == 0 or (above > 0 and lines.blank(above - 1))
        if is_alone and lines.visible[above] and BOLD_LINE.fullmatch(lines.texts[above]):
            names[line] = above
    is_above = dated[0] in names and {*names.values()}.isdisjoint(dated)
    return names if is_above and len(names) * 2 > len(dated) else {}


def _says_day(words: str, lines: Lines) -> bool:
    found = find_date(words, None, lines.habits)
    return found is not None and found.leading and found.has_day


def _has_gap(lines: Lines, event: EventLines) -> bool:
    return any(lines.blank(line) for line in range(event.first, event.after))


def _has_own_title(event: EventLines) -> bool:
    """Tell whether an event that is no heading is more than a date below one."""
    return event.style.kind == "row" or (
        event.style.kind == "bullet" and event.found.has_day and has_title(event.found)
    )


def _inside(headings: Sequence[Heading], events: Sequence[EventLines]) -> set[int]:
    """Return the lines of headings that are parts of events, or events with a title themselves."""
    inside: set[int] = set()
    ahead = iter(headings)
    heading = next(ahead, None)
    for event in events:
        if event.style.family != "heading":
            continue
        while heading and heading.line < event.after:
            if heading.line > event.first or (heading.line == event.first and has_title(event.found)):
                inside.add(heading.line)
            heading = next(ahead, None)
    return inside


class _Walk:
    """One walk down a page, with the headings above the current line in mind, the outermost first.

    `below` are the headings of events whose dates stand below them: index -> date.
    """

    def __init__(self, lines: Lines, headings: list[Heading], below: Mapping[int, DateLine]) -> None:
        self._lines = lines
        self._headings = headings
        self._ends = heading_ends(headings, len(lines.texts))
        self._below = below
        self._groups: dict[int | None, _Bullets] = {}
        self._levels: dict[str, int] = {}  # of the first events, by the words before their dates
        self._mixed: set[str] = set()  # such words of lists that go on at another level

    def events(self) -> list[EventLines]:
        """Return the events, those among them whose dates count only because most of their list have such a date."""
        certain = list(self._walked())
        decided = (event for group in self._groups.values() for event in group.decided())
        return sorted((*certain, *decided), key=lambda event: event.first)

    def _walked(self) -> Iterator[EventLines]:
        above: list[Heading] = []
        line = 0
        for index, heading in enumerate(self._headings):
            if heading.line < line:
                continue  # within an event
            yield from self._listed(above, line, heading.line)
            line = heading.line + heading.lines
            higher = [one for one in above if one.level < heading.level]
            date = self._below.get(index)
            found = titled(date, heading.text) if date else heading.found(_year(higher), self._lines.habits)
            if found and (date or self._is_event(index, found)):
                line = self._end_of_event(index, found)
                after = trimmed(self._lines, heading.line, line)
                style = Style(heading.kind, self._level(heading, found))
                event = _event_lines(higher, heading.line, after, style, found)
                yield event._replace(date_line=date.line) if date else event
            else:
                above = [*higher, heading]
        yield from self._listed(above, line, len(self._lines.texts))

    def _end_of_event(self, index: int, found: Found) -> int:
        """Return the line after a heading's event.

        A lower heading that says a day after the same words as an event above is not a part of it: the list goes on at
        another level.
        """
        end = self._ends[index]
        self._levels.setdefault(_lead(self._headings[index], found), self._headings[index].level)
        while (index := index + 1) < len(self._headings) and self._headings[index].line < end:
            heading = self._headings[index]
            other = heading.found(None, self._lines.habits)
            if other and (lead := _lead(heading, other)) and lead in self._levels:
                self._mixed.add(lead)
                return heading.line
        return end

    def _level(self, heading: Heading, found: Found) -> int:
        lead = _lead(heading, found)
        return self._levels[lead] if lead in self._mixed else heading.level

    def _listed(self, above: list[Heading], first: int, after: int) -> Iterator[EventLines]:
        """Find the bullets and rows that are events in lines among which there is no heading."""
        while above and above[-1].kind == "item":
            # Its list ends with the item; what comes after it is not below it.
            end = min(_item_end(self._lines, above[-1].line, after), after)
            yield from self._rows_and_bullets(above, first, max(first, end), nested=True)
            first, above = max(first, end), above[:-1]
        yield from self._rows_and_bullets(above, first, after, nested=False)

    def _rows_and_bullets(self, above: list[Heading], first: int, after: int, *, nested: bool) -> Iterator[EventLines]:
        lines, year = self._lines, _year(above)
        heading = next((one.line for one in reversed(above) if not one.period and one.kind != "label"), None)
        group = self._groups.setdefault(heading, _Bullets())
        index = first
        while index < after:
            text, begin = lines.texts[index], index
            index += 1
            if not lines.visible[begin]:
                continue
            bullet = ITEM.match(text) if nested else BULLET.match(text)
            if bullet and not is_rule(text) and not _is_in_html(lines, begin):
                index = _item_end(lines, begin, after)
                found = find_date(plain(text[bullet.end() :][:MAX_START]), year, lines.habits)
                event_end = trimmed(lines, begin, index)
                if found and _names_event(found):
                    group.certain += 1
                    yield _event_lines(above, begin, event_end, Style("bullet"), found)
                else:
                    event = _event_lines(above, begin, event_end, Style("bullet"), found or _NO_DATE)
                    group.undecided.append(_undecided(lines, event, year))
            elif "|" in text and (end := table_end(lines, begin, after)):
                index = end
                for row, found in dated_rows(lines, begin, end, year):
                    yield _event_lines(above, row, row + 1, Style("row"), found)

    def _is_event(self, index: int, found: Found) -> bool:
        """Tell whether a heading with a date is an event, and not the title of a page or of a list of events."""
        heading = self._headings[index]
        first, after = heading.line + heading.lines, self._ends[index]
        if found.has_day:
            # "Minutes since November 8th, 2021" is the title of a list if several days come below it, unless other
            # headings of its level say days too. One date below it may be in the event's own text.
            return found.leading or self._days_at[heading.level] > 1 or self._days_within(first, after) <= 1
        if not (found.leading or found.trailing):
            return False
        if self._days_within(first, after):
            # A month with days below it is a list, unless others of its level are events.
            return bool(found.title) and self._days_at[heading.level] > 0
        has_text = any(not self._lines.blank(line) for line in range(first, after))
        return bool(found.title) or (has_text and found.date.count("-") == 1)

    @cached_property
    def _days_at(self) -> Counter[int]:
        dated = ((heading.level, heading.found(None, self._lines.habits)) for heading in self._headings)
        return Counter(level for level, found in dated if found and found.has_day)

    def _days_within(self, first: int, after: int) -> int:
        return self._days_before[after] - self._days_before[first]

    @cached_property
    def _days_before(self) -> list[int]:
        flags = [_begins_with_day(text, self._lines.habits) for text in self._lines.texts]
        for heading in self._headings:
            found = heading.found(None, self._lines.habits)
            flags[heading.line] = found is not None and found.leading and found.has_day
        seen = (flag and visible for flag, visible in zip(flags, self._lines.visible, strict=True))
        return list(accumulate(seen, initial=0))


def _is_in_html(lines: Lines, line: int) -> bool:
    """Tell whether a line goes on from one of HTML, where a number with a dot is a day and begins no list."""
    return lines.texts[line].lstrip()[0].isdigit() and line > 0 and lines.texts[line - 1].lstrip().startswith("<")


def _year(above: Sequence[Heading]) -> str | None:
    return next((one.year for one in reversed(above) if one.year), None)


def _lead(heading: Heading, found: Found) -> str:
    """Return the words before a heading's date, without numbers; a single word says too little."""
    words = _WORDS.findall(heading.text.partition(found.words)[0]) if found.has_day and not found.leading else []
    return " ".join(words) if words[1:] else ""


def _event_lines(above: Sequence[Heading], first: int, after: int, style: Style, found: Found) -> EventLines:
    period = next((one.line for one in reversed(above) if one.period), None)
    parent = next((one.line for one in reversed(above) if not one.period), None)
    return EventLines(first, after, style, found, parent, period)


_NO_DATE = Found("", "", leading=False, trailing=False, title="")


def _names_event(found: Found) -> bool:
    """Tell whether a bullet with this date is an event: a month or a year alone, or a date in a sentence, is not."""
    return found.has_day or bool(found.title) if found.leading else found.trailing and bool(found.title)


class _Undecided(NamedTuple):
    """A bullet that has no date at either end of its first line, but perhaps one amid its words or on a line below."""

    event: EventLines
    amid: Found | None
    below: DateLine | None


def _undecided(lines: Lines, event: EventLines, year: str | None) -> _Undecided:
    texts = lines.texts
    end = next((line for line in range(event.first + 1, event.after) if _ends_paragraph(texts[line])), event.after)
    mark = ITEM.match(texts[event.first])
    paragraph = "\n".join(texts[event.first : end])[mark.end() if mark else 0 :][:MAX_START]
    words = plain(paragraph)
    amid = find_date(words, year, lines.habits, anywhere=True)
    if amid and "-" in amid.date and (amid.apart or not words.endswith(".")):
        # The title is what leads somewhere, or all the words.
        link = LINK.match(paragraph)
        named = plain(link[1]) if link else words
        inner = find_date(named, year, lines.habits, anywhere=True)
        is_apart = inner is not None and inner.apart and inner.words == amid.words
        title = inner.title if inner and is_apart else " ".join(named.replace(amid.words, " ", 1).split())
        return _Undecided(event, amid._replace(title=title), None)
    below = date_line(lines, end, event.after, year)
    return _Undecided(event, None, below and below._replace(found=titled(below, words)))


def _ends_paragraph(text: str) -> bool:
    return not text.strip() or ITEM.match(text) is not None


@dataclass
class _Bullets:
    """The bullets of a list, or of several that only bold words or years part: how many are events, and the others."""

    certain: int = 0
    undecided: list[_Undecided] = field(default_factory=list)

    def decided(self) -> Iterator[EventLines]:
        """Find the events among the others, if most bullets have a date at such a place."""
        amid = [one.event._replace(found=one.amid) for one in self.undecided if one.amid]
        below = [(one.event, one.below) for one in self.undecided if one.below]
        dated = len(amid) + self.certain
        if dated > 1 and dated * 3 >= (len(self.undecided) + self.certain) * 2:
            yield from amid
        is_habit = len(below) > 1 or any(date.labelled for _, date in below)
        is_plain = any(date.labelled or not date.more for _, date in below)
        if is_habit and is_plain and len(below) * 2 >= len(self.undecided):
            yield from (event._replace(found=date.found, date_line=date.line) for event, date in below)


def _begins_with_day(text: str, habits: DateHabits) -> bool:
    """Tell whether a line is a bullet or a row that begins with a day: cheap, and without a look at other lines."""
    if not any(map(str.isdigit, text[:MAX_START])):
        return False
    if bullet := BULLET.match(text):
        starts = [plain(text[bullet.end() :][:MAX_START])]
    else:
        starts = cells(text) if "|" in text else []
    return any((found := find_date(start, None, habits)) and found.leading and found.has_day for start in starts)


# ------------------------------------------------------------------------------- where an event ends


def _item_end(lines: Lines, first: int, after: int) -> int:
    """Return the line after a list item, to which its nested lines belong and those that continue its text."""
    end, gap = first + 1, False
    own = indentation(lines.texts[first])
    for index in range(first + 1, after):
        text = lines.texts[index]
        if lines.blank(index):
            gap = True
            continue
        is_item = ITEM.match(text) is not None
        is_its_own = indentation(text) >= (own if is_item else 0) + _NESTED or not (
            gap or is_item or _BLOCK.match(text) or is_rule(text)
        )
        if not is_its_own:
            break
        end, gap = index + 1, False
    return end


def trimmed(lines: Lines, first: int, after: int, *, least: int = 1) -> int:
    """Return the line after the last one that belongs to a text's own lines, `first` up to and without `after`.

    Blank lines, rules, comments, definitions of links for the whole page, and ends of what began above the text, are
    between the events and not part of one. At least `least` lines stay.
    """
    end = after
    opened: set[str] | None = None
    while end > first + least:
        text, is_visible = lines.texts[end - 1], lines.visible[end - 1]
        tag = _CLOSING_TAG.match(text) if is_visible else None
        if tag:
            if opened is None:
                # Collected once: a run of closing tags must not cost a look at the whole text for each.
                opened = {name.lower() for line in lines.texts[first:after] for name in _OPENING_TAG.findall(line)}
            if (tag[1] or tag[2]).lower() in opened:
                break
        elif text.strip() and not (
            is_visible and (_is_bare_rule(lines, end - 1) or _LINK_DEFINITION.match(text) or _COMMENT.match(text))
        ):
            break
        end -= 1
    return end


def _is_bare_rule(lines: Lines, line: int) -> bool:
    """Tell whether a line is a rule and not the underlining of a heading."""
    return is_rule(lines.texts[line]) and line > 0 and lines.blank(line - 1)


def _first_rule(lines: Lines, event: EventLines) -> int | None:
    below = range(event.first + (2 if event.style.kind == "setext" else 1), event.after)
    return next((line for line in below if lines.visible[line] and _is_bare_rule(lines, line)), None)
