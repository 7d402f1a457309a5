"""The answers to a question for a date: what is taken for a day or several, and what is refused with which offer."""

import pytest
from almanac.dateanswers import Days, read_days, read_last_day, without_time
from almanac.errors import Problem
from almanac.languages import numbers_in_english
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
        *(f"2021{dash}11{dash}08" for dash in "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe63\uff0d"),
        "２０２１-11-08",  # noqa: RUF001 - full-width digits
        "２０２１／１１／０８",  # noqa: RUF001
        "2021-11-08 (Monday)",
        "2021-11-08, Mon.",
        "2021.11.08",
        "Nov 8th '21",
        "8 November \u201921",
        "20211108",
        "2021-11-08,",
        "November 8, 2021;",
        "\U0001f4c5 November 8th, 2021 \u2728",
        "**2021-11-08**",
        "`2021-11-08`",
        "Date: November 8, 2021",
        "on November 8, 2021",
        "2021年11月8日",
        "2021年11月8日（月）",  # noqa: RUF001 - as it is typed there
        "2021년 11월 8일",
        "٨ نوفمبر ٢٠٢١",
    ],
)
def test_what_people_type(text: str) -> None:
    assert read_days(text) == Days("2021-11-08")


def test_other_months() -> None:
    assert [str(read_days(text)) for text in ("Sept 3, 2021", "3 Sep 2021", "May 3 2021", "8.8.2021")] == [
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
        ("11/8/21", ["2021-11-08", "2021-08-11"]),
        ("Nov 8, 21", ["2021-11-08"]),
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
        ("tomorrow", []),
        ("", []),
        ("TBD", []),
        ("8-Nov-21", ["2021-11-08"]),
        ("21-11-08", ["2008-11-21", "2021-11-08"]),
        ("November 8th, 2021 (tentative)", ["2021-11-08"]),
        ("8 November 2021, in the evening", ["2021-11-08"]),
        ("week of Nov 8, 2021", ["2021-11-08"]),
        ("2021-11-08 or 2021-11-09", []),
        ("not on 31 November 2021", []),
        ("Novmeber 8, 2021", ["2021-11-08"]),
        ("202111080", []),
        ("20211308", []),
        ("2021-11-08 18:00", ["2021-11-08"]),
        ("2021-11-08 (Tuesday)", ["November 8th, 2021"]),
        ("2021-11-08" * 1000, []),
    ],
)
def test_what_is_no_date(text: str, offered: list[str]) -> None:
    problem = read_days(text)
    assert isinstance(problem, Problem)
    assert [choice for choice in (problem.accepted, *problem.choices) if choice] == offered
    assert problem.typed == text


def test_characters_that_look_like_others_are_named() -> None:
    problem = read_days("2021-11-0\u043e\u00f6")
    assert isinstance(problem, Problem)
    assert "U+043E (cyrillic small letter o). Write it as" in problem.message


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("2026-11-08 18:00", "2026-11-08"),
        ("2026-11-08T18:00:00+01:00", "2026-11-08"),
        ("Sunday, November 8th, 2026 at 6:30 pm", "Sunday, November 8th, 2026"),
        ("2026-11-08 (Sunday), 6pm ET", "2026-11-08 (Sunday)"),
        ("11/8/2026, 18:00-19:00", "11/8/2026"),
        ("2026-11-08", "2026-11-08"),
        ("2026-11-08 18", "2026-11-08 18"),
        ("2026-11-08 18:00 or later", "2026-11-08 18:00 or later"),
        ("Sunday, November 8, 2026 \u22c5 2:00 \u2013 3:00pm", "Sunday, November 8, 2026"),
        ("Oct 6, 2026, 9am - Oct 8, 2026, 5pm", "Oct 6, 2026 - Oct 8, 2026"),
    ],
)
def test_a_time_after_a_date_is_cut_off(text: str, date: str) -> None:
    assert without_time(text) == date


def test_both_readings_of_numbers_are_named() -> None:
    problem = read_days("11/8/2021")
    assert isinstance(problem, Problem)
    assert "November 8th, 2021" in problem.message
    assert "August 11th, 2021" in problem.message


def test_a_weekday_after_a_date_is_checked() -> None:
    for text in ("November 8, 2021 (Thursday)", "8 Nov 2021, Thu", "Monday, November 8, 2021, Thursday"):
        problem = read_days(text)
        assert isinstance(problem, Problem)
        assert "is a Monday, not a Thursday" in problem.message


@settings(deadline=None)
@given(st.text(alphabet=st.sampled_from("0123456789-/., XNovemberDcthst"), max_size=30))
def test_no_text_breaks_the_readers(text: str) -> None:
    assert isinstance(read_days(text), Days | Problem)


