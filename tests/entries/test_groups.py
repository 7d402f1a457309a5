"""Values in groups are learned, written, read and changed as those at the top are, in every way to write them."""

import difflib
import json
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from almanac.commands.places import Place, find_places
from almanac.entries.frontmatter import FrontMatter
from almanac.entries.inert import inert
from almanac.entries.keys import Key
from almanac.entries.stores import FileStore, ListStore
from almanac.entries.template import EntryTemplate
from almanac.event.model import Event, Link, Person

from tests.entries.test_learned_shapes import store_of
from tests.entries.test_times import CASES, DAYS, EVENING, NAMES, Case, rows
from tests.memory import memory_site

Row = Mapping[str, Any]

OWLS: list[Row] = [
    {
        "title": NAMES[at],
        "layout": "event",
        "when": {"start": f"{day}T19:00:00", "end": f"{day}T21:00:00", "zone": "Europe/Berlin"},
        "venue": {
            "name": f"Hall {at}",
            "seats": "20",
            "url": f"https://example.org/hall{at}",
            "map": {"sheet": f"B{at}"},
        },
        "speaker": {
            "name": f"Ida Brook {'Hill' * at}",
            "bio": f"Knows {NAMES[at]}.",
            "url": f"https://example.org/{at}",
        },
        "registration": {"url": f"https://example.org/join{at}", "deadline": f"2024-12-0{at + 1}"},
        "links": {"slides": f"https://example.org/{at}.pdf", "video": f"https://example.org/v{at}"},
        "extra": {"theme": "dark", "toc": False, "state": "confirmed"},
    }
    for at, day in enumerate(DAYS)
]
NEWTS = EVENING.model_copy(
    update={
        "id": "2026-12-10-dormice",
        "title": "Dormice",
        "location": 'The "Old" Mill, {Leeds}',
        "people": (Person(name="Tom Reed", url="https://example.org/tom"),),
        "url": "https://example.org/join",
        "recording": "https://example.org/rec",
        "links": (Link(label="Slides", url="https://example.org/s.pdf"),),
        "extra": {"venue_map_sheet": "C4", "speaker_bio": "Sleeps: a lot.", "registration_deadline": "2026-12-01"},
    }
)


def lines(row: Row, *, brackets: bool, indent: str = "") -> str:
    """Write keys in YAML, groups on lines or in brackets."""
    written = ""
    for key, value in row.items():
        if isinstance(value, dict) and not brackets:
            written += f"{indent}{key}:\n" + lines(value, brackets=False, indent=f"{indent}  ")
        elif isinstance(value, dict):
            written += f"{indent}{key}: {in_brackets(value)}\n"
        else:
            written += f"{indent}{key}: {json.dumps(value, ensure_ascii=False)}\n"
    return written


def in_brackets(value: Any, colon: str = ": ") -> str:
    if not isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False)
    space = " " if colon == " = " else ""
    inner = ", ".join(f"{key}{colon}{in_brackets(one, colon)}" for key, one in value.items())
    return f"{{{space}{inner}{space}}}"


def tables(row: Row, path: str = "") -> str:
    """Write keys in TOML, each group as a table."""
    plain = {key: value for key, value in row.items() if not isinstance(value, dict)}
    written = "".join(f"{key} = {json.dumps(value, ensure_ascii=False)}\n" for key, value in plain.items())
    for key in (one for one in row if one not in plain):
        own = f"{path}{key}"
        written += f"\n[{own}]\n" + tables(row[key], f"{own}.")
    return written


def dots(row: Row, path: str = "") -> str:
    return "".join(
        dots(value, f"{path}{key}.")
        if isinstance(value, dict)
        else f"{path}{key} = {json.dumps(value, ensure_ascii=False)}\n"
        for key, value in row.items()
    )


def front_matter(row: Row, way: str) -> str:
    mark = "+++" if way.startswith("toml") else "---"
    keys = {
        "yaml lines": lambda: lines(row, brackets=False),
        "yaml brackets": lambda: lines(row, brackets=True),
        "toml tables": lambda: tables(row),
        "toml brackets": lambda: "".join(f"{key} = {in_brackets(value, ' = ')}\n" for key, value in row.items()),
        "toml dots": lambda: dots(row),
    }[way]()
    return f"{mark}\n{keys}{mark}\n"


def entry(row: Row, *, brackets: bool) -> str:
    return "- " + lines(row, brackets=brackets).rstrip("\n").replace("\n", "\n  ") + "\n"


FILES = ("yaml lines", "yaml brackets", "toml tables", "toml brackets", "toml dots")
LISTS = ("list lines", "list brackets", "json")
WAYS = (*FILES, *LISTS)
each_way = pytest.mark.parametrize("way", WAYS)


def kept(found: Sequence[Row], way: str) -> dict[str, str]:
    """Return the files of a site that keeps these events in a way."""
    if way == "json":
        return {"_data/events.json": json.dumps(found, indent=2) + "\n"}
    if way in LISTS:
        return {"_data/events.yml": "".join(entry(row, brackets=way == "list brackets") for row in found)}
    return {f"_events/{row['title'].lower()}.md": front_matter(row, way) for row in found}


