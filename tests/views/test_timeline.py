"""What is to come and what was: where an event is listed as time goes by."""

from collections.abc import Mapping
from datetime import UTC, datetime

import pytest
from almanac.config import Config
from almanac.errors import ConfigError
from almanac.event.ending import is_over
from almanac.event.model import Event
from almanac.page.lines import fingerprint
from almanac.page.template import section_renderer
from almanac.views import Renderers, views_of
from almanac.views.generated import Publisher
from almanac.views.protocol import Undecided, View, build_all, preview, put_event, read_event, stamped
from almanac.views.timeline import TimelineView

BULLET = section_renderer('- {{ date | like("Nov 8, 2021") }}: {{ title | text }}\n')
SOON = section_renderer(
    '* **{{ date | like("8 November 2021") }}**, {{ title | text }}{% if when %}, {{ when | text }}{% endif %}\n'
)
HEADING = section_renderer('### {{ date | like("May 1, 2027") }}: {{ title | heading }}\n')
ONE_PAGE = """---
title: Meetings
---

# Meetings

## Upcoming meetings

* **3 December 2026**, Kettles
* **17 December 2026**, Saucers

Come along!

## Past meetings

- Nov 19, 2026: Spoons
- Nov 5, 2026: Cups
"""
PAST = "# History\n\n- Nov 5, 2026: Cups\n- Nov 19, 2026: Spoons\n"
SOON_PAGE = "# Next\n\nCome along!\n"
NEW = Event(id="2026-12-10-leaves", title="Leaves", date="2026-12-10")
NOTHING: dict[str, str] = {}
SITES = {
    "one page": (Config(page="m.md", upcoming="#Upcoming Meetings"), {"m.md": ONE_PAGE}),
    "two pages": (Config(page="past.md", upcoming="next.md"), {"past.md": PAST, "next.md": SOON_PAGE}),
}


def site(name: str) -> tuple[Config, dict[str, str]]:
    config, files = SITES[name]
    return config, dict(files)


def texts(files: Mapping[str, str | None]) -> dict[str, str]:
    return {path: text for path, text in files.items() if text is not None}


def views(config: Config, day: str) -> tuple[View, ...]:
    now = datetime.fromisoformat(f"{day}T12:00:00+00:00")
    return views_of(Publisher(config, now), Renderers(BULLET, coming=SOON))


def test_a_new_event_waits_where_it_is_to_come_and_moves_when_it_is_over() -> None:
    config, files = site("one page")
    event = stamped(views(config, "2026-11-29"), NEW)
    files |= texts(put_event(views(config, "2026-11-29"), files.get, event, None))
    assert files["m.md"] == ONE_PAGE.replace("* **17", "* **10 December 2026**, Leaves\n* **17")
    assert preview(views(config, "2026-11-29"), NEW) == "* **10 December 2026**, Leaves"

    first = build_all(views(config, "2026-11-29"), files.get, [event])
    assert not first.problems
    assert first.moved == 0
    assert {one.title for one in first.records} == {"Leaves", "Kettles", "Saucers", "Spoons", "Cups"}
    assert first.files == files

    later = build_all(views(config, "2026-12-12"), first.files.get, first.records)
    assert not later.problems
    assert later.moved == 2
    assert later.files["m.md"] == ONE_PAGE.replace("* **3 December 2026**, Kettles\n", "").replace(
        "- Nov 19", "- Dec 10, 2026: Leaves\n- Dec 3, 2026: Kettles\n- Nov 19"
    )
    again = build_all(views(config, "2026-12-12"), later.files.get, later.records)
    assert again == build_all(views(config, "2026-12-12"), again.files.get, again.records)
    assert again.files == later.files


