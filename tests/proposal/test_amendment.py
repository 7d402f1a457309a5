"""What a command changes of a published event, as it is read, kept in a marker and applied."""

import json

import pytest
from almanac.errors import Problem
from almanac.event.model import Event, Link
from almanac.proposal.amendment import Amendment, Schedule, read_amendment, with_previous_date
from almanac.proposal.command import ChangeCommand
from almanac.proposal.hidden import with_state
from almanac.proposal.marker import pull_state
from almanac.proposal.state import Pull
from almanac.times.zones import Zones

DAY = Event(
    id="2022-01-20-x", title="X", date="2022-01-20", when="9am ET", starts="2022-01-20T09:00:00-05:00", time_zone="ET"
)
DAYS = Event(id="2022-01-20-y", title="Y", date="2022-01-20", end_date="2022-01-22")


def read(command: ChangeCommand, words: str, event: Event = DAY) -> Amendment:
    found = read_amendment(command, words, event, Zones.of())
    assert isinstance(found, Amendment), found
    return found


def wrong(command: ChangeCommand, words: str, event: Event = DAY) -> Problem:
    found = read_amendment(command, words, event, Zones.of())
    assert isinstance(found, Problem)
    return found


@pytest.mark.parametrize(
    ("words", "event", "date", "end_date", "when"),
    [
        ("2026-11-26 9am ET", DAY, "2026-11-26", None, "9am ET"),
        ("November 26th, 2026, 9am ET, 3pm CET", DAY, "2026-11-26", None, "9am ET, 3pm CET"),
        ("Thursday, 26 November 2026", DAY, "2026-11-26", None, "9am ET"),
        ("2022-01-20 10am ET", DAY, "2022-01-20", None, "10am ET"),
        ("Oct 6-8, 2026", DAYS, "2026-10-06", "2026-10-08", None),
        ("2026-11-26", DAY.model_copy(update={"when": "noon-ish", "starts": None}), "2026-11-26", None, "noon-ish"),
    ],
)
def test_days_and_times_are_told_apart(words: str, event: Event, date: str, end_date: str | None, when: str) -> None:
    found = read("reschedule", words, event)
    assert found.status == "rescheduled"
    assert found.schedule
    assert (found.schedule.date, found.schedule.end_date, found.schedule.when) == (date, end_date, when)


def test_an_event_of_several_days_needs_its_last_one() -> None:
    assert wrong("reschedule", "2026-10-06", DAYS).accepted == "/almanac reschedule 2026-10-06 to 2026-10-08"


def test_a_date_that_can_be_misread_is_offered_in_the_way_that_cannot() -> None:
    assert wrong("reschedule", "26.11.2026 10am ET").accepted == "2026-11-26"
    assert wrong("reschedule", "2/3/2026").choices == ("2026-02-03", "2026-03-02")


@pytest.mark.parametrize(
    "words", ["", "soon", "2022-01-20", "2022-01-20 9am ET", "2026-11-26 9am ET, 5pm CET", "x " * 9000]
)
def test_what_is_no_other_time_is_a_problem(words: str) -> None:
    assert wrong("reschedule", words).message


def test_one_change_goes_on_top_of_another() -> None:
    first = read("recording", "<https://video.example.org/1>").plus(read("postpone", ""))
    assert dict(first.given()) == {"recording": "https://video.example.org/1", "status": "postponed"}
    later = first.plus(read("cancel", "at once"))
    assert dict(later.since(first).given()) == {"status": "cancelled"}
    assert dict(later.plus(read("remove", "")).plus(read("postpone", "")).given()) == dict(first.given())


def test_slides_take_the_place_of_older_ones() -> None:
    notes, old, new = (Link(label=label, url=f"https://example.org/{label}") for label in ("Notes", "slides", "Slides"))
    event = DAY.model_copy(update={"links": (notes, old)})
    assert read("slides", new.url).applied(event).links == (notes, new)
    assert read("slides", old.url).applied(event) == event


def test_the_day_before_is_noted_once_unless_people_have_done_so() -> None:
    moved = DAY.model_copy(update={"status": "rescheduled", "date": "2022-02-03"})
    assert with_previous_date(moved, DAY).previous_date == "2022-01-20"
    by_hand = moved.model_copy(update={"previous_date": "2022-01-01"})
    assert with_previous_date(by_hand, DAY) == by_hand
    again = moved.model_copy(update={"date": "2022-03-03", "previous_date": "2022-01-20"})
    assert with_previous_date(again, with_previous_date(moved, DAY)).previous_date == "2022-02-03"
    for event, published in ((moved, None), (moved, moved), (DAY, moved)):
        assert with_previous_date(event, published) == event


def marked(amendment: object) -> Amendment:
    return pull_state(Pull(13, "T", with_state("Text", {"issue": 12, "amendment": amendment}))).amendment


def test_a_marker_keeps_it() -> None:
    for each in (read("reschedule", "2026-11-26 9am ET"), read("slides", "https://example.org/"), read("remove", "")):
        assert marked(json.loads(json.dumps(each.model_dump(mode="json", exclude_none=True)))) == each


@pytest.mark.parametrize(
    "forged",
    [
        {"recording": "javascript:alert(1)"},
        {"slides": "https://example.org/ x"},
        {"status": "free"},
        {"remove": False},
        {"title": "Mine"},
        {"schedule": {"date": "2026-13-01"}},
        {"schedule": {"date": "2026-11-26", "when": "9am\n### Mine"}},
        {"schedule": {"date": "2026-11-26", "when": "9" * 999}},
        {"schedule": {"date": "2026-11-26", "time_zone": "<b>"}},
        {"schedule": {"date": "2026-11-26", "starts": "now"}},
        "cancel",
        ["cancel"],
    ],
)
def test_what_is_forged_in_a_marker_is_ignored(forged: object) -> None:
    assert marked(forged) == Amendment()


def test_a_schedule_says_all_of_the_times() -> None:
    amendment = Amendment(schedule=Schedule(date="2026-11-26"))
    assert amendment.applied(DAY) == Event(id="2022-01-20-x", title="X", date="2026-11-26")
