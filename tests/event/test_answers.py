"""What comes of the answers that people type: each file of tests/cases/answers holds some, and what comes out.

That is the record with what is told of it, the section in the house style, and the comment on the issue.

Set ALMANAC_REWRITE to write what comes out again, and read it.
"""

import os
from pathlib import Path

import pytest
import yaml
from almanac import phrases
from almanac.defaults import load_messages
from almanac.errors import Problem
from almanac.event.submission import Submission, submit_body
from almanac.histories import read_config
from almanac.proposal.state import Draft
from almanac.views.protocol import unshown

from tests.filing import body, full_form
from tests.page.house import render

CASES = sorted((Path(__file__).parents[1] / "cases" / "answers").glob("*.yml"))
CONFIG = read_config("time_zone: America/New_York\ntime_zones: {ET: America/New_York, CET: Europe/Paris}\n")
SEPARATOR, MESSAGES = "---\n", load_messages()


def said(problems: tuple[Problem, ...]) -> list[dict[str, object]]:
    kept = ("field", "message", "typed", "accepted", "choices")
    return [
        {key: list(value) if key == "choices" else value for key in kept if (value := getattr(problem, key))}
        for problem in problems
    ]


def outcome(answers: dict[str, str]) -> str:
    found = submit_body(body(full_form(), **answers), full_form(), CONFIG, 1)
    shown = found.event.model_dump(mode="json", exclude_defaults=True, exclude={"id", "issue"}) if found.event else None
    section = render(found.event) if found.event else ""
    kept = unshown(found.event, section) if found.event else ()
    parts: dict[str, object] = {"event": shown, "problems": said(found.problems), "notes": said(found.warnings)}
    filled = {name: phrases.said(one, None) for name, one in {**parts, "only in the record": [*kept]}.items() if one}
    text: str = yaml.safe_dump(filled, sort_keys=False, allow_unicode=True, width=1000, default_flow_style=False)
    return SEPARATOR.join((text, *([f"{section.rstrip()}\n"] if section else []), comment(found, section, kept)))


def comment(found: Submission, section: str, kept: tuple[str, ...]) -> str:
    """Write the comment that a first look at the issue leaves."""
    if found.event is None:
        draft = Draft("problems", {"problems": found.problems})
    else:
        nothing = {
            "page": "history.md",
            "conflicts": (),
            "clashes": (),
            "revises": False,
            "removes": False,
            "closed": False,
            "summary": (),
        }
        told = {
            "preview": section,
            "hidden": kept,
            "warnings": found.warnings,
            "note": None,
            "page": "history.md",
            **nothing,
        }
        draft = Draft("proposed", told)
    return MESSAGES.write(draft, pull="#2" if found.event else None).strip() + "\n"


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_what_comes_of_answers(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    given = text.partition(SEPARATOR)[0]
    expected = given + SEPARATOR + outcome({"title": "Demo Day", "date": "2026-11-08", **yaml.safe_load(given)})
    if "ALMANAC_REWRITE" in os.environ:
        path.write_text(expected, encoding="utf-8")
        text = expected
    assert text == expected


def test_there_are_cases() -> None:
    assert CASES
