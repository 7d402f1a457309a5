"""Dates: what people type, what a page holds, and what headings show."""

from datetime import date, timedelta

import pytest
from almanac.dateanswers import YEARS, Days, read_days
from almanac.dates import (
    date_habits,
    find_date,
    heading_date,
    ordinal,
    period,
    short_date,
)
from almanac.errors import Problem
from hypothesis import given, settings
from hypothesis import strategies as st

# ------------------------------------------------------------------------------- as it is shown


@pytest.mark.parametrize(
    ("record", "heading"),
    [
        ("2021-11-08", "November 8th, 2021"),
        ("2021-11-01", "November 1st, 2021"),
        ("2021-11-22", "November 22nd, 2021"),
        ("2021-11-13", "November 13th, 2021"),
        ("2021-11", "November 2021"),
        ("2021", "2021"),
        ("XXXX-12-09", "December 9th"),
    ],
)
def test_headings(record: str, heading: str) -> None:
    assert heading_date(record) == heading


@pytest.mark.parametrize(
    ("first", "last", "heading"),
    [
        ("2026-10-06", "2026-10-08", "October 6th-8th, 2026"),
        ("2026-10-30", "2026-11-01", "October 30th - November 1st, 2026"),
        ("2026-12-30", "2027-01-02", "December 30th, 2026 - January 2nd, 2027"),
    ],
)
def test_headings_of_several_days(first: str, last: str, heading: str) -> None:
    assert heading_date(first, last) == heading
    assert read_days(heading) == Days(first, last)


