"""Where a new entry goes in lists of any order, under any headings; and that it leaves everything else as it is."""

from datetime import date as day
from itertools import chain, groupby, pairwise

import pytest
from almanac.page.importer import import_page
from almanac.page.insert import put, remove
from almanac.page.order import order_of, order_of_groups, page_order
from almanac.page.outline import outline
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.page.house import ZONES, event, render

TABLE = "| Date | Title |\n|---|---|\n"


def dates_of(page: str) -> list[str]:
    return [section.date for section in outline(page).sections]


# ------------------------------------------------------------------------------- the list that is alive


@pytest.mark.parametrize(
    ("page", "alive"),
    [
        ("", None),
        # The newest date counts, and not the number of entries; lists without years come last.
        ("## A\n- 2019-01-01: a\n- 2019-02-01: b\n\n## B\n- 2021-11-01: c\n", "2021-11-01"),
        ("## A\n- Jan 1: a\n- Feb 1: b\n\n## B\n- 2021-11-01: c\n", "2021-11-01"),
        ("## A\n- Jan 1: a\n\n## B\n- Feb 1: b\n- Mar 1: c\n", "XXXX-02-01"),
        # What is to come is no history, unless there is nothing else.
        ("## Upcoming events\n- 2022-01-01: a\n\n## Past events\n- 2021-11-01: c\n", "2021-11-01"),
        ("## Upcoming events\n- 2022-01-01: a\n", "2022-01-01"),
        ("## Upcoming\n### Talks\n- 2022-01-01: a\n\n## Past\n- 2021-11-01: c\n", "2021-11-01"),
        ("## Nächste Treffen\n- 2022-01-01: a\n\n## Archiv\n- 2021-11-01: c\n", "2021-11-01"),
        ("# Upcoming and past events\n## Next up\n- 2022-01-01: a\n\n## Past\n- 2021-11-01: c\n", "2021-11-01"),
        ("# Upcoming\n- 2022-01-01: a\n\n## Past events\n- 2021-11-01: c\n", "2021-11-01"),
        ("## Next meeting: May 3, 2022\n\nCome!\n\n# Past\n\n- 2021-11-01: c\n", "2021-11-01"),
        # News have dates for another reason, unless they are all that there is.
        ("# News\n\n- 2022-05-01: We moved\n\n# Meetings\n\n- 2021-11-01: c\n", "2021-11-01"),
        ("# News\n\n- 2022-05-01: We moved\n", "2022-05-01"),
        # Sections say more than the lines of an index with the same newest event.
        ("## 2021-11-01: c\n\n## Index\n- 2021-11-01: c\n- 2020-11-01: b\n", "2021-11-01"),
    ],
)
def test_the_list_that_is_alive_has_the_newest_dates(page: str, alive: str | None) -> None:
    cut = outline(page)
    assert (cut.alive_list[0].date if alive else None) == alive
    if "Index" in page:
        assert cut.alive_list[0].style.family == "heading"


def test_bold_words_name_the_list_below_them() -> None:
    page = "**Season 1**\n\n- 2019-01-01: a\n- 2019-02-01: b\n\n**Season 2**\n\n- 2021-11-01: c\n"
    new = "- 2021-12-09: N"
    assert put(page, event(date="2021-12-09", title="N"), new, previous=None, order=None) == page + new + "\n"
    assert dates_of("**2020**\n\n- Jan 2: a\n\n**2019 talks**\n\n- May 3: b\n") == ["2020-01-02", "2019-05-03"]
    # The day of one event is not the year of a list, and bold words in a text name nothing.
    assert {one.period for one in outline("**May 3, 2019**\n\n- Jan 2: Hack\n- Feb 2: Quiz\n").sections} == {None}
    assert not outline("**Bold** words\n\n- x\n\n**Bold words**\n\nText\n\nText\n**Bold words**\n- x\n").headings


# ------------------------------------------------------------------------------- orders


