"""The event that someone means, by whatever they type."""

import pytest
from almanac.event.model import Event, Person
from almanac.event.search import MOST, anchor_in, as_words, ids_of_day, named_id, named_issue, search

SITE = "https://github.com/octo/site"


def event(title: str, date: str, series: str | None = None, **more: object) -> Event:
    name = f"{date}-{title.lower().replace(' ', '-')}"
    return Event.model_validate({"id": name, "title": title, "date": date, "series": series} | more)


OWLS = event("Owls at Night", "2021-11-08", "Bird Club", people=(Person(name="Ada Lovelace"),))
DUCKS = event("Ducks", "2021-12-09", "Bird Club")
BEES = event("Bees and Flowers", "2022-03-01", end_date="2022-03-03", status="rescheduled", previous_date="2022-02-01")
MONTH = event("Winter School", "2023-01")
EVENTS = (OWLS, DUCKS, BEES, MONTH)
SHORT = tuple(event(title, f"2024-0{month}-01") for month, title in enumerate(("One", "Session", "C++", "🎉"), 1))


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("2021-11-08", OWLS),
        ("November 8th, 2021: Owls at Night", OWLS),
        ("8. November 2021", OWLS),
        ("8 de noviembre de 2021", OWLS),
        ("nov 8", OWLS),
        ("8/11/2021 owls", OWLS),
        ("11/8/2021", OWLS),  # the other reading has no event
        ("Mon, Nov 8, 2021 \u2013 Owls at Night (Bird Club)", OWLS),
        ("owls", OWLS),
        ("the session on owls", OWLS),
        ("the one with Ada Lovelace", OWLS),
        ("[Owls at Night](https://example.org/history)", OWLS),
        ("the owls: https://example.org/history#x.", OWLS),
        ("https://example.org/history#:~:text=Owls%20at%20Night", OWLS),
        ("bird club december 9", DUCKS),
        ("duks", DUCKS),
        ("2021-12-09 Dukcs", DUCKS),
        ("https://example.org/history.html#december-9th-2021--bird-club", DUCKS),
        ("https://example.org/2021/bees-and-flowers/", BEES),
        ("2022-03-02", BEES),
        ("February 1st, 2022", BEES),
        ("March 2022", BEES),
        ("2023-01-15", MONTH),
        ("\u200b winter  SCHOOL \u2060", MONTH),
    ],
)
def test_one_event_is_found_if_no_other_is_like_it(typed: str, meant: Event) -> None:
    assert search(as_words(typed), EVENTS).event == meant


@pytest.mark.parametrize(
    ("typed", "first", "alike"),
    [
        ("Bird Club", DUCKS, True),
        ("2021", DUCKS, True),
        ("2021-11-09 Owls", OWLS, True),  # not on its day
        ("2021-12-09 Owls", DUCKS, True),  # the day of one, the title of another
        ("zebras", MONTH, False),
        ("", MONTH, False),
        ("../../etc/passwd", MONTH, False),
    ],
)
def test_otherwise_there_are_candidates(typed: str, first: Event, alike: bool) -> None:
    found = search(as_words(typed), EVENTS)
    assert found.event is None
    assert (found.candidates[0], found.alike) == (first, alike)


@pytest.mark.parametrize("meant", SHORT, ids=lambda one: one.title)
def test_a_whole_title_is_enough_however_common_its_words_are(meant: Event) -> None:
    assert search(meant.title, (*EVENTS, *SHORT)).event == meant
    assert search(f"{meant.title}, {meant.date}", (*EVENTS, *SHORT)).event == meant


def test_there_are_never_more_than_ten() -> None:
    many = [event(f"Owls {number}", f"2021-05-{number:02}") for number in range(1, 29)]
    found = search("owls", many)
    assert len(found.candidates) == MOST
    assert found.candidates[0].date == "2021-05-28"
    assert search("owls", ()).candidates == ()


def test_a_title_goes_before_one_that_only_has_its_words() -> None:
    both = (event("Owls", "2021-01-01"), event("Owls and Ducks", "2021-01-02"))
    assert search("Owls", both).event == both[0]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("2021-12-09-ducks", True),
        ("`2021-12-09-ducks` ", True),
        (f"{SITE}/blob/main/_data/events/2021-12-09-ducks.yml", True),
        ("_data/events/2021-12-09-ducks.yml", True),
        ("<https://example.org/events/2021-12-09-ducks.html>", True),
        ("https://example.org/events/2021-12-09-ducks/#top", True),
        ("[Ducks](https://example.org/events/2021-12-09-ducks/)", True),
        ("see https://example.org/events/2021-12-09-ducks.", True),
        ("2021-12-09-duck", False),
        ("2021-12-09", False),
    ],
)
def test_an_id_is_known_by_itself_and_at_the_end_of_an_address(typed: str, found: bool) -> None:
    assert named_id(typed, {one.id for one in EVENTS}) == (DUCKS.id if found else None)


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("#12", 12),
        ("12", 12),
        ("Issue 12", 12),
        (f"{SITE}/issues/12", 12),
        (f"{SITE}/issues/12#issuecomment-3", 12),
        ("https://github.com/other/site/issues/12", None),
        (f"{SITE}/issues/x", None),
        ("12 owls", None),
        ("#0", None),
    ],
)
def test_an_issue_is_known_by_its_number_and_its_address(typed: str, number: int | None) -> None:
    assert named_issue(typed, SITE) == number


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("Dec 9, 2021: Ducks", [DUCKS.id]),
        ("nov 8", []),
        ("December 2021", []),
        ("ducks", []),
        ("9/12/2021", [DUCKS.id]),
    ],
)
def test_the_day_of_most_events_can_be_seen_in_their_ids(words: str, found: list[str]) -> None:
    assert ids_of_day(words, {one.id for one in EVENTS}) == found


def test_of_a_link_the_anchor_counts_and_what_is_quoted_in_it() -> None:
    assert anchor_in("https://example.org/p#8-m%C3%A4rz") == "8-m\u00e4rz"
    assert anchor_in("https://github.com/octo/site/blob/main/p.md#user-content-8-may") == "8-may"
    assert anchor_in("C# 101") == ""
    assert as_words("https://example.org/a_b.html") == "a b"
