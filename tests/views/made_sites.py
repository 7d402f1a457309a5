"""Makes sites with events of every kind, for readers of calendars, feeds and structured data: one for each seed."""

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from almanac.commands.build import build_files
from almanac.event.model import Event, Image, Link, Person, event_id
from almanac.event.record import write_record
from almanac.site import Site

from tests.memory import MemoryFiles

ZONES = ("America/New_York", "Europe/Berlin", "Asia/Kolkata", "Australia/Lord_Howe", "UTC")
SERIES = (None, "Tea & Code", "Café; à deux, à trois", "\u8336\u4f1a")
PLACES = (None, "Room 5, first floor", "Zoom", "https://meet.example/5?a=1&b=2", "Old Town; back yard \\ left")
WORDS = (
    *("leaves", "Stems,", "and;", "more:", "C:\\new", '"quoted"', "it's", "<b>bold</b>", "{{ page.title }}"),
    *("{% raw %}", "&amp;", "été", "十一月", "שלום", "\U0001f375", "e\u0301", "]]>", "#42"),
    "Donaudampfschifffahrtsgesellschaftskapitänsmütze" * 2,
)
STATUSES = (None, None, None, "scheduled", "cancelled", "postponed", "rescheduled")
FIRST = datetime(2026, 11, 1, 12, tzinfo=UTC)


@dataclass
class MadeSite:
    """A site: its files other than records, the records, and a source of chance."""

    chance: Random
    files: dict[str, str]
    records: list[Event]

    @property
    def config(self) -> dict[str, object]:
        """What its config says."""
        return dict(json.loads(self.files[".github/almanac.yml"]))

    def build(self, now: datetime) -> None:
        """Bring all files up to date, as `almanac build` does at that moment."""
        records = {f"_data/events/{record.id}.yml": write_record(record) for record in self.records}
        others = {path: text for path, text in self.files.items() if not path.startswith("_data/")}
        site = Site(MemoryFiles({**others, **records}, now))
        built = build_files(site)
        assert not built.problems
        self.files = {**others, **records, **{path: text for path, text in built.files.items() if text is not None}}
        self.records = [*Site(MemoryFiles(self.files)).records]


def make_site(seed: int) -> MadeSite:
    """Make a site that was not built yet."""
    chance = Random(seed)  # noqa: S311 -- the same for each run
    config: dict[str, object] = {
        "page": "events.md",
        "calendar": chance.choice((["events.ics"], ["events.ics", "calendars/{series}.ics", "calendars/{id}.ics"])),
        "feed": "feed.xml",
        "data": chance.choice(("events.json", "_includes/events.json")),
    }
    if chance.random() < 0.5:
        config["organizer"] = {"name": _words(chance, 3), "url": "https://tea.example/events/"}
    address = chance.choice(("url: https://site.example\nbaseurl: /base\n", "title: No address\n"))
    files = {
        ".github/almanac.yml": json.dumps(config, ensure_ascii=False),
        "_config.yml": address,
        "events.md": "# Events\n",
    }
    made: dict[str, Event] = {}
    for _ in range(chance.randrange(25)):
        event = _event(chance, made)
        made[event.id] = event
    return MadeSite(chance, files, [*made.values()])


def changed(chance: Random, event: Event) -> Event:
    """Return an event with one change that readers are to be told of."""
    title = f"{event.title} (new)"
    other = next(one for one in PLACES if one and one != event.location)
    return event.model_copy(update=chance.choice(({"title": title}, {"location": other}, {"recording": _url(chance)})))


def _event(chance: Random, taken: dict[str, Event]) -> Event:
    day = date(2024, 1, 1) + timedelta(days=chance.randrange(1400))
    status, series = chance.choice(STATUSES), chance.choice(SERIES)
    title = _words(chance, chance.randrange(1, 9))
    values: dict[str, object] = {"status": status, "series": series, "title": title, "date": day.isoformat()}
    if status == "rescheduled":
        values["previous_date"] = (day - timedelta(days=7)).isoformat()
    kind = chance.randrange(6)
    if kind == 0:
        values["date"] = day.isoformat()[: chance.choice((4, 7))]
    elif kind == 1:
        values["end_date"] = (day + timedelta(days=chance.randrange(1, 5))).isoformat()
    elif kind > 2:
        zone = chance.choice(ZONES)
        start = datetime.combine(day, time(chance.randrange(24), chance.choice((0, 30))), ZoneInfo(zone))
        values |= {"when": f"{start:%H:%M} {zone}", "starts": start.isoformat(), "time_zone": zone}
        if chance.random() < 0.7:
            end = start.astimezone(UTC) + timedelta(minutes=chance.choice((30, 90, 600)))
            values["ends"] = end.astimezone(ZoneInfo(zone)).isoformat()
    for name, value in (
        ("location", chance.choice(PLACES)),
        ("url", _url(chance)),
        ("people", tuple(_person(chance) for _ in range(chance.randrange(4)))),
        ("description", "\n\n".join(_words(chance, 12) for _ in range(chance.randrange(1, 4)))),
        ("agenda", tuple(_words(chance, 3) for _ in range(chance.randrange(1, 4)))),
        ("recording", _url(chance)),
        ("links", (Link(label="Slides", url=_url(chance)),)),
        ("tags", ("green", "black tea")),
        ("image", chance.choice((Image(path="images/events/a b.png", alt="Tea"), Image(url=_url(chance))))),
    ):
        if chance.random() < 0.5:
            values[name] = value
    return Event.model_validate({**values, "id": event_id(str(values["date"]), str(series or title), taken)})


def _person(chance: Random) -> Person:
    name = " ".join((chance.choice(("Ada", "Bo", "Zoë")), chance.choice(("Example", "O'Neil, Jr."))))
    work = chance.choice((None, "Kettle Works; Ltd."))
    return Person(name=name, affiliation=work, url=_url(chance) if chance.random() < 0.3 else None)


def _url(chance: Random) -> str:
    return f"https://tea.example/{chance.randrange(99)}?a=1&b={chance.randrange(9)}"


def _words(chance: Random, count: int) -> str:
    return " ".join(chance.choice(WORDS) for _ in range(count))
