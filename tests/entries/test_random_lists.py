"""Lists of events that a generator makes, in three formats: plain readers find the new one like its neighbours."""

import csv
import json
import random
from calendar import month_name
from collections.abc import Callable
from dataclasses import dataclass
from io import StringIO
from typing import Any

import pytest
import yaml
from almanac.commands.places import find_places
from almanac.entries.kinds import list_format
from almanac.entries.stores import ListStore
from almanac.entries.template import EntryTemplate
from almanac.event.model import Event, Person

from tests.memory import memory_site

NAMES = {
    "title": ("title", "name", "Titel", "titre"),
    "date": ("date", "start_date", "Datum", "fecha"),
    "location": ("venue", "where", "Ort", "lieu"),
    "people": ("speaker", "presenter", "referentin", "ponente"),
    "url": ("rsvp", "link", "Anmeldung", "enlace"),
}
DAYS: tuple[Callable[[str], str], ...] = (
    str,
    lambda day: f"{month_name[int(day[5:7])]} {int(day[8:])}, {day[:4]}",
    lambda day: f"{int(day[8:])} {month_name[int(day[5:7])]} {day[:4]}",
    lambda day: day.replace("-", "/"),
)
WORDS = ("Owls: a tale", 'The "bat" & its map', "#3 moths", "Café, Zürich 🦉", "It's dusk", "Eels; and more, too")
NEW = Event(
    id="2027-02-03-zebras",
    title="Zebras, at last",
    date="2027-02-03",
    location="Quiet Room",
    people=(Person(name="Zoe Quill"),),
    url="https://zebra.example/",
)


@dataclass(frozen=True)
class MadeList:
    """A list: its path and text, what its keys mean, how it writes a day, and what it says."""

    path: str
    text: str
    names: dict[str, str]
    day: Callable[[str], str]
    entries: list[dict[str, Any]]


def made_list(seed: int) -> MadeList:
    chance = random.Random(seed)  # noqa: S311 -- to be the same each time
    ending = chance.choice(("yml", "json", "csv"))
    day = chance.choice(DAYS)
    fields = ["title", "date", *chance.sample(sorted({*NAMES} - {"title", "date"}), chance.randint(0, 3))]
    chance.shuffle(fields)
    names = {field: chance.choice(NAMES[field]) for field in fields}
    entries = []
    for number in range(chance.randint(2, 6)):
        said = {
            "title": f"{chance.choice(WORDS)} {number}",
            "date": day(f"2026-{number + 3:02d}-{chance.randint(1, 28):02d}"),
            "location": f"Hall {number}",
            "people": f"Ida Brook {number}",
            "url": f"https://example.org/{number}?a=1&b=2",
        }
        entries.append({names[field]: said[field] for field in fields} | {"layout": "talk"})
    if chance.random() < 0.5:
        entries.reverse()
    text = written(entries, ending, chance)
    text = text.rstrip("\n") if chance.random() < 0.3 else text
    text = text.replace("\n", "\r\n") if chance.random() < 0.3 else text
    return MadeList(f"_data/events.{ending}", "\ufeff" * (seed % 5 == 0) + text, names, day, entries)


def written(entries: list[dict[str, Any]], ending: str, chance: random.Random) -> str:
    if ending == "json":
        return json.dumps(entries, indent=chance.choice((2, 4, "\t", None)), ensure_ascii=False) + "\n"
    if ending == "csv":
        table = StringIO()
        mark = chance.choice(",;\t")
        rows = csv.writer(table, chance.choice(("excel", "unix")), delimiter=mark, lineterminator="\n")
        rows.writerows([[*entries[0]], *(one.values() for one in entries)])
        return table.getvalue()
    quote = chance.choice((json.dumps, lambda text, **_: "'" + text.replace("'", "''") + "'"))
    items = ["\n  ".join(f"{key}: {quote(text, ensure_ascii=False)}" for key, text in one.items()) for one in entries]
    return ("\n" * chance.randint(0, 1)).join(f"- {item}\n" for item in items)


def read(path: str, text: str) -> list[dict[str, Any]]:
    text = text.removeprefix("\ufeff")
    if path.endswith("csv"):
        mark = max(",;\t", key=text.partition("\n")[0].count)
        return [*csv.DictReader(StringIO(text, newline=""), delimiter=mark)]
    found: list[dict[str, Any]] = json.loads(text) if path.endswith("json") else yaml.safe_load(text)
    return found


@pytest.mark.parametrize("seed", range(50))
def test_a_new_event_is_like_its_neighbours_and_they_stay_as_they_are(seed: int) -> None:
    made = made_list(seed)
    assert read(made.path, made.text) == made.entries, "the generator"
    [place] = find_places(memory_site({made.path: made.text}), [made.path])
    assert place.learned
    assert (place.events, place.reasons, place.learned.questions) == (len(made.entries), (), ())
    kind = list_format(made.path, made.text)
    template = EntryTemplate(place.learned.template, kind, "t.j2")
    if made.path.endswith("csv"):  # a table's records are beside it
        text = kind.inserted(made.text, len(made.entries), template.render(NEW))
    else:
        text = ListStore(made.path, template, kind).write(NEW, source=made.text)
    values = {
        "title": "Zebras, at last",
        "date": made.day("2027-02-03"),
        "location": "Quiet Room",
        "people": "Zoe Quill",
        "url": "https://zebra.example/",
    }
    new = {name: values[field] for field, name in made.names.items()} | {"layout": "talk"}
    entries = read(made.path, text)
    mine = [one for one in entries if one not in made.entries]
    assert [{key: text for key, text in one.items() if key != "almanac"} for one in mine] == [new]
    assert [one for one in entries if one in made.entries] == made.entries
    start = next(at for at, (one, other) in enumerate(zip(made.text + "\0", text + "\1", strict=False)) if one != other)
    assert text.endswith(made.text[start:]), "only something is added"
    assert text.replace("\r\n", "").count("\n") * made.text.count("\r\n") == 0, "line ends"
