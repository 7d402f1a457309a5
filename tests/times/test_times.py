"""When lines that are wrong, or not quite right: what is said of them, and the lines that are offered instead."""

import pytest
from almanac.times.check import check_imported, read_when, read_when_without_date
from almanac.times.linereader import LineReader, When
from almanac.times.zones import Zones

from tests.times.test_times_read import BUILT_IN, SITE


def messages(when: When) -> str:
    return " ".join(problem.message for problem in when.problems)


def offers(when: When) -> list[str]:
    """All lines that are offered in place of the one that was typed."""
    return list(dict.fromkeys(line for p in when.problems for line in (p.accepted, *p.choices) if line))


def test_a_duration_that_contradicts_the_range_is_a_problem() -> None:
    when = read_when("2021-11-08", "9-11am ET", BUILT_IN, "90 min")
    assert (when.ok, offers(when)) == (False, ["9-10:30am ET"])
    assert "2 hours" in messages(when)
    assert "1 hour 30 minutes" in messages(when)


@pytest.mark.parametrize(
    ("date", "line", "corrected"),
    [
        ("2022-10-03", "11pm ET / 8am PT / 5pm CET", ["11am ET, 8am PT, 5pm CEST"]),
        ("2022-11-03", "12pm ET / 9am PT / 6pm CET", ["12pm ET, 9am PT, 5pm CET"]),
        ("2021-11-08", "9am ET, 4pm CET", ["9am ET, 3pm CET", "10am ET, 4pm CET"]),
        (
            "2021-11-08",
            "9am ET, 3pm CET, 7am PT, 4pm Europe/Madrid",
            ["9am ET, 3pm CET, 6am PT, 3pm Europe/Madrid", "10am ET, 4pm CET, 7am PT, 4pm Europe/Madrid"],
        ),
        ("2021-11-11", "9pm PT, 10:30am Asia/Kolkata", ["9pm PT, 10:30am Asia/Kolkata (Nov 12)"]),
        ("2021-11-11", "9pm PT, 10:30am Asia/Kolkata (Nov 11)", ["9pm PT, 10:30am Asia/Kolkata (Nov 12)"]),
        (
            "2021-11-11",
            "11pm PT, 12am ET, 10:30am Asia/Kolkata",
            ["9pm PT, 12am ET (Nov 12), 10:30am Asia/Kolkata (Nov 12)"],
        ),
        ("2021-11-08", "9-11am ET, 3-4pm CET", ["9-11am ET, 3-5pm CET", "9-10am ET, 3-4pm CET"]),
        ("2021-11-08", "9-11am ET, 3-4pm CET, 6-8am PT", ["9-11am ET, 3-5pm CET, 6-8am PT"]),
        ("2021-03-28", "1:30am GMT, 9am UTC", ["1:30am GMT, 1:30am UTC", "9am GMT, 9am UTC"]),
        ("2021-11-08", "9am ET, 11am ET", ["9-11am ET"]),
        ("2021-11-08", "9am ET and 5pm ET", ["9am-5pm ET"]),
        ("2021-11-08", "11pm ET, 1am ET", ["11pm-1am ET"]),
        ("2021-11-08", "9am ET, 8am ET", ["9am ET", "8am ET"]),
        ("2021-11-08", "9am ET, 1pm ET (+1)", ["9am ET", "1pm ET"]),
        ("2021-11-08", "9am ET, 11am ET, 3pm CET", ["9am ET, 3pm CET"]),
        ("2021-11-08", "9-11am ET, 4pm CET, 6am PT", ["9-11am ET, 3pm CET, 6am PT"]),
    ],
)
def test_times_that_are_not_the_same_moment(date: str, line: str, corrected: list[str]) -> None:
    when = read_when(date, line, BUILT_IN)
    assert (when.ok, when.instant, when.line, offers(when)) == (False, None, None, corrected)
    assert all((problem.accepted is None) == (len(problem.choices) > 1) for problem in when.problems)


def test_the_odd_one_of_three_is_named() -> None:
    when = read_when("2022-10-03", "11pm ET / 8am PT / 5pm CET", BUILT_IN)
    assert "11pm ET is probably the mistake" in messages(when)
    assert "8am PT is 11am and 5pm CET is 11am" in messages(when)


