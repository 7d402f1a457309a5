"""When lines: the rows of the tables of what is read, checked and shown, and the lines that real pages got wrong."""

import json
from typing import Any

import pytest
from almanac.times.check import (
    LineReader,
    When,
    check_imported,
    explain,
    read_when,
    read_when_without_date,
    when_to_json,
)
from almanac.times.zones import Zones

BUILT_IN = Zones.of()
SITE = Zones.of(
    {"PT": "America/Los_Angeles", "ET": "America/New_York", "CET": "Europe/Paris"}, ["ET", "CET"], "America/New_York"
)
INDIA = Zones.of({"PT": "America/Los_Angeles", "IST": "Asia/Kolkata"})


def messages(when: When) -> str:
    return " ".join(problem.message for problem in when.problems)


def offers(when: When) -> list[str]:
    """All lines that are offered in place of the one that was typed."""
    return list(dict.fromkeys(line for p in when.problems for line in (p.accepted, *p.choices) if line))


@pytest.mark.parametrize(
    ("date", "line", "instant", "shown"),
    [
        ("2021-11-08", "9am ET, 3pm CET", "2021-11-08T14:00:00Z", "9am ET, 3pm CET"),
        ("2021-11-08", "9am ET / 3pm CET", "2021-11-08T14:00:00Z", "9am ET, 3pm CET"),
        ("2021-11-08", "9am ET/3pm CET", "2021-11-08T14:00:00Z", "9am ET, 3pm CET"),
        ("2021-11-08", "9am ET | 3pm CET", "2021-11-08T14:00:00Z", "9am ET, 3pm CET"),
        ("2021-11-08", "9am ET · 3pm CET", "2021-11-08T14:00:00Z", "9am ET, 3pm CET"),
        ("2021-11-08", "9am ET; 3pm CET", "2021-11-08T14:00:00Z", "9am ET, 3pm CET"),
        ("2021-11-08", "9am ET and 3pm CET", "2021-11-08T14:00:00Z", "9am ET, 3pm CET"),
        ("2021-11-08", "6am PT, 9am ET, and 3pm CET.", "2021-11-08T14:00:00Z", "6am PT, 9am ET, 3pm CET"),
        ("2021-11-08", "at 9:30 am et", "2021-11-08T14:30:00Z", "9:30am ET"),
        ("2021-11-08", "9 a.m. ET", "2021-11-08T14:00:00Z", "9am ET"),
        ("2021-11-08", "9.30am ET", "2021-11-08T14:30:00Z", "9:30am ET"),
        ("2021-11-08", "09:00 ET", "2021-11-08T14:00:00Z", "9am ET"),
        ("2021-11-08", "21:00:00 ET", "2021-11-09T02:00:00Z", "9pm ET"),
        ("2021-11-08", "9h CET", "2021-11-08T08:00:00Z", "9am CET"),
        ("2021-11-08", "17h30 CET", "2021-11-08T16:30:00Z", "5:30pm CET"),
        ("2021-11-08", "1400 UTC", "2021-11-08T14:00:00Z", "2pm UTC"),
        ("2021-11-08", "14:00Z", "2021-11-08T14:00:00Z", "2pm UTC"),
        ("2021-11-08", "9amET", "2021-11-08T14:00:00Z", "9am ET"),
        ("2021-11-08", "_9am ET_", "2021-11-08T14:00:00Z", "9am ET"),
        ("2021-11-08", "\u23f0 9\u202fam \u2013 10am ET \U0001f389", "2021-11-08T14:00:00Z", "9-10am ET"),
        ("2021-11-08", "9am ET = 3pm CET", "2021-11-08T14:00:00Z", "9am ET, 3pm CET"),
        ("2021-11-08", "9am ET // 3pm CET", "2021-11-08T14:00:00Z", "9am ET, 3pm CET"),
        ("2021-11-08", "2021-11-08T14:00:00Z", "2021-11-08T14:00:00Z", "2pm UTC"),
        ("2021-11-08", "2021-11-08T09:00-05:00", "2021-11-08T14:00:00Z", "9am UTC-5"),
        ("2021-11-08", "15 Uhr MEZ", "2021-11-08T14:00:00Z", "3pm CET"),
        ("2021-11-08", "15:00 Uhr MEZ", "2021-11-08T14:00:00Z", "3pm CET"),
        ("2021-11-08", "14:00 UK time", "2021-11-08T14:00:00Z", "2pm UK"),
        ("2021-11-08", "9am Eastern Time, 3pm Paris", "2021-11-08T14:00:00Z", "9am ET, 3pm Europe/Paris"),
        ("2021-11-08", "9am in New York and 3pm in Paris", "2021-11-08T14:00:00Z", "9am ET, 3pm Europe/Paris"),
        ("2021-11-08", "15h (heure de Paris)", "2021-11-08T14:00:00Z", "3pm Europe/Paris"),
        (
            "2021-11-08",
            "lundi 8 novembre 2021, 15 h 30 (heure de Paris)",
            "2021-11-08T14:30:00Z",
            "3:30pm Europe/Paris",
        ),
        ("2021-11-08", "de 15h à 16h CET", "2021-11-08T14:00:00Z", "3-4pm CET"),
        ("2021-11-08", "Montag, 8. November 2021, 15:00\u201316:30 Uhr MEZ", "2021-11-08T14:00:00Z", "3-4:30pm CET"),
        ("2021-11-08", "am 8. November um 15 Uhr MEZ und 9:00 ET", "2021-11-08T14:00:00Z", "3pm CET, 9am ET"),
        (
            "2021-11-08",
            "lunes 8 de noviembre de 2021 a las 15:00 (hora de Madrid)",
            "2021-11-08T14:00:00Z",
            "3pm Europe/Madrid",
        ),
        ("2021-11-08", "3pm CET (Berlin time)", "2021-11-08T14:00:00Z", "3pm CET"),
        ("2021-11-08", "9am U.S. Eastern Time", "2021-11-08T14:00:00Z", "9am ET"),
        ("2021-11-08", "9AMET/3PMCET", "2021-11-08T14:00:00Z", "9am ET, 3pm CET"),
        ("2021-11-08", "9amEurope/Paris", "2021-11-08T08:00:00Z", "9am Europe/Paris"),
        ("2021-11-08", "09:00 America/New_York", "2021-11-08T14:00:00Z", "9am America/New_York"),
        ("2021-11-08", "09:00America/New_York", "2021-11-08T14:00:00Z", "9am America/New_York"),
        ("2021-11-08", "930am ET", "2021-11-08T14:30:00Z", "9:30am ET"),
        ("2021-11-08", "1130am ET", "2021-11-08T16:30:00Z", "11:30am ET"),
        ("2021-11-08", "1130AMET", "2021-11-08T16:30:00Z", "11:30am ET"),
        ("2021-11-08", "9a ET", "2021-11-08T14:00:00Z", "9am ET"),
        ("2021-11-08", "9p UK, 4p ET", "2021-11-08T21:00:00Z", "9pm UK, 4pm ET"),
        ("2021-11-08", "930p UK", "2021-11-08T21:30:00Z", "9:30pm UK"),
        ("2021-11-08", "9am E.T.", "2021-11-08T14:00:00Z", "9am ET"),
        ("2021-11-08", "9am E.T., 2pm U.K.", "2021-11-08T14:00:00Z", "9am ET, 2pm UK"),
        ("2021-11-08", "18:00h CET", "2021-11-08T17:00:00Z", "6pm CET"),
        ("2021-11-08", "1800h CET", "2021-11-08T17:00:00Z", "6pm CET"),
        ("2021-11-08", "17 CET", "2021-11-08T16:00:00Z", "5pm CET"),
        ("2021-11-08", "noon UK", "2021-11-08T12:00:00Z", "12pm UK"),
        ("2021-11-08", "12 noon UK", "2021-11-08T12:00:00Z", "12pm UK"),
        ("2021-11-08", "12am UK", "2021-11-08T00:00:00Z", "12am UK"),
        ("2021-11-08", "12pm UK", "2021-11-08T12:00:00Z", "12pm UK"),
        ("2021-11-08", "9am EST", "2021-11-08T14:00:00Z", "9am EST"),
        ("2021-07-08", "3pm CEST", "2021-07-08T13:00:00Z", "3pm CEST"),
        ("2021-07-08", "2pm GMT", "2021-07-08T14:00:00Z", "2pm GMT"),
        ("2021-11-08", "17:00 Europe/Paris", "2021-11-08T16:00:00Z", "5pm Europe/Paris"),
        ("2021-11-08", "17:00 europe/paris/11am ET", "2021-11-08T16:00:00Z", "5pm Europe/Paris, 11am ET"),
        ("2021-11-08", "9am America/Port-au-Prince", "2021-11-08T14:00:00Z", "9am America/Port-au-Prince"),
        ("2021-11-08", "9am Etc/GMT+5", "2021-11-08T14:00:00Z", "9am Etc/GMT+5"),
        ("2021-11-08", "14:00 UTC+2", "2021-11-08T12:00:00Z", "2pm UTC+2"),
        ("2021-11-08", "14:00 UTC−3", "2021-11-08T17:00:00Z", "2pm UTC-3"),  # noqa: RUF001 - a minus sign
        ("2021-11-08", "14:00 +05:30", "2021-11-08T08:30:00Z", "2pm UTC+5:30"),
        ("2021-11-08", "14:00+0530", "2021-11-08T08:30:00Z", "2pm UTC+5:30"),
        ("2021-11-08", "14:00 -05:00", "2021-11-08T19:00:00Z", "2pm UTC-5"),
        ("2021-11-08", "9am (ET)", "2021-11-08T14:00:00Z", "9am ET"),
        ("2021-11-11", "9am ET on Thursday November 11, 2021", "2021-11-11T14:00:00Z", "9am ET"),
        ("2021-11-11", "9am ET on November 11th", "2021-11-11T14:00:00Z", "9am ET"),
        ("2021-11-11", "9am ET, Thursday", "2021-11-11T14:00:00Z", "9am ET"),
        ("2021-11-11", "Thursday, November 11: 9am ET", "2021-11-11T14:00:00Z", "9am ET"),
        ("2021-11-11", "2021-11-11 9am ET", "2021-11-11T14:00:00Z", "9am ET"),
        ("2021-11-11", "9am ET (Nov 11)", "2021-11-11T14:00:00Z", "9am ET"),
        ("2021-12-31", "9pm ET, 2am UK (Jan 1)", "2022-01-01T02:00:00Z", "9pm ET, 2am UK (Jan 1)"),
        ("2021-12-31", "9pm ET, 2am UK (next day)", "2022-01-01T02:00:00Z", "9pm ET, 2am UK (Jan 1)"),
        ("2021-12-31", "9pm ET, 2am UK (+1)", "2022-01-01T02:00:00Z", "9pm ET, 2am UK (Jan 1)"),
        ("2021-12-31", "9pm ET, 2am UK (Saturday)", "2022-01-01T02:00:00Z", "9pm ET, 2am UK (Jan 1)"),
        ("2022-01-01", "2am UK, 9pm ET (previous day)", "2022-01-01T02:00:00Z", "2am UK, 9pm ET (Dec 31)"),
        ("2021-11-08", "9am ET (same day)", "2021-11-08T14:00:00Z", "9am ET"),
        ("November 8th, 2021", "9am ET", "2021-11-08T14:00:00Z", "9am ET"),
        ("2021-11-08", "\u00a09am\u202fET\t", "2021-11-08T14:00:00Z", "9am ET"),
    ],
)
def test_every_spelling_is_read_and_shown_short(date: str, line: str, instant: str, shown: str) -> None:
    when = read_when(date, line, BUILT_IN)
    assert (when.ok, when.instant, when.line, when.problems, when.warnings) == (True, instant, shown, (), ())


