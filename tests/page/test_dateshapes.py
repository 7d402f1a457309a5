"""How dates are written on a page: what an example says, and what it is imitated in."""

from datetime import date

import pytest
from almanac.dates import date_habits, find_date
from almanac.errors import ConfigError
from almanac.event.model import Event
from almanac.page.dateshapes import example_of, has_year, without_zoned_time, written_like
from almanac.page.template import section_renderer
from hypothesis import given
from hypothesis import strategies as st

EXAMPLES = (
    *("Nov 8, 2021", "November 8th, 2021", "2021-11-08", "2021/11/8", "8 November 2021", "Monday, November 8, 2021"),
    *("Mon, Nov. 8, 2021", "8th of November 2021", "2021.11.08", "NOV 8, 2021", "8 Nov 2021", "November 8 (2021)"),
)


@given(st.dates(min_value=date(1990, 1, 1), max_value=date(2099, 12, 31)), st.sampled_from(EXAMPLES))
def test_what_is_written_is_read_as_the_same_date(day: date, example: str) -> None:
    written = written_like(day.isoformat(), example)
    found = find_date(written)
    assert found
    assert found.date == day.isoformat()
    model = written_like("2021-11-08", example)
    assert example_of([(model, "2021-11-08")], with_year=True) == model


@given(
    st.dates(min_value=date(1990, 1, 1), max_value=date(2069, 12, 31)),
    st.sampled_from(("25.03.2021", "25.3.2021", "25/03/21", "3/25/2021", "03/25/21", "3-25-2021")),
)
def test_a_date_of_numbers_is_read_as_the_same_date_on_a_page_that_tells_their_order(day: date, example: str) -> None:
    written = written_like(day.isoformat(), example)
    found = find_date(written, habits=date_habits([example]))
    assert found
    assert found.date == day.isoformat() or (example.endswith("/21") and day.year < 1970)
    assert (
        example_of([(written_like("2021-11-08", example), "2021-11-08"), (example, "2021-03-25")], with_year=True)
        == example
    )


@pytest.mark.parametrize(
    ("date", "example", "written"),
    [
        ("2022-05-03", "Mon, Nov. 8, 2021", "Tue, May 3, 2022"),
        ("2022-05-03", "2021/11/8", "2022/5/3"),
        ("2022-05-03", "(20211108)", "(20220503)"),
        ("2022-05-03", "November 8", "May 3"),
        ("2022-05-03", "November 2021", "May 2022"),
        ("2022-05-03", "2021-11", "2022-05"),
        ("2022-05-03", "2021", "2022"),
        ("2022-05", "Nov 8, 2021", "May 2022"),
        ("2022-05", "November 8", "May"),
        ("2022-05", "2021/11/08", "2022-05"),
        ("2022-05", "2021", "2022"),
        ("2022", "Nov 8, 2021", "2022"),
        ("XXXX-12-09", "Nov 8, 2021", "December 9th"),
        ("soon", "Nov 8, 2021", "soon"),
        ("2022-01-22", "8th November 2021", "22nd January 2022"),
    ],
)
def test_a_date_says_no_more_than_it_knows(date: str, example: str, written: str) -> None:
    assert written_like(date, example) == written


@pytest.mark.parametrize("example", ["11/8/2021", "8.11.2021", "June 4-6, 2021", "soon", "", "12", "2021 | 11 | 8"])
def test_an_example_that_is_not_clear_is_refused(example: str) -> None:
    with pytest.raises(ValueError, match="cannot be read"):
        written_like("2022-05-03", example)


@pytest.mark.parametrize(
    ("seen", "with_year", "example"),
    [
        (["May 4, 2021", "May 14, 2021"], True, "November 8, 2021"),
        (["Jun 1", "Mar 7"], False, "Nov 8"),
        (["8 November", "18 May"], True, "8 November 2021"),
        (["November 18"], True, "November 8, 2021"),
        (["2021/10/04"], True, "2021/11/08"),
        (["Nov 08, 2021", "Nov 18, 2021"], True, "Nov 08, 2021"),
        (["June 4-6, 2021", "Aug 5 & 6, 2022"], True, "November 8, 2021"),
        (["11/8/2021"], True, None),
        (["11/8/2021", "11/18/2021"], True, "3/25/2021"),
        (["18.05.21", "04.06.21"], True, "25.03.21"),
        ([], True, None),
        (["Tue, Nov 2nd", "Tuesday Nov 2nd", "Tue, Nov 9th"], False, "Mon, Nov 8th"),
        (["NOV 8 2021"], True, "NOV 8 2021"),
    ],
)
def test_most_of_the_dates_on_a_page_make_the_example(seen: list[str], with_year: bool, example: str | None) -> None:
    assert example_of([(words, "") for words in seen], with_year=with_year) == example


