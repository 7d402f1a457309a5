"""Durations."""

from datetime import timedelta

import pytest
from almanac.errors import Problem
from almanac.times.clock import days_long, read_duration, show_duration
from hypothesis import given, settings
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("2 hours", 120),
        ("90 min", 90),
        ("９０ min", 90),  # noqa: RUF001 - full-width digits
        ("1h30", 90),
        ("1:30", 90),
        ("PT2H", 120),
        ("PT1H30M", 90),
        ("P1DT2H", 1560),
        ("2h", 120),
        ("2 hrs.", 120),
        ("90 minutes", 90),
        ("90m", 90),
        ("90'", 90),
        ("1 hour and 30 minutes", 90),
        ("1 hour, 30 min", 90),
        ("1h 30m", 90),
        ("1.5 hours", 90),
        ("1,5 h", 90),
        ("an hour", 60),
        ("One Hour", 60),
        ("half an hour", 30),
        ("2 days", 2880),
        ("1 week", 7 * 24 * 60),
        ("two hours", 120),
        ("1½ hours", 90),
        ("½ hour", 30),
        ("1 ¾ h", 105),
        ("an hour and a half", 90),
        ("one hour and a half", 90),
        ("2 and a half hours", 150),
        ("about an hour", 60),
        ("~90 min.", 90),
        ("max. 2 hours", 120),
        ("2 hours max", 120),
        ("01:30:00", 90),
        ("2 Stunden und 30 Minuten", 150),
        ("1 heure", 60),
        ("2 horas", 120),
        ("٢ hours", 120),
    ],
)
def test_what_people_type(text: str, minutes: int) -> None:
    assert read_duration(text) == timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("text", "choices"),
    [
        ("90", ("90 min", "90 hours")),
        ("9999", ("9999 min",)),
        ("", ()),
        ("P", ()),
        ("PT", ()),
        ("0 min", ()),
        ("32 days", ()),
        ("1:75", ()),
        ("all day", ()),
        ("1-2 hours", ()),
        ("1 week and 2 days", ()),
        ("-2 hours", ()),
        ("9" * 10_000, ()),
        ("2 hours" + " " * 200, ()),
    ],
)
def test_what_is_no_duration(text: str, choices: tuple[str, ...]) -> None:
    problem = read_duration(text)
    assert isinstance(problem, Problem)
    assert (problem.choices, problem.typed) == (choices, text)


@settings(deadline=None)
@given(st.integers(1, 31 * 24 * 60))
def test_a_duration_in_words_is_read_again(minutes: int) -> None:
    assert read_duration(show_duration(timedelta(minutes=minutes))) == timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("3 days", 3),
        ("1 day", 1),
        ("P3D", 3),
        ("2.5 days", 3),
        ("72 hours", None),
        ("2 days 3 hours", None),
        ("40 days", None),
        ("3", None),
        ("soon", None),
    ],
)
def test_a_duration_in_days_is_so_many_days_in_a_row(text: str, days: int | None) -> None:
    assert days_long(text) == days