# ------------------------------------------------------------------------------- several days


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("October 6-8, 2026", "2026-10-06 to 2026-10-08"),
        ("October 6th\u20138th, 2026", "2026-10-06 to 2026-10-08"),
        ("2026-10-06 to 2026-10-08", "2026-10-06 to 2026-10-08"),
        ("2026-10-06 - 2026-10-08", "2026-10-06 to 2026-10-08"),
        ("2026-10-06/2026-10-08", "2026-10-06 to 2026-10-08"),
        ("2026-10-06/08", "2026-10-06 to 2026-10-08"),
        ("20261006 - 20261008", "2026-10-06 to 2026-10-08"),
        ("6-8 October 2026", "2026-10-06 to 2026-10-08"),
        ("6.\u20138. Oktober 2026", "2026-10-06 to 2026-10-08"),
        ("vom 6. bis 8. Oktober 2026", "2026-10-06 to 2026-10-08"),
        ("6 al 8 de octubre de 2026", "2026-10-06 to 2026-10-08"),
        ("the 6th to the 8th of October 2026", "2026-10-06 to 2026-10-08"),
        ("Oct 6 through 8, 2026", "2026-10-06 to 2026-10-08"),
        ("Oct. 6 - Oct. 8, 2026", "2026-10-06 to 2026-10-08"),
        ("from October 6 until October 8, 2026", "2026-10-06 to 2026-10-08"),
        ("Tue, Oct 6 - Thu, Oct 8, 2026", "2026-10-06 to 2026-10-08"),
        ("Oct 6-8 '26", "2026-10-06 to 2026-10-08"),
        ("Oct 6 and 7, 2026", "2026-10-06 to 2026-10-07"),
        ("Oct 6 & 7, 2026", "2026-10-06 to 2026-10-07"),
        ("Oct 30 - Nov 1, 2026", "2026-10-30 to 2026-11-01"),
        ("30. Oktober bis 1. November 2026", "2026-10-30 to 2026-11-01"),
        ("Dec 30, 2026 \u2013 Jan 2, 2027", "2026-12-30 to 2027-01-02"),
        ("Dec 30 - Jan 2, 2027", "2026-12-30 to 2027-01-02"),
        ("Dec 30, 2026 - Jan 2", "2026-12-30 to 2027-01-02"),
        ("October 6-6, 2026", "2026-10-06"),
        ("2026-10-06 to 2026-10-06", "2026-10-06"),
        ("6. Oktober 2026", "2026-10-06"),
        ("Dienstag, 6. Oktober 2026", "2026-10-06"),
        ("6 de octubre de 2026", "2026-10-06"),
        ("8.8.2021 - 9.9.2021", "2021-08-08 to 2021-09-09"),
        ("2026-10-06..2026-10-08", "2026-10-06 to 2026-10-08"),
        ("2026-10-06 \u2192 08", "2026-10-06 to 2026-10-08"),
        ("Oct 6 -> Oct 8, 2026", "2026-10-06 to 2026-10-08"),
        ("Oct 6, 7 and 8, 2026", "2026-10-06 to 2026-10-08"),
        ("Oct 6, 7, 8 2026", "2026-10-06 to 2026-10-08"),
        ("du 6 au 8 octobre 2026", "2026-10-06 to 2026-10-08"),
        ("2026年10月6日～8日", "2026-10-06 to 2026-10-08"),  # noqa: RUF001 - as it is typed there
    ],
)
def test_several_days(text: str, days: str | None) -> None:
    found = read_days(text)
    assert (str(found) if isinstance(found, Days) else None) == days