def learned(files: Mapping[str, str]) -> Place:
    [place] = find_places(memory_site(files), sorted(files))
    assert place.learned
    return place


def said(place: Place, event: Event) -> dict[str, Any]:
    assert place.learned
    return EntryTemplate(place.learned.template, place.reader, "template").entry(event).data


def at_path(data: Any, path: str) -> str:
    for key in path.split("."):
        data = data.get(key) if isinstance(data, dict) else None
    return "" if data is None else str(data)


@each_way
@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.keys} {case.shown}")
@pytest.mark.parametrize("group", ["when", "params"])
def test_times_in_a_group_are_those_of_the_new_event(case: Case, group: str, way: str) -> None:
    found = [
        {key: value for key, value in row.items() if key not in case.keys}
        | {group: {key: row[key] for key in case.keys}}
        for row in rows(case, 3)
    ]
    place = learned(kept(found, way))
    data = said(place, case.event)
    assert [at_path(data, f"{group}.{key}") for key in case.keys] == [*case.shown], place.learned


@each_way
def test_a_new_event_has_its_own_values_and_the_sites_constants(way: str) -> None:
    place = learned(kept(OWLS, way))
    assert place.reasons == ()
    assert said(place, NEWTS) == {
        "title": "Dormice",
        "layout": "event",
        "when": {"start": "2026-12-10T18:00:00", "end": "2026-12-10T19:30:00", "zone": "Europe/Berlin"},
        "venue": {"name": inert(str(NEWTS.location)), "map": {"sheet": "C4"}}
        | ({"seats": None, "url": None} if way == "json" else {}),
        "speaker": {"name": "Tom Reed", "bio": "Sleeps: a lot.", "url": "https://example.org/tom"},
        "registration": {"url": "https://example.org/join", "deadline": "2026-12-01"},
        "links": {"slides": "https://example.org/s.pdf", "video": "https://example.org/rec"},
        "extra": {"theme": "dark", "toc": False, "state": "confirmed"},
    }
    assert "Hall" not in str(said(place, EVENING))


@each_way
def test_a_new_event_comes_back_and_its_edits_change_only_their_lines(way: str) -> None:
    files = kept(OWLS, way)
    place, store = learned(files), store_of(learned(files))
    source = files.get(place.path)
    event = replace_id(store, NEWTS, source, place.path)
    written = store.write(event, source=source)
    assert store.read(written, place.path, event.id) == event
    if source:
        assert written.replace(added(source, written), "", 1) == source
    later = event.model_copy(update={"location": "Barn", "extra": {**event.extra, "speaker_bio": "Wakes up."}})
    edited = store.write(later, before=event, source=written)
    assert store.read(edited, place.path, event.id) == later
    changed = [line for line in difflib.ndiff(written.split("\n"), edited.split("\n")) if line[0] in "-+"]
    assert len(changed) == 4, changed
    assert all("Barn" in line or "Mill" in line or "Wakes" in line or "Sleeps" in line for line in changed)


@each_way
def test_what_comes_and_goes_later_comes_and_goes_within_its_group(way: str) -> None:
    files = kept(OWLS, way)
    place, store = learned(files), store_of(learned(files))
    source = files.get(place.path)
    event = replace_id(store, NEWTS, source, place.path)
    bare = event.model_copy(update={"people": (), "recording": None, "extra": {}, "location": None})
    written = store.write(bare, source=source)
    assert store.read(written, place.path, event.id) == bare
    full = store.write(event, before=bare, source=written)
    assert store.read(full, place.path, event.id) == event
    again = store.write(bare, before=event, source=full)
    assert store.read(again, place.path, event.id) == bare


@each_way
def test_an_event_that_is_off_says_so_in_its_group(way: str) -> None:
    found = [{**row, "extra": {"theme": "dark", "status": "confirmed"}} for row in OWLS]
    found[2] = {**found[2], "extra": {"theme": "dark", "status": "cancelled"}}
    place = learned(kept(found, way))
    off = said(place, NEWTS.model_copy(update={"status": "cancelled"}))
    assert (off["title"], off["extra"]["status"]) == ("Dormice", "cancelled")
    assert said(place, NEWTS)["extra"]["status"] == "confirmed"


def replace_id(store: FileStore | ListStore, event: Event, source: str | None, path: str) -> Event:
    known = store.read_all({path: source}).events if source else ()
    return event.model_copy(update={"id": store.new_id(event, [one.id for one in known])})


def added(before: str, after: str) -> str:
    """Return the lines that one text has and the other has not, in one piece."""
    blocks = difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    new = [after[j1:j2] for step, _, _, j1, j2 in blocks if step != "equal"]
    assert len(new) == 1
    return new[0]


def pages(keys: str, mark: str = "---") -> dict[str, str]:
    """Return the files of three events that say the same but for `DD`, the month."""
    return {f"_events/{at}.md": f"{mark}\n{keys.replace('DD', day[5:7])}{mark}\n" for at, day in enumerate(DAYS)}


