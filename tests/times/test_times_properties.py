"""What must hold for every moment, every zone and every line."""

import sys
import unicodedata
from datetime import UTC, datetime, timedelta

import pytest
from almanac.times.check import check_imported, imported_moment, read_when
from almanac.times.grammar import LONGEST
from almanac.times.moment import Moment, line_of, time_at
from almanac.times.zones import BUILT_IN, ZonePlace, Zones, names, offset_place
from hypothesis import assume, given, settings
from hypothesis import strategies as st

SITE = Zones.of({"PT": "America/Los_Angeles", "IST": "Asia/Kolkata", "GMT": "Europe/London"}, ["PT", "IST"])
PLACES = [
    place for word in (*BUILT_IN, "IST", *sorted(names().values())) if isinstance(place := SITE.find(word), ZonePlace)
]
OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda minutes: offset_place(timedelta(minutes=minutes)))
# Around the clock changes, where lines are easily wrong, and anywhere.
CHANGES = ["2021-03-14", "2021-03-28", "2021-04-04", "2021-10-03", "2021-10-31", "2021-11-07", "1999-12-31"]
MOMENTS = st.one_of(
    st.datetimes(datetime(1970, 1, 3), datetime(2100, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - bounds without a zone
    st.builds(
        lambda day, halves: datetime.fromisoformat(f"{day}T00:00Z") + timedelta(minutes=30 * halves),
        st.sampled_from(CHANGES),
        st.integers(-24, 72),
    ),
)


@pytest.mark.no_cover
@settings(max_examples=5 * settings().max_examples)
@given(MOMENTS, st.lists(st.sampled_from(PLACES) | OFFSETS, min_size=1, max_size=5),
       st.none() | st.integers(1, 1439) | st.integers(1440, 14_400))  # fmt: skip
def test_every_line_that_is_shown_is_read_as_its_moment(
    start: datetime, places: list[ZonePlace], length: int | None
) -> None:
    start = start.replace(microsecond=0)
    moment = Moment(start, start + timedelta(minutes=length) if length else None)
    times = [time_at(place, moment, SITE) for place in places]
    assume(len(line_of(times)) <= LONGEST)
    when = read_when(times[0].date, line_of(times), SITE)
    assert (when.ok, when.problems, when.warnings) == (True, (), ())
    assert when.instant == start.strftime("%Y-%m-%dT%H:%M:%SZ")
    assert (when.ends and datetime.fromisoformat(when.ends)) == moment.end
    again = read_when(times[0].date, when.line or "", SITE)
    assert (again.ok, again.instant, again.line, again.warnings) == (True, when.instant, when.line, ())


TIMES = st.sampled_from(
    ["9am", "9", "11pm", "12am", "1:30am", "2:30am", "2:30", "noon", "midnight", "9-11am", "9-11", "11-1pm", "10pm-2am",
     "12:30-1:30am", "13pm", "17h", "900", "930am", "9.5am", "2021", "6/9am", "9a", "1030-1130pm",
     "9am - Nov 9 5pm", "Nov 8, 9am - Nov 9, 5pm", "9am Nov 8 to 9 Nov 9", "10pm - Monday 2am", "9am - Nov 6 1am"]
)  # fmt: skip
ZONES = st.sampled_from(
    ["ET", "EDT", "EST", "PT", "CET", "CEST", "UK", "GMT", "BST", "IST", "CST", "AST", "UTC+2", "-05:00",
     "Europe/Paris", "Pacific/Apia", "Eastern Time", "Pariss", "Qqqq", "E.T.", ""]
)  # fmt: skip
MARKS = st.sampled_from(["", "", "", " (Nov 8)", " (+1)", " (Friday)", " (Nov 31)", " Nov 7"])
PAIRS = st.builds(lambda time, zone, mark: f"{time} {zone}{mark}", TIMES, ZONES, MARKS)
LINES = st.builds(
    lambda pairs, between, date: between.join(pairs) + date,
    st.lists(PAIRS, min_size=1, max_size=4),
    st.sampled_from([", ", " / ", " and ", " - ", " ", " (", " or "]),
    st.sampled_from(["", "", "", " on Sunday November 7, 2021", " on Friday", ", 8 Nov"]),
)
DATES = st.sampled_from(
    [
        "2021-11-07",
        "2021-11-08",
        "2022-03-13",
        "2021-07-08",
        "2021-03-28",
        "2021-10-31",
        "2011-12-30",
        "2021-11-08 to 2021-11-09",
        "2021-11-06 to 2021-11-08",
    ]
)


@pytest.mark.no_cover
@settings(max_examples=5 * settings().max_examples)
@given(DATES, LINES, st.sampled_from([SITE, Zones.of(), Zones.of({}, ["ET", "CET"], "America/New_York")]),
       st.none() | st.sampled_from(["90 min", "2 hours", "32 hours"]))  # fmt: skip
def test_every_line_that_is_offered_is_accepted(date: str, line: str, zones: Zones, duration: str | None) -> None:
    when = read_when(date, line, zones, duration)
    assert when.ok == (not when.problems) == (when.line is not None)
    offered = [text for problem in (*when.problems, *when.warnings) for text in (problem.accepted, *problem.choices)]
    for text in (*offered, when.line):
        if text:
            again = read_when(date, text, zones, duration)
            assert (again.ok, again.line) == (True, text)
            assert all(" change before " in note.message or "there is no" in note.message for note in again.warnings)


@pytest.mark.no_cover
@settings(max_examples=5 * settings().max_examples)
@given(DATES, LINES)
def test_the_moment_of_an_imported_line_is_the_one_that_is_shown(date: str, line: str) -> None:
    day, _, last = date.partition(" to ")
    when, moment = check_imported(day, line, SITE, last or None), imported_moment(day, line, SITE, last or None)
    shown = [text and datetime.fromisoformat(text) for text in (when.starts, when.ends)]
    assert shown == ([moment.start, moment.end] if moment else [None, None])


@pytest.mark.no_cover
@settings(max_examples=5 * settings().max_examples)
@given(st.text(max_size=220) | st.text(alphabet="0123456789amp:-/+,;()| NovETPC", max_size=220))
def test_no_text_breaks_the_reader(line: str) -> None:
    when = read_when("2021-11-08", line, SITE)
    assert when.ok == (not when.problems)
    for problem in when.problems:
        assert problem.typed == line


LOOKALIKES = [
    char for char in map(chr, range(128, sys.maxunicode + 1)) if unicodedata.category(char) in ("Nl", "No", "Pd")
]


def test_digits_of_all_scripts_are_read() -> None:
    for char in filter(str.isdecimal, map(chr, range(sys.maxunicode + 1))):
        when = read_when("2021-11-08", f"1{char}:00 ET", SITE)
        assert when.zones[0].starts[11:16] == f"1{unicodedata.decimal(char)}:00"


def test_other_numbers_and_strange_dashes_are_not_read() -> None:
    known = "‐‑‒–—―﹘﹣－"  # noqa: RUF001 - the dashes that people type
    for char in LOOKALIKES:
        assert not read_when("2021-11-08", f"{char}am ET", SITE).ok
        assert not read_when("2021-11-08", f"1{char}am ET", SITE).ok
        assert read_when("2021-11-08", f"9{char}11am ET", SITE).ok == (char in known)
        assert not read_when("2021-11-08", f"9am UTC+{char}", SITE).ok


@pytest.mark.parametrize(
    "line",
    [
        "x" * 10_000,
        "9am ET, " * 500,
        "".join(LOOKALIKES),
        "".join(LOOKALIKES)[:LONGEST],
        *(
            (text * LONGEST)[:LONGEST]
            for text in (
                "9 ET,",
                "9 IST,",
                "9am Xy",
                "(",
                "-",
                "9-",
                "9 ",
                "1",
                "on ",
                "A/",
                "9a/",
                "9ama",
                "A.",
                "9:3",
                "Nov 8 ",
                "9am ET or ",
            )
        ),
    ],
)
def test_hostile_lines_end_in_a_problem(line: str) -> None:
    when = read_when("2021-11-08", line, SITE)
    assert (when.ok, len(when.problems) >= 1) == (False, True)
