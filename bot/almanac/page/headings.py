"""The headings of a page, and the other lines that begin a part of it.

Besides what Markdown and HTML call a heading, a paragraph that holds only a year, or only bold words (`**Season 3**`),
heads the list below it on many pages.
"""

import re
from collections.abc import Sequence
from typing import Literal, NamedTuple

from almanac.dates import DateHabits, Found, find_date, period
from almanac.page.lines import ITEM, MAX_START, Lines, indentation, plain
from almanac.patterns import regex

Kind = Literal["atx", "setext", "html", "year", "label", "item", "end"]
LOWEST = 7
"""The level of a year that is a paragraph: every real heading is above it, bold words and bullets are below it."""
_LONGEST_LINE = 80
_UNDERLINE = regex(r"(=+|-{2,})[ \t]*\Z")
_NO_PARAGRAPH = frozenset("#>|<-*+=~`{ \t")
_HTML = regex(r"[ ]{0,3}<h([1-6])\b[^<>]*>", re.IGNORECASE)
_YEAR_LINE = regex(r"(?:[^\W\d_]+ (?:de )?)?(?:19|20)[0-9]{2}(?:[-\u2013/](?:20)?[0-9]{2})?[:.]?")
BOLD_LINE = regex(r"(\*\*|__)(?=\S)[^*_]+\1:?[ \t]*")
_FOLDED = regex(r"[ \t]*<details\b[^<>]*>[ \t]*\Z", re.IGNORECASE)
_SUMMARY = regex(r"[ \t]*(?:<details\b[^<>]*>[ \t]*)?<summary\b", re.IGNORECASE)
_LIST = regex(r"[ ]{0,3}(?:[-*+]|[0-9]{1,9}[.)])[ \t]|[^|]*\|")
_LIST_OR_HEADING = regex(r"[ ]{0,3}(?:#{1,6}[ \t]|(?:[-*+]|[0-9]{1,9}[.)])[ \t]|\|)")
_HTML_LIST = regex(r"[ \t]*<(?:ul|ol|dl|table|div)\b", re.IGNORECASE)
_CLOSING = regex(
    r"\b(?:coming soon|more soon|more to come|stay tuned|to be continued|watch this space)\b", re.IGNORECASE
)


class Heading(NamedTuple):
    """A line that begins a part of the page.

    Of the kinds, `year` is a paragraph that holds only a year (or the summary of a block that can be folded), `label`
    one of bold words, `item` a bullet that holds only a year, with bullets below it, and `end` a heading such as "More
    coming soon!".
    """

    line: int
    lines: int  # two if it is underlined
    kind: Kind
    level: int  # 1 to 6, 7 for a year line, 8 for a label; of an item, more by its indentation
    text: str
    period: str | None  # the year or month that it gives to what comes below it

    @property
    def year(self) -> str | None:
        """The year that it gives, or the academic year."""
        return self.period and (self.period if "/" in self.period else self.period[:4])

    def found(self, year: str | None, habits: DateHabits) -> Found | None:
        """Find the date of an event that begins here; `year` is what the headings above say."""
        return find_date(self.text, year, habits) if self.kind in ("atx", "setext") else None


def find_headings(lines: Lines) -> list[Heading]:
    """Find all headings that a reader of the built page sees as such."""
    found: list[Heading] = []
    for index, text in enumerate(lines.texts):
        if not lines.visible[index] or not text:
            continue
        heading = (
            _atx(index, text)
            if text[0] == "#"
            else _underlined(lines, index) or _html(index, text) or _year_line(lines, index) or _label(lines, index)
        )
        if heading:
            found.append(with_month(heading, lines.habits))
    return found


def with_month(heading: Heading, habits: DateHabits) -> Heading:
    """Return a heading with the month that it names in the language of the page."""
    if habits.names is None or heading.period is None:
        return heading
    return heading._replace(period=period(habits.names.in_english(heading.text)[0]))


def heading_ends(headings: Sequence[Heading], total: int) -> list[int]:
    """Return for each heading the line where its part ends: at the next one of the same or a higher level.

    A year line and a closing heading end every part that is open.
    """
    result = [total] * len(headings)
    open_: list[int] = []
    for index, heading in enumerate(headings):
        while open_ and (heading.kind in ("year", "end") or headings[open_[-1]].level >= heading.level):
            result[open_.pop()] = heading.line
        open_.append(index)
    return result


