"""Finds, on a site, the published event that an issue asks to change."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import IntEnum
from itertools import chain, zip_longest

from almanac.engine.addresses import published
from almanac.errors import Candidate, Problem, UserError
from almanac.event.model import Event
from almanac.event.search import (
    MOST,
    Sought,
    anchor_in,
    as_words,
    ids_of_day,
    named_id,
    named_issue,
    names_file,
    search,
)
from almanac.phrases import say
from almanac.proposal.marker import PullState, text_digest
from almanac.proposal.published import repository_of
from almanac.proposal.state import Look
from almanac.proposal.summary import named
from almanac.site import Site
from almanac.views.protocol import View, places


class _Sure(IntEnum):
    """How sure it is that an event is meant: the surest one wins, among several that are as sure a person chooses."""

    NONE = 0
    ALIKE = 1  # several events are like what was typed
    LIKE = 2  # one is
    NAMED = 3  # by its id, its issue or a link
    FILE = 4  # by the path of its record, which no other history has
    KNOWN = 5  # it was found before by the same words


@dataclass(frozen=True)
class _Lead:
    """What one history has that is like the event that someone names."""

    site: Site
    sure: _Sure
    sought: Sought

    @property
    def events(self) -> tuple[Event, ...]:
        """The event, or those that it may be."""
        return (self.sought.event,) if self.sought.event else self.sought.candidates


def find_event(
    sites: Sequence[Site], look: Look, state: PullState, proposal_of: Callable[[int], PullState], typed: str
) -> Event | Problem:
    """Find the record of the event that someone names, in the first of a site's histories.

    Or say which events it may be, in any of them: nothing is guessed where another history has one like it.

    What was found once stays found while it is named by the same words, whatever becomes of the event; once it is off
    the site, the words do not find another one. `state` is what the marker of the pull request says, and `proposal_of`
    returns that of another issue's own proposal.
    """
    issue = named_issue(typed, repository_of(look.issue.url) if look.issue else None)
    known = state if state.event and state.named == text_digest(typed) else None
    theirs = proposal_of(issue) if issue and not known else PullState()
    leads = [_lead(sites[0], known or theirs, issue, typed, is_known=known is not None)]
    for site in sites[1:]:
        with suppress(UserError):  # what is wrong in another history is told where it matters
            leads.append(_lead(site, known or theirs, issue, typed, is_known=known is not None))
    best = max(lead.sure for lead in leads)
    gone = known is not None and best < _Sure.KNOWN
    meant = [lead for lead in leads if lead.sure >= (best if best > _Sure.LIKE else min(best, _Sure.ALIKE))]
    if len(meant) == 1 and meant[0] is leads[0] and leads[0].sought.event and not gone:
        return leads[0].sought.event
    why = say("The event that this was about is not on the site any more.") if gone else _why(meant, best)
    return Problem(why, candidates=tuple(_candidates(meant, look)))


def _lead(site: Site, state: PullState, issue: int | None, typed: str, *, is_known: bool) -> _Lead:
    """Find what is named in one history; `state` tells what is known of it before it is read."""
    noted = state.event if state.history == site.history else None
    if noted and (record := _record(site, noted)):
        return _Lead(site, _Sure.KNOWN if is_known else _Sure.NAMED, Sought(record))
    name = named_id(typed, site.ids)
    if name and (record := _record(site, name)):
        is_file = site.has_record_folder and names_file(typed, site.store.path(name))
        return _Lead(site, _Sure.FILE if is_file else _Sure.NAMED, Sought(record))
    # The number of an issue is no word to look for, nor a day; a bare one may be either.
    views, words = site.views(), as_words(typed) if issue is None or typed.strip().isdigit() else ""
    sought = Sought()
    for records in _to_be_searched(site, words):
        found = next((record for record in records if issue and record.issue == issue), None)
        if found := found or _linked(site, views, anchor_in(typed), records):
            return _Lead(site, _Sure.NAMED, Sought(found))
        sought = search(words, records)
        if sought.event or sought.alike:
            break
    return _Lead(site, _Sure.LIKE if sought.event else _Sure.ALIKE if sought.alike else _Sure.NONE, sought)


def _record(site: Site, name: str) -> Event | None:
    return site.record(name) if name in site.ids else None


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


def _candidates(leads: Sequence[_Lead], look: Look) -> Iterator[Candidate]:
    """Give the events that may be meant, of each history in turn; of two with one id, the paths tell which is which."""
    each = ([(lead.site, event) for event in lead.events] for lead in leads)
    found = list(filter(None, chain.from_iterable(zip_longest(*each))))[:MOST]
    for site, event in found:
        place = published(site, look, event, site.views())
        twice = any(other is not site and event.id in other.ids for other, _ in found)
        answer = site.store.path(event.id) if twice and site.has_record_folder else event.id
        yield Candidate(answer, named(event), place.url or place.file)


def _why(leads: Sequence[_Lead], sure: _Sure) -> str:
    if sure:
        several = sum(len(lead.events) for lead in leads) > 1
        return say("This can be more than one event.") if several else say("It is not certain which event this is.")
    return say("I found no event like this.") + (
        "" if any(lead.events for lead in leads) else say(" The site has none yet.")
    )