@pytest.mark.parametrize(
    ("page", "within", "of_groups"),
    [
        ("- 2021-01-01: a\n- 2021-02-01: b\n", "oldest", None),
        # The terms are newest first, and the days of each oldest first.
        (
            "# Spring 2020\n- Jan 2: a\n- Feb 2: b\n# Fall 2019\n- Oct 2: c\n- Nov 2: d\n# Spring 2019\n- May 2: e\n",
            "oldest",
            "newest",
        ),
        ("# 2021\n- Jan 2: a\n# 2020\n- Feb 2: b\n", "newest", "newest"),
        # Without years, the shorter way round the calendar counts.
        ("- Dec 7: a\n- Jan 4: b\n- Feb 1: c\n", "oldest", None),
        ("- Feb 1: c\n- Jan 4: b\n- Dec 7: a\n", "newest", None),
        # Two slips in opposite directions: the ends tell.
        ("- 2021-01-01: a\n- 2021-03-01: c\n- 2021-02-01: b\n", "oldest", None),
        ("- 2021-01-01: a\n- 2021-03-01: c\n- 2021-01-01: b\n", None, None),
    ],
)
def test_orders(page: str, within: str | None, of_groups: str | None) -> None:
    cut = outline(page)
    assert (order_of(cut.sections), order_of_groups(cut, cut.sections)) == (within, of_groups)
    assert page_order(cut) == within


JUMBLED = "| City | Year |\n|---|---|\n" + "".join(
    f"| {city} | {year} |\n"
    for city, year in zip("ABCDEFGH", (2015, 2014, 2016, 2012, 2017, 2011, 2015, 2010), strict=True)
)


def test_in_a_list_sorted_by_something_else_a_new_event_goes_to_the_end_and_that_is_said() -> None:
    new = "| Z | 2013 |"
    assert put(JUMBLED, event(date="2013"), new, previous=None, order=None) == JUMBLED + new + "\n"
    assert [one.message for one in import_page(JUMBLED, render, ZONES).warnings] == [
        "The entries of this list are not in the order of their dates, so a new event goes to its end."
    ]
    # A config that names the order is obeyed.
    assert put(JUMBLED, event(date="2018"), "| Z | 2018 |", previous=None, order="newest").startswith(
        "| City | Year |\n|---|---|\n| Z | 2018 |\n"
    )


def test_a_list_without_years_takes_new_events_at_its_newest_end() -> None:
    page = "- Feb 1: c\n- Jan 4: b\n- Dec 7: a\n"
    assert put(page, event(date="2022-02-08"), "- Feb 8: N", previous=None, order=None) == "- Feb 8: N\n" + page
    assert "say no year" in import_page(page, render, ZONES).warnings[0].message


@pytest.mark.parametrize(
    ("page", "date", "place"),
    [
        # An entry without a year has the one that follows from its neighbours.
        ("- Dec 9: c\n- 2021-11-11: b\n- 2021-11-08: a\n", "2021-12-10", 0),
        ("- Dec 9: c\n- 2021-11-11: b\n- 2021-11-08: a\n", "2021-11-20", 1),
        ("- 2021-11-08: a\n- Jan 9: b\n- 2022-02-08: c\n", "2022-01-20", 2),
        ("- 2021-11-08: a\n- Jan 9: b\n- 2022-02-08: c\n", "2021-12-20", 1),
        ("- Jan 9: a\n- Mar 9: a\n- 2021-11-08: b\n- 2021-11-18: c\n", "2021-02-01", 1),
        ("- Oct 9: a\n- 2021-11-08: b\n- 2021-11-18: c\n", "2021-10-10", 1),
    ],
)
def test_the_year_of_an_entry_follows_from_its_neighbours(page: str, date: str, place: int) -> None:
    after = put(page, event(date=date, title="N"), f"- {date}: N", previous=None, order=None)
    assert after.splitlines().index(f"- {date}: N") == place