def _heading(line: int, kind: Kind, level: int, markdown: str) -> Heading:
    text = plain(markdown[:MAX_START])
    lines = 2 if kind == "setext" else 1
    # "More coming soon!" closes the page, but "November 8th, 2021: Coming soon" is an event.
    if kind in ("atx", "setext") and _CLOSING.search(text) and find_date(text) is None:
        return Heading(line, lines, "end", level, text, None)
    return Heading(line, lines, kind, level, text, period(text))


def _atx(index: int, text: str) -> Heading | None:
    content = text.lstrip("#")
    level = len(text) - len(content)
    if level > 6 or (content and content[0] not in " \t\u00a0"):  # noqa: PLR2004  # Markdown has six levels
        return None
    content = content.strip()
    # `## Title ##` is closed, `## Meeting in C#` is not.
    without_marks = content.rstrip("#")
    return _heading(index, "atx", level, without_marks if without_marks[-1:] in ("", " ", "\t") else content)


def _underlined(lines: Lines, index: int) -> Heading | None:
    below = lines.texts[index + 1] if index + 1 < len(lines.texts) else ""
    if lines.texts[index][0] in _NO_PARAGRAPH or below[:1] not in ("=", "-"):
        return None
    mark = _UNDERLINE.match(below)
    if not mark or not _begins_block(lines, index):
        return None
    return _heading(index, "setext", 1 if mark[1][0] == "=" else 2, lines.texts[index])


def _html(index: int, text: str) -> Heading | None:
    tag = _HTML.match(text) if "<" in text else None
    return _heading(index, "html", int(tag[1]), text) if tag else None


def html_heading(index: int, lines: int, level: int, text: str) -> Heading:
    """Return a heading of HTML that is indented, or goes over several lines."""
    return _heading(index, "html", level, text)._replace(lines=lines)


def _year_line(lines: Lines, index: int) -> Heading | None:
    """Read a paragraph or bullet such as `2021` or `**Autumn 2021:**`; it heads a list only if one begins below it."""
    text = lines.texts[index]
    first = index
    if _FOLDED.match(text):
        inside = next((line for line in range(index + 1, len(lines.texts)) if not lines.blank(line)), index)
        if _SUMMARY.match(lines.texts[inside]):
            index, text = inside, lines.texts[inside]
    if len(text) >= _LONGEST_LINE or not ("19" in text or "20" in text):
        return None
    item = ITEM.match(text)
    if not _YEAR_LINE.fullmatch(plain(text[item.end() if item else 0 :])):
        return None
    below = _text_below(lines, index)
    if item:
        is_above = ITEM.match(below) and indentation(below) > indentation(text)
        return _heading(index, "item", LOWEST + 2 + indentation(text), text[item.end() :]) if is_above else None
    is_folded = first != index or text.lstrip().lower().startswith("<details")
    is_apart = (is_folded or _begins_block(lines, index)) and _LIST_OR_HEADING.match(below)
    is_apart = is_apart or (is_folded and _HTML_LIST.match(below))
    return _heading(first, "year", LOWEST, text)._replace(lines=1 + index - first) if is_apart else None


def _label(lines: Lines, index: int) -> Heading | None:
    """Read a paragraph of bold words, such as `**Season 3**`, which names the list that begins right below it."""
    text = lines.texts[index]
    if text[0] not in "*_" or len(text) >= _LONGEST_LINE or not BOLD_LINE.fullmatch(text):
        return None
    if not _begins_block(lines, index) or not _LIST.match(_text_below(lines, index)):
        return None
    label = _heading(index, "label", LOWEST + 1, text)
    # The day of one event is not the time of a list.
    return label._replace(period=None) if (found := find_date(label.text)) and found.has_day else label


def _text_below(lines: Lines, index: int) -> str:
    return next((lines.texts[line] for line in range(index + 1, len(lines.texts)) if not lines.blank(line)), "")


def _begins_block(lines: Lines, index: int) -> bool:
    """Tell whether a line does not go on with a paragraph above it."""
    return index == 0 or lines.blank(index - 1) or not lines.visible[index - 1] or lines.texts[index - 1][0] == "#"
