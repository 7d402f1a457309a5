"""What a change makes of a record: only what was answered differs."""

import pytest
from almanac.config import CHANGE_FORM, Config
from almanac.errors import Problem
from almanac.event.change import submit_change, with_links
from almanac.event.model import Event, Link
from almanac.event.submission import Submission
from almanac.form.schema import read_form
from almanac.packaged import template

from tests.filing import body

HOUSE = template("site/change-event.yml")
OWN = "  - type: input\n    id: {}\n    attributes: {{label: {}}}\n"
FORM = read_form(HOUSE + "".join(OWN.format(name, f"New {name}") for name in ("title", "room", "people")), CHANGE_FORM)
EVENT = Event(
    id="2022-01-20-demo-day",
    issue=7,
    title="Demo Day",
    date="2022-01-20",
    when="9am ET",
    starts="2022-01-20T09:00:00-05:00",
    ends="2022-01-20T10:30:00-05:00",
    time_zone="America/New_York",
    location="Paris",
    links=(Link(label="Notes", url="https://e.org/notes"),),
    extra={"room": "1", "floor": "2"},
)


def change(record: Event = EVENT, **answers: str) -> Submission:
    text = body(FORM, **{"event": "demo", "change": "Something else"} | answers)
    return submit_change(text, FORM, Config(), lambda _: record)


def differs(record: Event, **answers: str) -> dict[str, object]:
    found = change(record, **answers)
    assert found.event, found.problems
    return {name: value for name, value in found.event if value != getattr(record, name)}


@pytest.mark.parametrize(
    ("answers", "changed"),
    [
        ({}, {}),
        ({"change": "Cancelled"}, {"status": "cancelled"}),
        ({"change": "Postponed"}, {"status": "postponed"}),
        ({"location": "Lyon"}, {"location": "Lyon"}),
        ({"location": "N/A", "note": "x"}, {}),
        ({"title": "Demos", "room": "3"}, {"title": "Demos", "extra": {"room": "3", "floor": "2"}}),
        ({"links": "[notes](https://e.org/2)"}, {"links": (Link(label="notes", url="https://e.org/2"),)}),
        (
            {"date": "2022-02-03"},  # a correction, with the times as they were
            {"date": "2022-02-03", "starts": "2022-02-03T09:00:00-05:00", "ends": "2022-02-03T10:30:00-05:00"},
        ),
        (
            {"change": "New date or time", "date": "July 7th, 2022"},
            {
                "date": "2022-07-07",
                "status": "rescheduled",
                "starts": "2022-07-07T09:00:00-04:00",
                "ends": "2022-07-07T10:30:00-04:00",
            },
        ),
        (
            {"when": "10am ET", "duration": "1 hour"},
            {"when": "10am ET", "starts": "2022-01-20T10:00:00-05:00", "ends": "2022-01-20T11:00:00-05:00"},
        ),
        ({"duration": "2 hours"}, {"ends": "2022-01-20T11:00:00-05:00"}),
        (
            {"date": "2022-02-03, 10am ET"},
            {"date": "2022-02-03", "when": "10am ET", "starts": "2022-02-03T10:00:00-05:00", "ends": None},
        ),
    ],
)
def test_only_what_was_answered_differs(answers: dict[str, str], changed: dict[str, object]) -> None:
    assert differs(EVENT, **answers) == changed


SHORT = EVENT.model_copy(update={"when": None, "starts": None, "ends": None, "time_zone": None})
WORDS = SHORT.model_copy(update={"when": "in the evening"})
MOMENTS = EVENT.model_copy(update={"when": None})
SEVERAL = SHORT.model_copy(update={"end_date": "2022-01-22"})
ZONES = EVENT.model_copy(update={"when": "9am ET, 3pm CET", "ends": None})


def test_an_event_without_times_that_can_be_read_keeps_what_it_has() -> None:
    assert differs(SHORT, date="2022-02-03") == {"date": "2022-02-03"}
    assert differs(WORDS, date="2022-02-03") == {"date": "2022-02-03"}
    moved = {"date": "2022-07-07", "starts": "2022-07-07T09:00:00-04:00", "ends": "2022-07-07T10:30:00-04:00"}
    assert differs(MOMENTS, date="2022-07-07") == moved
    assert differs(SHORT, end_date="2022-01-21") == {"end_date": "2022-01-21"}
    assert "starts; it was left out" in change(SHORT, duration="1 hour").warnings[0].message


@pytest.mark.parametrize(
    ("record", "answers", "field", "words"),
    [
        (EVENT, {"change": "New date or time"}, "New date", "Please say the new date"),
        (EVENT, {"date": "the 99th", "url": "x"}, "New date", "could not be read"),
        (EVENT, {"when": "noonish ET"}, "New times", ""),
        (SEVERAL, {"date": "2022-02-03"}, "New date", "name the first and last"),
        (ZONES, {"date": "2022-03-17"}, "New times", "keeps the times that it has, and they do not fit"),
        (EVENT, {"change": ""}, "What changes", "filled in"),
        (EVENT, {"event": ""}, "Which event", "filled in"),
    ],
)
def test_every_problem_is_told_by_its_question(record: Event, answers: dict[str, str], field: str, words: str) -> None:
    found = change(record, **answers)
    assert found.event is None
    assert any(one.field == field and words in one.message for one in found.problems)
    assert len(found.problems) == (2 if "url" in answers else 1)


def test_without_the_event_all_else_is_looked_at_too() -> None:
    text = body(FORM, event="x", change="Cancelled", date="the 99th", recording="ftp://e.org")
    found = submit_change(text, FORM, Config(), lambda _: Problem("Which?"))
    assert [one.field for one in found.problems] == ["Which event", "New date", "Recording"]
    assert found.problems[0].typed == "x"


def test_links_take_the_place_of_those_with_their_words_or_address() -> None:
    slides, deck = Link(label="Slides", url="https://e.org/s"), Link(label="e.org", url="https://e.org/deck")
    assert with_links((slides,), (deck,)) == (slides, deck)
    assert with_links((deck, slides), (Link(label="SLIDES", url="https://e.org/2"),))[1].url == "https://e.org/2"
    assert with_links((slides,), (Link(label="e.org", url="https://e.org/s"),)) == (slides,)
    assert with_links((deck,), (Link(label="Deck", url="https://e.org/deck"),)) == (Link(label="Deck", url=deck.url),)