@pytest.mark.parametrize(
    ("line", "starts", "ends", "shown"),
    [
        ("9-11am ET", "09:00:00-05:00", "2021-11-08T11:00:00-05:00", "9-11am ET"),
        ("9am-11am ET", "09:00:00-05:00", "2021-11-08T11:00:00-05:00", "9-11am ET"),
        ("9:00–10:30 ET", "09:00:00-05:00", "2021-11-08T10:30:00-05:00", "9-10:30am ET"),  # noqa: RUF001 - a dash
        ("9am ET - 11am ET", "09:00:00-05:00", "2021-11-08T11:00:00-05:00", "9-11am ET"),
        ("from 9am to 11am ET", "09:00:00-05:00", "2021-11-08T11:00:00-05:00", "9-11am ET"),
        ("9am -- 11am ET", "09:00:00-05:00", "2021-11-08T11:00:00-05:00", "9-11am ET"),
        ("9am til 11am ET", "09:00:00-05:00", "2021-11-08T11:00:00-05:00", "9-11am ET"),
        ("9am ET until 11am", "09:00:00-05:00", "2021-11-08T11:00:00-05:00", "9-11am ET"),
        ("11-1pm ET", "11:00:00-05:00", "2021-11-08T13:00:00-05:00", "11am-1pm ET"),
        ("11am-1 ET", "11:00:00-05:00", "2021-11-08T13:00:00-05:00", "11am-1pm ET"),
        ("9-17 ET", "09:00:00-05:00", "2021-11-08T17:00:00-05:00", "9am-5pm ET"),
        ("9-midnight ET", "21:00:00-05:00", "2021-11-09T00:00:00-05:00", "9pm-12am ET"),
        ("22:00-24:00 ET", "22:00:00-05:00", "2021-11-09T00:00:00-05:00", "10pm-12am ET"),
        ("10pm-1am ET", "22:00:00-05:00", "2021-11-09T01:00:00-05:00", "10pm-1am ET"),
        ("9-9pm ET", "09:00:00-05:00", "2021-11-08T21:00:00-05:00", "9am-9pm ET"),
        ("11am-9am ET", "11:00:00-05:00", "2021-11-09T09:00:00-05:00", "11am-9am ET"),
        ("1030-1130pm ET", "22:30:00-05:00", "2021-11-08T23:30:00-05:00", "10:30-11:30pm ET"),
        ("10:00-1:00 ET", "10:00:00-05:00", "2021-11-08T13:00:00-05:00", "10am-1pm ET"),
        ("11-1:30 ET", "11:00:00-05:00", "2021-11-08T13:30:00-05:00", "11am-1:30pm ET"),
        ("11:30-1 ET", "11:30:00-05:00", "2021-11-08T13:00:00-05:00", "11:30am-1pm ET"),
        ("22:00-6:00 ET", "22:00:00-05:00", "2021-11-09T06:00:00-05:00", "10pm-6am ET"),
        ("10:00-22:00 ET", "10:00:00-05:00", "2021-11-08T22:00:00-05:00", "10am-10pm ET"),
        ("14:00-05:00 UTC", "14:00:00+00:00", "2021-11-09T05:00:00+00:00", "2pm-5am UTC"),
        ("10:00 UTC - 12:00", "10:00:00+00:00", "2021-11-08T12:00:00+00:00", "10am-12pm UTC"),
        ("10:00 UTC - 12 UTC", "10:00:00+00:00", "2021-11-08T12:00:00+00:00", "10am-12pm UTC"),
        ("11pm ET to 1am ET (Nov 9)", "23:00:00-05:00", "2021-11-09T01:00:00-05:00", "11pm-1am ET"),
        ("11pm-1am ET (Nov 8)", "23:00:00-05:00", "2021-11-09T01:00:00-05:00", "11pm-1am ET"),
        ("1030-1130 ET", "10:30:00-05:00", "2021-11-08T11:30:00-05:00", "10:30-11:30am ET"),
        ("1900-2000 ET", "19:00:00-05:00", "2021-11-08T20:00:00-05:00", "7-8pm ET"),
        ("1:30-3am ET", "01:30:00-05:00", "2021-11-08T03:00:00-05:00", "1:30-3am ET"),
    ],
)
def test_a_range_gives_an_end(line: str, starts: str, ends: str, shown: str) -> None:
    when = read_when("2021-11-08", line, BUILT_IN)
    assert (when.ok, when.starts, when.ends, when.line) == (True, f"2021-11-08T{starts}", ends, shown)
    assert when.warnings == ()