# ------------------------------------------------------------------------------- lists and headings


@pytest.mark.parametrize(
    ("date", "name"),
    [("2018-01-01", "A"), ("2019-01-15", "A"), ("2020-06-01", "C"), ("2021-03-31", "B"), ("2022", "C")],
)
def test_of_several_lists_the_nearest_one_is_chosen(date: str, name: str) -> None:
    page = "## A\n- 2019-01-01: a\n- 2019-02-01: b\n\n## B\n- 2021-03: c\n- 2021-03: d\n\n## C\n- 2021: e\n"
    after = put(page, event(date=date, title="N"), f"- {date}: N", previous=None, order=None)
    assert after.partition(f"- {date}: N")[0].rpartition("## ")[2][0] == name


def test_no_event_goes_into_the_news() -> None:
    page = "# News\n\n- 2022-05-01: We moved\n- 2022-04-01: No fee\n\n# Meetings\n\n- 2021-11-01: c\n"
    after = put(page, event(date="2022-04-20", title="N"), "- 2022-04-20: N", previous=None, order=None)
    assert after.endswith("- 2022-04-20: N\n- 2021-11-01: c\n")


TERMS = (
    "# Michaelmas 2021\n\n- Oct 12: d\n- Nov 9: e\n\n---\n\n# Hilary 2021\n\n- Jan 12: b\n- Feb 9: c\n\n---\n\n"
    "# Michaelmas 2020\n\n- Oct 13: a\n"
)


def test_a_new_term_is_named_as_the_page_s_own_entries_are_filed() -> None:
    new = event(date="2022-02-01", title="N")
    after = put(TERMS, new, "- Feb 1: N", previous=None, order=None)
    assert after == "# Hilary 2022\n\n- Feb 1: N\n\n---\n\n" + TERMS
    assert remove(after, new) == TERMS
    after = put(TERMS, event(date="2020-11-03"), "- Nov 3: N", previous=None, order=None)
    assert after == TERMS + "- Nov 3: N\n"


def test_no_heading_is_made_whose_words_cannot_be_known() -> None:
    # Nothing tells what June is called here, and a date without a month is of no term.
    for date in ("2022-06-21", "2022"):
        new = f"- {date}: N"
        after = put(TERMS, event(date=date, title="N"), new, previous=None, order=None)
        assert after.replace(new + "\n", "", 1) == TERMS
    page = "## Kick-off on May 3, 2019\n\n- Jan 2: a\n- Feb 2: b\n"
    assert put(page, event(date="2020-01-02"), "- N", previous=None, order=None) == page + "- N\n"


@pytest.mark.parametrize(
    ("page", "new"),
    [
        ("# 2020\n\n- Nov 2: a\n\n- A walk\n  in the wood\n{}\nBye.\n", "- May 3: N"),
        ("# 2020\n\n- Nov 2: a\n- A walk\n{}", "- May 3: N"),
        ("# 2020\n\n| Nov 2 | a |\n| TBA | b |\n{}\n| Not | it |\n", "| May 3 | N |"),
        ("# 2020\n\n## Nov 2: a\n\n- A walk\n{}", "## May 3: N"),
    ],
)
def test_entries_without_dates_stay_under_their_heading(page: str, new: str) -> None:
    after = put(page.format(""), event(date="2021-05-03", title="N"), new, previous=None, order=None)
    assert after == page.format(f"\n# 2021\n\n{new}\n")


def test_a_heading_that_another_entry_needs_stays() -> None:
    page = "# 2021\n\n- Nov 2: b\n\n# 2020\n\n- Nov 2: a\n"
    moved = event(date="2020-11-02", title="a")
    assert remove("# 2020\n\n- Nov 2: a\n", moved) == "# 2020\n\n"
    assert remove(page, moved) == "# 2021\n\n- Nov 2: b\n"
    page = page.replace("- Nov 2: a", "Thanks to all!\n\n- Nov 2: a")
    assert "# 2020\n\nThanks to all!" in remove(page, moved)