def test_two_pages() -> None:
    config, files = site("two pages")
    now = views(config, "2026-11-29")
    records = build_all(now, files.get, []).records
    event = stamped(now, NEW)
    files |= texts(put_event(now, files.get, event, None))
    assert files == {"past.md": PAST, "next.md": "# Next\n\nCome along!\n\n* **10 December 2026**, Leaves\n"}
    later = build_all(views(config, "2026-12-12"), files.get, [*records, event])
    assert later.files == {"past.md": f"{PAST}- Dec 10, 2026: Leaves\n", "next.md": SOON_PAGE}
    assert [note.message for note in later.notes] == ["This event is over, so it moves to the history."]
    # Changed back: it is to come after all.
    now = views(config, "2026-12-12")
    postponed = later.records[-1].model_copy(update={"date": "2027-01-14"})
    back = build_all(now, later.files.get, [*records, postponed])
    assert back.files["past.md"] == PAST
    assert back.files["next.md"] == f"{SOON_PAGE}\n* **14 January 2027**, Leaves\n"
    assert put_event(now, later.files.get, stamped(now, postponed), later.records[-1]) == back.files


@pytest.mark.parametrize("name", SITES)
def test_what_people_edit_there_goes_with_the_event(name: str) -> None:
    config, files = site(name)
    records = build_all(views(config, "2026-11-29"), files.get, []).records
    event = stamped(views(config, "2026-11-29"), NEW)
    files |= texts(put_event(views(config, "2026-11-29"), files.get, event, None))
    place = "m.md" if name == "one page" else "next.md"
    files[place] = files[place].replace("Leaves", "Green leaves")
    for day in ("2026-11-29", "2026-12-11"):
        assert read_event(views(config, day), files.get, event).title == "Green leaves"
    built = build_all(views(config, "2026-12-11"), files.get, [*records, event])
    assert [record.title for record in built.records if record.id == NEW.id] == ["Green leaves"]
    assert "- Dec 10, 2026: Green leaves" in built.files["m.md" if name == "one page" else "past.md"]
    both = event.model_copy(update={"when": "6pm UTC"})
    built = build_all(views(config, "2026-12-11"), files.get, [*records, both])
    assert built.moved == (name == "one page")
    assert "6pm UTC" in (built.problems[0].versions or ("", ""))[1]


@pytest.mark.parametrize("name", SITES)
def test_an_event_on_a_branch(name: str) -> None:
    config, base = site(name)
    now = views(config, "2026-11-29")
    event = stamped(now, NEW)
    branch = base | texts(put_event(now, base.get, event, None))
    place = "m.md" if name == "one page" else "next.md"
    [view] = now
    edited = branch[place].replace("Leaves", "Green leaves")
    assert view.read_branch(place, edited, event, base[place]).title == "Green leaves"
    assert view.read_branch("past.md", branch.get("past.md"), event, None) == event
    with pytest.raises(Undecided):
        view.read_branch(place, base[place], event, base[place])
    with pytest.raises(Undecided):
        view.read_branch(place, None, event, base[place])
    # What a formatter made of it stays.
    starred = branch[place].replace("* **10 December 2026**", "*   __10 December 2026__")
    assert view.spelt_as(place, branch[place], starred, event) == starred
    assert view.spelt_as("past.md" if name == "two pages" else "x.md", "text", starred, event) == "text"
    assert view.follow(place, branch[place], event, event) == branch[place]
    assert view.complete(event, base.get) == view.complete(event, NOTHING.get) == event
    assert view.doubt(place, base[place], branch[place]) is None
    assert view.doubt(place, branch[place], branch[place]) is None
    assert {path: view.remove(path, branch[path], event) for path in view.paths(event)} == base
    assert view.remove(place, None, event) is None


