"""A new event's own times, in every way in which the events beside it say theirs, and in every kind of file."""

import csv
import json
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import pytest
from almanac.commands.places import Place, find_places
from almanac.entries.meaning import fields_of
from almanac.entries.template import EntryTemplate
from almanac.event.model import Event

from tests.memory import memory_site

DAYS = ("2025-03-11", "2025-02-11", "2025-01-14")  # Tuesdays
NAMES = ("Owls", "Bats", "Newts")
EVENING = Event(
    id="x",
    title="Dormice",
    date="2026-12-10",
    when="6pm CET",
    starts="2026-12-10T18:00:00+01:00",
    ends="2026-12-10T19:30:00+01:00",
    time_zone="Europe/Berlin",
)
NO_END = EVENING.model_copy(update={"ends": None})
ONLY_DAY = EVENING.model_copy(update={"when": None, "starts": None, "ends": None, "time_zone": None})
MORNING = EVENING.model_copy(
    update={"when": "9am CET", "starts": "2026-12-10T09:00:00+01:00", "ends": "2026-12-10T11:00:00+01:00"}
)
NIGHT = EVENING.model_copy(
    update={
        "when": "10pm ET",
        "starts": "2026-12-10T22:00:00-05:00",
        "ends": "2026-12-11T00:30:00-05:00",
        "time_zone": "America/New_York",
    }
)


class Case(NamedTuple):
    """What the newest events say under one key or more, each the same or one after another; and what a new one says.

    A blank answer stands for a key that is left out, or empty where there has to be one.
    """

    keys: Mapping[str, str | Sequence[str]]
    shown: Sequence[str]
    event: Event = EVENING