def test_what_stands_under_a_name_elsewhere_is_written_out() -> None:
    place = learned(pages("title: Owls DD\ndate: 2025-DD-11\nvenue: &hall\n  city: Leeds\nafter: *hall\n"))
    assert said(place, EVENING)["after"] == {"city": "Leeds"}


def test_an_event_in_brackets_as_a_whole_has_its_constants() -> None:
    text = "".join(f"- {{title: Owls, date: {day}, kind: talk, seo: {{noindex: '1'}}}}\n" for day in DAYS)
    assert (
        said(learned({"_data/events.yml": text}), EVENING).items() >= {"kind": "talk", "seo": {"noindex": "1"}}.items()
    )


def test_a_name_with_a_dot_is_not_that_of_a_group_beside_it() -> None:
    place = learned(pages("title: Owls DD\ndate: 2025-DD-11\nvenue.name: Hall DD\nvenue:\n  name: Other DD\n"))
    assert place.reasons == (
        "Most events have `venue` (_events/0.md, line 5), a group of values that no question of a form can fill.",
    )
    assert said(place, NEWTS)["venue.name"] == inert(str(NEWTS.location))


def test_tags_of_another_generator_are_those_of_the_new_event() -> None:
    keys = 'title = "Owls DD"\ndate = 2025-DD-11\n[taxonomies]\ntags = [\n  "owls",\n  "mDD",\n]\n'
    place = learned(pages(keys, "+++"))
    assert said(place, EVENING.model_copy(update={"tags": ("night",)}))["taxonomies"] == {"tags": ["night"]}


def test_a_table_that_went_comes_back_beside_the_others() -> None:
    keys = 'title = "Owls DD"\ndate = 2025-DD-11\n\n[extra.event]\nstart = "19:00"\n\n[extra.venue]\nname = "DD"\n'
    store = store_of(learned(pages(keys, "+++")))
    here = EVENING.model_copy(update={"location": "Mill"})
    nowhere = here.model_copy(update={"location": None})
    written = store.write(here)
    without = store.write(nowhere, before=here, source=written)
    assert "venue" not in without
    again = store.write(here, before=nowhere, source=without)
    assert store.read(again, "x", here.id) == here
    assert "\n[extra.venue]\n" in again


@pytest.mark.parametrize(
    ("text", "change", "new"),
    [
        ("a.b = 1\nc = 2\n", {"a": {"b": 1, "d": 3}, "c": 2}, "a.b = 1\na.d = 3\nc = 2\n"),
        ("a.b = 1\na.d = 2\nc = 2\n", {"c": 2}, "c = 2\n"),
        ("[a]\nb = 1\n[a.c]\nd = 1\n[e]\n", {"e": {}}, "[e]\n"),
        ("a = { b = 1 }\n", {"a": {"b": 1, "c": 2}}, "a = { b = 1, c = 2 }\n"),
        ("[a]\nb.c = 1\n", {"a": {"b": {"c": 1, "d": 2}}}, "[a]\nb.c = 1\nb.d = 2\n"),
    ],
)
def test_keys_in_groups_of_toml_come_and_go(text: str, change: dict[str, Any], new: str) -> None:
    text, new = (f"+++\n{one}+++\n" for one in (text, new))
    (found,) = FrontMatter().entries(text)
    assert FrontMatter().changed(text, found, change) == new


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("venue.name", "venue"),
        ("params.venue.name", "venue"),
        ("venue.address.city", "city"),
        ("venue.url", "venueurl"),
        ("speaker.affiliation", "affiliation"),
        ("speaker.url", "speakerurl"),
        ("registration.url", "registration"),
        ("when.start", "start"),
        ("start.date", "startdate"),
        ("end.timezone", "timezone"),
        ("image.alt", "imagealt"),
        ("sponsor.url", "sponsorurl"),
        ("links.video", "video"),
    ],
)
def test_a_path_is_understood_by_the_word_for_it(name: str, word: str) -> None:
    assert Key(name, (), 1).word == word


@pytest.mark.parametrize(
    ("way", "where"),
    [
        ("yaml lines", "_events/owls.md, line 5"),
        ("toml tables", "_events/owls.md, line 6"),
        ("toml brackets", "_events/owls.md, line 4"),
        ("list lines", "_data/events.yml, line 4"),
        ("list brackets", "_data/events.yml, line 3"),
        ("json", "_data/events.json, line 6"),
    ],
)
def test_a_doubt_names_the_path_of_a_key_and_its_place(way: str, where: str) -> None:
    found = [{"title": name, "date": day, "when": {"start": "1900"}} for name, day in zip(NAMES, DAYS, strict=True)]
    place = learned(kept(found, way))
    assert place.reasons == (f"It is not certain how `when.start` ({where}) writes times, as in `1900`.",)


def test_of_countless_groups_only_some_are_looked_at() -> None:
    keys = "".join(f"group{number:04}: {{text: 'x'}}\n" for number in range(2000))
    data = said(learned(pages(f"title: Owls DD\ndate: 2025-DD-11\n{keys}")), EVENING)
    assert "group0100" in data
    assert len(data) < len(keys.split("\n")) / 2
