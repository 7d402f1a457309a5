"""Events of several days, from the answers to the record, the page and the comment: tests/cases/several-days.

Set ALMANAC_REWRITE to write what comes out again, and read it.
"""

import os
import re
from pathlib import Path

import pytest
import yaml

from tests.scenes import PAGE, Scene

CASES = sorted((Path(__file__).parents[1] / "cases" / "several-days").glob("*.md"))
SEPARATOR = "\n---\n"
MARKER = re.compile(r"\n*<!-- almanac.*?-->\n*", re.DOTALL)


def outcome(scene: Scene, answers: dict[str, str]) -> str:
    number = scene.file(**answers)
    done = scene.run(number)
    parts = [str(done.plan.outcome)]
    if done.plan.outcome == "created":
        files, before = scene.files(number), scene.world.files(scene.world.forge.base().commit)
        (record,) = (files[path].decode() for path in files.keys() - before.keys())
        known = before[PAGE].decode().splitlines()
        added = [line for line in files[PAGE].decode().splitlines() if line not in known]
        parts += [record.strip(), "\n".join(added), scene.pull(number).title]
    return SEPARATOR.join([*parts, MARKER.sub("", scene.comment(number)).strip()]) + "\n"


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_what_comes_of_several_days(scene: Scene, path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    given = text.partition(SEPARATOR)[0]
    expected = given + SEPARATOR + outcome(scene, yaml.safe_load(given))
    if "ALMANAC_REWRITE" in os.environ:
        path.write_text(expected, encoding="utf-8")
        text = expected
    assert text == expected


def test_there_are_cases() -> None:
    assert CASES


CONF = {"title": "TestConf", "date": "October 6-8, 2026", "when": "9am-5pm ET"}
CONF_RECORD = "_data/events/2026-10-06-testconf.yml"


@pytest.mark.parametrize(
    ("date", "heading", "last", "ends"),
    [
        ("October 6-9, 2026", "October 6th-9th, 2026", 'end_date: "2026-10-09"', "2026-10-09T17:00:00-04:00"),
        ("2026-10-06", "October 6th, 2026", "", "2026-10-06T17:00:00-04:00"),
        ("Oct 30 - Nov 1, 2026", "October 30th - November 1st, 2026", '"2026-11-01"', "2026-11-01T17:00:00-05:00"),
    ],
)
def test_an_author_changes_the_days(scene: Scene, date: str, heading: str, last: str, ends: str) -> None:
    number = scene.proposed(**CONF)
    scene.edit(number, **{**CONF, "date": date})
    assert scene.run(number).plan.outcome == "updated"
    record = scene.record(number, CONF_RECORD)
    assert f"### {heading}:  TestConf" in scene.page(number)
    assert ("end_date" in record) == bool(last)
    assert last in record
    assert f'ends: "{ends}"' in record
    assert scene.run(number).plan.writes == ()


def test_a_maintainer_changes_the_last_day_on_the_page(scene: Scene) -> None:
    number = scene.proposed(**CONF)
    scene.edit_page(number, "October 6th-8th, 2026", "October 6th-9th, 2026")
    scene.run(number)
    record = scene.record(number, CONF_RECORD)
    assert 'end_date: "2026-10-09"' in record
    assert 'ends: "2026-10-09T17:00:00-04:00"' in record
    scene.edit(number, **CONF, location="Room 5")
    scene.run(number)
    assert "October 6th-9th, 2026" in scene.page(number)
    assert 'end_date: "2026-10-09"' in scene.record(number, CONF_RECORD)