CASES = (
    Case({"start": "13:45", "end": "15:00"}, ["18:00", "19:30"]),
    Case({"start": "13:45", "end": "15:00"}, ["18:00", ""], NO_END),
    Case({"start": "13:45", "end": "15:00"}, ["", ""], ONLY_DAY),
    Case({"start": ("13:45", "14:00", "14:00"), "end": ("15:00", "15:30", "16:00")}, ["18:00", "19:30"]),
    Case({"time": "19:00"}, ["18:00"]),
    Case({"time": "19:00"}, [""], ONLY_DAY),
    Case({"time": ("9:30", "19:00", "19:00")}, ["9:00"], MORNING),
    Case({"time": "09:30"}, ["09:00"], MORNING),
    Case({"hours": "19:00-21:00"}, ["18:00-19:30"]),
    Case({"hours": "19:00-21:00"}, ["18:00"], NO_END),
    Case({"hours": "19.00 \u2013 21.00"}, ["18.00 \u2013 19.30"]),
    Case({"startTime": "7pm", "endTime": "9pm"}, ["6pm", "7:30pm"]),
    Case({"start_time": "7:00 PM", "end_time": "9:00 PM"}, ["6:00 PM", "7:30 PM"]),
    Case({"time": "7 - 9 p.m."}, ["6 - 7:30 p.m."]),
    Case({"time": "7-9pm"}, ["9-11am"], MORNING),
    Case({"uhrzeit": "19:00 Uhr"}, ["18:00 Uhr"]),
    Case({"beginn": "19 Uhr", "ende": "21 Uhr"}, ["18 Uhr", "19:30 Uhr"]),
    Case({"heure": "19h", "fin": "21h"}, ["18h", "19h30"]),
    Case({"horario": "19:00h - 21:00h"}, ["18:00h - 19:30h"]),
    Case({"time": "19:00", "begin": "19:00", "until": "21:00"}, ["18:00", "18:00", "19:30"]),
    Case({"time": "7pm - 9pm EST"}, ["6pm - 7:30pm CET"]),
    Case({"time": "19:00 UTC"}, ["17:00 UTC"]),
    Case({"time": "19:00 UTC"}, ["22:00 ET"], NIGHT),
    Case({"time": "19:00 (GMT)"}, ["17:00 (GMT)"]),
    Case({"start": "19:00", "timezone": "Asia/Kolkata"}, ["18:00", "Europe/Berlin"]),
    Case({"start": "19:00", "tz": "EST"}, ["18:00", "CET"]),
    Case({"start": "7pm", "tz": "PT"}, ["10pm", "ET"], NIGHT),
    Case({"start": "7pm", "utc_offset": "+05:30"}, ["10pm", "-05:00"], NIGHT),
    Case({"start": "7pm", "timezone": "UTC+2"}, ["6pm", "UTC+1"]),
    Case({"start": "7pm", "timezone": "UTC+2"}, ["", ""], ONLY_DAY),
    Case({"time": "19:00", "duration": "2 hours"}, ["18:00", "1 hour 30 minutes"]),
    Case({"time": "19:00", "duration": "2 hours"}, ["18:00", ""], NO_END),
    Case({"time": "19:00", "duration": "2 hours"}, ["09:00", "2 hours"], MORNING),
    Case({"time": "19:00", "duration": "1.5 hours"}, ["22:00", "2.5 hours"], NIGHT),
    Case({"time": "19:00", "duration": "45 min"}, ["18:00", "90 min"]),
    Case({"time": "19:00", "duration": "1h30"}, ["09:00", "2h"], MORNING),
    Case({"time": "19:00", "length": "2:00"}, ["18:00", "1:30"]),
    Case({"time": "19:00", "duration": "PT2H"}, ["18:00", "PT1H30M"]),
    Case({"time": "19:00", "duration_minutes": "60"}, ["18:00", "90"]),
    Case({"time": "19:00", "dauer": "2 Stunden"}, ["18:00", "1 Stunde 30 Minuten"]),
    Case({"weekday": "Tuesday", "time": "19:00"}, ["Thursday", "18:00"]),
    Case({"day_name": "Tue", "time": "19:00"}, ["Thu", "18:00"]),
    Case({"wochentag": "Dienstag", "time": "19:00"}, ["Donnerstag", "18:00"]),
    Case({"year": "2025", "time": "19:00"}, ["2026", "18:00"]),
    Case({"month": ("3", "2", "1"), "time": "19:00"}, ["12", "18:00"]),
    Case(
        {"shown": [f"Tuesday, {day}, 2025 at 7pm" for day in ("March 11", "February 11", "January 14")]},
        ["Thursday, December 10, 2026 at 6pm"],
    ),
    Case(
        {"shown": [f"{day} 2025, 19:00-21:00" for day in ("March 11", "February 11", "January 14")]},
        ["December 10 2026, 18:00-19:30"],
    ),
    Case({"starts_at": [f"{day}T19:00:00" for day in DAYS]}, ["2026-12-10T18:00:00"]),
    Case({"starts_at": [f"{day} 19:00:00 +0100" for day in DAYS]}, ["2026-12-10 22:00:00 -0500"], NIGHT),
    Case(
        {"starts_at": [f"{day} 19:00" for day in DAYS], "ends_at": [f"{day} 21:00" for day in DAYS]},
        ["2026-12-10 18:00", "2026-12-10 19:30"],
    ),
    Case(
        {"starts_at": [f"{day} 19:00" for day in DAYS], "ends_at": [f"{day} 21:00" for day in DAYS]},
        ["2026-12-10 18:00", ""],
        NO_END,
    ),
    Case({"doors": "18:30", "time": "19:00"}, ["", "18:00"]),  # asked for
    Case({"start": "19:00", "end": "midnight"}, ["18:00", ""]),
    Case({"note": "Doors open at 18:30.", "time": "19:00"}, ["", "18:00"]),
    Case({"deadline": "2025-01-02", "time": "19:00"}, ["", "18:00"]),
)


def rows(case: Case, count: int) -> list[dict[str, str]]:
    """Return what the newest events say: a title, a day, and the keys of a case."""
    has_day = any(key in ("starts_at", "shown") for key in case.keys)
    return [
        {"title": NAMES[at]}
        | ({} if has_day and "starts_at" in case.keys else {"date": DAYS[at]})
        | {key: value if isinstance(value, str) else value[at] for key, value in case.keys.items()}
        for at in range(count)
    ]


