"""The first section of a page or of a year: there is no neighbour to go by."""

import re
from calendar import month_abbr, month_name

from bot.pages.entries import body_end
from bot.pages.headings import Heading, ends
from bot.pages.items import is_delimiter
from bot.pages.outline import Order, Page, Section

_YEAR = re.compile(r"(?<![0-9])(?:19|20)[0-9]{2}(?![0-9])")
_MONTH_WORD = re.compile(rf"\b(?:{'|'.join([*month_name[1:], *month_abbr[1:], 'Sept'])})\b", re.IGNORECASE)
_ISO_MONTH = re.compile(r"(?<![0-9])(?:19|20)[0-9]{2}-[01][0-9](?![0-9])")


def first_of_all(page: Page, text: str, date: str, family: str) -> str:
    """Put the first section onto a page: below its year's heading if there is one, else before what closes the page."""
    if family == "row" and (row := _empty_table(page)) is not None:
        at = page.lines.end(row)
        return page.text[:at] + page.newline + text + page.text[at:]
    period = next((heading for heading in page.headings if heading.period and date.startswith(heading.period)), None)
    if period is not None:
        return below(page, period, text)
    closing = next((heading.line for heading in page.headings if heading.kind == "end"), None)
    return _before(page, text, _body_end(page) if closing is None else closing)


def below(page: Page, heading: Heading, text: str) -> str:
    """Put a section at the end of a heading's part, which holds none yet."""
    index = page.headings.index(heading)
    after = ends(list(page.headings), len(page.lines.texts))[index]
    following = (other.line for other in page.headings[index + 1 :] if other.line < after)
    after = next(following, after)
    while after > heading.line + heading.lines and page.lines.blank(after - 1):
        after -= 1
    at = page.lines.end(after - 1)
    return page.text[:at] + page.newline * 2 + text + page.text[at:]


def _empty_table(page: Page) -> int | None:
    """Return the line below which the first row of a table belongs."""
    texts = page.lines.texts
    return next(
        (
            line
            for line in range(1, len(texts))
            if page.lines.visible[line] and is_delimiter(texts[line]) and "|" in texts[line - 1]
        ),
        None,
    )


def _body_end(page: Page) -> int:
    """Return the line before which a page's closing definitions and comments begin."""
    total = len(page.lines.texts)
    end = body_end(page.lines, 0, 0, total)
    while end < total and page.lines.blank(end):
        end += 1
    return end


def _before(page: Page, text: str, line: int) -> str:
    """Put a section before a line, an empty line apart from what stands above and below."""
    at, newline = page.lines.offsets[line], page.newline
    before, after = page.text[:at], page.text[at:]
    if not before.removeprefix("\ufeff") or (line and page.lines.blank(line - 1) and before[-1] in "\r\n"):
        space = ""
    else:
        space = newline if before[-1] in "\r\n" else newline * 2
    return before + space + text + (newline * 2 + after if after else newline)


# ------------------------------------------------------------------------------- a new year


def new_period(page: Page, group: list[Section], text: str, date: str, order: Order) -> str | None:
    """Put a section under a new heading for its year or month, made as its neighbour's is.

    None where the list does not stand under such headings, or the date says less than they do.
    """
    if not date[:4].isdigit() or any(section.period is None for section in group):
        return None
    headings = [heading for heading in page.headings if any(section.period == heading.line for section in group)]
    if any(len(heading.period or "") > len(date) for heading in headings):
        return None
    later = [heading for heading in headings if (heading.period or "") > date[: len(heading.period or "")]]
    earlier = [heading for heading in headings if heading not in later]
    behind = next(iter(later if order == "oldest" else earlier), None)
    model = behind or headings[-1]
    lead = _lead(page, group, model, date)
    if behind:
        at = page.lines.offsets[behind.line]
        return page.text[:at] + lead + text + page.newline * 2 + page.text[at:]
    at = group[-1].end
    return page.text[:at] + page.newline * 2 + lead + text + page.text[at:]


def _lead(page: Page, group: list[Section], model: Heading, date: str) -> str:
    """Write a heading as the model is, for another year or month, with the head of a table if one stands below it."""
    lines = page.lines
    below_it = lines.offsets[model.line + model.lines]
    start = lines.offsets[model.line]
    head = page.text[start:below_it]
    renamed = _renamed(head, model.period or "", date)
    first = next(section for section in group if section.period == model.line)
    between = page.text[below_it : first.start]
    is_head = all(not line.strip() or "|" in line for line in re.split(r"\r\n?|\n", between))
    return renamed + (between if is_head else page.newline)


def _renamed(head: str, period: str, date: str) -> str:
    """Put another year, or month and year, into a heading that names `period`."""
    if _ISO_MONTH.search(head):
        return _ISO_MONTH.sub(date[:7], head, count=1)
    if len(period) > len("2021"):
        head = _MONTH_WORD.sub(lambda word: _month(word[0], date), head, count=1)
    return _YEAR.sub(date[:4], head, count=1)


def _month(model: str, date: str) -> str:
    """Name a date's month as short as the model, May being both."""
    number = int(date[5:7])
    return month_abbr[number] if len(model) <= len("Sept") and model not in month_name else month_name[number]
