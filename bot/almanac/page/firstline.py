"""The first line of a section: how a page puts date and title together there, and a template that does the same."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from almanac.page.dateshapes import without_zoned_time
from almanac.page.lines import LINK, split_lines
from almanac.page.outline import Section
from almanac.page.tables import date_example, date_like, field_of, in_line

_MARK = re.compile(r"\A[ ]{0,3}(?:#{1,6}[ \t]+|[-*+][ \t]+(?:\[[ xX]\][ \t]+)?)?")
_CLOSING_MARK = re.compile(r"(?<![ \t])[ \t]+#+[ \t]*\Z")
_WEEKDAY = r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]{0,6}"
_WEEKDAY_BEFORE = re.compile(rf"\b{_WEEKDAY}\.?,?[ ]\Z", re.IGNORECASE)
_WEEKDAY_AFTER = re.compile(rf",?[ ]\(?{_WEEKDAY}\)?(?![A-Za-z])", re.IGNORECASE)
_BELONGS_TO_DATE = re.compile(r"\b(?:on|the|date|when|week of)\b|_", re.IGNORECASE)
# Closing emphasis is followed by a separator, opening emphasis by a word.
_SEPARATOR = r"[ \t:;,.|\u2013\u2014\u00b7\u2022/~@)\]>=-]"
_AFTER_DATE = re.compile(rf"\A(?:{_SEPARATOR}|[*_]++(?={_SEPARATOR}))*+")
# For a text that is turned round, so that it begins where the date did.
_BEFORE_DATE = re.compile(r"\A(?:[ \t:;,.|(\[\u2013\u2014\u00b7\u2022/~@-]|[*_]+(?=[\w.!?]))*+")
_LINK_AT_END = re.compile(rf"(?P<before>(?<![ \t])[ \t]+[(\[]?){LINK.pattern}(?P<after>[)\]]?)[ \t]*\Z")
_TITLE_BY = re.compile(r"(?P<title>.*[^\s,])(?P<by>,?[ ](?:by|with)[ ])(?=\S)(?P<names>(?s:.*))")
_WITHIN_NAMES = re.compile(r"(?:\b(?:by|with|and)|[,&])\Z")
_EMPHASIS = ("***", "**", "__", "*", "_", '"', "'", "\u201c\u201d")
_TEMPLATE_MARKS = re.compile(r"[{}<>`\\]")


@dataclass(frozen=True)
class FirstLine:
    """How first lines are put together. Two are equal where the same marks are around the date and the title.

    `date` is that of one line, or of a whole list the example for its dates; `title_expression` is what a template puts
    in the title's place; `more` is the words of one more link at the end of the line, as in `([video](https://...))`.
    """

    lead: str  # before the first of the two, such as `### ` or `- **`
    middle: str = ""
    tail: str = ""
    date_first: bool = True
    titled: bool = True
    linked: Literal["", "date", "title", "all"] = ""  # what leads somewhere; `all` is from the date to the title
    by: str = ""  # between the title and the people, as in `Title by Name`; empty where no people follow
    before_when: str = ""  # between the date and a time that names its zone, which our own line of times replaces
    date: str = field(default="", compare=False)
    title_expression: str = field(default="title", compare=False)
    more: str = field(default="", compare=False)
    more_around: tuple[str, str] = field(default=("", ""), compare=False)
    underline: str = field(default="", compare=False)


def observe_first_line(sections: Sequence[Section]) -> tuple[FirstLine, list[Section]]:
    """Describe how most first lines of a list are put together, and return the sections that have such a line.

    Where none can be taken apart, new first lines will be plain: `date: title`.
    """
    read = [(line, section) for section in sections if (line := _take_apart(section))]
    if read:
        first = Counter(line for line, _ in read).most_common(1)[0][0]
        alike = [section for line, section in read if line == first]
        dates = [(line.date, section.date) for line, section in read if line == first]
    else:
        first = FirstLine(_split_mark(split_lines(sections[0].text)[0])[0], ": ")
        alike = list(sections)
        dates = [(_date_of(section), section.date) for section in sections]
    # Where the same few titles come back again and again, they are those of series. Two events are no habit.
    titles = {section.title for section in sections}
    recurring = len(titles) * 2 <= len(sections) and len(sections) > 2  # noqa: PLR2004
    style = sections[0].style
    first = replace(
        first,
        date=date_example(dates, sections),
        title_expression="(series or title)" if recurring else "title",
        underline="=-"[style.level - 1] if style.kind == "setext" else "",
    )
    return first, alike


def write_first_line(first: FirstLine) -> str:
    """Write the line of a template that makes such first lines, without a line end."""
    date = date_like(first.date)
    leads_to = "link(url or recording)"
    date_shown = f"{{{{ {date} | {leads_to} }}}}" if first.linked == "date" else f"{{{{ {date} }}}}"
    if first.before_when:
        date_shown += f"{{% if when %}}{first.before_when}{{{{ when | text }}}}{{% endif %}}"
    if not first.titled:
        line = f"{first.lead}{date_shown}{first.tail}"
    elif first.linked == "all":
        line = f'{first.lead}{{{{ ({date} ~ "{first.middle}" ~ {first.title_expression}) | {leads_to} }}}}'
    else:
        is_heading = bool(first.underline) or first.lead.startswith("#")
        ends_heading = is_heading and first.date_first and not first.tail
        escaping = leads_to if first.linked == "title" else "heading" if ends_heading else "text"
        title_shown = f"{{{{ {first.title_expression} | {escaping} }}}}"
        both = (date_shown, title_shown) if first.date_first else (title_shown, date_shown)
        line = first.lead + first.middle.join(both) + first.tail
    if first.by:
        line += f"{{% if people %}}{first.by}{in_line('people', affiliations=False)}{{% endif %}}"
    target = field_of(first.more)
    if target in ("recording", "url"):
        before, after = first.more_around
        line += f"{{% if {target} %}}{before}{in_line(target, link=first.more)}{after}{{% endif %}}"
    if first.underline:
        underline = f'{{{{ ("{first.underline}" * (line | length)) | text }}}}'
        return f"{{% set line %}}{line}{{% endset %}}\n{{{{ line }}}}\n{underline}"
    return line


def _split_mark(line: str) -> tuple[str, str]:
    """Cut off the mark with which a line begins, such as `### ` or `* `; an underlined heading has none."""
    rest = _MARK.sub("", line)
    return line[: len(line) - len(rest)], rest


def _date_of(section: Section) -> str:
    """Return the date in a section's first line as a reader sees it."""
    return section.words if "(" in section.words else section.words.rstrip(")")


