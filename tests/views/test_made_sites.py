"""What other programs read in the calendars, feeds and structured data of many sites is what the records say."""

import json
import re
from datetime import date, datetime, timedelta
from io import BytesIO
from typing import Any, cast
from zoneinfo import ZoneInfo

import feedparser
import icalendar
import pytest
import recurring_ical_events
from almanac.event.model import Event, safe_slug
from pyld import jsonld

from tests.views.made_sites import FIRST, MadeSite, changed, make_site

READERS = ("America/Los_Angeles", "Europe/Paris", "Pacific/Auckland")
LATER = FIRST + timedelta(days=3)
SCHEMA = "https://schema.org/"


def name_of(event: Event) -> str:
    return f"{event.series}: {event.title}" if event.series and event.series != event.title else event.title


def dated(records: list[Event]) -> dict[str, Event]:
    return {record.id: record for record in records if len(record.date) == len("2026-01-01")}


def calendar(text: str) -> dict[str, icalendar.Event]:
    read = icalendar.Calendar.from_ical(text.encode())
    assert all(len(line) <= 75 for line in text.encode().split(b"\r\n"))
    found = [cast("icalendar.Event", one) for one in read.walk("VEVENT")]
    assert not any(one.errors for one in found)
    return {str(one["UID"]).partition("@")[0]: one for one in found}


def check_calendars(made: MadeSite) -> None:
    records, found = dated(made.records), calendar(made.files["events.ics"])
    assert found.keys() == records.keys()
    for event_id, record in records.items():
        one = found[event_id]
        assert one["SUMMARY"] == name_of(record)
        assert one.get("LOCATION") == record.location
        assert one.get("URL") == record.url
        status = {"cancelled": "CANCELLED", "postponed": "TENTATIVE"}.get(record.status or "", "CONFIRMED")
        assert one["STATUS"] == status
        text = str(one.get("DESCRIPTION", ""))
        assert all(person.name in text for person in record.people)
        assert record.recording is None or f"Recording: {record.recording}" in text
    several = [path for path in made.files if path.startswith("calendars/")]
    if several:
        names = {safe_slug(one.series) for one in records.values() if one.series}
        assert {*several} == {f"calendars/{name}.ics" for name in {*names, *records}}
    for path in several:
        name = path[len("calendars/") : -len(".ics")]
        assert calendar(made.files[path]).keys() == {
            one.id for one in records.values() if name in (one.id, safe_slug(one.series or ""))
        }


def check_instants(made: MadeSite) -> None:
    read = recurring_ical_events.of(icalendar.Calendar.from_ical(made.files["events.ics"].encode()))
    for zone in map(ZoneInfo, READERS):
        shown = {}
        for one in read.between(datetime(2023, 1, 1, tzinfo=zone), datetime(2029, 1, 1, tzinfo=zone)):
            start, end = one.start, one.end
            if isinstance(start, datetime):
                start, end = start.astimezone(zone), end.astimezone(zone)
            shown[str(one["UID"]).partition("@")[0]] = (start, end)
        assert shown == {event_id: _times(record, zone) for event_id, record in dated(made.records).items()}


def _times(record: Event, zone: ZoneInfo) -> tuple[date, date]:
    if record.starts and not (record.end_date and not record.ends):
        start = datetime.fromisoformat(record.starts).astimezone(zone)
        return start, datetime.fromisoformat(record.ends).astimezone(zone) if record.ends else start
    last = date.fromisoformat(record.end_date or record.date)
    return date.fromisoformat(record.date), last + timedelta(days=1)


def check_feed(made: MadeSite) -> None:
    read = feedparser.parse(BytesIO(made.files["feed.xml"].encode()), sanitize_html=False)
    assert not read.bozo
    records = {record.id: record for record in made.records}
    assert len(read.entries) == min(20, len(records))
    for entry in read.entries:
        record = records.get(entry.id.rpartition(":")[2])
        if record:
            assert name_of(record) in entry.title
            assert entry.title.startswith(record.date)
            assert entry.get("link") == record.url or not record.url
            assert [tag.term for tag in entry.get("tags", ())] == [one for one in (record.series, *record.tags) if one]


