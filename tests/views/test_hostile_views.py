"""The hostile strings in calendar, feed and structured data of a real site: Jekyll acts on none, and no browser."""

import json
import re
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import feedparser
import icalendar
import pytest
from almanac.config import Config, Organizer
from almanac.event.model import Event, Link, Person
from almanac.views.calendar import CalendarView
from almanac.views.feed import FeedView
from almanac.views.generated import Publisher
from almanac.views.protocol import build_all
from almanac.views.structured import StructuredView

from tests.browser import HOST, visit
from tests.built import build
from tests.hostile import HOSTILE, HOSTILE_TEXTS

TYPED = tuple(dict.fromkeys((*HOSTILE, *HOSTILE_TEXTS)))
NOTHING: dict[str, str] = {}
SCRIPT = '<script type="application/ld+json">{}</script>'
PAGE = f"---\n---\n{SCRIPT.format('{% include events.json %}')}<p>before</p>\n"


def event(number: int, typed: str) -> Event:
    return Event(
        id=f"2026-11-{number % 28 + 1:02}-x-{number}",
        title=typed,
        date=f"2026-11-{number % 28 + 1:02}",
        series=typed,
        location=typed,
        description=typed,
        agenda=(typed,),
        people_label=typed,
        people=(Person(name=typed, affiliation=typed, url="https://example.org/?a=1&b={{ site }}"),),
        links=(Link(label=typed, url="https://example.org/"),),
        tags=(typed,),
    )


@pytest.mark.browser
@pytest.mark.jekyll
def test_hostile_text_is_inert_in_the_files_of_a_built_site(tmp_path: Path) -> None:
    events = [event(number, typed) for number, typed in enumerate(TYPED)]
    publisher = Publisher(Config(organizer=Organizer(name=TYPED[0])), datetime(2026, 11, 1, tzinfo=UTC))
    views = [
        CalendarView("events.ics", publisher),
        FeedView("feed.xml", publisher),
        StructuredView("_includes/events.json", publisher),
    ]
    files = {path: text or "" for path, text in build_all(views, NOTHING.get, events).files.items()}
    built = build(tmp_path / "site", {**files, "page.html": PAGE})
    # Jekyll copies what has no front matter.
    for path in ("events.ics", "feed.xml"):
        assert (built / path).read_bytes() == files[path].encode()
    assert len(icalendar.Calendar.from_ical((built / "events.ics").read_bytes()).subcomponents) == len(events)
    assert not feedparser.parse(BytesIO((built / "feed.xml").read_bytes())).bozo

    seen = visit((built / "page.html").read_text(encoding="utf-8"), tmp_path)
    assert 'data-looked="yes"' in seen.dom
    assert "data-tried" not in seen.dom
    assert set(seen.requests) <= {f"http://{HOST}/", f"http://{HOST}/favicon.ico"}
    pattern = re.escape(SCRIPT).replace(r"\{\}", "(.*?)")
    [(script, rest)] = re.findall(f"<body>{pattern}(.*?)</body>", seen.dom, re.DOTALL)
    assert {one["identifier"]: one["name"] for one in json.loads(script)} == {one.id: one.title for one in events}
    assert rest.strip() == "<p>before</p>"
