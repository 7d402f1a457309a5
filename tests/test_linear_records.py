"""Many records cost time in proportion to their number, whatever becomes of them."""

from calendar import month_name
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial

import pytest
from almanac.config import Config
from almanac.event.model import Event
from almanac.page.importer import import_page
from almanac.page.lines import fingerprint
from almanac.page.many import take_out
from almanac.page.match import pair
from almanac.page.outline import outline
from almanac.page.sync import sync
from almanac.page.template import section_renderer
from almanac.views import Renderers
from almanac.views.generated import Publisher
from almanac.views.indexed import IndexedPageView
from almanac.views.page import PageView
from almanac.views.timeline import TimelineView

from tests.linear import GROWTH, grows_too_fast
from tests.page.house import ZONES, event, render

pytestmark = pytest.mark.long
Many = tuple[str, list[Event]]


def many(count: int, day: Callable[[int], str], kind: str = "talk") -> list[Event]:
    return [
        event(id=f"2021-{kind}-{number}", date=day(number), title=f"{kind.title()} number {number}")
        for number in range(count)
    ]


def page_of(records: Sequence[Event]) -> Many:
    """Write records on a page, and let them know it."""
    texts = [render(record) for record in records]
    known = [
        record.model_copy(update={"rendered": fingerprint(text)}) for record, text in zip(records, texts, strict=True)
    ]
    return "# Events\n\n" + "\n\n".join(texts) + "\n", known


def own_day(number: int) -> str:
    return f"{2001 + number // 336}-{number // 28 % 12 + 1:02}-{number % 28 + 1:02}"


def edited(count: int) -> Many:
    page, known = page_of(many(count, own_day))
    return page.replace("Talk number", "The talk number").replace("20", "19"), known


def alike(count: int) -> Many:
    page, known = page_of(many(count, lambda _: "2021-11-08"))
    return page.replace("### ", "### 1. "), known


def beginning_alike(count: int) -> Many:
    texts = [f"### November 8th, 2021: Talk\n\n{'word ' * 20}{number}" for number in range(count)]
    known = [event(id=f"2021-{number}", markdown=text, date="2021-11-08") for number, text in enumerate(texts)]
    return "\n\n".join(texts[::-1]) + "\n", known


def half_added(count: int) -> Many:
    records = many(count, own_day)
    page, known = page_of(records[::2])
    return page, [*known, *records[1::2]]


def half_moved(count: int) -> Many:
    page, known = page_of(many(count, own_day))
    return page, [
        record.model_copy(update={"date": own_day(count - number)}) if number % 2 else record
        for number, record in enumerate(known)
    ]


