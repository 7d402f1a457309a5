"""What the last event of a series tells of the next one."""

from datetime import date

from almanac.event.following import clocks_differ, next_event
from almanac.event.model import Event
from almanac.times.rhythm import Rhythm
from almanac.times.zones import Zones

TODAY = date(2026, 10, 21)
ZONES = Zones.of({"ET": "America/New_York", "CET": "Europe/Paris"})
LAST = Event(
    id="2026-10-20-tea",
    title="Leaves",
    series="Tea",
    date="2026-10-20",
    when="9-10am ET, 3-4pm CET",
    starts="2026-10-20T09:00:00-04:00",
    ends="2026-10-20T10:00:00-04:00",
    time_zone="America/New_York",
    location="Online",
    url="https://tea.example/",
    description="About leaves",
)


def test_the_times_are_right_for_the_clocks_of_that_day() -> None:
    following = next_event(LAST, Rhythm(weeks=1), (), ZONES, TODAY)
    assert following
    assert following.model_dump(exclude_defaults=True) == {
        "id": "2026-10-27",
        "title": "Tea",
        "series": "Tea",
        "date": "2026-10-27",
        "when": "9-10am ET, 2-3pm CET",
        "starts": "2026-10-27T09:00:00-04:00",
        "ends": "2026-10-27T10:00:00-04:00",
        "location": "Online",
        "url": "https://tea.example/",
    }
    assert clocks_differ(LAST, following, ZONES) == ("ET", "CET")
    later = next_event(LAST, Rhythm(weeks=2), (), ZONES, TODAY)
    assert later
    assert later.when == "9-10am ET, 3-4pm CET"
    assert clocks_differ(LAST, later, ZONES) is None


def test_what_is_not_known_stays_open() -> None:
    bare = Event(id="2026-10-20-tea", title="Leaves", date="2026-10-20")
    following = next_event(bare, Rhythm(weeks=1), (), ZONES, TODAY)
    assert following
    assert (following.title, following.when, following.starts) == ("Leaves", None, None)
    assert clocks_differ(bare, following, ZONES) is None
    assert next_event(bare.model_copy(update={"date": "2026-10"}), Rhythm(weeks=1), (), ZONES, TODAY) is None
    weeks = [date.fromordinal(date(2026, 10, 20).toordinal() + 7 * week) for week in range(200)]
    assert next_event(bare, Rhythm(weeks=1), weeks, ZONES, TODAY) is None
    worded = bare.model_copy(update={"when": "9am ET"})
    assert (found := next_event(worded, Rhythm(weeks=1), (), ZONES, TODAY))
    assert found.when == "9am ET, 2pm CET"
    unread = bare.model_copy(update={"when": "in the morning"})
    assert (found := next_event(unread, Rhythm(weeks=1), (), ZONES, TODAY))
    assert found.when is None


def test_a_site_that_names_no_zones_shows_those_of_the_last_line() -> None:
    following = next_event(LAST, Rhythm(weeks=1), (), Zones.of(), TODAY)
    assert following
    assert following.when == "9-10am ET, 2-3pm CET"
    assert clocks_differ(LAST, following, Zones.of()) == ("ET", "CET")
    german = LAST.model_copy(update={"when": "15:00-16:00 MESZ", "time_zone": "Europe/Paris"})
    following = next_event(german, Rhythm(weeks=1), (), Zones.of(language="de"), TODAY)
    assert following
    assert following.when == "15:00-16:00 MEZ"


def test_the_next_event_is_not_in_the_past() -> None:
    following = next_event(LAST, Rhythm(weeks=2), (), ZONES, date(2026, 12, 20))
    assert following
    assert (following.date, following.when) == ("2026-12-29", "9-10am ET, 3-4pm CET")
    assert next_event(LAST, Rhythm(weeks=2), (), ZONES, date(2036, 1, 1)) is None
