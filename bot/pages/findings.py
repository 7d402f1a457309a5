"""What is noticed about the content of a section: reported with its line, and never corrected behind anyone's back."""

import re
from collections.abc import Iterator
from datetime import date as calendar_date

from bot.errors import Problem
from bot.events.dates import DAYS, heading_date
from bot.pages.dates import UNKNOWN_YEAR
from bot.pages.outline import Section

_DAY = len("2021-11-08")
_LINE = re.compile(r"\r\n?|\n")
_CODE = re.compile(r"`[^`]*`")
_OPENED = re.compile(r"<a\b[^<>]*(>?)", re.IGNORECASE)
_CLOSED = re.compile(r"</a[ \t]*>", re.IGNORECASE)
_ODD_QUOTE = re.compile(r"\bhref[ \t]*=[ \t]*(?:\"[^\"<>]*(?:[<>]|\Z)|'[^'<>]*(?:[<>]|\Z))", re.IGNORECASE)
_TARGET = re.compile(r"\]\([ \t]*<?(?:https?:|www\.|mailto:)")
_BRACKET = re.compile(r"[()]")
_APART = re.compile(r"\][ \t]+\(https?:")
_NO_BRACKET = re.compile(r"\[[^\[\]()]*\(https?:[^\s()]*\)(?!\])")


def findings(section: Section) -> Iterator[Problem]:
    """Tell what is noticed about a section's date and links; times have a check of their own."""
    if section.note:
        yield Problem(section.note, "Date", line=section.line)
    if section.date.startswith(UNKNOWN_YEAR):
        message = "No year is known for this entry: neither its line nor a heading above says one."
        yield Problem(message, "Date", line=section.line)
    if wrong := _weekday(section):
        yield Problem(wrong, "Date", line=section.line)
    for number, line in enumerate(_LINE.split(section.text)):
        if ("[" in line or "<" in line) and (broken := _broken_link(line)):
            yield Problem(broken, "Links", typed=line.strip()[:200], line=section.line + number)


def _weekday(section: Section) -> str | None:
    if section.weekday is None or len(section.date) != _DAY or section.date.startswith(UNKNOWN_YEAR):
        return None
    real = calendar_date.fromisoformat(section.date).weekday()
    if real == section.weekday:
        return None
    return f"{heading_date(section.date)} is a {DAYS[real]}, not a {DAYS[section.weekday]}. One of the two is wrong."


def _broken_link(line: str) -> str | None:
    text = _CODE.sub("", line)
    tags = list(_OPENED.finditer(text))
    if any(not tag[1] for tag in tags) or _ODD_QUOTE.search(text):
        return "A link's tag on this line is not complete: a quotation mark or its end (>) is missing."
    if len(tags) != len(_CLOSED.findall(text)):
        return "The tags of a link on this line do not match: each <a> needs one </a>."
    if _APART.search(text):
        return "A space stands between the words of a link and its address, so it shows as plain text."
    if any(not _closes(text, target.start() + 1) for target in _TARGET.finditer(text)):
        return "A link on this line has no closing bracket after its address."
    if _NO_BRACKET.search(text):
        return "A link on this line has no closing square bracket after its words."
    return None


def _closes(text: str, start: int) -> bool:
    """Tell whether the bracket that opens at a place is closed before the next link begins."""
    depth = 0
    following = text.find("](", start)
    for bracket in _BRACKET.finditer(text, start, following if following >= 0 else len(text)):
        depth += 1 if bracket[0] == "(" else -1
        if depth == 0:
            return True
    return False