def test_a_section_of_another_kind_is_written_again_where_it_moves() -> None:
    config = Config(page="past.md", upcoming="next.md")
    soon = "# Next\n\n## 3 December 2026: Kettles\n\nWe boil *them* <b>all</b>.\n"
    records = build_all(views(config, "2026-12-01"), {"past.md": PAST, "next.md": soon}.get, []).records
    assert any(record.markdown for record in records)
    later = build_all(views(config, "2026-12-12"), {"past.md": PAST, "next.md": soon}.get, records)
    assert later.files["past.md"] == f"{PAST}- Dec 3, 2026: Kettles\n"


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("end", ["", "\n", "\n## Past\n", "\n## Past\n- Nov 5, 2026: Cups"])
def test_lines_keep_their_numbers_and_bytes(newline: str, end: str) -> None:
    page = f"# All\n\n## Soon\n* **3 December 2026**, Kettles{end}".replace("\n", newline)
    config = Config(page="m.md", upcoming="#soon")
    built = build_all(views(config, "2026-11-29"), {"m.md": page}.get, [])
    assert built.files == {"m.md": page}
    assert {note.event: note.line for note in built.notes}["Kettles"] == 4


def test_a_page_or_heading_that_is_missing() -> None:
    config = Config(page="m.md", upcoming="#Soon")
    with pytest.raises(ConfigError, match="no heading with these words"):
        build_all(views(config, "2026-11-29"), {"m.md": ONE_PAGE}.get, [])
    with pytest.raises(ConfigError, match="page is missing"):
        build_all(views(Config(page="m.md", upcoming="next.md"), "2026-11-29"), {"m.md": ONE_PAGE}.get, [])


@pytest.mark.parametrize(
    ("event", "zone", "over", "not_yet"),
    [
        ({"date": "2026-12-10"}, None, "2026-12-11T12:00:00+00:00", "2026-12-11T11:59:59+00:00"),
        ({"date": "2026-12-10"}, "Asia/Tokyo", "2026-12-10T15:00:00+00:00", "2026-12-10T14:59:59+00:00"),
        (
            {"date": "2026-12-10", "time_zone": "America/New_York"},
            "Asia/Tokyo",
            "2026-12-11T05:00:00+00:00",
            "2026-12-11T04:59:59+00:00",
        ),
        (
            {"date": "2026-12-10", "starts": "2026-12-10T09:00:00+02:00"},
            None,
            "2026-12-10T22:00:00+00:00",
            "2026-12-10T21:59:59+00:00",
        ),
        (
            {"date": "2026-12-10", "starts": "2026-12-10T09:00:00+02:00", "ends": "2026-12-10T10:00:00+02:00"},
            None,
            "2026-12-10T08:00:00+00:00",
            "2026-12-10T07:59:59+00:00",
        ),
        (
            {"date": "2026-12-10", "end_date": "2026-12-12"},
            "UTC",
            "2026-12-13T00:00:00+00:00",
            "2026-12-12T23:00:00+00:00",
        ),
        ({"date": "2026-02"}, "UTC", "2026-03-01T00:00:00+00:00", "2026-02-28T23:59:59+00:00"),
        ({"date": "2026"}, "UTC", "2027-01-01T00:00:00+00:00", "2026-12-31T23:59:59+00:00"),
    ],
)
def test_when_an_event_is_over(event: dict[str, str], zone: str | None, over: str, not_yet: str) -> None:
    one = Event.model_validate({"id": "2026-x", "title": "X", **event})
    assert is_over(one, datetime.fromisoformat(over), zone)
    assert not is_over(one, datetime.fromisoformat(not_yet), zone)


def test_what_has_no_year_is_history() -> None:
    assert is_over(
        Event(id="XXXX-12-10-x", title="X", date="XXXX-12-10"), datetime.fromisoformat("1999-01-01T00:00:00Z"), None
    )


def test_no_question_to_a_view_is_left_to_its_default() -> None:
    asked = {name for name, method in vars(View).items() if callable(method) and not name.startswith("_")}
    assert {*vars(TimelineView)} >= asked


KEPT = "- Nov 19, 2026: Spoons ([recording](https://video.example/2))"


