"""The history page: cut into sections, and one event's section put in its place, moved or taken away."""

import re

from bot.errors import UserError
from bot.events.event import Event
from bot.pages.fingerprints import fingerprint
from bot.pages.lines import with_newline
from bot.pages.match import own_section
from bot.pages.outline import Order, Page, outline
from bot.pages.placing import insert, taken_out

__all__ = ["Order", "Page", "fingerprint", "fitted", "put", "refuse_loop", "remove", "split"]

_EVENT_LOOP = re.compile(r"event|meet|talk|session|workshop|history|agenda|\.(?:date|when|starts)\b", re.IGNORECASE)


def split(page: str) -> Page:
    """Cut a page into its sections and the text around them; every character is in exactly one part.

    Raises:
        UserError: No event is found on it, or a Liquid loop writes them.
    """
    cut = outline(page)
    if not cut.sections:
        raise UserError(_LOOP if cut.lines.loops else _NO_EVENT)
    return cut


_LOOP = (
    "The events of this page come from a Liquid loop ({% for ... %}): they stand in a data file or in posts and not on "
    "the page, so there is nothing to take over here. Almanac's records can feed such a loop themselves."
)
_NO_EVENT = (
    "No event was found on this page. An event begins with a heading, a bullet or a table row that holds a date, such "
    "as `### November 8th, 2021: Title`, `- 2021-11-08: Title` or `| Nov 8, 2021 | Title |`."
)


def refuse_loop(cut: Page) -> None:
    """Refuse to write a section onto a page whose events a Liquid loop writes.

    Raises:
        UserError: It is such a page.
    """
    if not cut.sections and any(_EVENT_LOOP.search(loop) for loop in cut.lines.loops):
        raise UserError(_LOOP)


def put(page: str, event: Event, section: str, *, previous: Event | None, order: Order | None) -> str:
    """Write one event's section onto a page; every other character stays.

    The section that `previous` has there is replaced where it stands, or, if the date changed, taken out and put to
    the new date's place. It is known by its fingerprint, then by date and title. A new section goes where its date
    belongs in the page's own order, apart from its neighbours as they are from each other, and before what closes the
    page. In a list under years it goes below its year; a year that is not there yet gets a heading like its
    neighbour's.

    Args:
        page: The page.
        event: The event.
        section: What is to be written for it; it gets the page's line ends.
        previous: The event's record as the page has it, or None for a new event.
        order: What stands first on the page; None: as the page has it, or else the oldest.

    Raises:
        UserError: A Liquid loop writes the page's events.
    """
    cut = outline(page)
    refuse_loop(cut)
    text = fitted(event, section, cut.newline)
    own = own_section(cut, previous) if previous else None
    if own is None or previous is None:
        return insert(cut, text, event.date, order)
    if previous.date == event.date:
        return page[: own.start] + text + page[own.end :]
    return insert(outline(taken_out(cut, own)), text, event.date, order or cut.order)


def remove(page: str, event: Event) -> str:
    """Take an event's section out, with the space that parted it from its neighbour; without one, nothing changes."""
    cut = outline(page)
    own = own_section(cut, event)
    return taken_out(cut, own) if own else page


def fitted(event: Event, section: str, newline: str) -> str:
    """Give a section the page's line ends, unless it is kept verbatim and was so taken over."""
    if event.markdown is not None and fingerprint(event.markdown) == event.rendered:
        return section
    return with_newline(section, newline)
