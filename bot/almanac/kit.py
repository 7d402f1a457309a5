"""What the doors hand to `reconcile`: Almanac's templates, and a safe way to run a site's own."""

from collections.abc import Mapping, Sequence
from typing import Any

from almanac.engine.decide import Kit
from almanac.event.model import Event
from almanac.event.record import write_record
from almanac.page.proof import check_section
from almanac.page.template import section_renderer
from almanac.proposal.branch import Render
from almanac.proposal.messages import Messages
from almanac.renderer import messages, template


def make_kit() -> Kit:
    """Gather the templates."""
    return Kit(template("section.md.j2"), Messages(messages(), _careful), own_renderer)


def _careful(source: str, values: Mapping[str, Any], path: str) -> str:
    from almanac.renderer import write_in_child  # noqa: PLC0415 -- only few sites have templates of their own

    return write_in_child(source, values, path)


def house_renderer() -> Render:
    """Return what writes sections in the house style."""
    return section_renderer(template("section.md.j2"))


def own_renderer(source: str, path: str, prepared: Sequence[Event] = ()) -> Render:
    """Return what writes sections with a site's own template, in a child process that can do no harm.

    Args:
        source: The template.
        path: Its path in the site, for messages.
        prepared: Events that will be asked for: one process writes them all.

    Raises:
        ConfigError: By what is returned: the template fails for an event, or writes no section that could be found on
            a page again.
    """
    from almanac.renderer import render_in_child  # noqa: PLC0415 -- only few sites have a template of their own

    done: dict[str, str] = {}
    sound: set[str] = set()

    def key_of(event: Event) -> str:
        # A template does not see what its section was like before.
        return write_record(event.model_copy(update={"rendered": None}))

    def write(events: Sequence[Event]) -> None:
        done.update(zip(map(key_of, events), render_in_child(source, events, path), strict=True))

    def render(event: Event) -> str:
        if event.markdown is not None:
            return event.markdown
        key = key_of(event)
        if key not in done:
            write([event])
        if key not in sound:
            check_section(done[key], event, path)
            sound.add(key)
        return done[key]

    if prepared:
        write(prepared)
    return render
