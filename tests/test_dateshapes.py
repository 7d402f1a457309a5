"""How dates are written on a page: what an example says, and what it is imitated in."""

from datetime import date

import pytest
from almanac.dates import date_habits, find_date
from almanac.dateshapes import example_of, has_year, without_zoned_time, written_like
from almanac.errors import ConfigError
from almanac.event.model import Event
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


@pytest.mark.parametrize("example", ["11/8/2021", "8.11.2021", "June 4, 6, 2021", "soon", "", "12", "2021 | 11 | 8"])
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


@pytest.mark.parametrize(
    ("example", "in_a_month", "over_a_month", "over_a_year"),
    [
        ("Nov 8, 2021", "Oct 6-8, 2026", "Oct 30 - Nov 1, 2026", "Dec 30, 2026 - Jan 2, 2027"),
        ("8th November 2021", "6th-8th October 2026", "30th October - 1st November 2026", None),
        ("de: 8. November 2021", "6.-8. Oktober 2026", "30. Oktober - 1. November 2026", None),
        ("Nov. 8", "Oct. 6-8", "Oct. 30 - Nov. 1", "Dec. 30 - Jan. 2"),
        ("Mon, Nov 8, 2021", "Tue, Oct 6 - Thu, Oct 8, 2026", "Fri, Oct 30 - Sun, Nov 1, 2026", None),
        ("Monday 8 November 2021", "Tuesday 6 - Thursday 8 October 2026", None, None),
        ("2021-11-08", "2026-10-06 to 2026-10-08", "2026-10-30 to 2026-11-01", "2026-12-30 to 2027-01-02"),
        ("25.3.2021", "6.10.2026 - 8.10.2026", "30.10.2026 - 1.11.2026", "30.12.2026 - 2.1.2027"),
        ("Nov 8\u201310, 2021", "Oct 6\u20138, 2026", "Oct 30 \u2013 Nov 1, 2026", None),
        ("Nov 8 to 10, 2021", "Oct 6 to 8, 2026", "Oct 30 to Nov 1, 2026", None),
        ("Nov 8 - Nov 10, 2021", "Oct 6 - Oct 8, 2026", "Oct 30 - Nov 1, 2026", None),
        ("Nov 8, 2021 - Nov 10, 2021", "Oct 6, 2026 - Oct 8, 2026", None, None),
        ("8.\u201310. Nov 2021", "6.\u20138. Oct 2026", "30. Oct \u2013 1. Nov 2026", None),
        ("2021-11-08/2021-11-10", "2026-10-06/2026-10-08", None, None),
        ("Mon", "Tue-Thu", "Fri-Sun", None),
        ("November 2021", "October 2026", "October-November 2026", "December 2026 - January 2027"),
        ("2021", "2026", "2026", "2026-2027"),
    ],
)
def test_several_days_are_written_like_one_or_like_several(
    example: str, in_a_month: str, over_a_month: str | None, over_a_year: str | None
) -> None:
    assert written_like("2026-10-06", example, "2026-10-08") == in_a_month
    assert over_a_month in (None, written_like("2026-10-30", example, "2026-11-01"))
    assert over_a_year in (None, written_like("2026-12-30", example, "2027-01-02"))


@pytest.mark.parametrize("example", ["Nov 8\u201310, 2021", "8 to 10 November 2021", "2021-11-08 - 2021-11-10"])
def test_one_day_is_written_as_one_though_the_example_is_of_several(example: str) -> None:
    found = find_date(written_like("2026-10-06", example))
    assert found
    assert (found.date, found.end_date, found.title) == ("2026-10-06", None, "")


@pytest.mark.parametrize(
    ("seen", "example"),
    [
        ({"Oct 6\u20138, 2026": "2026-10-06", "Nov 3, 2026": "2026-11-03"}, "Nov 8\u201310, 2021"),
        ({"Oct 30 \u2013 Nov 1, 2026": "2026-10-30"}, "Nov 8 \u2013 10, 2021"),
        ({"4-6 May 2021": "2021-05-04", "30 April to 2 May 2022": "2022-04-30"}, "8 November 2021"),
        ({"18 & 25 April 2021": "2021-04-18"}, "8 November 2021"),
        ({"2021-11-08 \u2013 2021-11-10": "2021-11-08"}, "2021-11-08 \u2013 2021-11-10"),
        ({"25.11.2021 - 27.11.2021": "2021-11-25", "3.4.2021": "2021-04-03"}, "25.3.2021"),
        ({"8.\u201310. Oktober 2021": "2021-10-08", "2. Mai 2021": "2021-05-02"}, "de: 8.\u201310. November 2021"),
        ({"Oct 6\u20138": "2026-10-06"}, "Nov 8\u201310, 2021"),
        ({"Aug 5\u20138": "XXXX-08-05", "Feb 29\u2013Mar 1": "XXXX-02-29"}, "Nov 8\u201310, 2021"),
        ({"Oct 2026 \u2013 Nov 2026": "2026-10"}, None),
        ({f"{'x' * 80} Oct 6\u20138, 2026": "2026-10-06"}, None),
    ],
)
def test_how_several_days_are_written_is_seen(seen: dict[str, str], example: str | None) -> None:
    assert example_of([*seen.items()], with_year=True) == example


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


def test_the_filter_writes_several_days() -> None:
    days = {"date": "2026-10-06", "end_date": "2026-10-08", "starts": "2026-10-06T09:00:00-04:00"}
    assert written("{{ date | like('Nov 8, 2021') }}", **days) == "Oct 6-8, 2026"
    assert written("{{ date | like('Nov 8\u201310, 2021') }}", **days) == "Oct 6\u20138, 2026"
    # `6 & 8` would leave out the day between.
    assert written("{{ date | like('Nov 8 & 9, 2021') }}", **days) == "Oct 6-8, 2026"
    assert written("{{ (starts or date) | like('Nov 8, 2021, 9am') }}", **days) == "Oct 6-8, 2026, 9am"
    assert written("{{ date | heading_date }}", **days) == "October 6th-8th, 2026"
    assert written("{{ date }} {{ date[:4] }} {{ end_date }}", **days) == "2026-10-06 2026 2026-10-08"
    assert written("{{ date[:10] | like('Nov 8') }}, {{ end_date | like('Nov 8') }}", **days) == "Oct 6, Oct 8"
    assert written("{{ starts or 'no time' }}", date="2026-10-06", end_date="2026-10-08") == "no time"


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
        ("17th July 2025, 12:30 to 14:00", "8th November 2021, 09:00 to 10:00"),
        ("10th December 2026 10-11am", "8th November 2021 9-10am"),
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