def _take_apart(section: Section) -> FirstLine | None:
    """Return None where the date or the marks around it are not clear."""
    line = split_lines(section.text)[0].rstrip()
    closing = _CLOSING_MARK.search(line) if section.style.kind == "atx" else None
    line = line[: closing.start()] if closing else line
    date = _date_of(section)
    more = _more_link(line, date)
    line = line[: more.start()] if more else line
    cut = _cut_at_date(line, date)
    if cut is None:
        return None
    before, date, after = cut
    by = _people_after_title(after) if section.style.family == "bullet" else None
    after = by["title"] if by else after
    lead, title = _split_mark(before)
    has_title_first = re.search(r"\w", _BELONGS_TO_DATE.sub("", title))
    first = _title_first(lead, title, after) if has_title_first else _date_first(before, date, after)
    if first is None or _TEMPLATE_MARKS.search(first.lead + first.middle + first.tail):
        return None
    date, before_when = without_zoned_time(date)
    return replace(
        first,
        before_when=before_when.rstrip("("),
        tail=first.tail + (closing[0] if closing else ""),
        by=by["by"] if by and first.date_first and first.titled else "",
        date=date,
        more=more[2] if more else "",
        more_around=(more["before"], more["after"]) if more else ("", ""),
    )


def _more_link(line: str, date: str) -> re.Match[str] | None:
    """Find one more link at a line's end: neither the title, beside the date, nor the name of one of the people."""
    link = _LINK_AT_END.search(line)
    before = line[: link.start()] if link else ""
    has_title = re.search(r"\w.*\w", _split_mark(before)[1].replace(date, "", 1))
    return link if has_title and not _WITHIN_NAMES.search(before) else None


def _cut_at_date(line: str, date: str) -> tuple[str, str, str] | None:
    """Cut a line into what comes before the date, the date with a weekday at either side, and what comes after it."""
    start = line.find(date) if date else -1
    if start < 0:
        return None
    end = start + len(date)
    if before := _WEEKDAY_BEFORE.search(line[:start]):
        start = before.start()
    elif (after := _WEEKDAY_AFTER.match(line, end)) and "(" not in after[0]:
        end = after.end()
    return line[:start], line[start:end], line[end:]


def _people_after_title(text: str) -> re.Match[str] | None:
    """Find the people who follow a title, unless marks that open before them close after them."""
    found = _TITLE_BY.match(text)
    names = found["names"] if found else ""
    odd = any(names.count(mark) % 2 for mark in ("**", "*", "__", "_", '"'))
    uneven = any(names.count(opening) != names.count(closing) for opening, closing in ("[]", "()", "\u201c\u201d"))
    return None if odd or uneven else found


def _date_first(before: str, date: str, after: str) -> FirstLine | None:
    linked: Literal["", "date", "title", "all"] = ""
    if before.endswith("["):
        link = LINK.match(f"[{date}{after}")
        if link and link[1] == date:
            before, after, linked = before[:-1], link.string[link.end() :], "date"
        elif link and link[0] == link.string:
            before, after, linked = before[:-1], link[1].removeprefix(date), "all"
        elif not after.startswith("]"):
            return None
    title = _AFTER_DATE.sub("", after)
    middle = after[: len(after) - len(title)]
    if not title:
        return FirstLine(before, "", middle.rstrip(), titled=False, linked=linked)
    if not linked and (link := LINK.fullmatch(title)):
        title, linked = link[1], "title"
    opening, tail = _emphasis(title, before + middle)
    return FirstLine(before, middle + opening, tail, linked=linked)


def _title_first(lead: str, title: str, after: str) -> FirstLine | None:
    if re.search(r"\w", after):
        return None
    words = _BEFORE_DATE.sub("", title[::-1])[::-1]
    middle = title[len(words) :]
    link = LINK.fullmatch(words)
    closing_marks = middle[: len(middle) - len(middle.lstrip("*_"))]
    opening, closing = _emphasis((link[1] if link else words) + closing_marks, "")
    if opening:
        middle = middle.lstrip("*_")
    linked: Literal["", "title"] = "title" if link else ""
    return FirstLine(lead + opening, closing + middle, after, date_first=False, linked=linked)


def _emphasis(title: str, before: str) -> tuple[str, str]:
    """Return the marks around a title: its own, or only the closing half of those that open before it."""
    for marks in _EMPHASIS:
        opening, closing = (marks[0], marks[-1]) if len({*marks}) > 1 else (marks, marks)
        if title.endswith(closing) and len(title) > len(opening + closing):
            if title.startswith(opening):
                return opening, closing
            if marks in ("***", "**", "__") and before.count(marks) % 2:
                return "", closing
    return "", ""