def check_structured_data(made: MadeSite) -> None:
    def schema(url: str, options: object) -> dict[str, Any]:
        assert url == "https://schema.org"
        return {"contextUrl": None, "documentUrl": url, "document": {"@context": {"@vocab": SCHEMA}}}

    text = made.files[str(made.config["data"])]
    found = {}
    for one in jsonld.expand(json.loads(text), {"documentLoader": schema}):
        assert one["@type"] == [f"{SCHEMA}Event"]
        values = {name.removeprefix(SCHEMA): value for name, value in one.items()}
        found[values["identifier"][0]["@value"]] = values
    assert found.keys() == dated(made.records).keys()
    for event_id, record in dated(made.records).items():
        values = found[event_id]

        def said(name: str, values: Any = values) -> Any:
            return [each.get("@value", each) for each in values.get(name, ())]

        assert said("name") == [name_of(record)]
        assert said("startDate") == [record.starts or record.date]
        assert said("endDate") == [one for one in [record.ends or record.end_date] if one]
        assert said("previousStartDate") == [one for one in [record.previous_date] if one]
        named = (record.status or "scheduled").capitalize()
        assert said("eventStatus") == [f"{SCHEMA}Event{named}"]
        people = [each[f"{SCHEMA}name"][0]["@value"] for each in values.get("performer", ())]
        assert people == [person.name for person in record.people]
        assert bool(values.get("image")) == bool(
            record.image and (record.image.url or "url:" in made.files["_config.yml"])
        )
    # It stands in a page's script element, and goes through Liquid.
    assert not re.search(r"[<>&]|\{\{|\{%", text)


def check_change(made: MadeSite) -> None:
    before = dict(made.files)
    made.build(LATER)
    assert made.files == before
    known = [*dated(made.records).values()]
    if not known:
        return
    old = made.chance.choice(known)
    new = changed(made.chance, old)
    made.records[made.records.index(old)] = new
    made.build(LATER)
    was, now = (calendar(files["events.ics"]) for files in (before, made.files))
    assert {event_id: one.to_ical() for event_id, one in was.items() if event_id != old.id} == {
        event_id: one.to_ical() for event_id, one in now.items() if event_id != old.id
    }
    two = [dict(one[old.id].property_items(recursive=False)) for one in (was, now)]
    differ = {name for name in two[1] if str(two[0].get(name)) != str(two[1][name])}
    stamps = {"SEQUENCE", "DTSTAMP", "LAST-MODIFIED"}
    shown = {"title": "SUMMARY", "location": "LOCATION", "recording": "DESCRIPTION"}
    assert differ - stamps == {shown[name] for name in shown if getattr(old, name) != getattr(new, name)}
    assert (was[old.id].decoded("SEQUENCE"), now[old.id].decoded("SEQUENCE")) == (0, 1)
    assert now[old.id].decoded("DTSTAMP") == now[old.id].decoded("LAST-MODIFIED") == LATER
    old_data, new_data = (_by_id(files[str(made.config["data"])]) for files in (before, made.files))
    assert {event_id for event_id, one in new_data.items() if one != old_data[event_id]} == {old.id}
    if f":{old.id}</id>" not in before["feed.xml"]:  # it had to go for newer ones
        assert made.files["feed.xml"] == before["feed.xml"]
        return
    first, *rest = feedparser.parse(BytesIO(made.files["feed.xml"].encode())).entries
    assert (first.id.rpartition(":")[2], first.updated) == (old.id, "2026-11-04T12:00:00Z")
    assert {one.updated for one in rest} <= {"2026-11-01T12:00:00Z"}


def _by_id(data: str) -> dict[str, Any]:
    return {one["identifier"]: one for one in json.loads(data)}


@pytest.mark.parametrize(
    "seeds", [pytest.param(range(15), id="few"), pytest.param(range(15, 300), marks=pytest.mark.long, id="many")]
)
def test_what_other_programs_read_is_what_the_records_say(seeds: range) -> None:
    for made in map(make_site, seeds):
        made.build(FIRST)
        check_calendars(made)
        check_instants(made)
        check_feed(made)
        check_structured_data(made)
        check_change(made)