@pytest.mark.parametrize(
    ("text", "words", "offered"),
    [
        ("October 8-6, 2026", "ends before it starts: October 6th, 2026 is before October 8th, 2026", []),
        ("2026-10-06 to 2027-10-08", "are 368 days", []),
        ("October 6-8", "The year is missing", []),
        ("October 6-40, 2026", "October 2026 has no day 40", []),
        ("Monday, Oct 6 - Thursday, Oct 8, 2026", "is a Tuesday, not a Monday", []),
        ("Oct 6 & 8, 2026", "only two of them", ["2026-10-06 to 2026-10-08"]),
        ("10/6/2026 - 10/8/2026", "June 10th", ["2026-10-06 to 2026-10-08", "2026-06-10 to 2026-08-10"]),
        ("6.-8.10.2026", "October 6th-8th", ["2026-06-10 to 2026-08-10", "2026-10-06 to 2026-10-08"]),
        ("25.11.2026 - 27.11.2026", "only be November 25th-27th, 2026", ["2026-11-25 to 2026-11-27"]),
        ("27.11.2026 - 25.11.2026", "no such date", []),
        ("6.10.26 - 8.10.26", "four digits", []),
        ("6.10. - 8.10.2026", "October 6th-8th", ["2026-06-10 to 2026-08-10", "2026-10-06 to 2026-10-08"]),
        ("10/13 - 10/15/2026", "only be October 13th-15th", ["2026-10-13 to 2026-10-15"]),
        ("Oct 6, 2026 and Oct 13, 2026", "only two of them", ["2026-10-06 to 2026-10-13"]),
        ("Oct 6-8, 2026 (3 days)", "Other words", ["2026-10-06 to 2026-10-08"]),
        ("Oct 6, 8 and 9, 2026", "could not be read", []),
        ("6 listopad 2026", "another language", ["2026-10-06", "2026-11-06"]),
        ("40. Oktober 2026", "October 2026 has no day 40", []),
        ("8 - 2026", "could not be read", []),
    ],
)
def test_what_is_wrong_with_several_days(text: str, words: str, offered: list[str]) -> None:
    problem = read_days(text)
    assert isinstance(problem, Problem)
    assert words in problem.message
    assert [choice for choice in (problem.accepted, *problem.choices) if choice] == offered
    assert problem.typed == text


@pytest.mark.parametrize("text", ["2026-10-08", "October 8th, 2026", "Oct 8", "8", "8th", "8. Oktober", "Thursday, 8"])
def test_the_last_day_may_leave_out_what_the_first_says(text: str) -> None:
    assert read_last_day(text, "2026-10-06") == "2026-10-08"


def test_the_last_day_alone() -> None:
    assert read_last_day("2026-10-06", "2026-10-06") == "2026-10-06"
    assert read_last_day("Jan 2", "2026-12-30") == "2027-01-02"
    assert read_last_day("2026-10-08", None) == "2026-10-08"
    assert read_last_day("Oct 8", None) is None


@pytest.mark.parametrize(
    ("text", "first", "words"),
    [
        ("Oct 5", "2026-10-06", "before it starts"),
        ("soon", "2026-10-06", "has to be known"),
        ("soon" * 100, "2026-10-06", "too long"),
        ("2026-02-30", None, "no day 30"),
        ("Oct 6-8, 2026", "2026-10-06", "has to be one day"),
    ],
)
def test_what_is_wrong_with_a_last_day(text: str, first: str | None, words: str) -> None:
    problem = read_last_day(text, first)
    assert isinstance(problem, Problem)
    assert words in problem.message


def test_a_time_after_several_days_is_cut_off() -> None:
    assert without_time("October 6\u20138, 2026, 9am") == "October 6-8, 2026"
    assert without_time("October 6 at 9am") == "October 6"


@pytest.mark.parametrize(
    ("language", "text", "meant"),
    [
        ("de", "3.4.2027", "2027-04-03"),
        ("de", "Sa., 03.04.2027", "2027-04-03"),
        ("de", "am 3. 4. 2027", "2027-04-03"),
        ("de", "3.-5.4.2027", "2027-04-03 to 2027-04-05"),
        ("de", "vom 3.4. bis 5.4.2027", "2027-04-03 to 2027-04-05"),
        ("fr", "samedi 3/4/2027", "2027-04-03"),
        ("fr", "du 3/4 au 5/4/2027", "2027-04-03 to 2027-04-05"),
        ("es", "s\u00e1bado 3/4/2027", "2027-04-03"),
        ("es", "3/4/2027-5/4/2027", "2027-04-03 to 2027-04-05"),
        ("de", "2021-11-08", "2021-11-08"),
    ],
)
def test_the_day_comes_first_in_other_languages_than_english(language: str, text: str, meant: str) -> None:
    assert str(read_days(numbers_in_english(text, language))) == meant
    assert numbers_in_english(text, "en") == text


@pytest.mark.parametrize(
    ("text", "message", "accepted"),
    [
        ("3.4.", "The year is missing", None),
        ("Sa, 3.4.", "The year is missing", None),
        ("So, 3.4.2027", "is a Saturday, not a Sunday", "April 3rd, 2027"),
        ("3.4.27", "four digits", "2027-04-03"),
        ("31.2.2027", "has no day 31", None),
        ("4/13/2027", "This can only be April 13th, 2027", "2027-04-13"),
    ],
)
def test_what_is_no_date_where_the_day_comes_first(text: str, message: str, accepted: str | None) -> None:
    found = read_days(numbers_in_english(text, "de"))
    assert isinstance(found, Problem)
    assert (message in found.message, found.accepted) == (True, accepted)