def added_to_a_jumbled_list(count: int) -> Many:
    """Add records to a page that is not in the order of its dates."""
    records = many(count, own_day)
    known = [*records[: count // 2 : 2], *records[1 : count // 2 : 2]]
    known = [one for pair in zip(known, known[::-1], strict=True) for one in pair][: count // 2]
    page, known = page_of([*{one.id: one for one in known}.values()])
    return page, [*known, *records[count // 2 :]]


def added_to_a_list_without_years(count: int) -> Many:
    records = many(count, own_day)
    page = "# Events\n\n" + "\n\n".join(f"### November {n % 28 + 1}: Old {n}" for n in range(count)) + "\n"
    return page, [*import_page(page, render, ZONES).events, *records]


def added_below_months(count: int) -> Many:
    """Add a record below each month's heading, which has one."""
    page, known = moved_in_months(count)
    known = [one.model_copy(update={"date": f"{one.date[:8]}08"}) for one in known]
    return page, [*known, *(event(id=f"{one.id}-new", date=f"{one.date[:8]}21", title=one.title) for one in known)]


def added_below_new_months(count: int) -> Many:
    """Add records to a page of two months, each of a month that has no heading yet."""
    page, known = moved_in_months(2)
    known = [one.model_copy(update={"date": f"{one.date[:8]}08"}) for one in known]
    return page, [*known, *many(count, lambda number: f"{2002 + number // 12}-{number % 12 + 1:02}-08", "walk")]


def added_below_new_terms(count: int) -> Many:
    page, known = page_of(many(2, lambda number: f"2001-{number * 6 + 3:02}-08"))
    page = page.replace("### M", "## Spring 2001\n\n### M").replace("### S", "## Fall 2001\n\n### S")
    return page, [*known, *many(count, lambda number: f"{2002 + number // 4}-{number % 4 * 3 + 1:02}-08", "walk")]


def added_without_a_term(count: int) -> Many:
    """Add records to a list of terms that gets no new headings, as one of its entries has none either."""
    page, known = page_of(many(4, lambda number: f"{2001 + number // 2}-{number % 2 * 6 + 3:02}-08"))
    head, *parts = page.split("### ")
    terms = ("", "## Fall 2001\n\n", "## Spring 2002\n\n", "## Fall 2002\n\n")
    page = head + "".join(f"{term}### {part}" for term, part in zip(terms, parts, strict=True))
    return page, [*known, *many(count, lambda number: f"{2003 + number // 12}-{number % 12 + 1:02}-08", "walk")]


def added_below_prepared_years(count: int) -> Many:
    """Add a record below each year's heading, which has none."""
    page, known = page_of(many(1, lambda _: "1901-03-08"))
    page = page.replace("### ", "## 1901\n\n### ") + "".join(f"\n## {1902 + number}\n" for number in range(count))
    return page, [*known, *many(count, lambda number: f"{1902 + number}-03-08", "walk")]


def month(number: int, day: int = 8) -> str:
    return f"{1901 + number // 12}-{number % 12 + 1:02}-{day:02}"


def below_months(records: Sequence[Event], apart: int = 0) -> Many:
    """Write records on a page, each below its month's heading but the first ones, which are below none."""
    page, known = page_of(records)
    head, *parts = page.split("### ")
    headings = [f"## {month_name[int(one.date[5:7])]} {one.date[:4]}\n\n" for one in records]
    headings = ["" if number < apart else heading for number, heading in enumerate(headings)]
    return head + "".join(f"{heading}### {part}" for heading, part in zip(headings, parts, strict=True)), known


def added_partly_below_months(count: int) -> Many:
    """Add records to a page whose newest entries are below no heading, and the others below that of their month."""
    page, known = below_months(many(count, lambda number: month(count - number)), apart=count // 2)
    return page, [*known, *many(count, lambda number: month(count // 2 + number, 21), "walk")]


def added_below_every_other_month(count: int) -> Many:
    """Add a record to each month of a page that has a heading for every other one, the newest first."""
    page, known = below_months(many(count // 2, lambda number: month(count - 2 * number)))
    return page, [*known, *many(count, lambda number: month(2 + number, 21), "walk")]


def added_below_every_other_prepared_month(count: int) -> Many:
    """Add a record to each month of a page that has a heading for every other one, without an entry but for two."""
    page, known = below_months(many(2, month))
    others = [month(number) for number in range(2, count, 2)]
    page += "".join(f"\n## {month_name[int(one[5:7])]} {one[:4]}\n" for one in others)
    return page, [*known, *many(count, lambda number: month(number, 21), "walk")]


def years_added_to_months(count: int) -> Many:
    """Add records that say a year and no month to a page with a heading for each month."""
    page, known = moved_in_months(count)
    known = [one.model_copy(update={"date": f"{one.date[:8]}08"}) for one in known]
    return page, [*known, *many(count // 12 + 1, lambda number: f"{2001 + number}", "walk")]


def years_added_to_years(count: int) -> Many:
    """Add a record that says only its year below each year's heading, which has one."""
    page, known = page_of(many(count, lambda number: f"{1901 + number}-03-08"))
    head, *parts = page.split("### ")
    page = head + "".join(f"## {1901 + number}\n\n### {part}" for number, part in enumerate(parts))
    return page, [*known, *many(count, lambda number: f"{1901 + number}", "walk")]


def added_without_years_below_months(count: int) -> Many:
    page, known = below_months(many(count, month))
    return page, [*known, *many(count, lambda number: f"XXXX-{number % 12 + 1:02}-{number % 28 + 1:02}", "walk")]


def lists_below_headings(records: Sequence[Event], lists: int) -> Many:
    """Write records into several lists by turns, each below its month's heading."""
    texts = [render(one) for one in records]
    page, headings = "", [f"## {month_name[int(one.date[5:7])]} {one.date[:4]}" for one in records]
    for first in range(lists):
        parts = zip(headings[first::lists], texts[first::lists], strict=True)
        page += f"# List {first}\n\n" + "".join(f"{heading}\n\n{text}\n\n" for heading, text in parts)
    known = [one.model_copy(update={"rendered": fingerprint(text)}) for one, text in zip(records, texts, strict=True)]
    return page, known


def added_to_lists_by_turns(count: int) -> Many:
    """Add a record to each month of a page of two lists, each with headings for every other month."""
    page, known = lists_below_headings(many(count, month), 2)
    return page, [*known, *many(count, lambda number: month(number, 21), "walk")]


def added_to_many_lists(count: int) -> Many:
    """Add a record to each list of a page."""
    page, known = page_of(many(count, month))
    _, *parts = page.split("### ")
    page = "".join(f"# List {number}\n\n### {part}" for number, part in enumerate(parts))
    return page, [*known, *many(count, lambda number: month(number, 21), "walk")]


def added_below_a_new_month_of_each_list(count: int) -> Many:
    page, known = lists_below_headings(many(count, lambda number: month(2 * number)), count)
    return page, [*known, *many(count, lambda number: month(2 * number + 1, 1), "walk")]


def added_on_one_day(count: int) -> Many:
    page, known = page_of(many(count, lambda _: "2021-11-08"))
    return page, [*known, *(event(id=f"2021-new-{one.id}", date=one.date, title=one.title) for one in known)]


def moved_in_months(count: int) -> Many:
    """Move each record of a page to the next day of its month, below whose heading it is alone."""
    records = many(count, lambda number: f"{2001 + number // 12}-{number % 12 + 1:02}-08")
    texts = [f"## {month_name[int(record.date[5:7])]} {record.date[:4]}\n\n{render(record)}" for record in records]
    known = [
        record.model_copy(update={"rendered": fingerprint(render(record)), "date": f"{record.date[:8]}09"})
        for record in records
    ]
    return "# Events\n\n" + "\n\n".join(texts) + "\n", known


def moved_out_of_months(count: int) -> Many:
    """Move every other record of a page away from its month, below whose heading it is alone."""
    page, known = below_months(many(count, month))
    return page, [
        one.model_copy(update={"date": f"20{one.date[2:]}"}) if number % 2 else one for number, one in enumerate(known)
    ]


def moved_out_of_years_with_words(count: int) -> Many:
    """Move every other record away from its year's heading, which says more than its year, or has a text below it."""
    page, known = page_of(many(count, month))
    head, *parts = page.split("### ")
    headings = [f"## {month_name[int(one.date[5:7])]} {one.date[:4]}" for one in known]
    words = (f"{one}: number {n}\n\n" if n % 4 == 1 else f"{one}\n\nText {n}.\n\n" for n, one in enumerate(headings))
    page = head + "".join(f"{heading}### {part}" for heading, part in zip(words, parts, strict=True))
    return page, [
        one.model_copy(update={"date": f"20{one.date[2:]}"}) if number % 2 else one for number, one in enumerate(known)
    ]


def alike_in_each_year(count: int) -> Many:
    """Write entries that only the headings of their years tell apart."""
    return "# Talks\n\n" + "".join(f"## {1900 + n}\n\n- May 4: Talk\n\n" for n in range(count)), []


def pair_all(many: Many) -> None:
    page, known = many
    pair(outline(page).sections, known, {one.id: render(one) for one in known})


def find_known(many: Many) -> None:
    page, known = many
    outline(page, {render(one): one.date for one in known})


def sync_all(many: Many) -> None:
    sync(*many, render, ZONES)


def take_out_half(many: Many) -> None:
    cut = outline(many[0])
    assert take_out(cut, cut.sections[::2]).count("Talk\n") == len(cut.sections) // 2


def build_index(many: Many) -> None:
    """Sync a page with a second list, in which no event is yet but one."""
    page, known = many
    view = IndexedPageView(Config(), render, section_renderer("- {{ date }}: {{ title | text }}"))
    page += "\n# Complete list\n\n- 1999-01-01: The first\n"
    view.build({Config().page: page}.get, known)


def move_on(coming: Many) -> None:
    """Move all events of a page, which are over now, to a history that has as many."""
    page, known = coming
    history, past = page_of(many(len(known), own_day, "walk"))
    config = Config(upcoming="next.md")
    publisher = Publisher(config, datetime(2100, 1, 1, tzinfo=UTC))
    view = TimelineView(publisher, PageView(config, render), Renderers(render))
    built = view.build({config.page: history, "next.md": page}.get, [*known, *past])
    assert built.moved == len(known)


def in_order(count: int) -> Many:
    return page_of(many(count, own_day))


MANY: dict[str, tuple[Callable[[Many], object], Callable[[int], Many], int]] = {
    "names": (pair_all, edited, 64),
    "names of one day": (pair_all, alike, 64),
    "known texts": (find_known, beginning_alike, 400),
    "sync": (sync_all, edited, 16),
    "added": (sync_all, half_added, 32),
    "moved": (sync_all, half_moved, 32),
    "added to a jumbled list": (sync_all, added_to_a_jumbled_list, 32),
    "added to a list without years": (sync_all, added_to_a_list_without_years, 32),
    "added below months": (sync_all, added_below_months, 32),
    "added below new months": (sync_all, added_below_new_months, 32),
    "added below new terms": (sync_all, added_below_new_terms, 32),
    "added without a term": (sync_all, added_without_a_term, 32),
    "added below prepared years": (sync_all, added_below_prepared_years, 16),
    "added to a list partly below months": (sync_all, added_partly_below_months, 32),
    "added below every other month": (sync_all, added_below_every_other_month, 32),
    "added below every other prepared month": (sync_all, added_below_every_other_prepared_month, 32),
    "years added to months": (sync_all, years_added_to_months, 64),
    "years added to years": (sync_all, years_added_to_years, 32),
    "added to two lists": (build_index, half_added, 16),
    "added without years below months": (sync_all, added_without_years_below_months, 32),
    "added to lists by turns": (sync_all, added_to_lists_by_turns, 32),
    "added to many lists": (sync_all, added_to_many_lists, 64),
    "added below a new month of each list": (sync_all, added_below_a_new_month_of_each_list, 16),
    "added on one day": (sync_all, added_on_one_day, 32),
    "moved to the history": (move_on, in_order, 16),
    "moved in months": (sync_all, moved_in_months, 32),
    "moved out of months": (sync_all, moved_out_of_months, 32),
    "moved out of years with words": (sync_all, moved_out_of_years_with_words, 32),
    "taken out alike": (take_out_half, alike_in_each_year, 24),
}
"""What is done with many records, how they are made, and how many the fewer are."""


@pytest.mark.parametrize("name", MANY)
def test_many_records_are_linear(name: str) -> None:
    action, make, few = MANY[name]
    short, long = (partial(action, make(count)) for count in (few, few * GROWTH))
    assert not grows_too_fast(short, long)