def test_a_duration_gives_an_end_that_the_line_does_not_show() -> None:
    when = read_when("2021-11-08", "9am ET", SITE, "2 hours")
    assert (when.line, when.ends) == ("9am ET, 3pm CET", "2021-11-08T11:00:00-05:00")
    assert [time.ends for time in when.zones] == ["2021-11-08T11:00:00-05:00", "2021-11-08T17:00:00+01:00"]
    assert read_when("2021-11-08", "9-11am ET", SITE, "2 hours").ok
    assert read_when("2021-11-08", "9am ET", SITE, " ").ends is None


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
    ("date", "line", "shown"),
    [
        # A zone, or the time by another clock, that is said twice.
        ("2021-05-03", "7:00 PM EDT (GMT-0400)", "7pm EDT"),
        ("2021-05-03", "7-8pm EDT (-04:00)", "7-8pm EDT"),
        ("2021-05-03", "7pm (GMT-04:00) EDT", "7pm EDT"),
        ("2021-05-03", "9am ET (ET)", "9am ET"),
        ("2021-05-03", "7:00 PM (GMT-04:00) Eastern Time (US & Canada)", "7pm ET"),
        ("2021-05-03", "14:00 (02:00 PM) America/Chicago", "2pm America/Chicago"),
        ("2021-05-03", "14:00-15:30 (2:00 - 3:30 PM) CT", "2-3:30pm CT"),
        ("2021-05-03", "9am (-04:00)", "9am UTC-4"),
        ("2021-05-03", "9am PT (GMT-7) (May 3)", "9am PT"),
        # Other times in brackets.
        ("2021-05-03", "4pm-5pm UTC (9am-10am PDT)", "4-5pm UTC, 9-10am PDT"),
        ("2021-05-03", "6pm CEST (9am PT / 12pm ET)", "6pm CEST, 9am PT, 12pm ET"),
        ("2021-11-08", "9am ET (6am PT)", "9am ET, 6am PT"),
        # The zone first.
        ("2021-05-03", "UTC 15:00", "3pm UTC"),
        ("2021-05-03", "ET: 9am-10am; PT: 6am-7am", "9-10am ET, 6-7am PT"),
        ("2021-05-03", "UTC+2 15:00", "3pm UTC+2"),
        # Written out.
        ("2021-05-03", "7:00 PM Eastern Time (US and Canada)", "7pm ET"),
        ("2021-05-03", "4 PM Eastern", "4pm ET"),
        ("2021-05-03", "(9am-10am Pacific Daylight Time)", "9-10am PDT"),
        ("2021-11-08", "9am Pacific Standard Time", "9am PST"),
        ("2021-11-08", "9am US Eastern", "9am ET"),
        ("2021-05-03", "9am British Summer Time", "9am UK"),
        ("2021-05-03", "9am Central European Summer Time", "9am CEST"),
        ("2021-05-03", "9am Eastern/6am Pacific", "9am ET, 6am PT"),
        ("2021-05-03", "9am India Standard Time", "9am Asia/Kolkata"),
        ("2021-05-03", "9am Singapore Standard Time", "9am SGT"),
        ("2021-05-03", "9am Atlantic/Reykjavik", "9am Atlantic/Reykjavik"),
        # Anywhere on Earth.
        ("2021-05-03", "23:59 AoE", "11:59pm AoE"),
        ("2021-05-03", "23:59 aoe, 11:59am UTC (May 4)", "11:59pm AoE, 11:59am UTC (May 4)"),
        # As other keyboards write it.
        ("2021-05-03", "１８：００－１９：００ ＥＴ", "6-7pm ET"),  # noqa: RUF001
    ],
)
def test_lines_as_calendars_and_calls_write_them(date: str, line: str, shown: str) -> None:
    when = read_when(date, line, BUILT_IN)
    assert (when.line, when.problems, when.warnings) == (shown, (), ())
    assert read_when(date, shown, BUILT_IN).instant == when.instant


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


