"""When lines as people and calendars write them: the rows of the tables of what is read, and how it is shown."""

import json
from typing import Any

import pytest
from almanac.times.check import explain, read_when, when_to_json
from almanac.times.zones import Zones

BUILT_IN = Zones.of()


SITE = Zones.of(
    {"PT": "America/Los_Angeles", "ET": "America/New_York", "CET": "Europe/Paris"}, ["ET", "CET"], "America/New_York"
)


INDIA = Zones.of({"PT": "America/Los_Angeles", "IST": "Asia/Kolkata"})


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
