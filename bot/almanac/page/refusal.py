"""Why no event is found on a page, at which line that shows, and what to do next."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from almanac.dates import find_date, period
from almanac.errors import Problem
from almanac.page.headings import Heading
from almanac.page.lines import BULLET, MAX_START, Lines, front_matter, plain
from almanac.patterns import regex
from almanac.phrases import joined, say

_EVENT_LOOP = regex(r"event|meet|talk|session|workshop|history|agenda|\.(?:date|when|starts)\b", re.IGNORECASE)
_EVENT_INCLUDE = regex(r"\{%-?[ \t]{0,9}include\b[^%]{0,200}(?:event|meet|talk|session|seminar)", re.IGNORECASE)
_NUMERIC = regex(r"(?<![0-9/.-])[0-9]{1,4}([/.-])[0-9]{1,2}\1[0-9]{2,4}(?![0-9/.-])")
_MONTH_AND_DAY = regex(
    r"\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}\.?[ ][0-9]{1,2}(?![0-9])", re.IGNORECASE
)
# The day, a month in any language, and the year: `12 mars 2020`, `3. Februar 2019`, `4 de mayo de 2020`.
_IN_WORDS = regex(
    r"(?<!\w)[0-9]{1,2}(?:\.|er|º)?[ ](?:de[ ])?[^\W\d_]{3,12}\.?[ ](?:de[ ])?(?:19|20)[0-9]{2}(?![0-9])", re.IGNORECASE
)
_NESTED_BULLET = regex(r"\s+[-*+]\s")
_HTML = regex(r"\s*<[A-Za-z/!]")

IN_PARAGRAPH = say("in a paragraph, below or beside what names the event")
_NO_EVENT = say("No event was found on this page")
_SHAPES = say(
    "An event begins with a heading, a bullet or a table row that contains its date, as in `### "
    "Nov 8, 2021: Title`. Write them so, or leave this page as it is. To start a new one beside it: "
    "`almanac init --new --page NAME.md`."
)
_ELSEWHERE = say(
    "Let it show Almanac's records too (docs/untrusted-text.md), or leave it as it is. To start a new page beside it: "
    "`almanac init --new --page NAME.md`."
)


@dataclass(frozen=True)
class Sign:
    """What shows where a page's events are, or that it has none that can be read: a line, from 0, and what it shows.

    `is_event` tells whether there is reason to think that there are events at all, `elsewhere` whether they are not on
    the page itself.
    """

    line: int
    text: str
    reason: str
    is_event: bool = True
    elsewhere: bool = False

    @property
    def problem(self) -> Problem:
        """Return the refusal: the line, the reason and the next step."""
        message = joined((self.reason, _ELSEWHERE if self.elsewhere else _SHAPES))
        return Problem(message, typed=self.text.strip()[:MAX_START] or None, line=self.line + 1)


def event_loop(lines: Lines) -> Sign | None:
    """Find the Liquid loop that writes a page's events."""
    text = next((loop.partition("\n")[0] for loop in lines.loops if _EVENT_LOOP.search(loop)), None)
    reason = say("The events of this page come from a Liquid loop: they are in files or data, not on the page.")
    return None if text is None else Sign(lines.texts.index(text), text, reason, elsewhere=True)


def why_no_event(lines: Lines, headings: tuple[Heading, ...]) -> Sign:
    """Say why a page has no event that can be read: of what is on it, the first thing that explains it."""
    if loop := event_loop(lines):
        return loop
    for line, text in enumerate(lines.texts):
        if _EVENT_INCLUDE.search(text):
            reason = say("The events of this page come from an include: they are not on the page.")
            return Sign(line, text, reason, elsewhere=True)
    start = front_matter(lines.texts)
    if dated := [index for index in range(start, len(lines.texts)) if says_date(lines.texts[index])]:
        return _dated(lines, headings, dated)
    above = [
        index for index in range(start) if lines.texts[index].startswith((" ", "-")) and says_date(lines.texts[index])
    ]
    if above[1:]:
        return _sign(lines, above[0], say("its dates are in its front matter, of which no list is read."))
    if lines.loops:
        text = lines.loops[0].partition("\n")[0]
        return replace(
            _sign(lines, lines.texts.index(text), say("what it lists comes from a Liquid loop.")), elsewhere=True
        )
    return _undated(lines, headings, start)


def _dated(lines: Lines, headings: tuple[Heading, ...], dated: list[int]) -> Sign:
    """Say where a page's dates are that are not those of events; most are in one kind of place."""
    in_html = [line for line in dated if _HTML.match(lines.texts[line])]
    if len(in_html) * 2 > len(dated):
        reason = say(
            "this page's events are HTML, from line {line} on, but are not alike: each has to be one element (`<li>`, "
            "`<tr>`, `<div>`) on lines of its own that says its date, and the lists of several years have to be side "
            "by side.",
            line=in_html[0] + 1,
        )
        return _sign(lines, in_html[0], reason)
    count = say("{number} lines hold a date; the first", number=len(dated)) if dated[1:] else say("the first date")
    return _sign(lines, dated[0], say("{count} is {place}.", count=count, place=where(lines, headings, dated[0])))


def _undated(lines: Lines, headings: tuple[Heading, ...], start: int) -> Sign:
    """Say what is on a page without dates: headings below its title, bullets, other text, or nothing."""
    if headings[1:]:
        return _sign(lines, headings[1].line, say("there are no dates in its headings."))
    bullets = [index for index, text in enumerate(lines.texts) if lines.visible[index] and BULLET.match(text)]
    if bullets[1:]:
        years = sum(period(plain(lines.texts[index][:MAX_START])) is not None for index in bullets)
        return _sign(
            lines,
            bullets[0],
            say("its bullets hold only years.") if years * 2 > len(bullets) else say("its bullets have no dates."),
        )
    filled = next((index for index in range(start, len(lines.texts)) if not lines.blank(index)), None)
    if filled is None:
        return Sign(
            start, "", say("{no_event}: {reason}", no_event=_NO_EVENT, reason=say("it is empty.")), is_event=False
        )
    return replace(_sign(lines, filled, say("it has no date.")), is_event=False)


def _sign(lines: Lines, line: int, reason: str) -> Sign:
    return Sign(line, lines.texts[line], say("{no_event}: {reason}", no_event=_NO_EVENT, reason=reason))


def says_date(text: str) -> bool:
    """Tell whether a line says a date, be it in a way that is not read."""
    start = text[:MAX_START]
    if not any(map(str.isdigit, start)):
        return False
    words = plain(start)
    found = find_date(words)
    has_month = found is not None and "-" in found.date
    return has_month or any(pattern.search(words) for pattern in (_NUMERIC, _MONTH_AND_DAY, _IN_WORDS))


def where(lines: Lines, headings: Iterable[Heading], line: int) -> str:
    """Say where a line with a date stands, in the words that end a sentence."""
    text = lines.texts[line]
    kinds = (
        (_HTML.match(text), say("in HTML, which is read only where all events are")),
        (not lines.visible[line], say("in code, a comment or a Liquid loop")),
        (
            any(one.line == line for one in headings),
            say("in a heading, in a form that is not read or that names a list"),
        ),
        (_NESTED_BULLET.match(text), say("in a nested bullet, and most bullets beside the one above it have none")),
        (BULLET.match(text), say("in a bullet, in a form that is not read or in the middle of its text")),
        ("|" in text, say("in a table, in a form that is not read or not in a cell of its own")),
    )
    return next((words for applies, words in kinds if applies), IN_PARAGRAPH)