def test_a_year_is_seen() -> None:
    assert has_year("Nov 8, 2021")
    assert not has_year("November 8")


def written(source: str, **fields: object) -> str:
    event = {"id": "2021-11-08-x", "title": "T", "date": "2021-11-08", **fields}
    return section_renderer(source, "t.j2")(Event.model_validate(event))


def test_the_filter_in_a_template() -> None:
    assert written("- {{ date | like('8 November 2021') }}") == "- 8 November 2021"
    assert written("{{ date | like('2021.11.08') }}") == "2021.11.08"
    # What could be markup there is escaped, be it the template's own: an ordered list, and typed text.
    assert written("{{ date | like('8. November 2021') }}") == "8&#46; November 2021"
    assert written("{{ title | like('8 November 2021') }}", title="<b>") == "&#60;b&#62;"
    with pytest.raises(ConfigError, match="example of a date cannot be read"):
        written("{{ date | like('11/8/2021') }}")


@pytest.mark.parametrize(
    ("example", "timed", "untimed", "in_the_night"),
    [
        ("2021-11-08T09:00", "2022-05-03T19:30", "2022-05-03", "2022-05-03T23:00"),
        ("Monday, November 8, 2021 @ 9:00 AM", "Tuesday, May 3, 2022 @ 7:30 PM", "Tuesday, May 3, 2022", None),
        ("November 8, 2021, 9am", "May 3, 2022, 7:30pm", "May 3, 2022", "May 3, 2022, 11pm"),
        ("8 Nov 2021 (09:00 a.m.)", "3 May 2022 (07:30 p.m.)", "3 May 2022", None),
        ("25.3.2021 ab 09 Uhr", "3.5.2022 ab 19:30 Uhr", "3.5.2022", "3.5.2022 ab 23 Uhr"),
        ("Nov 8, 2021 at 09:00 UTC", "May 3, 2022 at 23:30 UTC", "May 3, 2022", "May 3, 2022"),
        ("2021-11-08 09:00:00", "2022-05-03 19:30:00", "2022-05-03", "2022-05-03 23:00:00"),
    ],
)
def test_a_time_is_written_as_in_the_example(example: str, timed: str, untimed: str, in_the_night: str | None) -> None:
    assert written_like("2022-05-03T19:30:00-04:00", example) == timed
    assert written_like("2022-05-03", example) == untimed
    # In UTC it is on the next day, and beside the event's own date that would be wrong.
    assert in_the_night in (None, written_like("2022-05-03T23:00:00-04:00", example))


@pytest.mark.parametrize(
    ("words", "example"),
    [
        ("2021-11-09T19:00", "2021-11-08T09:00"),
        ("17th July 2025, 12:30 to 14:00", "8th November 2021, 09:00"),
        ("10th December 2026 10-11am", "8th November 2021 9am"),
        ("May 29 @ 2PM", "November 8, 2021 @ 9AM"),
        ("27.4.2017 ab 18Uhr", "25.3.2021 ab 09Uhr"),
        ("May 29 @here 2PM", None),
    ],
)
def test_the_time_is_a_part_of_the_example(words: str, example: str | None) -> None:
    assert example_of([(words, "")], with_year=True) == example


def test_the_zone_of_a_page_is_not_that_of_an_event() -> None:
    assert without_zoned_time("3 Apr 2023, 8am PST") == ("3 Apr 2023", ", ")
    assert without_zoned_time("3 Apr 2023 (8am PST)") == ("3 Apr 2023", " (")
    assert without_zoned_time("3 Apr 2023, 16:00 UTC") == ("3 Apr 2023, 16:00 UTC", "")
    assert without_zoned_time("3 Apr 2023, 8am") == ("3 Apr 2023, 8am", "")
