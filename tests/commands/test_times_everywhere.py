"""The same lines of times come out the same through `almanac when`, the form, and the import of a page."""

import json
from dataclasses import dataclass

import pytest
from almanac.config import Config
from almanac.dates import heading_date
from almanac.event.submission import submit_body
from almanac.page.importer import import_page
from almanac.renderer import house_renderer
from almanac.times.check import read_when, when_to_json

from tests.filing import body, house_form


@dataclass(frozen=True)
class Case:
    """A line on a date: its moment in UTC (None: a problem), whether there is a remark, what is offered."""

    date: str
    line: str
    instant: str | None
    remark: bool = False
    shown: str | None = None
    offered: tuple[str, ...] = ()
    words: str = ""


CASES = (
    Case("2021-11-08", "9am ET, 3pm CET", "2021-11-08T14:00:00Z", shown="9am ET, 3pm CET"),
    Case(
        "2021-11-11",
        "9am PT, 12pm EDT, 6pm CET on Thursday November 11, 2021",
        "2021-11-11T17:00:00Z",
        remark=True,
        shown="9am PT, 12pm ET, 6pm CET",
        words="EST or ET",
    ),
    Case("2022-10-03", "11pm ET / 8am PT / 5pm CET", None, offered=("11am ET, 8am PT, 5pm CEST",), words="11pm ET"),
    Case("2022-11-03", "12pm ET / 9am PT / 6pm CET", None, offered=("12pm ET, 9am PT, 5pm CET",), words="6pm CET"),
    Case("2021-09-30", "9am PT, 12pm EDT, 6pm CET", "2021-09-30T16:00:00Z", remark=True, words="CEST"),
    Case("2022-03-13", "2:30am ET", None, words="New York"),
    Case("2021-11-07", "1:30am ET", None, offered=("1:30am EDT", "1:30am EST"), words="twice"),
    Case("2021-11-11", "9-11am ET", "2021-11-11T14:00:00Z", shown="9-11am ET"),
    Case("2021-11-11", "noon UK", "2021-11-11T12:00:00Z"),
    Case("2021-11-11", "17:00 Europe/Paris", "2021-11-11T16:00:00Z"),
    Case("2021-11-11", "14:00 UTC+2", "2021-11-11T12:00:00Z"),
    Case("2021-11-11", "9am", None, words="zone"),
    Case("2021-11-11", "9am ET on Friday", None, words="Thursday"),
)
each = pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.date} {case.line}")
ZONES = Config().zones()


@each
def test_through_the_command(case: Case) -> None:
    told = when_to_json(read_when(case.date, case.line, ZONES))
    assert (told["ok"], told["instant"]) == (case.instant is not None, case.instant)
    assert bool(told["warnings"]) == case.remark or not told["ok"]
    if case.shown:
        assert told["line"] == case.shown
    offers = {offer for found in told["problems"] for offer in (found["accepted"], *found["choices"]) if offer}
    assert set(case.offered) <= offers
    for offer in offers:
        assert read_when(case.date, offer, ZONES).ok
    assert case.words in json.dumps([told["problems"], told["warnings"]])


@each
def test_through_the_form(case: Case) -> None:
    text = body(title="X", date=case.date, when=case.line)
    submission = submit_body(text, house_form(), Config(), 1)
    assert (submission.event is not None) == (case.instant is not None)
    if submission.event:
        again = read_when(case.date, submission.event.when or "", ZONES)
        assert (again.instant, again.problems) == (case.instant, ())
        assert bool(submission.warnings) == case.remark
    else:
        assert {problem.field for problem in submission.problems} == {"When"}
        assert all(problem.typed == case.line for problem in submission.problems)


@each
def test_through_the_import(case: Case) -> None:
    section = f"### {heading_date(case.date)}:  X\n\n- When: {case.line}\n"
    imported = import_page(f"# History\n\n{section}", house_renderer(), ZONES)
    [event] = imported.events
    assert (event.when, event.markdown) == (case.line, None)
    moment = read_when(case.date, case.line, ZONES)
    assert event.starts == moment.starts
    if case.instant is None or case.remark:
        assert [warning.line for warning in imported.warnings] == [5] * len(imported.warnings)
        assert case.words in " ".join(warning.message for warning in imported.warnings)


def test_a_zone_on_another_day_is_marked() -> None:
    zones = Config(time_zones={"PT": "America/Los_Angeles", "IST": "Asia/Kolkata"}).zones()
    assert read_when("2021-11-11", "9pm PT", zones).line == "9pm PT, 10:30am IST (Nov 12)"