@pytest.mark.parametrize(
    ("date", "line", "shown", "words"),
    [
        (
            "2021-11-11",
            "9am PT, 12pm EDT, 6pm CET on Thursday November 11, 2021",
            "9am PT, 12pm ET, 6pm CET",
            "Write EST or ET, which is right all year.",
        ),
        ("2021-09-30", "9am PT, 12pm EDT, 6pm CET", "9am PT, 12pm EDT, 6pm CEST", "Write CEST."),
        ("2021-07-08", "3pm CET", "3pm CEST", "Write CEST."),
        ("2021-07-08", "3pm EET", "3pm EEST", "Write EEST."),
        ("2021-07-08", "3pm WET", "3pm WEST", "Write WEST."),
        ("2021-11-08", "3pm CEST", "3pm CET", "Write CET."),
        ("2021-07-08", "9am MST", "9am MT", "In Arizona, write America/Phoenix."),
        ("2021-07-08", "2pm GMT, 9am ET", "2pm UK, 9am ET", "Write UK, which"),
        ("2021-07-08", "2-3pm GMT, 9am ET", "2-3pm UK, 9am ET", "London is on BST, not GMT"),
        ("2021-11-08", "3-4:30 UK", "3-4:30am UK", "in the morning"),
        ("2021-11-08", "midnight UK", "12am UK", "the start of the given date"),
        ("2021-11-08", "2021 UK", "8:21pm UK", "If they are a year"),
        ("2021-11-08", "2:00 UK", "2am UK", "in the morning"),
        ("2021-11-08", "2:00-3:30 UK", "2-3:30am UK", "in the morning"),
    ],
)
def test_what_is_read_but_not_quite_right_is_a_warning(date: str, line: str, shown: str, words: str) -> None:
    when = read_when(date, line, BUILT_IN)
    assert (when.ok, when.line) == (True, shown)
    assert words.removesuffix(", which") in when.warnings[0].message
    assert (when.warnings[0].accepted, when.warnings[0].typed, len(when.warnings)) == (shown, line, 1)


def test_a_wrong_abbreviation_is_wall_time() -> None:
    assert read_when("2021-11-11", "12pm EDT", BUILT_IN).instant == "2021-11-11T17:00:00Z"
    assert read_when("2021-07-08", "5pm CET", BUILT_IN).instant == "2021-07-08T15:00:00Z"
    assert read_when("2021-07-08", "5pm CET", SITE).instant == "2021-07-08T15:00:00Z"
    assert not read_when("2021-07-08", "11am ET, 4pm CET", SITE).ok


def test_letters_of_the_site_are_wall_time_and_shown_as_what_is_in_force() -> None:
    east = Zones.of({"EST": "America/New_York", "BST": "Europe/London"})
    assert read_when("2021-07-08", "9am EST", east).line == "9am ET, 2pm BST"
    assert read_when("2021-11-08", "2pm BST", east).line == "9am EST, 2pm UK"
    assert read_when("2021-07-08", "9am EST", east).instant == "2021-07-08T13:00:00Z"


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("9am ET on Friday November 12, 2021", "says November 12th, 2021"),
        ("9am ET on Friday", "November 11th, 2021 is a Thursday"),
        ("9am ET on Friday November 11", "November 11th, 2021 is a Thursday"),
        ("9am ET (Nov 12)", "says November 12th, 2021"),
        ("9am ET (next day)", "says November 12th, 2021"),
        ("9am ET, 3pm CET (Nov 20)", "says November 20th, 2021"),
        ("9am ET on November 31", "does not exist"),
        ("Nov 12: 9am ET", "says November 12th, 2021"),
    ],
)
def test_a_day_in_the_line_that_is_not_the_dates(line: str, words: str) -> None:
    when = read_when("2021-11-11", line, BUILT_IN)
    assert not when.ok
    assert words in messages(when)
    assert offers(when) == ["9am ET, 3pm CET" if "CET" in line else "9am ET"]


