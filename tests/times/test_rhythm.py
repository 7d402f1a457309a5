"""How often a series meets, read from words, found in dates, and when it does next."""

from datetime import date, timedelta

import pytest
from almanac.times.rhythm import Rhythm, read_rhythm, rhythm_of

TODAY = date(2026, 10, 28)  # a Wednesday


@pytest.mark.parametrize(
    ("words", "rhythm", "following"),
    [
        ("week", Rhythm(weeks=1), date(2026, 11, 4)),
        ("1 week", Rhythm(weeks=1), date(2026, 11, 4)),
        ("every  3 weeks", Rhythm(weeks=3), date(2026, 11, 18)),
        ("month", Rhythm(), date(2026, 11, 28)),
        ("first Tuesday of the month", Rhythm(places=(1,), weekday=1), date(2026, 11, 3)),
        ("First tuesday", Rhythm(places=(1,), weekday=1), date(2026, 11, 3)),
        ("second and fourth Thursday of each month", Rhythm(places=(2, 4), weekday=3), date(2026, 11, 12)),
        ("last Friday of the month", Rhythm(places=(-1,), weekday=4), date(2026, 10, 30)),
    ],
)
def test_a_rhythm_in_words(words: str, rhythm: Rhythm, following: date) -> None:
    assert read_rhythm(words) == rhythm
    assert read_rhythm(str(rhythm)) == rhythm
    assert next(rhythm.days(TODAY), None) == following


@pytest.mark.parametrize("words", ["", "fortnight", "0 weeks", "sixth Monday", "first Someday", "2 months"])
def test_what_is_no_rhythm_says_what_would_be(words: str) -> None:
    with pytest.raises(ValueError, match="Write `week`, `2 weeks`"):
        read_rhythm(words)


def test_days_that_are_skipped() -> None:
    assert next(Rhythm(weeks=2).days(TODAY, {date(2026, 11, 11)}), None) == date(2026, 11, 25)
    every = {TODAY + timedelta(weeks=week) for week in range(200)}
    assert next(Rhythm(weeks=1).days(TODAY, every), None) is None


def test_a_month_without_such_a_day() -> None:
    assert next(Rhythm().days(date(2026, 1, 31)), None) == date(2026, 3, 31)
    assert next(Rhythm(places=(5,), weekday=0).days(date(2026, 8, 31)), None) == date(2026, 11, 30)


@pytest.mark.parametrize(
    ("dates", "rhythm"),
    [
        (["2026-01-06", "2026-01-20", "2026-02-03", "2026-03-03", "2026-03-17", "2026-03-31"], "2 weeks"),
        (
            ["2026-01-06", "2026-02-03", "2026-03-03", "2026-04-07", "2026-05-05", "2026-06-02"],
            "first Tuesday of the month",
        ),
        (
            [
                "2026-01-08",
                "2026-01-22",
                "2026-02-12",
                "2026-02-26",
                "2026-04-09",
                "2026-04-23",
                "2026-07-09",
                "2026-07-23",
            ],
            "second and fourth Thursday of the month",
        ),
        (["2026-01-06", "2026-02-20", "2026-03-03", "2026-05-07", "2026-08-11"], None),
        (["2026-01-06", "2026-01-13", "2026-01-20"], None),
        (["2026", "XXXX-01-06", "2026-01-06", "2026-01-13", "2026-01-20"], None),
    ],
)
def test_the_rhythm_of_dates(dates: list[str], rhythm: str | None) -> None:
    found = rhythm_of(dates)
    assert (str(found) if found else None) == rhythm