def test_endings_and_marks() -> None:
    assert [ordinal(number) for number in (1, 2, 3, 4, 11, 12, 13, 21, 22, 23, 30, 111)] == [
        *("1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "22nd", "23rd", "30th", "111th")
    ]
    assert short_date(date(2021, 9, 3)) == "Sep 3"


@settings(deadline=None)
@given(st.dates(date(1900, 1, 1), date(2199, 12, 31)))
def test_every_heading_is_read_as_its_date(day: date) -> None:
    assert read_days(heading_date(day.isoformat())) == Days(day.isoformat())
    assert read_days(day.strftime("%A, %d %b %Y")) == Days(day.isoformat())
    assert isinstance(read_days((day + timedelta(days=1)).strftime("%A ") + heading_date(day.isoformat())), Problem)


# ------------------------------------------------------------------------------- one grammar

EVERYWHERE = (
    *("10. November 2021", "Weds, November 10th, 2021", "2021.11.10", "the 10th of November 2021", "2021/11/10"),
    *("10.Nov.2021", "10. Nov. 2021", "10-Nov-2021", "Nov/10/2021", "2021-Nov-10", "10th November, 2021"),
    *("Nov. 10th (2021)", "Nov 10-2021", "10\u00a0Nov\u00a02021", "10 November 2021 (Wed)", "Wednesday 2021-11-10"),
    *("10, November 2021", "2021 Nov 10", "2021. November 10th", "november, 10, 2021", "10th of Nov 2021, Wednesday"),
)
ALONE = ("10 - November - 2021", "November 10 - 2021", "2021 - November 10", "10 / November 2021", "Nov 10. 2021")


@pytest.mark.parametrize("text", [*EVERYWHERE, *ALONE])
def test_what_a_form_takes_a_page_has(text: str) -> None:
    assert read_days(text) == Days("2021-11-10")
    found = find_date(text)
    assert found
    assert (found.date, found.leading, found.title) == ("2021-11-10", True, "")


@pytest.mark.parametrize("text", EVERYWHERE)
@pytest.mark.parametrize("line", ["{}: Title", "- {} : Title", "({}): Title"])
def test_a_title_comes_after_a_date(text: str, line: str) -> None:
    found = find_date(line.format(text))
    assert found
    assert (found.date, found.leading, found.title) == ("2021-11-10", True, "Title")


def test_a_date_comes_after_a_title() -> None:
    for text in EVERYWHERE[:15]:
        found = find_date(f"Title ({text})")
        assert found
        assert (found.date, found.trailing, found.title) == ("2021-11-10", not text.startswith("Wednesday"), "Title")


@pytest.mark.parametrize(
    "line",
    [
        *("3. May I ask", "3. May", "3. March of the penguins", "4. June Carter sings", "1. January", "3. May: Title"),
        *(
            "Version 3. May 2021",
            "Meeting 10. November 2021",
            "Meeting 10, May 2021",
            "Issue 10 - May 2021",
            "#3. May 2021",
        ),
        *("5. March 2020 - March 2021: A year", "2.3. May 2021", "Heft 10/May 2021", "5 - March 2021 highlights"),
        *("May - 3 talks", "May, 3 speakers", "3-May", "Nov-8", "$3. May 2021", "https://example.org/8-march-2022-x"),
        *(
            "13/14/2021",
            "31.31.2021",
            "\u017fept 3, 2021",
            "3.50 May",
            "May 10:30",
            "1.2.3",
            "3. 4. 5. 6.",
            "2021 talks",
        ),
    ],
)
def test_a_number_near_a_month_is_no_day(line: str) -> None:
    found = find_date(line)
    assert found is None or not found.has_day


@pytest.mark.parametrize(
    ("line", "date", "title"),
    [
        ("10.\u201312. November 2021: Title", "2021-11-10", "Title"),
        ("Dec 30 - Jan 2, 2022: Title", "2021-12-30", "Title"),
        ("11/8/2021: Title", "2021", "Title"),
        ("30. December \u2013 2. January 2022: Title", "2021-12-30", "Title"),
        ("Title, 3. May - 5. May 2021", "2021-05-03", "Title"),
        ("May 3 - 2001: A Space Odyssey", "XXXX-05-03", "2001: A Space Odyssey"),
        ("2021 - May 3: Title", "2021", "May 3: Title"),
        ("February 31: Title", None, None),
        ("3 May I ask", "XXXX-05-03", "I ask"),
        ("Title 8/march/2022.", "2022-03-08", "Title"),
        ("Title (Nov 8, 2021), more (Monday)", "2021-11-08", "Title: more (Monday)"),
        ("10. Title, 2021-11-10", "2021-11-10", "10. Title"),
        ("3. May I ask: 10. November 2021", "2021-11-10", "3. May I ask"),
        ("February 30, 2021: Title", "2021-02", "Title"),
        ("2/30/2021: Title", "2021-02", "Title"),
    ],
)
def test_what_a_line_says_beside_its_date(line: str, date: str | None, title: str | None) -> None:
    found = find_date(line)
    assert (found and found.date, found and found.title) == (date, title)


@pytest.mark.parametrize(
    ("heading", "given"),
    [
        ("Events in 2021", "2021"),
        ("November 2021", "2021-11"),
        ("2021-11", "2021-11"),
        ("2020-2021", "2020/2021"),
        ("Season 2020/21", "2020/2021"),
        ("2020-2022", None),
        ("Season 2020/21 and 2022", None),
        ("11. November 2021", "2021-11"),
        ("Events", None),
    ],
)
def test_a_heading_gives_a_year_or_a_month(heading: str, given: str | None) -> None:
    assert period(heading) == given


@settings(deadline=None)
@given(
    st.dates(date(1900, 1, 1), date(YEARS[-1], 12, 31)), st.sampled_from(["%d. %B %Y", "%Y.%m.%d", "%a, %b %d (%Y)"])
)
def test_a_form_and_a_page_agree(day: date, form: str) -> None:
    text = day.strftime(form)
    assert read_days(text) == Days(day.isoformat())
    found = find_date(text)
    assert day.year > 2099 or (found and found.date == day.isoformat())


# ------------------------------------------------------------------------------- on a page


@pytest.mark.parametrize(
    ("line", "title"),
    [
        ("Hall [2022-05-03]", "Hall"),
        ("Hall [2022-05-03, late", "Hall: late"),
        ("May 3, 2022: ) Hall", "Hall"),
        ("2022-05-03] - ) Hall (Room 5)", "Hall (Room 5)"),
        ("Hall - ([2022-05-03])", "Hall"),
        ("[2022-05-03)", ""),
    ],
)
def test_a_title_keeps_no_half_of_a_bracket_that_the_date_took_along(line: str, title: str) -> None:
    found = find_date(line)
    assert found
    assert (found.date, found.title) == ("2022-05-03", title)


# ------------------------------------------------------------------------------- numbers on a page


@pytest.mark.parametrize(
    ("lines", "orders"),
    [
        (["- 25.11.2021: A", "- 08.11.2021: B"], {(".", 4): "day"}),
        (["- 11/08/2021: A", "- 11/18/2021: B"], {("/", 4): "month"}),
        (["08.11.2021"], {(".", 4): "day"}),
        (["08.11.21", "v1.2.21"], {}),
        (["18.05.21", "04.06.21"], {(".", 2): "day"}),
        (["## 7/15/26", "## 6/17/26", "## 5/20/26"], {("/", 2): "month"}),
        (["| 20/11/20 | A |", "| 28/11/20 | B |"], {("/", 2): "day"}),
        (["21/05/18", "21/06/15", "21/07/20"], {}),  # the year may come first
        (["11/8/2021", "10/7/2021", "9/6/2021"], {}),  # in order by both readings
        (["11/8/2021", "10/9/2021", "9/2/2021"], {("/", 4): "month"}),
        (["11/8/2021", "10/9/2021"], {}),
        (["[Talk](20191003-talk.md) (10/03/2019)"], {("/", 4): "month"}),
        (["[Talk](/2019-10-03/) (03/10/2019)"], {("/", 4): "day"}),
        (["25/11/2021", "11/25/2021"], {}),  # these contradict each other
        (["25/11/2021"] * 10 + ["11/25/2021"], {("/", 4): "day"}),
        (["11/25/2021"] * 10 + ["25/11/2021"], {("/", 4): "month"}),
        (["25.11.2021 and 11/25/2021"], {(".", 4): "day", ("/", 4): "month"}),
    ],
)
def test_the_dates_of_a_page_tell_what_their_numbers_are(lines: list[str], orders: object) -> None:
    assert date_habits(lines).orders == orders


@pytest.mark.parametrize(
    ("text", "order", "date", "title"),
    [
        ("08.11.2021: Title", "day", "2021-11-08", "Title"),
        ("11/8/2021: Title", "month", "2021-11-08", "Title"),
        ("Title (8/11/21)", "day", "2021-11-08", "Title"),
        ("7/15/98", "month", "1998-07-15", ""),
        ("11/25/2021: a slip on this page", "day", "2021-11-25", "a slip on this page"),
    ],
)
def test_a_date_of_numbers_is_read_where_the_order_is_known(text: str, order: str, date: str, title: str) -> None:
    habits = date_habits({"day": ["25.1.2021", "25/1/2021", "25/1/21"], "month": ["1/25/2021", "1/25/21"]}[order])
    found = find_date(text, habits=habits)
    assert found
    assert (found.date, found.title, found.note) == (date, title, None)


def test_a_version_is_no_date() -> None:
    habits = date_habits(["25.01.21"])
    assert find_date("Release v1.2.21 and 1.2.21.4", habits=habits) is None


@pytest.mark.parametrize(
    ("text", "date", "note"),
    [
        ("2021-13-02: Cats", "2021", "There is no month 13, so only the year was taken over."),
        ("2021-00-02: Cats", "2021", "There is no month 0, so only the year was taken over."),
        ("2021-02-30: Cats", "2021-02", "February 2021 has no day 30, so only the month was taken over."),
    ],
)
def test_of_a_date_that_does_not_exist_what_is_right_is_taken(text: str, date: str, note: str) -> None:
    found = find_date(text)
    assert found
    assert (found.date, found.title, found.note) == (date, "Cats", note)


@pytest.mark.parametrize(
    ("text", "words", "title"),
    [
        ("2021-11-09T19:00 Cats", "2021-11-09T19:00", "Cats"),
        ("November 9, 2021, 7pm: Cats", "November 9, 2021, 7pm", "Cats"),
        ("Tuesday, November 9, 2021 @ 7:00 PM", "November 9, 2021 @ 7:00 PM", ""),
        ("2021-11-09 (Tue) 18:00-20:00: Cats", "2021-11-09 (Tue) 18:00-20:00", "Cats"),
        ("9 Nov 2021, 12:30 to 14:00 - Cats", "9 Nov 2021, 12:30 to 14:00", "Cats"),
        ("9 Nov 2021 10-11am: Cats", "9 Nov 2021 10-11am", "Cats"),
        ("9 Nov 2021, 16:00 UTC: Cats", "9 Nov 2021, 16:00 UTC", "Cats"),
        ("9 Nov 2021 (6PM ET): Cats", "9 Nov 2021 (6PM ET)", "Cats"),
        ("2021-11-09 ab 18 Uhr: Cats", "2021-11-09 ab 18 Uhr", "Cats"),
        # A number that is no time, or a time that is part of the title.
        ("Nov 9, 2021 - 10 things about cats", "Nov 9, 2021", "10 things about cats"),
        ("Nov 9, 2021 3D printing", "Nov 9, 2021", "3D printing"),
        ("2021-11-09: 7pm is too late", "2021-11-09", "7pm is too late"),
    ],
)
def test_a_time_right_after_a_date_is_not_the_title(text: str, words: str, title: str) -> None:
    found = find_date(text)
    assert found
    assert found.date.endswith("11-09")
    assert (found.words, found.title) == (words, title)


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("3/27(Fri) 22:00~", "XXXX-03-27"),
        ("3/4 22:00", "XXXX-03-04"),  # as in the dates with years
        ("27/3 22:00", "XXXX-03-27"),
        ("3/27 of a cup", None),
        ("40/27 22:00", None),
        ("2/30 22:00", None),
    ],
)
def test_two_numbers_are_a_date_before_a_weekday_or_a_time(text: str, date: str | None) -> None:
    found = find_date(text, habits=date_habits(["2020/12/18"]))
    assert (found.date if found else None) == date
    assert find_date("3/4 22:00") is None


