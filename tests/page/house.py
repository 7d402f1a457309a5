"""What the tests of pages have in common: the house style, the site's zones, and the pages of every style."""

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


def records_of(page: str) -> tuple[Event, ...]:
    """Import a page."""
    return import_page(page, render, ZONES).events


def event(**fields: object) -> Event:
    """Make an event."""
    return Event.model_validate({"id": "2021-11-10-new", "title": "New", "date": "2021-11-10", **fields})