@pytest.mark.parametrize(
    ("zones", "date", "line", "shown", "zone"),
    [
        (SITE, "2021-11-08", "9am ET", "9am ET, 3pm CET", "America/New_York"),
        (SITE, "2021-11-08", "3pm CET", "9am ET, 3pm CET", "America/New_York"),
        (SITE, "2021-11-08", "3pm Europe/Paris", "9am ET, 3pm CET", "America/New_York"),
        (SITE, "2021-07-08", "9am ET", "9am ET, 3pm CEST", "America/New_York"),
        (SITE, "2021-11-08", "6am PT", "6am PT, 9am ET, 3pm CET", "America/Los_Angeles"),
        (SITE, "2021-11-08", "14:00 UTC+2", "2pm UTC+2, 7am ET, 1pm CET", None),
        (SITE, "2021-11-08", "9am ET, 6am PT", "9am ET, 6am PT", "America/New_York"),
        (INDIA, "2021-11-11", "9pm PT", "9pm PT, 10:30am IST (Nov 12)", "America/Los_Angeles"),
        (INDIA, "2021-11-12", "10:30am IST", "10:30am IST, 9pm PT (Nov 11)", "Asia/Kolkata"),
        (INDIA, "2021-11-11", "1:30am IST (Nov 11)", "1:30am IST, 12pm PT (Nov 10)", "Asia/Kolkata"),
        (SITE, "2021-11-08", "10pm-1am ET", "10pm-1am ET, 4-7am CET (Nov 9)", "America/New_York"),
    ],
)
def test_a_single_time_is_shown_in_the_sites_zones(
    zones: Zones, date: str, line: str, shown: str, zone: str | None
) -> None:
    when = read_when(date, line, zones)
    assert (when.ok, when.line, when.time_zone) == (True, shown, zone)
    again = read_when(date, shown, zones)
    assert (again.ok, again.instant, again.line, again.warnings) == (True, when.instant, shown, ())


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("9am ET, 9am ET", "9am ET, 3pm CET"),
        ("9am ET, 9am EDT", "9am ET, 3pm CET"),
        ("9am ET, 9am EST", "9am ET, 3pm CET"),
        ("9am EST, 9am ET, 6am PT", "9am EST, 6am PT"),
        ("9am ET, 9-11am ET", "9-11am ET, 3-5pm CET"),
        ("9am ET, 9am ET, 6am PT", "9am ET, 6am PT"),
    ],
)
def test_a_zone_that_is_given_twice_is_shown_once(line: str, shown: str) -> None:
    when = read_when("2021-11-08", line, SITE)
    assert (when.ok, when.line) == (True, shown)


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


