"""Which section of a page belongs to which record, where a fingerprint does not say it."""

import re
from collections.abc import Iterator

from bot.events.event import Event
from bot.pages.entries import Style, trimmed
from bot.pages.fingerprints import fingerprints
from bot.pages.headings import ends
from bot.pages.outline import Page, Section
from bot.pages.plain import plain

_WORD = re.compile(r"\w+")
_LINE = re.compile(r"\r\n?|\n")
_LABEL = re.compile(r"\A(?:topic|title|event|what):\s*", re.IGNORECASE)
_MARKS = re.compile(r"\A[\s>*+#|-]+")


def words(text: str) -> str:
    """Return the words of a text in lower case with a space around each, so that one name can be found in another."""
    return f" {' '.join(_WORD.findall(text.casefold()))} "


def same_name(first: str, second: str) -> bool:
    """Tell whether two titles name the same: one holds all words of the other, in a row."""
    one, other = words(first), words(second)
    return one.strip() != "" != other.strip() and (one in other or other in one)


def same_day(section: Section, event: Event) -> bool:
    """Tell whether a section's date is the record's."""
    return section.date == event.date


def same_title(section: Section, event: Event) -> bool:
    """Tell whether a section names the record's title or series, in its first line or, without a title there, below."""
    names = [name for name in (event.title, event.series) if name]
    if section.title:
        return any(same_name(section.title, name) for name in names)
    text = words(plain(section.text[:2000]))
    return any(words(name).strip() and words(name) in text for name in names)


def title_of(section: Section) -> str:
    """Return a section's title: from its first line, or the first words below it; nothing where there are none."""
    if section.title:
        return section.title
    below = _LINE.split(section.text)[2 if section.style.kind == "setext" else 1 :]
    words = (_LABEL.sub("", _MARKS.sub("", plain(line[:1000]))).strip() for line in below)
    return next(filter(None, words), "")


def own_section(page: Page, event: Event) -> Section | None:
    """Find a record's section: by its fingerprint, then by date and title, then by the date that no other has."""
    for section in (*page.sections, *_by_headings(page)) if event.rendered else ():
        if event.rendered in fingerprints(section.text):
            return section
    day = [section for section in page.sections if same_day(section, event)]
    return next((section for section in day if same_title(section, event)), None)


def _by_headings(page: Page) -> Iterator[Section]:
    """Cut the page at its headings, for sections that hold no date, as a site's own template may write them."""
    after = ends(list(page.headings), len(page.lines.texts))
    for heading, end in zip(page.headings, after, strict=True):
        if heading.kind in ("atx", "setext"):
            start = page.lines.offsets[heading.line]
            text = page.text[start : page.lines.end(trimmed(page.lines, heading.line, end) - 1)]
            style = Style(heading.kind, heading.level)
            yield Section(text, start, heading.line + 1, style, "", heading.text, None, None, None, None)