def kept_as(kind: str, found: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """Return the files of a site that keeps these events."""
    if kind == "csv":
        lines = [",".join(json.dumps(one) if "," in one else one for one in row.values()) for row in found]
        return {"_data/events.csv": "\n".join([",".join(found[0]), *lines]) + "\n"}
    if kind == "json":
        return {"_data/events.json": json.dumps(found, indent=2) + "\n"}
    if kind == "list":
        written = (
            "- " + "\n  ".join(f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in row.items())
            for row in found
        )
        return {"_data/events.yml": "\n".join(written) + "\n"}
    mark, between = ("+++", " = ") if kind == "toml" else ("---", ": ")
    return {
        f"_events/{row['title'].lower()}.md": "\n".join(
            [mark, *(f"{key}{between}{json.dumps(value, ensure_ascii=False)}" for key, value in row.items()), mark, ""]
        )
        for row in found
    }


def learned(files: dict[str, str]) -> Place:
    [place] = find_places(memory_site(files), sorted(files))
    assert place.learned
    return place


def said(place: Place, event: Event) -> dict[str, str]:
    """Return what a new event says under each key."""
    assert place.learned
    template = EntryTemplate(place.learned.template, place.reader, "template")
    data = template.entry(event).data
    if place.path.endswith(".csv"):
        names, row = csv.reader(template.render(event).splitlines())
        data = dict(zip(names, row, strict=True))
    return {key: "" if value is None else str(value) for key, value in data.items()}


def grouped(found: Sequence[Mapping[str, str]], kind: str) -> dict[str, str]:
    """Return the same files with the keys of a case in a group, `when`: below it, in brackets, or in a table."""
    own_keys = ("title", "date")
    apart = [
        ({key: row[key] for key in row if key in own_keys}, {key: row[key] for key in row if key not in own_keys})
        for row in found
    ]
    if kind == "json":
        return {"_data/events.json": json.dumps([{**own, "when": group} for own, group in apart], indent=2) + "\n"}
    whole = kept_as(kind, [{**own, "when": "WHEN"} for own, _ in apart])
    named, at = ('when = "WHEN"', "[when]\n  ") if kind == "toml" else ('when: "WHEN"', "when:\n  ")
    between = " = " if kind == "toml" else ": "
    groups = iter([{key: json.dumps(one, ensure_ascii=False) for key, one in group.items()} for _, group in apart])

    def put(text: str) -> str:
        while named in text:
            lines = [f"{key}{between}{one}" for key, one in next(groups).items()]
            inside = f"when: {{ {', '.join(lines)} }}" if kind == "list" else at + "\n  ".join(lines)
            text = text.replace(named, inside, 1)
        return text

    return {path: put(text) for path, text in whole.items()}


@pytest.mark.parametrize("kind", ["yaml", "toml", "list", "json"])
@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.keys} {case.shown}")
def test_so_it_does_in_a_group_of_keys(case: Case, kind: str) -> None:
    place = learned(grouped(rows(case, 3), kind))
    assert place.learned
    template = EntryTemplate(place.learned.template, place.reader, "template")
    found = template.entry(case.event).data.get("when") or {}
    shown = ["" if found.get(key) is None else str(found[key]) for key in case.keys]
    assert shown == [*case.shown], place.learned


@pytest.mark.parametrize("kind", ["yaml", "toml", "list", "json", "csv"])
@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.keys} {case.shown}")
def test_a_new_event_shows_its_own_times(case: Case, kind: str) -> None:
    for count in (3, 2) if kind == "yaml" else (3,):  # how many tell is the same in each format
        place = learned(kept_as(kind, rows(case, count)))
        found = said(place, case.event)
        assert [found.get(key, "") for key in case.keys] == [*case.shown], place.learned


@pytest.mark.parametrize("key", ["start", "until"])
def test_a_time_in_mere_digits_is_doubted_and_not_copied(key: str) -> None:
    items = (f"- title: Owls {day}\n  date: {day}\n  {key}: 1900\n" for day in DAYS)
    place = learned({"_data/events.yml": "".join(items)})
    assert place.reasons == (f"It is not certain how `{key}` (_data/events.yml, line 3) writes times, as in `1900`.",)
    assert key not in said(place, EVENING)


@pytest.mark.parametrize("value", ["evening", "after the owls' walk", "19 o'clock"])
def test_a_time_in_words_that_nobody_can_write_is_doubted_and_asked_for(value: str) -> None:
    place = learned(kept_as("list", rows(Case({"time": value}, []), 3)))
    assert place.reasons == (f"It is not certain how `time` (_data/events.yml, line 3) writes times, as in `{value}`.",)
    assert "time" not in said(place, EVENING)


