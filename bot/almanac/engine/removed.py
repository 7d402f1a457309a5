"""Whether an event that was published is still on the site, under its own id or another one, or was taken off."""

from almanac.event.model import Event
from almanac.site import Site
from almanac.views.protocol import places


def current_id(site: Site, event_id: str, issue: int) -> str | None:
    """Return the id that the record of an issue's published event has by now; None if there is no such record.

    The id is given once, but people may rename the file, or take the issue's number out of it. If another event has the
    name by now, or none, looking for the record costs as much as reading all of them.
    """
    record = site.record(event_id) if event_id in site.ids else None
    if record and record.issue in (None, issue):
        return event_id
    return next((record.id for record in site.records if record.issue == issue), None)


def is_shown(site: Site, record: Event) -> bool:
    """Tell whether the first file that would show an event does so, though there is no record of it."""
    view, path = next(places(site.views(), record), (None, ""))
    text = site.text(path) if view else None
    return view is not None and text is not None and view.remove(path, text, record) != text
