"""The headings of a page, and other lines that begin a part of it."""

import re
from dataclasses import dataclass
from typing import Literal

from bot.pages.dates import Found, find_date, period
from bot.pages.lines import Lines
from bot.pages.plain import plain

HeadingKind = Literal["atx", "setext", "html", "year", "end"]
# Longer lines are prose; so no line costs more than this, whatever stands in it.
MAX_START = 1_000
_UNDERLINE = re.compile(r"(=+|-{2,})[ \t]*\Z")
_NO_PARAGRAPH = frozenset("#>|<-*+=~`{ \t")
_HTML = re.compile(r"[ ]{0,3}<h([1-6])\b[^<>]*>", re.IGNORECASE)
_YEAR_LINE = re.compile(r"(?:[A-Z][a-z]+ )?(?:19|20)[0-9]{2}[:.]?")
_BEGINS = re.compile(r"[ ]{0,3}(?:#{1,6}[ \t]|[-*+][ \t]|\|)")
_CLOSING = re.compile(
    r"\b(?:coming soon|more soon|more to come|stay tuned|to be continued|watch this space)\b", re.IGNORECASE
)
LOWEST = 7


@dataclass(frozen=True)
class Heading:
    """A line that begins a part of the page.

    Attributes:
        line: Its index; `lines` of them belong to it (two, if it is underlined).
        kind: `year` is a paragraph of nothing but a year; `end` a heading such as "More coming soon!".
        level: 1 to 6, or 7 for a year line.
        text: Its words.
        period: The year or month that it gives to what stands below it.
    """

    line: int
    lines: int
    kind: HeadingKind
    level: int
    text: str
    period: str | None

    def found(self, year: str | None) -> Found | None:
        """Find the date of an event that begins here."""
        return find_date(self.text, year) if self.kind in ("atx", "setext") else None


def find_headings(lines: Lines) -> list[Heading]:
    """Find all headings that a reader of the built page sees as such."""
    found: list[Heading] = []
    for index, text in enumerate(lines.texts):
        if lines.visible[index] and text:
            heading = _atx(index, text) if text[0] == "#" else _other(lines, index, text)
            if heading:
                found.append(heading)
    return found


def _heading(line: int, lines: int, kind: HeadingKind, level: int, markdown: str) -> Heading:
    text = plain(markdown[:MAX_START])
    if kind in ("atx", "setext") and _CLOSING.search(text) and find_date(text) is None:
        return Heading(line, lines, "end", level, text, None)
    return Heading(line, lines, kind, level, text, period(text))


def _atx(index: int, text: str) -> Heading | None:
    content = text.lstrip("#")
    level = len(text) - len(content)
    if level > 6 or (content and content[0] not in " \t\u00a0"):  # noqa: PLR2004  # Markdown has six levels
        return None
    content = content.strip()
    closed = content.rstrip("#")
    return _heading(index, 1, "atx", level, closed if closed[-1:] in ("", " ", "\t") else content)


def _other(lines: Lines, index: int, text: str) -> Heading | None:
    if text[0] not in _NO_PARAGRAPH and index + 1 < len(lines.texts):
        mark = _UNDERLINE.match(lines.texts[index + 1]) if lines.texts[index + 1][:1] in ("=", "-") else None
        if mark and _begins_block(lines, index):
            return _heading(index, 2, "setext", 1 if mark[1][0] == "=" else 2, text)
    if "<" in text and (html := _HTML.match(text)):
        return _heading(index, 1, "html", int(html[1]), text)
    if len(text) < 80 and ("19" in text or "20" in text) and _YEAR_LINE.fullmatch(plain(text)):  # noqa: PLR2004
        below = next((line for line in range(index + 1, len(lines.texts)) if not lines.blank(line)), None)
        if _begins_block(lines, index) and below is not None and _BEGINS.match(lines.texts[below]):
            return _heading(index, 1, "year", LOWEST, text)
    return None


def _begins_block(lines: Lines, index: int) -> bool:
    return index == 0 or lines.blank(index - 1) or not lines.visible[index - 1] or lines.texts[index - 1][0] == "#"


def ends(headings: list[Heading], total: int) -> list[int]:
    """Return for each heading the line where its part ends: at the next of the same or a higher level.

    A year line and a closing heading end whatever stands above them.
    """
    result = [total] * len(headings)
    open_: list[int] = []
    for index, heading in enumerate(headings):
        ends_all = heading.kind in ("year", "end")
        while open_ and (ends_all or headings[open_[-1]].level >= heading.level):
            result[open_.pop()] = heading.line
        open_.append(index)
    return result