def test_the_json_of_a_line() -> None:
    found: dict[str, Any] = json.loads(json.dumps(when_to_json(read_when("2021-11-08", "9-11am ET", SITE))))
    assert list(found) == ["ok", "instant", "line", "zones", "problems", "warnings"]
    assert (found["ok"], found["instant"], found["line"]) == (True, "2021-11-08T14:00:00Z", "9-11am ET, 3-5pm CET")
    assert found["zones"][1] == {
        "label": "CET",
        "zone": "Europe/Paris",
        "time": "3-5pm",
        "date": "2021-11-08",
        "starts": "2021-11-08T15:00:00+01:00",
        "ends": "2021-11-08T17:00:00+01:00",
    }
    wrong = when_to_json(read_when("2021-11-08", "9am ET, 4pm CET", SITE))
    assert (wrong["ok"], wrong["instant"], wrong["line"]) == (False, None, None)
    assert [time["time"] for time in wrong["zones"]] == ["9am", "4pm"]
    assert wrong["problems"][0] | {"message": ""} == {
        "message": "",
        "field": None,
        "accepted": None,
        "choices": ["9am ET, 3pm CET", "10am ET, 4pm CET"],
    }


def test_the_plain_words_for_each_zone() -> None:
    assert explain(read_when("2021-11-11", "9pm UTC-7:30, 10am Asia/Kolkata (Nov 12)", BUILT_IN)) == [
        ("UTC-7:30", "9pm", "Thursday, November 11th, 2021, UTC-07:30"),
        ("Asia/Kolkata", "10am", "Friday, November 12th, 2021, Asia/Kolkata, UTC+05:30"),
    ]


def test_a_range_over_a_clock_change_is_never_shown_as_ending_where_it_starts() -> None:
    zones = Zones.of({"PT": "America/Los_Angeles", "GB": "Europe/London"})
    when = read_when("2021-03-28", "12am-11pm UTC", zones)
    assert when.line
    assert "12am-12am" not in when.line
    assert read_when("2021-03-28", when.line, zones).instant == when.instant


def test_what_several_problems_suggest_is_tried_once(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[str] = []
    accepted = LineReader._accepted  # noqa: SLF001 -- what takes the time

    def count(reader: LineReader, candidate: str) -> str | None:
        tried.append(candidate)
        return accepted(reader, candidate)

    monkeypatch.setattr(LineReader, "_accepted", count)
    assert len(read_when("2021-11-08", "9 CST, 9am IST", BUILT_IN).problems) == 3
    assert len(tried) == len(set(tried)) == 18
