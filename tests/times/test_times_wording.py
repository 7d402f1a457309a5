"""The messages, word for word: each file of tests/cases/when holds a line and all that is said about it.

The files are meant to be read aloud. Set ALMANAC_REWRITE to write them again after a change of wording, and read them.
"""

import os
from pathlib import Path

import pytest
from almanac.dateanswers import read_days
from almanac.errors import Problem
from almanac.times.check import check_imported, read_when
from almanac.times.clock import read_duration
from almanac.times.linereader import When
from almanac.times.zones import Zones

CASES = Path(__file__).parents[1] / "cases" / "when"
SITE = Zones.of(
    {"PT": "America/Los_Angeles", "ET": "America/New_York", "CET": "Europe/Paris"}, ["ET", "CET"], "America/New_York"
)
GIVEN = ("date", "end_date", "when", "duration", "imported")


def _imported(given: dict[str, str]) -> When:
    return check_imported(given["date"], given["imported"], SITE, given.get("end_date"))


def report(text: str) -> str:
    """Write down all that is said about a case's first lines."""
    given = dict(
        line.split(": ", 1) for line in text.splitlines() if line.startswith(tuple(f"{key}: " for key in GIVEN))
    )
    problems: list[tuple[str, Problem]]
    shown, until = None, list[str]()
    if "when" in given:
        when = read_when(given["date"], given["when"], SITE, given.get("duration"))
        shown = when.line
        until = [f"Starts: {when.starts}", f"Ends: {when.ends}", f"Last day: {when.end_date}"] if when.end_date else []
        problems = [("Problem", problem) for problem in when.problems] + [("Note", note) for note in when.warnings]
    elif "imported" in given:
        problems = [("Note", note) for note in _imported(given).warnings]
    else:
        found = read_days(given["date"]) if "date" in given else read_duration(given["duration"])
        assert isinstance(found, Problem)
        problems = [("Problem", found)]
    lines = [f"{key}: {given[key]}" for key in GIVEN if key in given]
    for kind, problem in problems:
        lines += ["", f"{kind}: {problem.message}"]
        lines += [f"    write: {accepted}" for accepted in (problem.accepted, *problem.choices) if accepted]
    lines += ["", f"Shown: {shown}", *until] if shown else []
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("path", sorted(CASES.glob("*.txt")), ids=lambda path: path.stem)
def test_the_words_for_a_line(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    if "ALMANAC_REWRITE" in os.environ:
        path.write_text(report(text), encoding="utf-8")
    assert report(text) == text


def test_there_are_cases() -> None:
    assert len(list(CASES.glob("*.txt"))) > 20
