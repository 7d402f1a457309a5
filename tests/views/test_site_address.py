"""Where readers find the site: calendars and feed hold it, so it is not looked up again for each event."""

import re
from collections.abc import Sequence

import feedparser
import icalendar
import pytest
from almanac.commands.build import build_files
from almanac.event.model import Event
from almanac.event.record import write_record
from almanac.site import Site
from almanac.views.protocol import put_event

from tests.memory import MemoryFiles, is_in_sync, memory_site

JEKYLL, CNAME, CONFIG = "_config.yml", "CNAME", ".github/almanac.yml"
PLAIN = ("events.ics", "feed.xml", "events.json")
VIEWS = "page: events.md\nfeed: feed.xml\ndata: events.json\ncalendar: "
ALL = f"{VIEWS}[events.ics, 'calendars/{{series}}.ics', 'calendars/{{id}}.ics']\n"
LONG = f"https://site.example/{'long/' * 30}base"
HOW = {
    "settings": {JEKYLL: "url: https://site.example\nbaseurl: /a&b\n"},
    "long": {JEKYLL: f"url: {LONG}\n"},
    "domain": {JEKYLL: "title: x\n", CNAME: "site.example\n"},
    "organizer": {JEKYLL: "title: x\n", CONFIG: f"{ALL}organizer: {{name: Tea, url: 'https://site.example/'}}\n"},
    "nowhere": {JEKYLL: "title: x\n"},
}
EVENTS = [
    Event(id=f"2026-11-{day}-tea", title=f"Leaves {day}", series=series, date=f"2026-11-{day}")
    for day, series in ((12, "Tea"), (10, None), (14, "Tea"), (11, "Cups"))
]


def site_of(how: str) -> dict[str, str]:
    return {CONFIG: ALL, "events.md": "---\ntitle: Events\n---\n# Events\n", **HOW[how]}


def built(files: dict[str, str]) -> dict[str, str]:
    made = build_files(memory_site(files))
    assert not made.problems
    return files | {path: text for path, text in made.files.items() if text is not None}


def with_records(files: dict[str, str], events: Sequence[Event]) -> dict[str, str]:
    return files | {f"_data/events/{event.id}.yml": write_record(event) for event in events}


def put(files: dict[str, str], *events: Event) -> tuple[dict[str, str], list[str]]:
    """Put events one by one, as proposals that are merged at once; return the files and the paths of those read."""
    read: list[str] = []
    for event in events:
        site = Site(MemoryFiles(files), watch=read.append)
        changed = put_event(site.views(), site.text, event, None)
        files = files | {path: text for path, text in changed.items() if text is not None}
    return files, read


def shown(files: dict[str, str]) -> dict[str, str]:
    return {path: text for path, text in files.items() if path in PLAIN or path.startswith("calendars/")}


def links(files: dict[str, str]) -> set[str]:
    """Return all addresses in calendar and feed, and what their ids are unique under."""
    calendar, feed = icalendar.Calendar.from_ical(files["events.ics"]), feedparser.parse(files["feed.xml"])
    found = {
        str(calendar.get("URL", "")),
        *(link.href for one in (feed.feed, *feed.entries) for link in one.get("links", ())),
    }
    ids = {str(one["UID"]).partition("@")[2] for one in calendar.walk("VEVENT")}
    return found | ids | {re.split("[:,]", one.id)[1] for one in (feed.feed, *feed.entries)}


@pytest.mark.parametrize("how", HOW)
@pytest.mark.parametrize("begun", [False, True], ids=["from nothing", "built before"])
def test_put_after_put_gives_what_build_gives(how: str, begun: bool) -> None:
    files = built(site_of(how)) if begun else site_of(how)
    assert shown(put(files, *EVENTS)[0]) == shown(built(with_records(site_of(how), EVENTS)))


@pytest.mark.parametrize("how", HOW)
@pytest.mark.parametrize("without", [None, *PLAIN[:2]])
def test_where_a_file_says_it_settings_are_not_read(how: str, without: str | None) -> None:
    files = built(site_of(how))
    kept = {path: text for path, text in files.items() if path != without}
    after, read = put(kept, *EVENTS)
    # Where the page is, only the feed says.
    assert not {JEKYLL, CNAME} & {*read} or without == "feed.xml"
    assert shown(after) == shown(put(files, *EVENTS)[0])


@pytest.mark.parametrize(("before", "after"), [("settings", "domain"), ("nowhere", "long"), ("long", "nowhere")])
def test_another_address_comes_with_a_build_and_stays(before: str, after: str) -> None:
    # A feed may hold no entry that links the site, and be no longer touched by what comes.
    linked = [event.model_copy(update={"url": "https://elsewhere.example/"}) for event in EVENTS[:2]]
    old = built(with_records(site_of(before), linked))
    moved = {path: text for path, text in old.items() if path != CNAME} | HOW[after]
    assert links(put(moved, EVENTS[2])[0]) == links(put(old, EVENTS[2])[0])
    now = built(moved)
    assert is_in_sync(now)
    assert now["events.ics"] != old["events.ics"]
    assert now["feed.xml"] != old["feed.xml"]
    later, read = put(now, EVENTS[2])
    assert not {JEKYLL, CNAME} & {*read}
    wanted = built(with_records(site_of(after), linked))
    new = {address for address in links(wanted) if "site" in address}
    assert new <= links(later)
    assert shown(later) == shown(built(with_records(now, EVENTS[2:3])))


@pytest.mark.parametrize(
    "bad", ["javascript:alert(1)", "https://", "https://a@evil.example", "evil.example", "https://evil.example/ x"]
)
def test_what_is_no_address_is_not_taken_from_a_file(bad: str) -> None:
    files = built(site_of("domain"))
    spoiled = files | {path: files[path].replace("https://site.example", bad) for path in PLAIN[:2]}
    assert spoiled["events.ics"] != files["events.ics"]
    assert spoiled["feed.xml"] != files["feed.xml"]
    after, _ = put(spoiled, EVENTS[0])
    places = ("https://site.example", "https://site.example/feed.xml", "https://site.example/events.html")
    assert links(after) == {*places, "site.example"}
    assert built(spoiled) == files


@pytest.mark.parametrize(
    "typed",
    [
        "x\r\nURL:https://evil.example",
        "x\nURL:https://evil.example\nBEGIN:VEVENT",
        'x\n  <link href="https://evil.example"/>\n',
        '</title>\n  <link href="https://evil.example"/>',
    ],
)
def test_typed_text_does_not_become_the_address(typed: str) -> None:
    files = built(site_of("nowhere") | {CONFIG: f"{VIEWS}events.ics\n"})
    hostile = EVENTS[0].model_copy(update={"title": typed, "series": typed, "description": typed, "location": typed})
    after, _ = put(files, hostile, EVENTS[1])
    assert links(after) == {"", "almanac.invalid"}


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_it_is_read_whatever_line_ends_git_has_written(line_end: str) -> None:
    files = built(with_records(site_of("long"), EVENTS))
    other = {path: text.replace("\r\n", "\n").replace("\n", line_end) for path, text in shown(files).items()}
    assert is_in_sync(files | other)
    assert LONG in links(put(files | other, EVENTS[0])[0])
    assert all(len(line) <= 75 for line in files["events.ics"].encode().split(b"\r\n"))
