"""Any event through any shape that was learned from a site, and back: nothing is lost, and nothing else differs."""

import pytest
from almanac.commands.places import Place, find_places
from almanac.entries.stores import FileStore, ListStore
from almanac.entries.template import EntryTemplate
from almanac.errors import UserError
from almanac.event.model import Event
from hypothesis import given

from tests.entries.learned import CASES, parts
from tests.entries.test_stores import EVENTS, EXAMPLES
from tests.memory import memory_site

SITES = {name: parts(case)[0] for name, case in CASES.items()}
PLACES: dict[str, tuple[Place, str]] = {
    f"{name}: {place.path}": (place, files.get(place.path, ""))
    for name, files in SITES.items()
    for place in find_places(memory_site(files), sorted(files))
    if place.learned and {"title", "date"} <= place.learned.fields and not place.path.endswith(".csv")
}


def store_of(place: Place) -> FileStore | ListStore:
    assert place.learned
    template = EntryTemplate(place.learned.template, place.reader, "template")
    if place.files:
        return FileStore(place.settings["files"], template)
    return ListStore(place.path, template, place.reader)  # type: ignore[arg-type] # lists have a list's


@pytest.mark.parametrize("name", PLACES)
@given(event=EVENTS, other=EVENTS)
@EXAMPLES
def test_any_event_comes_back_and_can_become_any_other(name: str, event: Event, other: Event) -> None:
    place, text = PLACES[name]
    store = store_of(place)
    source = text or None
    known = store.read_all({place.path: text}).events if text else ()
    written = store.write(event, source=source)
    assert store.read(written, "x", event.id) == event
    try:
        after = store.write(other, before=event, source=written)
    except UserError:
        assert place.path == "_data/meetups"  # in a group of a list, not every text can be changed in place
        return
    assert store.read(after, "x", other.id) == other
    if text:
        assert [one for one in store.read_all({place.path: after}).events if one.id != other.id] == [*known]


@pytest.mark.parametrize("name", PLACES)
def test_what_is_there_is_read_and_stays(name: str) -> None:
    place, text = PLACES[name]
    store = store_of(place)
    files = (
        {place.path: text}
        if text
        else {path: one for path, one in SITES[name.split(":", maxsplit=1)[0]].items() if path in place.files}
    )
    events = store.read_all(files).events
    assert len(events) == place.events
    for event in events:
        source = files[store.path(event.id)]
        assert store.write(event, before=event, source=source) == source