@pytest.mark.parametrize(
    ("text", "date", "words", "apart"),
    [
        ("20211108 Owls", "2021-11-08", "20211108", False),
        ("8th November 8, 2021", "2021-11-08", "8th November 8, 2021", True),
        ("Owls (20211108)", "2021-11-08", "20211108", True),
        ("Owls (11/2021): Bats", "2021-11", "11/2021", True),
        ("Owls, 8 Nov 2021, Paris", "2021-11-08", "8 Nov 2021", True),
        ("Owls on 8 Nov 2021 in Paris", "2021-11-08", "8 Nov 2021", False),
        ("Thursday, Nov 4, 2021, 11am-noon", "2021-11-04", "Nov 4, 2021, 11am-noon", True),
    ],
)
def test_dates_amid_a_line(text: str, date: str, words: str, apart: bool) -> None:
    found = find_date(text)
    assert found
    assert (found.date, found.words, found.apart) == (date, words, apart)


@pytest.mark.parametrize(
    ("text", "date"),
    [("Owls May 8th call", "2021-05-08"), ("Owls in May", "2021-05"), ("Owls may come", None), ("Owls", None)],
)
def test_below_a_year_a_date_may_be_anywhere(text: str, date: str | None) -> None:
    found = find_date(text, "2021", anywhere=True)
    assert (found.date if found else None) == date
    assert find_date(text, None, anywhere=True) is None


