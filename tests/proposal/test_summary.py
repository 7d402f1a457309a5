"""The table of a pull request: what an event is, or what changes of it."""

import pytest
from almanac.event.model import Event, Link, Person
from almanac.proposal.summary import day_of, days_of, named, summary

SOUP = Event(id="2022-02-10-soup", title="Soup", date="2022-02-10", url="https://example.org/a?b=c")


def rows(event: Event, before: Event | None = None, **labels: str) -> dict[str, str]:
    return {row.name: row.text for row in summary(event, before, labels)}


def changed(**changes: object) -> dict[str, str]:
    found = rows(SOUP.model_copy(update=changes), SOUP, room="Room", agenda="The agenda")
    return {name: text for name, text in found.items() if "Feb" not in text or "~" in text}


def test_a_new_event_has_a_row_for_each_thing_that_is_known() -> None:
    assert rows(SOUP) == {
        "What": "Soup",
        "Date": "Thursday, February 10, 2022",
        "Link": "[example.org/a?b=c](https://example.org/a?b=c)",
    }


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({}, {}),
        ({"markdown": "### Soup", "status": "cancelled"}, {"Status": "added: cancelled"}),
        (
            {"date": "2022-02-17"},
            {"Date": "~~Thu, Feb 10, 2022~~ \u2192 **Thu, Feb 17, 2022**"},
        ),
        (
            {"end_date": "2022-02-11"},
            {"Date": "~~Thu, Feb 10, 2022~~ \u2192 **Thu, Feb 10 - Fri, Feb 11, 2022**"},
        ),
        ({"title": "Salad (green)"}, {"What": "~~Soup~~ \u2192 <strong>Salad (green)</strong>"}),
        ({"series": "Food"}, {"What": "~~Soup~~ \u2192 <strong>Soup (Food)</strong>"}),
        ({"location": "Paris"}, {"Where": "added: Paris"}),
        ({"recording": "https://v.example/1"}, {"Recording": "added: [v.example/1](https://v.example/1)"}),
        ({"url": None}, {"Link": "removed: <del>[example.org/a?b=c](https://example.org/a?b=c)</del>"}),
        ({"people": (Person(name="Ada"), Person(name="Bob"))}, {"People": "added: Ada, Bob"}),
        ({"description": "Hot.", "agenda": ("a",)}, {"Description": "added", "The agenda": "added"}),
        ({"links": (Link(label="a", url="https://e.org"),)}, {"Links": "added: [a](https://e.org)"}),
        ({"people_label": "Cooks"}, {"People label": "added"}),
        ({"extra": {"room": "1", "own": {"a": True}}}, {"Room": "added", "Own": "added"}),
        ({"status": "cancelled"}, {"Status": "added: cancelled"}),
    ],
)  # fmt: skip
def test_a_change_tells_what_was_and_what_will_be(changes: dict[str, object], told: dict[str, str]) -> None:
    found = changed(**changes)
    assert {name: text for name, text in found.items() if name != "What" or "~" in text} == told


def test_what_is_changed_or_removed_and_too_long_is_only_named() -> None:
    full = SOUP.model_copy(update={"description": "A", "agenda": ("a",), "extra": {"room": "1"}})
    other = full.model_copy(update={"description": "B", "agenda": (), "extra": {}})
    found = rows(other, full)
    assert {name: found[name] for name in ("Description", "Agenda", "Room")} == {
        "Description": "changed",
        "Agenda": "removed",
        "Room": "removed",
    }


def test_people_whose_names_stay_are_changed() -> None:
    people = (Person(name="Ada"),)
    before, after = (SOUP.model_copy(update={"people": one}) for one in (people, (Person(name="Ada", role="Chair"),)))
    assert rows(after, before)["People"] == "changed: Ada"


def test_only_the_first_names_and_no_long_address_are_shown() -> None:
    people = tuple(Person(name=f"P{number}") for number in range(10))
    found = rows(SOUP.model_copy(update={"people": people, "url": f"https://www.example.org/{'x' * 90}"}))
    assert found["People"] == "P0, P1, P2, P3, P4, P5, P6, P7 and 2 more"
    assert found["Link"] == f"[example.org/\u2026](https://www.example.org/{'x' * 90})"


def test_an_address_that_is_refused_is_text() -> None:
    assert rows(SOUP.model_copy(update={"url": "javascript:@octo"}))["Link"] == "javascript:@&#8203;octo"


@pytest.mark.parametrize(
    ("date", "short", "full"),
    [
        ("2022-02-10", "Thu, Feb 10, 2022", "Thursday, February 10, 2022"),
        ("2022-02", "Feb 2022", "February 2022"),
        ("2022", "2022", "2022"),
        ("XXXX-02-10", "Feb 10", "February 10"),
    ],
)
def test_days(date: str, short: str, full: str) -> None:
    assert (day_of(date), day_of(date, full=True)) == (short, full)


def test_a_name_has_the_days_the_title_and_the_series() -> None:
    one = SOUP.model_copy(update={"series": "Food", "end_date": "2022-02-12"})
    assert named(one) == "Thu, Feb 10 - Sat, Feb 12, 2022 \u2013 Soup (Food)"
    assert days_of(one.model_copy(update={"end_date": "2023-01-01"})) == "Thu, Feb 10, 2022 - Sun, Jan 1, 2023"


@pytest.mark.parametrize(
    ("when", "ends", "shown"),
    [
        ("9am ET", "10:30", "9am ET (1 hour 30 minutes)"),
        ("9am ET", "11:00", "9am ET (2 hours)"),
        ("9am\u201310:30am ET", "10:30", "9am\u201310:30am ET"),
    ],
)
def test_how_long_it_takes_is_said_where_its_line_does_not(when: str, ends: str, shown: str) -> None:
    times = {"starts": "2022-02-10T09:00:00-05:00", "ends": f"2022-02-10T{ends}:00-05:00"}
    event = SOUP.model_copy(update={**times, "when": when})
    assert rows(event)["When"] == shown
    longer = event.model_copy(update={"ends": "2022-02-10T12:00:00-05:00"})
    told = rows(longer, event).get("When")
    assert told == (None if "\u2013" in when else f"~~{shown}~~ → **9am ET (3 hours)**")