@pytest.mark.parametrize(
    ("date", "line", "choices"),
    [
        ("2022-03-13", "2:30am ET", ["1:30am ET", "3:30am ET"]),
        ("2022-03-13", "2:30-4am ET", ["1:30-4am ET", "3:30-4am ET"]),
        ("2022-03-13", "1-2:30am ET", ["1-1:30am ET", "1-3:30am ET"]),
        (
            "2021-03-28",
            "2:30am Europe/Paris, 1:30am UK",
            ["1:30am Europe/Paris, 12:30am UK", "3:30am Europe/Paris, 2:30am UK"],
        ),
        ("2021-03-28", "1:30am UK, 12:30am UTC", ["12:30am UK, 12:30am UTC"]),
        ("2021-03-28", "2:30am CET, 1:30am UK (Nov 31)", []),
        ("2021-11-07", "1:30am ET", ["1:30am EDT", "1:30am EST"]),
        ("2021-11-07", "1:30am ET, 5:30am UTC", ["1:30am EDT, 5:30am UTC"]),
        ("2021-11-07", "12:30-1:30am ET", ["12:30-1:30am EDT", "12:30-2:30am UTC-4"]),
        ("2021-11-07", "1:30am America/New_York", ["1:30am EDT", "1:30am EST"]),
        ("2021-10-31", "1:30am UK", ["1:30am UTC+1", "1:30am GMT"]),
        ("2021-04-04", "1:45am Australia/Lord_Howe", ["1:45am UTC+11", "1:45am UTC+10:30"]),
        ("2011-12-30", "9am Pacific/Apia", []),
    ],
)
def test_times_that_do_not_exist_or_come_twice(date: str, line: str, choices: list[str]) -> None:
    when = read_when(date, line, BUILT_IN)
    assert (when.ok, offers(when)) == (False, choices)


@pytest.mark.parametrize(
    ("line", "instant"), [("1:30am EDT", "2021-11-07T05:30:00Z"), ("1:30am EST", "2021-11-07T06:30:00Z")]
)
def test_a_strict_abbreviation_says_which_of_two(line: str, instant: str) -> None:
    when = read_when("2021-11-07", line, BUILT_IN)
    assert (when.ok, when.instant, when.line, when.warnings) == (True, instant, line, ())
    assert (
        read_when("2021-11-07", f"{instant[11:16]} UTC", Zones.of(shown=["ET"])).line
        == f"{instant[12:13]}:30am UTC, {line}"
    )


def test_without_a_zone_the_sites_is_suggested_and_not_assumed() -> None:
    assert (offers(read_when("2021-11-08", "9am", BUILT_IN)), offers(read_when("2021-11-08", "9am", SITE))) == (
        [],
        ["9am ET, 3pm CET"],
    )
    assert not read_when("2021-11-08", "9am", SITE).ok
    assert "often uses ET" in messages(read_when("2021-11-08", "9am", SITE))
    assert offers(read_when("2021-11-08", "9am, 3pm CET", SITE)) == ["9am ET, 3pm CET"]
    assert offers(read_when("2021-11-08", "9-11am", SITE)) == ["9-11am ET, 3-5pm CET"]


