"""Finds, on a site, the published event that an issue asks to change."""

from collections.abc import Callable, Iterator, Sequence

from almanac.engine.addresses import published
from almanac.errors import Candidate, Problem
from almanac.event.model import Event
from almanac.event.search import Sought, anchor_in, as_words, ids_of_day, named_id, named_issue, search
from almanac.proposal.marker import PullState, text_digest
from almanac.proposal.published import repository_of
from almanac.proposal.state import Look
from almanac.proposal.summary import named
from almanac.site import Site
from almanac.views.protocol import View, places


def find_event(
    site: Site, look: Look, state: PullState, event_of: Callable[[int], str | None], typed: str
) -> Event | Problem:
    """Find the record of the event that someone names; or say which events it may be.

    What was found once stays found while it is named by the same words, whatever becomes of the event. `event_of`
    returns the id of the event that an issue's own proposal gave, if it knows.
    """
    issue = named_issue(typed, repository_of(look.issue.url) if look.issue else None)
    known = state.event if state.named == text_digest(typed) else None
    names = (known, named_id(typed, site.ids), event_of(issue) if issue and not known else None)
    record = next(filter(None, (site.record(name) for name in names if name and name in site.ids)), None)
    if record:
        return record
    # The number of an issue is no word to look for, nor a day; a bare one may be either.
    views, words = site.views(), as_words(typed) if issue is None or typed.strip().isdigit() else ""
    sought = Sought()
    for records in _to_be_searched(site, words):
        found = next((record for record in records if issue and record.issue == issue), None)
        found = found or _linked(site, views, anchor_in(typed), records)
        sought = Sought(found) if found else search(words, records)
        if sought.event or sought.alike:
            break
    if sought.event:
        return sought.event
    shown = ((one, published(site, look, one, views)) for one in sought.candidates)
    candidates = tuple(Candidate(one.id, named(one), place.url or place.file) for one, place in shown)
    return Problem(_why(sought, candidates), candidates=candidates)


def _to_be_searched(site: Site, words: str) -> Iterator[Sequence[Event]]:
    """Give all records; but where each costs a request, those first of which the id has the day that is named."""
    names = () if site.files.reads_freely else ids_of_day(words, site.ids)
    if names:
        yield [record for name in names if (record := site.record(name))]
    yield [record for record in site.records if record.duplicate_of is None]


def _linked(site: Site, views: Sequence[View], anchor: str, records: Sequence[Event]) -> Event | None:
    files = {path: view for record in records for view, path in places(views, record)} if anchor else {}
    found = (view.at_anchor(path, site.text(path) or "", anchor, records) for path, view in files.items())
    return next(filter(None, found), None)


def _why(sought: Sought, candidates: Sequence[Candidate]) -> str:
    if sought.alike:
        return "This can be more than one event." if len(candidates) > 1 else "It is not certain which event this is."
    return "I found no event like this." + ("" if candidates else " The site has none yet.")