@pytest.mark.parametrize("name", SITES)
def test_a_change_is_written_into_what_is_kept_word_for_word(name: str) -> None:
    config, files = site(name)
    files = {path: text.replace("- Nov 19, 2026: Spoons", KEPT) for path, text in files.items()}
    (view,) = views(config, "2026-12-01")
    film = "https://video.example/2"
    before = Event(
        id="2026-11-19-spoons",
        title="Spoons",
        date="2026-11-19",
        recording=film,
        markdown=KEPT,
        rendered=fingerprint(KEPT),
    )
    event = before.model_copy(update={"recording": "https://video.example/10"})
    after = view.revise(config.page, files[config.page], event, before)
    assert after.markdown == KEPT.replace("/2)", "/10)")
    assert "/10)" in view.put(config.page, files[config.page], after, before)


HEADINGS = "# Talks\n\n## Upcoming\n\n### May 1, 2027: Owls\n\nText\n\n## Past\n\n### May 1, 2025: Larks\n\nText\n"


@pytest.mark.parametrize(
    ("anchor", "title"), [("may-1-2027-owls", "Owls"), ("may-1-2025-larks", "Larks"), ("past", None)]
)
def test_a_link_leads_to_the_event_in_either_list(anchor: str, title: str | None) -> None:
    (view,) = views_of(
        Publisher(Config(page="m.md", upcoming="#Upcoming"), datetime(2026, 6, 1, tzinfo=UTC)), Renderers(HEADING)
    )
    records = [
        Event(id=f"{day}-x", title=name, date=day, markdown=f"### May 1, {day[:4]}: {name}\n\nText")
        for day, name in (("2027-05-01", "Owls"), ("2025-05-01", "Larks"))
    ]
    found = view.at_anchor("m.md", HEADINGS, anchor, records)
    assert (found and found.title) == title


def test_words_without_a_file_are_meant_as_those_of_a_heading() -> None:
    config = Config(page="m.md", upcoming="Upcoming meetings")
    [view] = [one for one in views(config, "2026-12-01") if isinstance(one, TimelineView)]
    with pytest.raises(ConfigError) as caught:
        view.build({"m.md": ONE_PAGE}.get, [])
    assert caught.value.problems[0].accepted == 'upcoming: "#Upcoming meetings" (a heading of the page)'


@pytest.mark.parametrize("name", SITES)
@pytest.mark.parametrize("history", ["- Nov 5, 2026: Cups\n", "### 2025\n\n- Nov 5, 2025: Cups\n", ""])
def test_events_that_move_at_once_are_where_each_day_would_have_put_them(name: str, history: str) -> None:
    config, files = site(name)
    past = "m.md" if name == "one page" else "past.md"
    heading = "## Past meetings\n\n" if name == "one page" else "# History\n\n"
    files[past] = files[past].split(heading)[0] + heading + history
    events = [
        Event(id=f"{day}-{title.lower()}", title=title, date=day, starts=f"{day}T{hour}:00:00+00:00")
        for day, title, hour in (
            ("2026-12-05", "Mugs", "09"),
            ("2026-12-09", "Late tea", "08"),
            ("2026-12-09", "Tea", "07"),
            ("2027-01-15", "Spouts", "09"),
            ("2027-02-01", "Lids", "09"),
        )
    ]
    start = views(config, "2026-11-29")
    records = list(build_all(start, files.get, []).records)
    for event in events:
        records.append(stamped(start, event))
        files |= texts(put_event(start, files.get, records[-1], None))
    at_once = build_all(views(config, "2027-03-01"), files.get, records)
    for day in ("2026-12-06", "2026-12-10", "2026-12-20", "2027-01-16", "2027-03-01"):
        built = build_all(views(config, day), files.get, records)
        assert not built.problems
        files, records = dict(built.files), list(built.records)
    assert at_once.files == files
    assert {one.id: one for one in at_once.records} == {one.id: one for one in records}