@pytest.mark.parametrize(
    ("line", "corrected"),
    [
        ("9pm PT, 10:30am IST (Nov 9)", ["9pm PT, 10:30am Asia/Kolkata (Nov 9)"]),
        ("9am PT, 11am CST", ["9am PT, 11am CT"]),
        ("9am AST", ["9am America/Halifax", "9am Asia/Riyadh"]),
        ("9am BST", ["9am UK", "9am Asia/Dhaka"]),
        ("9am Europe/Pariss", ["9am CET"]),
        ("9am Madird", ["9am Europe/Madrid"]),
        ("9am Qqqq", []),
        ("9am UTC+15", []),
        ("9am UTC+1:75", []),
        ("9 ET", ["9am ET", "9pm ET"]),
        ("9-11 ET", ["9-11am ET", "9-11pm ET"]),
        ("9 ET, 3 CET", ["9am ET, 3pm CET", "9pm ET, 3am CET (Nov 9)"]),
        ("9am ET (2 hours)", ["9am ET"]),
        ("9am ET / 3pm CET, 90 minutes", ["9am ET, 3pm CET"]),
        ("9-10am ET for 1.5 hrs.", ["9-10am ET"]),
        ("2 hours", []),
        ("9am (1 hour)", []),
        ("00:00-24:00 UTC", []),
        ("24:00 UTC", []),
        ("14:00-5 CET", ["2pm-5am CET", "2-5pm CET"]),
        ("14:00 UTC - 5", ["2pm UTC-5"]),
        ("14:00 UTC \u2013 5, 2pm ET", ["2pm UTC-5, 2pm ET"]),
        ("14:00 (GMT + 2)", ["2pm UTC+2"]),
        ("14:00 UTC - 15", []),
        ("9-11am ET (Nov 9)", ["9-11am ET"]),
        ("11pm-1am ET (Nov 10)", ["11pm-1am ET"]),
        ("9 ET, 3 CET, 6 PT, 2 UK, 11 MT", []),
        ("13pm ET", []),
        ("9:75 ET", []),
        ("9pm-9pm ET", []),
        ("9am ET 3pm CET", ["9am ET, 3pm CET"]),
        ("9am PT - 12pm ET", ["9am PT, 12pm ET"]),
        ("(9am ET", ["9am ET"]),
        ("9am ET, we meet at 3pm CET", ["9am ET, 3pm CET"]),
        ("9am ET (Nov 8", []),
        ("9am ET on Nov 8, 3pm CET", ["9am ET, 3pm CET"]),
        ("Nov 8, 9am ET, Nov 8", ["9am ET"]),
        ("9am (ET", []),
        ("900 ET", []),
        ("9.5am ET", []),
        ("12.5pm ET", []),
        ("9:3am ET", []),
        ("9.30.00 CET", []),
        ("6/9am PT/ET", []),
        ("9 or 10am ET", []),
        ("noon or 1pm ET", []),
        ("half past 9am ET", []),
        ("9pm PT 6am+1 CET", []),
        ("November 8, 2021 ET", []),
        ("9-11-1pm ET", []),
        ("x/9am ET", []),
        ("v9am ET", []),
        ("9am ET or 3pm CET", ["9am ET, 3pm CET"]),
        ("on Nov 8 we meet 9am ET, Nov 9", []),
        ("9am ET every Monday", ["9am ET"]),
        ("9am ET every Tuesday", []),
        ("14:30pm ET", []),
        ("25:00-26:00 ET", []),
        ("9am Asia", []),
        ("9am W.X.", []),
        ("tbd", []),
        ("November 8", []),
        ("9am to ET", []),
        ("", []),
        (" \n", []),
    ],
)
def test_lines_that_leave_something_open(line: str, corrected: list[str]) -> None:
    when = read_when("2021-11-08", line, BUILT_IN)
    assert (when.ok, when.line, offers(when)) == (False, None, corrected)
    assert all(problem.typed == line and problem.field is None for problem in when.problems)


@pytest.mark.parametrize(
    ("date", "line", "corrected"),
    [
        ("2021-05-03", "7:00 PM EDT (GMT-0500)", ["7pm EDT, 6pm UTC-5", "8pm EDT, 7pm UTC-5"]),
        ("2021-11-08", "7:00 PM EDT (GMT-0400)", ["7pm ET, 8pm UTC-4", "6pm ET, 7pm UTC-4"]),
        ("2021-05-03", "14:00 (03:00 PM) CT", ["2-3pm CT"]),
        ("2021-05-03", "14:00 (2) CT", ["2pm CT"]),
        ("2021-05-03", "7pm IST (GMT+5:30)", ["7pm Asia/Kolkata"]),
        ("2021-05-03", "4pm-5pm UTC (9am-10am PST, 1pm ET)", ["4-5pm UTC, 9-10am PT, 12pm ET"]),
        ("2021-05-03", "7pm EDT (GMT-0400", []),
        ("2021-05-03", "9am ET (+1)", ["9am ET"]),
        ("2021-05-03", "(9am ET, 6am PT", ["9am ET, 6am PT"]),
        ("2021-05-03", "9am (10am or so) ET", []),
        ("2021-05-03", "Foo 9am", []),
        ("2021-05-03", "ET 9am PT", []),
        ("2021-05-03", "9am ET (online)", ["9am ET"]),
    ],
)
def test_what_says_two_things_at_once_is_told(date: str, line: str, corrected: list[str]) -> None:
    when = read_when(date, line, BUILT_IN)
    assert (when.ok, offers(when)) == (False, corrected)


def test_a_range_is_shorter_than_a_day() -> None:
    when = read_when("2021-11-07", "12:30am-12:15am ET", BUILT_IN)
    assert (when.ok, offers(when)) == (False, [])
    assert "shorter than a day" in messages(when)


