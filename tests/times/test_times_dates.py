"""Dates: what people type, what imported pages hold, what headings show."""

from datetime import date, timedelta

import pytest
from almanac.dates import heading_date, ordinal, read_date, short_date
from almanac.errors import Problem
from hypothesis import given, settings
from hypothesis import strategies as st


@pytest.mark.parametrize(
    "text",
    [
        "2021-11-08",
        "2021/11/8",
        "2021-11-8",
        " November 8th, 2021 ",
        "november 8 2021",
        "Nov 8, 2021",
        "Nov. 8th, 2021.",
        "8 November 2021",
        "8th of November, 2021",
        "8-Nov-2021",
        "Monday, November 8th, 2021",
        "Mon 8 Nov 2021",
        "November\u00a08th,  2021",
    ],
)
def test_what_people_type(text: str) -> None:
    assert read_date(text) == "2021-11-08"


def test_other_months() -> None:
    assert [read_date(text) for text in ("Sept 3, 2021", "3 Sep 2021", "May 3 2021", "8.8.2021")] == [
        "2021-09-03",
        "2021-09-03",
        "2021-05-03",
        "2021-08-08",
    ]


@pytest.mark.parametrize(
    ("text", "offered"),
    [
        ("11/8/2021", ["2021-11-08", "2021-08-11"]),
        ("8.11.2021", ["2021-08-11", "2021-11-08"]),
        ("11-8-2021", ["2021-11-08", "2021-08-11"]),
        ("11/25/2021", ["2021-11-25"]),
        ("25/11/2021", ["2021-11-25"]),
        ("31/31/2021", []),
        ("11/8/21", []),
        ("Nov 8, 21", []),
        ("Nov 8", []),
        ("November 2021", []),
        ("2021-11", []),
        ("2021", []),
        ("2021-13-01", []),
        ("2021-02-29", []),
        ("November 31st, 2021", []),
        ("0000-01-01", []),
        ("1899-12-31", []),
        ("2200-01-01", []),
        ("Thursday, November 8th, 2021", ["November 8th, 2021"]),
        ("XXXX-12-09", []),
        ("Nov 8-10, 2021", []),
        ("tomorrow", []),
        ("", []),
        ("٢٠٢١-١١-٠٨", []),  # noqa: RUF001 - digits of another script
        ("２０２１-11-08", []),  # noqa: RUF001 - digits that only look like ours
        ("2021-11-08" * 1000, []),
    ],
)
def test_what_is_no_date(text: str, offered: list[str]) -> None:
    problem = read_date(text)
    assert isinstance(problem, Problem)
    assert [choice for choice in (problem.accepted, *problem.choices) if choice] == offered
    assert problem.typed == text


def test_both_readings_of_numbers_are_named() -> None:
    problem = read_date("11/8/2021")
    assert isinstance(problem, Problem)
    assert "November 8th, 2021" in problem.message
    assert "August 11th, 2021" in problem.message


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


def test_endings_and_marks() -> None:
    assert [ordinal(number) for number in (1, 2, 3, 4, 11, 12, 13, 21, 22, 23, 30, 111)] == [
        *("1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "22nd", "23rd", "30th", "111th")
    ]
    assert short_date(date(2021, 9, 3)) == "Sep 3"


@settings(deadline=None)
@given(st.dates(date(1900, 1, 1), date(2199, 12, 31)))
def test_every_heading_is_read_as_its_date(day: date) -> None:
    assert read_date(heading_date(day.isoformat())) == day.isoformat()
    assert read_date(day.strftime("%A, %d %b %Y")) == day.isoformat()
    assert isinstance(read_date((day + timedelta(days=1)).strftime("%A ") + heading_date(day.isoformat())), Problem)


@settings(deadline=None)
@given(st.text(alphabet=st.sampled_from("0123456789-/., XNovemberDcthst"), max_size=30))
def test_no_text_breaks_the_readers(text: str) -> None:
    assert isinstance(read_date(text), str | Problem)
