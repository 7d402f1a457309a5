"""What writes sections and entries: Almanac's own templates here, a site's own in a sandbox."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from almanac.event.model import Event
from almanac.event.record import write_record
from almanac.packaged import template
from almanac.page.proof import check_section
from almanac.page.section import Renderer
from almanac.page.template import section_renderer
from almanac.sandbox import render_in_child

if TYPE_CHECKING:
    from almanac.entries.template import EntryWriter


def house_renderer() -> Renderer:
    """Return what writes sections in the house style."""
    return section_renderer(template("section.md.j2"))


def own_entry_writer(source: str, path: str, prepared: Sequence[Event] = ()) -> "EntryWriter":
    """Return what writes a site's own files or entries with its template, in a child process, for `EntryTemplate`.

    `prepared` are events whose entries will be needed: one process writes them all.

    Raises:
        ConfigError: By what is returned: the template fails for an event.
    """
    done: dict[str, str] = {}

    def write(event: Event) -> str:
        key = _seen(event)
        if key not in done:
            events = [event, *(() if done else prepared)]
            done.update(zip(map(_seen, events), render_in_child(source, events, path, as_entry=True), strict=True))
        return done[key]

    return write


def _seen(event: Event) -> str:
    """Return all that a template sees of an event: not how it was written before."""
    return write_record(event.model_copy(update={"rendered": None}))


def own_renderer(source: str, path: str, prepared: Sequence[Event] = ()) -> Renderer:
    """Return what writes sections with a site's own template, in a child process.

    `prepared` are events whose sections will be needed: one process writes them all.

    Raises:
        ConfigError: By what is returned: the template fails for an event, or its section could not be found again.
    """
    done: dict[str, str] = {}
    sound: set[str] = set()

    def write(events: Sequence[Event]) -> None:
        done.update(zip(map(_seen, events), render_in_child(source, events, path), strict=True))

    def render(event: Event) -> str:
        if event.markdown is not None:
            return event.markdown
        key = _seen(event)
        if key not in done:
            write([event])
        if key not in sound:
            check_section(done[key], event, path, source)
            sound.add(key)
        return done[key]

    if prepared:
        write(prepared)
    return render