def test_the_given_zone_is_not_shown_twice_in_an_hour_that_comes_twice() -> None:
    site = Zones.of({"PT": "America/Los_Angeles", "ET": "America/New_York", "CET": "Europe/Paris"})
    assert offers(read_when("2021-11-06", "11pm-1am ET", site)) == [
        "8-10pm PT, 11pm-1am EDT, 4-6am CET (Nov 7)",
        "11pm-2am UTC-4, 8-11pm PT, 4-7am CET (Nov 7)",
    ]


def test_problems_of_the_date_and_the_duration_name_their_field() -> None:
    when = read_when("2021-11", "9am ET", BUILT_IN, "long")
    assert (when.ok, [problem.field for problem in when.problems]) == (False, ["date", "duration"])
    assert [problem.field for problem in read_when("tbd", "9am", BUILT_IN).problems] == ["date", None]
    when = read_when("2021-11-08", "9am", BUILT_IN, "long")
    assert [problem.field for problem in when.problems] == ["duration", None]
    assert not read_when("2021-11-08", "9am ET", BUILT_IN, "long").ok


@pytest.mark.parametrize(
    ("line", "duration", "words"),
    [
        ("9am ET, 4pm CET", None, []),
        ("1:30am ET on Friday", "2 hours", []),
        ("9am", " ", [(None, "has no time zone")]),
        ("9 IST", None, [(None, "no am or pm"), (None, "IST is used for")]),
        ("9am Pariss", None, [(None, "Did you mean CET?")]),
        ("25:00 ET", "long", [("duration", "as a duration"), (None, "is not valid")]),
        ("we meet", None, [(None, "could not be read")]),
        (" ", None, [(None, "There is no time here")]),
        ("9am (1 hour)", None, [(None, "How long the event takes"), (None, "has no time zone")]),
        ("2 hours", None, [(None, "How long the event takes")]),
        ("0:00-24:00 UTC", None, [(None, "shorter than a day")]),
        ("x" * 201, None, [(None, "longer than 200")]),
    ],
)
def test_what_is_wrong_on_any_date(line: str, duration: str | None, words: list[tuple[str | None, str]]) -> None:
    found = read_when_without_date(line, BUILT_IN, duration)
    assert [problem.field for problem in found] == [field for field, _ in words]
    for problem, (field, part) in zip(found, words, strict=True):
        assert part in problem.message
        assert problem.typed == (duration if field else line)
        assert (problem.accepted, problem.choices) == (None, ())


def test_an_imported_line_keeps_its_words_and_its_problems_become_warnings() -> None:
    line = "9am PT, 12pm EDT, 6pm CET on Thursday November 11, 2021"
    when = check_imported("2021-11-11", line, SITE)
    assert (when.ok, when.line, when.starts) == (True, line, "2021-11-11T09:00:00-08:00")
    assert (len(when.warnings), when.problems) == (1, ())
    wrong = check_imported("2022-11-03", "12pm ET / 9am PT / 6pm CET", SITE)
    assert (wrong.ok, wrong.line, wrong.starts, wrong.problems) == (False, "12pm ET / 9am PT / 6pm CET", None, ())
    assert wrong.warnings[0].accepted == "12pm ET, 9am PT, 5pm CET"
    assert check_imported("2021-11-08", "9am ET", SITE).line == "9am ET"


@pytest.mark.parametrize("date", ["2021-11", "2021", "XXXX-12-09"])
def test_an_imported_line_without_a_day_is_only_kept(date: str) -> None:
    when = check_imported(date, "9am", SITE)
    assert (when.ok, when.line, when.instant, when.warnings) == (True, "9am", None, ())
    assert check_imported("2021-11-08", " ", SITE).warnings == ()


def test_what_several_problems_suggest_is_tried_once(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[str] = []
    accepted = LineReader._accepted  # noqa: SLF001 -- what takes the time

    def count(reader: LineReader, candidate: str) -> str | None:
        tried.append(candidate)
        return accepted(reader, candidate)

    monkeypatch.setattr(LineReader, "_accepted", count)
    assert len(read_when("2021-11-08", "9 CST, 9am IST", BUILT_IN).problems) == 3
    assert len(tried) == len(set(tried)) == 18
