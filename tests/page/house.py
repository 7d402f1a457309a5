"""What the tests of pages have in common: the house style, the site's zones, pages of every style, and events."""

from pathlib import Path

from almanac.event.model import Event
from almanac.page.importer import import_page
from almanac.page.template import section_renderer
from almanac.times.zones import Zones

ROOT = Path(__file__).parent.parent.parent
render = section_renderer((ROOT / "templates/section.md.j2").read_text(encoding="utf-8"))
ZONES = Zones.of()
PAGES = {file.stem: file.read_bytes().decode() for file in sorted((ROOT / "tests/cases/pages").glob("*.md"))}
REFERENCE = (ROOT / "examples/ospo/past-working-groups.md").read_bytes().decode()

BARE = Event(id="2021-11-15-owls", title="Owls", date="2021-11-15")
FULL = Event.model_validate(
    {
        **BARE.model_dump(),
        "when": "9am ET, 3pm CET",
        "location": "Room 5",
        "url": "https://www.example.org/register",
        "people": ({"name": "Ada", "url": "https://example.org/ada", "affiliation": "Engines"}, {"name": "Grace"}),
        "description": "About owls.\n\nTwo things:\n- eyes\n- ears",
        "agenda": ("Hello", "Bye"),
        "links": ({"label": "Slides", "url": "https://example.org/slides"},),
        "recording": "https://example.org/video",
    }
)


def records_of(page: str) -> tuple[Event, ...]:
    """Import a page."""
    return import_page(page, render, ZONES).events


def event(**fields: object) -> Event:
    """Make an event."""
    return Event.model_validate({"id": "2021-11-10-new", "title": "New", "date": "2021-11-10", **fields})