# ------------------------------------------------------------------------------- several days


@pytest.mark.parametrize(
    ("line", "date", "last", "title"),
    [
        ("October 6-8, 2026: T", "2026-10-06", "2026-10-08", "T"),
        ("6\u20138 October 2026 T", "2026-10-06", "2026-10-08", "T"),
        ("Oct 30 \u2013 Nov 1, 2026: T", "2026-10-30", "2026-11-01", "T"),
        ("Dec 30, 2026 \u2013 Jan 2, 2027 - T", "2026-12-30", "2027-01-02", "T"),
        ("Dec 30 - Jan 2, 2027: T", "2026-12-30", "2027-01-02", "T"),
        ("2026-10-06/08: T", "2026-10-06", "2026-10-08", "T"),
        ("2026-10-06 to 2026-10-08: T", "2026-10-06", "2026-10-08", "T"),
        ("25.11.2021 - 27.11.2021: T", "2021-11-25", "2021-11-27", "T"),
        ("25.-27.11.2021: T", "2021-11-25", "2021-11-27", "T"),
        ("T am 25.\u201327.11.2021", "2021-11-25", "2021-11-27", "T am"),
        ("27.-25.11.2021: T", "2021-11-27", None, "T"),
        ("6.-8.10.2021: T", "2021", None, "T"),
        ("Tue, Oct 6 - Thu, Oct 8, 2026: T", "2026-10-06", "2026-10-08", "T"),
        ("Tuesday 6 - Thursday 8 October 2026 T", "2026-10-06", "2026-10-08", "T"),
        ("T, September 7-10, 2021", "2021-09-07", "2021-09-10", "T"),
        ("T - October 30th - November 1st, 2026", "2026-10-30", "2026-11-01", "T"),
        ("October 6th-8th hybrid", "2021-10-06", "2021-10-08", "hybrid"),
        ("November 10th - 3rd workshop", "2021-11-10", None, "3rd workshop"),
        ("Dec 30 - Jan 2: T", "2021-12-30", "2022-01-02", "T"),
        ("Aug 5 & 6, 2022: T", "2022-08-05", "2022-08-06", "T"),
        ("18 & 25 April 2021: T", "2021-04-18", None, "T"),
        ("Nov 8-6, 2021: T", "2021-11-08", None, "T"),
        ("Feb 27-30, 2021: T", "2021-02-27", None, "T"),
        ("Nov 8, 2021 - 10: talks", "2021-11-08", None, "10: talks"),
        ("June 4-6, 2021 9am: T", "2021-06-04", "2021-06-06", "T"),
    ],
)
def test_the_last_of_several_days(line: str, date: str, last: str | None, title: str) -> None:
    found = find_date(line, "2021")
    assert found
    assert (found.date, found.end_date, found.title) == (date, last, title)


def test_the_last_day_of_an_unknown_year_is_not_known() -> None:
    found = find_date("November 8-10: T")
    assert found
    assert (found.date, found.end_date, found.title) == ("XXXX-11-08", None, "T")


def test_several_days_in_numbers_follow_the_page() -> None:
    found = find_date("10/6/26 - 10/8/26: T", None, date_habits(["10/25/26"]))
    assert found
    assert (found.date, found.end_date) == ("2026-10-06", "2026-10-08")


@settings(deadline=None)
@given(st.dates(date(1900, 1, 1), date(2099, 6, 30)), st.integers(1, 180))
def test_every_heading_of_several_days_is_read_on_a_page(day: date, more: int) -> None:
    last = str(day + timedelta(days=more))
    heading = heading_date(str(day), last)
    assert read_days(heading) == Days(str(day), last)
    found = find_date(heading)
    assert found
    assert (found.date, found.end_date, found.title) == (str(day), last, "")