# ------------------------------------------------------------------------------- any list

SEASONS = {1: "Winter", 4: "Spring", 7: "Summer", 10: "Fall"}


def line(style: str, date: str, *, short: bool) -> str:
    written = f"{day.fromisoformat(date):%B %-d}" if short else date
    return {"bullet": f"- {written}: x{date}", "row": f"| {written} | x{date} |", "heading": f"### {written}: x{date}"}[
        style
    ]


@st.composite
def lists(draw: st.DrawFn) -> tuple[str, str, str]:
    """Draw a list in some order under some headings, the style of its entries, and what its headings say."""
    style = draw(st.sampled_from(["bullet", "row", "heading"]))
    grouping = draw(st.sampled_from(["", "years", "months", "seasons", "labels"]))
    space = "\n" if style == "row" else draw(st.sampled_from(["\n", "\n\n"]))
    separator = draw(st.sampled_from(["\n\n", "\n\n---\n\n"]))
    dates = sorted(
        map(str, draw(st.lists(st.dates(day(2018, 1, 1), day(2021, 12, 28)), min_size=2, unique=True, max_size=12)))
    )
    key = {
        "": lambda _: "",
        "years": lambda date: date[:4],
        "labels": lambda date: f"**Part {'ABCD'[int(date[:4]) - 2018]}**",
        "months": lambda date: f"{day.fromisoformat(date):%B %Y}",
        "seasons": lambda date: f"{SEASONS[(int(date[5:7]) - 1) // 3 * 3 + 1]} {date[:4]}",
    }[grouping]
    groups = [(name, list(group)) for name, group in groupby(dates, key)]
    if draw(st.booleans()):
        groups.reverse()
    if draw(st.booleans()):
        groups = [(name, group[::-1]) for name, group in groups]
    parts = [
        (name and ("" if grouping == "labels" else "## ") + f"{name}\n\n")
        + (TABLE if style == "row" else "")
        + space.join(line(style, date, short=grouping == "years") for date in group)
        for name, group in groups
    ]
    page = "# Talks\n\nHello.\n\n" + separator.join(parts) + draw(st.sampled_from(["", "\n", "\n\nBye.\n"]))
    return page, style, grouping


def inner_steps(page: str) -> set[bool]:
    groups = groupby(outline(page).sections, lambda one: (one.period, one.parent))
    return {one.date < other.date for one, other in chain.from_iterable(pairwise(list(group)) for _, group in groups)}


@given(lists(), st.dates(day(2017, 1, 1), day(2022, 12, 28)))
@settings(deadline=None)
def test_a_new_entry_is_in_order_and_everything_else_as_it_was(drawn: tuple[str, str, str], on: day) -> None:
    page, style, grouping = drawn
    date = str(on)
    before = dates_of(page)
    assume(date not in before)
    new = event(date=date, title=f"x{date}")
    text = line(style, date, short=grouping == "years")
    after = put(page, new, text, previous=None, order=None)
    place = after.index(text)
    # One piece of text is new, and nothing but a heading and a table's head comes with the entry.
    start = next((at for at, (one, other) in enumerate(zip(page, after, strict=False)) if one != other), len(page))
    added = len(after) - len(page)
    assert any(page == after[:at] + after[at + added :] for at in range(max(0, start - added), start + 1))
    sections = outline(after).sections
    assert sorted(one.date for one in sections) == sorted([*before, date])
    if len(inner_steps(page)) == 1:
        assert inner_steps(after) == inner_steps(page)
    own = next(one for one in sections if one.start == place)
    if grouping not in ("", "labels"):
        heading = after.splitlines()[own.period or 0]
        assert date[:4] in heading
        assert grouping != "months" or f"{on:%B %Y}" in heading
    assert remove(after, new) == page