def test_places_beside_the_one_that_the_form_asks_for_are_never_those_of_another_event() -> None:
    keys = {"location": ("Barn", "Hall", "Hall"), "city": "Leeds", "address": "1 Hill Street", "layout": "event"}
    place = learned(kept_as("yaml", rows(Case(keys, []), 3)))
    assert place.learned
    assert [one.id for one in place.learned.questions] == ["city", "address"]
    found = said(place, EVENING.model_copy(update={"location": "Mill"}))
    assert (found["location"], found.get("city"), found.get("address"), found["layout"]) == (
        "Mill",
        None,
        None,
        "event",
    )


@pytest.mark.parametrize(
    ("keys", "edited", "starts", "ends"),
    [
        ({"start": "13:45", "end": "15:00"}, {"end": "21:00"}, "18:00", "21:00"),
        ({"start": "13:45", "end": "15:00"}, {"start": "17:00"}, "17:00", "19:30"),
        ({"start": "13:45", "end": "15:00"}, {"end": ""}, "18:00", None),
        ({"hours": "19.00-21.00"}, {"hours": "20.00-22.30"}, "20:00", "22:30"),
        ({"hours": "7-9pm"}, {"hours": "8-9pm"}, "20:00", "21:00"),
        ({"start": "7pm", "timezone": "UTC+2"}, {"timezone": "UTC+3"}, "18:00", "19:30"),
    ],
)
def test_times_that_a_person_wrote_over_others_are_known(
    keys: dict[str, str], edited: dict[str, str], starts: str, ends: str | None
) -> None:
    place = learned(kept_as("list", rows(Case(keys, []), 3)))
    assert place.learned
    template = EntryTemplate(place.learned.template, place.reader, "template")
    own = {name: getattr(EVENING, name) for name in ("when", "starts", "ends", "time_zone")}
    data = {**template.entry(EVENING).data, "almanac": own}
    assert fields_of(template, data, "", "x").items() >= {"starts": EVENING.starts, "ends": EVENING.ends}.items()
    found = fields_of(template, {**data, **edited}, "", "x")
    day = "2026-12-10T"
    assert (found["starts"], found.get("ends")) == (f"{day}{starts}:00+01:00", ends and f"{day}{ends}:00+01:00")


@pytest.mark.parametrize(("start", "end"), [("13:45", "15:00"), ("9 a.m.", "11 a.m.")])
def test_the_times_of_events_that_are_there_are_read_together(start: str, end: str) -> None:
    place = learned(kept_as("json", rows(Case({"start": start, "end": end}, []), 2)))
    assert place.learned
    template = EntryTemplate(place.learned.template, place.reader, "template")
    found = fields_of(template, {"title": "Owls", "date": "2025-03-11", "start": start, "end": end}, "", "x")
    assert found["when"] == f"{start} - {end}"


def test_of_zones_one_that_is_a_zone_is_the_example() -> None:
    zones = ("local", "EST", "CET", "GMT")
    items = (f"- title: Owls {day}\n  date: 2025-03-1{day}\n  tz: {zone}\n" for day, zone in enumerate(zones))
    assert said(learned({"_data/events.yml": "".join(items)}), EVENING)["tz"] == "CET"


def test_a_day_without_its_year_is_written_as_its_neighbours_have_it() -> None:
    keys = {"shown": ["Mar 11", "Feb 11", "Jan 04"], "time_display": "7pm", "year": "2025"}
    files = {
        "_data/events.yml": "".join(
            f"- title: Owls {day}\n  date: {day}\n  time: 19:00\n  shown: {shown}\n  time_display: 7pm\n  year: 2025\n"
            for day, shown in zip(("2025-03-11", "2025-02-11", "2025-01-04"), keys["shown"], strict=True)
        )
    }
    found = said(learned(files), EVENING.model_copy(update={"date": "2026-12-09"}))
    assert (found["shown"], found["time_display"], found["year"]) == ("Dec 09", "6pm", "2026")
    template = learned(files).learned
    assert template
    assert "year: {{ date[:4] | int }}\n" in template.template
