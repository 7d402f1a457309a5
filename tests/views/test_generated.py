"""What holds for the calendar, the feed and the structured data alike, and what their readers make of them."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from typing import cast

import feedparser
import icalendar
import pytest
from almanac.catalogues import load_tongue
from almanac.config import Config, Language, Organizer
from almanac.errors import ConfigError
from almanac.event.model import Event, Image, Link, Person
from almanac.views.calendar import CalendarView
from almanac.views.feed import FeedView, page_in
from almanac.views.generated import GeneratedView, Publisher
from almanac.views.protocol import build_all, put_event
from almanac.views.structured import StructuredView
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.hostile import HOSTILE

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
CONFIG = Config(organizer=Organizer(name="Tea & Code", url="https://tea.example/"))
WHO = Publisher(CONFIG, NOON)
LATER = Publisher(CONFIG, NOON + timedelta(days=3))
ONE = Event(
    id="2026-12-10-leaves",
    title="Leaves; stems, and \\ more",
    series="Tea",
    date="2026-12-10",
    when="6pm UTC",
    starts="2026-12-10T18:00:00+00:00",
    ends="2026-12-10T19:30:00+00:00",
    location="Room 5",
    url="https://tea.example/register?a=1&b=2",
    people=(Person(name="Ada Example", affiliation="Kettle Works", url="https://ada.example"), Person(name="Bo")),
    description="First line\nSecond line with <b>marks</b> & more",
    agenda=("Pour", "Sip"),
    recording="https://video.example/1",
    links=(Link(label="Slides", url="https://slides.example/1"),),
    tags=("green", "black"),
)
TWO = Event(id="2026-11-20-cups", title="Cups", date="2026-11-20", end_date="2026-11-22", status="cancelled")
NOTHING: dict[str, str] = {}
BARE = Event(id="2026-11-25-spoons", title="Spoons", date="2026-11-25", starts="2026-11-25T18:00:00+00:00")
VAGUE = Event(id="2025-saucers", title="Saucers", date="2025")


def views(publisher: Publisher) -> list[GeneratedView]:
    return [
        CalendarView("events.ics", publisher),
        CalendarView("calendars/{series}.ics", publisher),
        CalendarView("calendars/{id}.ics", publisher),
        FeedView("feed.xml", publisher),
        StructuredView("events.json", publisher),
    ]


def put_all(publisher: Publisher, events: Sequence[Event], files: dict[str, str] | None = None) -> dict[str, str]:
    now = dict(files or {})
    for event in events:
        now |= {path: text for path, text in put_event(views(publisher), now.get, event, None).items() if text}
    return now


def calendar(files: dict[str, str], path: str = "events.ics") -> dict[str, icalendar.Event]:
    read = icalendar.Calendar.from_ical(files[path].encode())
    return {str(one["UID"]): cast("icalendar.Event", one) for one in read.walk("VEVENT")}


def test_several_days_of_which_only_the_beginning_is_known_are_whole_days() -> None:
    camp = TWO.model_copy(update={"starts": "2026-11-20T09:00:00-05:00"})
    (found,) = calendar(put_all(WHO, [camp])).values()
    assert (found.decoded("DTSTART"), found.decoded("DTEND")) == (date(2026, 11, 20), date(2026, 11, 23))


def test_a_calendar_says_what_the_records_say() -> None:
    files = put_all(WHO, [ONE, TWO, VAGUE])
    found = calendar(files)
    assert list(found) == ["2026-11-20-cups@tea.example", "2026-12-10-leaves@tea.example"]
    cups, leaves = found.values()
    assert leaves["SUMMARY"] == "Tea: Leaves; stems, and \\ more"
    assert leaves.decoded("DTSTART") == datetime(2026, 12, 10, 18, tzinfo=UTC)
    assert leaves.decoded("DTEND") == datetime(2026, 12, 10, 19, 30, tzinfo=UTC)
    assert leaves["LOCATION"] == "Room 5"
    assert leaves["URL"] == ONE.url
    assert leaves["STATUS"] == "CONFIRMED"
    assert leaves["DESCRIPTION"] == (
        "6pm UTC\nGuests: Ada Example (Kettle Works), Bo\nFirst line\nSecond line with <b>marks</b> & more\n- Pour\n"
        "- Sip\nRegister: https://tea.example/register?a=1&b=2\nRecording: https://video.example/1\n"
        "Slides: https://slides.example/1"
    )
    assert leaves.decoded("SEQUENCE") == 0
    assert leaves.decoded("DTSTAMP") == leaves.decoded("LAST-MODIFIED") == NOON
    assert (cups.decoded("DTSTART"), cups.decoded("DTEND")) == (date(2026, 11, 20), date(2026, 11, 23))
    assert cups["STATUS"] == "CANCELLED"
    assert all(len(line) <= 75 for line in files["events.ics"].encode().split(b"\r\n"))
    assert list(calendar(files, "calendars/tea.ics")) == ["2026-12-10-leaves@tea.example"]


def test_an_event_whose_end_is_not_known_has_none() -> None:
    [spoons] = calendar(put_all(WHO, [BARE])).values()
    assert spoons.decoded("DTSTART") == datetime(2026, 11, 25, 18, tzinfo=UTC)
    assert "DTEND" not in spoons


def test_a_change_raises_the_sequence_by_one_and_touches_nothing_else() -> None:
    before = put_all(WHO, [ONE, TWO])
    assert put_all(LATER, [ONE, TWO], before) == before
    moved = ONE.model_copy(update={"starts": "2026-12-10T19:00:00+00:00"})
    after = put_all(LATER, [moved], before)
    found = calendar(after)["2026-12-10-leaves@tea.example"]
    assert found.decoded("SEQUENCE") == 1
    assert found.decoded("DTSTAMP") == NOON + timedelta(days=3)
    kept = [text.partition("BEGIN:VEVENT\r\nUID:2026-12-10")[0] for text in (before["events.ics"], after["events.ics"])]
    assert kept[0] == kept[1]


def test_an_id_stays_when_the_site_moves() -> None:
    before = put_all(WHO, [ONE])
    moved = Publisher(Config(), NOON + timedelta(days=3), lambda: "https://new.example/")
    after = put_all(moved, [ONE.model_copy(update={"title": "Other"})], before)
    assert list(calendar(after)) == list(calendar(before))
    was, now = (feedparser.parse(files["feed.xml"]) for files in (before, after))
    assert (now.feed.id, now.entries[0].id) == (was.feed.id, was.entries[0].id)
    assert (was.feed.link, now.feed.link) == ("https://tea.example/", "https://new.example/")


def test_a_feed_has_the_newest_changes_first_and_stays_short() -> None:
    many = [Event(id=f"2026-01-{day:02}-x", title=f"Talk {day}", date=f"2026-01-{day:02}") for day in range(1, 31)]
    files = put_all(WHO, many)
    read = feedparser.parse(BytesIO(files["feed.xml"].encode()))
    assert not read.bozo
    assert [entry.title for entry in read.entries] == [f"2026-01-{day:02}: Talk {day}" for day in range(30, 10, -1)]
    changed = put_all(LATER, [many[14].model_copy(update={"status": "cancelled"})], files)
    first, *rest = feedparser.parse(changed["feed.xml"]).entries
    assert (first.title, first.updated, first.published) == (
        "2026-01-15: Talk 15 (cancelled)",
        "2026-11-04T12:00:00Z",
        "2026-11-01T12:00:00Z",
    )
    assert len(rest) == 19
    # A whole build does not fill it with what had to go.
    records = [one for one in many if one.id != "2026-01-15-x"] + [many[14].model_copy(update={"status": "cancelled"})]
    assert build_all(views(LATER), changed.get, records).files == {
        path: text for path, text in changed.items() if path != "calendars/{series}.ics"
    }


def test_a_feed_says_where_it_is_itself_and_leads_to_the_page() -> None:
    who = replace(WHO, find_page=lambda: "/past/")
    text = put_all(who, [ONE.model_copy(update={"url": None})])["feed.xml"]
    read = feedparser.parse(text)
    assert read.entries[0].link == "https://tea.example/past/"
    assert [one.href for one in read.feed.links if one.rel == "self"] == ["https://tea.example/feed.xml"]
    assert read.feed.link == "https://tea.example/"
    assert page_in(text) == "https://tea.example/past/"


def test_the_entry_of_a_feed_tells_all() -> None:
    [entry] = feedparser.parse(put_all(WHO, [ONE])["feed.xml"]).entries
    assert entry.link == ONE.url
    assert [tag.term for tag in entry.tags] == ["Tea", "green", "black"]
    assert "Guests: Ada Example (Kettle Works), Bo" in entry.content[0].value
    assert "&lt;b&gt;marks" in entry.content[0].value  # what was typed is shown, and does nothing


@pytest.mark.parametrize(
    ("image", "address"),
    [
        (Image(path="images/events/tea 1.png", alt='A "cup" <of> tea'), "https://tea.example/images/events/tea 1.png"),
        (Image(path="https://elsewhere.example/tea.png"), "https://elsewhere.example/tea.png"),
        (Image(url="https://github.com/user-attachments/assets/1"), "https://github.com/user-attachments/assets/1"),
    ],
)
def test_a_picture_is_in_feed_and_structured_data(image: Image, address: str) -> None:
    who = Publisher(CONFIG, NOON, file_address=lambda path: f"https://tea.example/{path}")
    files = put_all(who, [ONE.model_copy(update={"image": image})])
    [entry] = feedparser.parse(files["feed.xml"], sanitize_html=False).entries
    alt = "A &quot;cup&quot; &lt;of&gt; tea" if image.alt else ONE.title
    assert f'<p><img alt="{alt}" src="{address}" /></p>' in entry.content[0].value
    assert json.loads(files["events.json"])[0]["image"] == [address]


@pytest.mark.parametrize("image", [Image(path="images/tea.png"), Image(url="javascript:alert(1)"), Image(alt="Tea")])
def test_a_picture_whose_address_is_not_known_is_left_out(image: Image) -> None:
    files = put_all(WHO, [ONE.model_copy(update={"image": image})])
    assert files == put_all(WHO, [ONE])


def test_structured_data_have_what_search_engines_ask_for() -> None:
    cups, leaves = json.loads(put_all(WHO, [ONE, TWO, VAGUE])["events.json"])
    assert leaves == {
        "@context": "https://schema.org",
        "@type": "Event",
        "identifier": "2026-12-10-leaves",
        "name": "Tea: Leaves; stems, and \\ more",
        "startDate": "2026-12-10T18:00:00+00:00",
        "endDate": "2026-12-10T19:30:00+00:00",
        "eventStatus": "https://schema.org/EventScheduled",
        "eventAttendanceMode": "https://schema.org/OfflineEventAttendanceMode",
        "location": {"@type": "Place", "name": "Room 5", "address": "Room 5"},
        "description": leaves["description"],
        "url": ONE.url,
        "performer": [
            {
                "@type": "Person",
                "name": "Ada Example",
                "url": "https://ada.example",
                "affiliation": {"@type": "Organization", "name": "Kettle Works"},
            },
            {"@type": "Person", "name": "Bo"},
        ],
        "organizer": {"@type": "Organization", "name": "Tea & Code", "url": "https://tea.example/"},
        "recordedIn": {"@type": "CreativeWork", "url": "https://video.example/1"},
        "keywords": "Tea, green, black",
    }
    assert (cups["startDate"], cups["endDate"]) == ("2026-11-20", "2026-11-22")
    assert cups["eventStatus"] == "https://schema.org/EventCancelled"
    assert "eventAttendanceMode" not in cups
    assert "url" not in cups


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ("Zoom", {"@type": "VirtualLocation", "url": "https://tea.example/register"}),
        ("https://meet.example/5", {"@type": "VirtualLocation", "url": "https://meet.example/5"}),
        (None, {"@type": "VirtualLocation", "url": "https://tea.example/register"}),
        ("Old Meeting House", {"@type": "Place", "name": "Old Meeting House", "address": "Old Meeting House"}),
    ],
)
def test_a_place_is_on_earth_or_online(place: str | None, expected: dict[str, str]) -> None:
    event = TWO.model_copy(update={"location": place, "url": "https://tea.example/register"})
    [found] = json.loads(put_all(WHO, [event])["events.json"])
    assert found["location"] == expected


def test_an_online_event_without_an_address_says_where() -> None:
    [found] = json.loads(put_all(WHO, [TWO.model_copy(update={"location": "Online"})])["events.json"])
    assert found["location"] == {"@type": "VirtualLocation", "name": "Online"}


def test_a_site_without_events_has_the_files_that_its_pages_may_name() -> None:
    built = build_all(views(WHO), NOTHING.get, []).files
    assert set(built) == {"events.ics", "feed.xml", "events.json"}
    assert calendar(dict(built)) == {}
    assert feedparser.parse(built["feed.xml"]).entries == []
    assert json.loads(built["events.json"]) == []
    assert put_all(WHO, [ONE], dict(built)) == put_all(WHO, [ONE])


def test_a_build_names_what_it_leaves_out() -> None:
    built = build_all(views(WHO), NOTHING.get, [ONE, VAGUE])
    assert {(note.file, note.event) for note in built.notes} == {
        ("events.ics", "2025 Saucers"),
        ("events.json", "2025 Saucers"),
    }


def test_a_file_of_someone_else_is_left_alone() -> None:
    for view in views(WHO):
        for text in ("BEGIN:VCALENDAR\r\nPRODID:-//Other//EN\r\n", "<feed/>", "{}", "[1]"):
            with pytest.raises(ConfigError, match="not one that Almanac writes"):
                view.put(view.path, text, ONE, None)


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_a_file_of_ours_stays_one_when_git_writes_other_line_ends(line_end: str) -> None:
    written = put_all(WHO, [ONE, TWO])
    files = {path: text.replace("\r\n", "\n").replace("\n", line_end) for path, text in written.items()}
    assert put_all(LATER, [ONE, TWO], files) == files
    changed = TWO.model_copy(update={"title": "Mugs"})
    assert put_all(LATER, [changed], files)["events.ics"] == put_all(LATER, [changed], written)["events.ics"]
    assert put_all(LATER, [changed], files)["feed.xml"] == put_all(LATER, [changed], written)["feed.xml"]


def test_an_event_that_is_taken_away_leaves_every_file() -> None:
    files = put_all(WHO, [ONE, TWO])
    paths = [(view, path) for view in views(WHO) for path in view.paths(ONE)]
    left = {path: view.remove(path, files.get(path), ONE) for view, path in paths}
    expected = put_all(WHO, [TWO])
    shared = {path: text for path, text in expected.items() if "cups" not in path}
    assert left == {**shared, "calendars/tea.ics": left["calendars/tea.ics"], "calendars/2026-12-10-leaves.ics": None}
    assert "BEGIN:VEVENT" not in (left["calendars/tea.ics"] or "")
    assert build_all(views(WHO), files.get, [TWO]).files == expected


def test_without_an_address_there_are_ids_all_the_same() -> None:
    files = put_all(Publisher(Config(), NOON), [TWO])
    assert list(calendar(files)) == ["2026-11-20-cups@almanac.invalid"]
    assert feedparser.parse(files["feed.xml"]).feed.title == "Events"


@pytest.mark.parametrize("typed", HOSTILE)
def test_typed_text_stays_text(typed: str) -> None:
    event = TWO.model_copy(
        update={
            "title": typed,
            "series": typed,
            "location": typed,
            "description": typed,
            "people": (Person(name=typed, affiliation=typed),),
            "tags": (typed,),
            "people_label": typed,
            "agenda": (typed,),
        }
    )
    files = put_all(WHO, [ONE, event])
    assert len(calendar(files)) == 2
    assert len(icalendar.Calendar.from_ical(files["events.ics"]).subcomponents) == 2
    cups = calendar(files)["2026-11-20-cups@tea.example"]
    assert set(cups) == {
        *("UID", "SEQUENCE", "DTSTAMP", "LAST-MODIFIED", "DTSTART", "DTEND", "SUMMARY", "STATUS", "LOCATION"),
        *("DESCRIPTION", "CATEGORIES"),
    }
    feed = feedparser.parse(BytesIO(files["feed.xml"].encode()))
    assert not feed.bozo
    assert len(feed.entries) == 2
    text = files["events.json"]
    assert {one["identifier"] for one in json.loads(text)} == {ONE.id, event.id}
    assert not set("<>&") & set(text)
    assert "{{" not in text
    assert "{%" not in text
    for path in files:
        assert put_all(LATER, [event, ONE], files)[path] == files[path]


DAYS = st.dates(date(2025, 1, 1), date(2027, 12, 31)).map(date.isoformat)
EVENTS = st.lists(
    st.builds(
        lambda day, number, title, series: Event(id=f"{day}-{number}", title=title, date=day, series=series),
        DAYS,
        st.integers(0, 99),
        st.text("ab;,\\\n<&{%é\U0001f375 ", min_size=1, max_size=90),
        st.sampled_from([None, "Tea", "Café"]),
    ),
    min_size=1,
    max_size=30,
    unique_by=lambda event: event.id,
)


@settings(deadline=None)
@given(EVENTS, st.randoms(use_true_random=False))
def test_put_after_put_gives_what_build_gives(events: list[Event], random: object) -> None:
    mixed = list(events)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    assert build_all(views(WHO), NOTHING.get, events).files == put_all(WHO, mixed)


# ------------------------------------------------------------------------------- what no form lets in


def test_an_address_that_is_none_leads_nobody_anywhere() -> None:
    for url in ("javascript:alert(1)", "https://a.example/\r\nATTENDEE:x", 'https://a"><script>'):
        person = Person(name="Ada", url=url)
        files = put_all(WHO, [BARE.model_copy(update={"url": url, "recording": url, "people": (person,)})])
        assert not any(
            line.startswith(("URL:j", "URL:https://a", "ATTENDEE")) for line in files["events.ics"].split("\r\n")
        )
        links = [one["href"] for one in feedparser.parse(BytesIO(files["feed.xml"].encode())).entries[0].links]
        assert links == ["https://tea.example/"]
        (data,) = json.loads(files["events.json"])
        assert not {"url", "recordedIn"}.intersection([*data, *data["performer"][0]])


def test_control_characters_do_not_come_into_the_calendar() -> None:
    files = put_all(WHO, [BARE.model_copy(update={"location": "a\x00b\x0bc\rd"})])
    assert calendar(files)[f"{BARE.id}@tea.example"]["LOCATION"] == "a\ufffdb\ufffdc\nd"


@pytest.mark.parametrize(
    ("path", "change"),
    [
        ("events.ics", ("SEQUENCE:0", "SEQUENCE:x")),
        ("events.ics", ("SEQUENCE:0", f"SEQUENCE:{'9' * 5_000}")),
        ("events.json", ("[", "[" * 100_000)),
        ("events.json", (f'"startDate": "{BARE.starts}"', '"startDate": 5')),
    ],
)
def test_a_file_that_people_changed_is_written_again_or_left_alone(path: str, change: tuple[str, str]) -> None:
    files = put_all(WHO, [BARE, TWO])
    files[path] = files[path].replace(*change, 1)
    event = BARE.model_copy(update={"title": "Forks"})
    if path == "events.ics":
        assert calendar(put_all(LATER, [event], files))[f"{BARE.id}@tea.example"]["SEQUENCE"] == 1
    else:
        with pytest.raises(ConfigError, match="not one that Almanac writes"):
            put_all(LATER, [event], files)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "de",
            (
                "(neu angesetzt)",
                "Neu angesetzt, zuvor 3. Dezember 2026",
                "G\u00e4ste: Ada",
                "Anmeldung: ",
                "<title>Termine<",
            ),
        ),
        (
            "es",
            (
                "(con nueva fecha)",
                "antes, 3 de diciembre de 2026",
                "Participantes: Ada",
                "Grabaci\u00f3n: ",
                "<title>Eventos<",
            ),
        ),
        (
            "fr",
            ("(\u00e0 une nouvelle date)", "initialement 3 d\u00e9cembre 2026", "Invit\u00e9s : Ada", "Inscription : "),
        ),
    ],
)
def test_what_is_written_beside_typed_text_is_in_the_site_s_language(language: Language, words: Sequence[str]) -> None:
    moved = ONE.model_copy(update={"status": "rescheduled", "previous_date": "2026-12-03"})
    files = put_all(Publisher(Config(language=language), NOON, tongue=load_tongue(language)), [moved])
    assert [word for word in words if word not in files["feed.xml"]] == []
    calendar = files["events.ics"].replace("\r\n ", "").replace("\\,", ",")
    assert all(word in calendar for word in words if not word.startswith(("(", "<")))
    assert all(word in files["events.json"] for word in words if not word.startswith(("(", "<")))
    assert not [
        word
        for word in ("Guests", "Register", "Recording", "Rescheduled from", ">Events<")
        if word in "".join(files.values())
    ]
