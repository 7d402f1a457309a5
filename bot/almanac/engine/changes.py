"""Finds, on a site, the published event that an issue asks to change."""

from collections.abc import Sequence

from almanac.engine.addresses import published
from almanac.errors import Candidate, Problem
from almanac.event.model import Event
from almanac.event.search import Sought, anchor_in, as_words, named_id, named_issue, search
from almanac.proposal.marker import PullState, text_digest
from almanac.proposal.published import repository_of
from almanac.proposal.state import Look
from almanac.proposal.summary import named
from almanac.site import Site
from almanac.views.protocol import View, places


def find_event(site: Site, look: Look, state: PullState, typed: str) -> Event | Problem:
    """Find the record of the event that someone names; or say which events it may be.

    What was found once stays found while it is named by the same words, whatever becomes of the event.
    """
    known = state.event if state.named == text_digest(typed) else None
    name = next((one for one in (known, named_id(typed, site.ids)) if one in site.ids), None)
    record = site.record(name) if name else None
    if record:
        return record
    records = [record for record in site.records if record.duplicate_of is None]
    views = site.views()
    issue = named_issue(typed, repository_of(look.issue.url) if look.issue else None)
    found = next((record for record in records if issue and record.issue == issue), None)
    found = found or _linked(site, views, anchor_in(typed), records)
    if found:
        return found
    sought = search(as_words(typed), records)
    if sought.event:
        return sought.event
    shown = ((one, published(site, look, one, views)) for one in sought.candidates)
    candidates = tuple(Candidate(one.id, named(one), place.url or place.file) for one, place in shown)
    return Problem(_why(sought, candidates), candidates=candidates)


def _linked(site: Site, views: Sequence[View], anchor: str, records: Sequence[Event]) -> Event | None:
    files = {path: view for record in records for view, path in places(views, record)} if anchor else {}
    found = (view.at_anchor(path, site.text(path) or "", anchor, records) for path, view in files.items())
    return next(filter(None, found), None)


def _why(sought: Sought, candidates: Sequence[Candidate]) -> str:
    if sought.alike:
        return "This can be more than one event." if len(candidates) > 1 else "It is not certain which event this is."
    return "I found no event like this." + ("" if candidates else " The site has none yet.")
