"""Asks for the recordings of past events, if the site wants that: once for each, in its issue."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace

from almanac.engine.planner import Planner
from almanac.engine.run import Done, carry_out
from almanac.errors import ForgeError, Problem, UserError
from almanac.event.model import Event
from almanac.proposal.marker import key_line, pull_state
from almanac.proposal.recordings import KEY, is_due, may_be_due, recording_asked
from almanac.proposal.state import Base, Look, Proposal, Pull
from almanac.site import Site


def ask_for_recordings(planner: Planner, base: Base, proposed: Iterable[Pull]) -> Iterator[Done]:
    """Ask for what is due; not where a change of the event is `proposed`, by its own issue or by another.

    It costs nothing while no event ended some days ago. Each that did, came from an issue and has no recording costs 1
    read, to see whether it was asked for; and its record another one, where reading costs requests.
    """
    site = planner.site(base.commit)
    if site.config.recordings is None:
        return
    now, states = planner.forge.now(), map(pull_state, proposed)
    changing = {state.event for state in states if state.history == planner.history}
    for event in _recent(site):
        if event.issue and event.id not in changing and is_due(event, now, site.config.time_zone):
            yield from _ask(planner, base, event, event.issue)


def _recent(site: Site) -> Iterator[Event]:
    with suppress(UserError):  # a record cannot be read: that is said with edits made by hand
        if site.files.reads_freely or site.store.suffix is None:
            yield from site.records
            return
        now = site.files.now()
        for event_id in sorted(one for one in site.ids if may_be_due(one, now)):
            if record := site.record(event_id):
                yield record


def _ask(planner: Planner, base: Base, event: Event, issue: int) -> Iterator[Done]:
    """Ask, unless it was asked before, or nothing of ours is on the issue (any more).

    If the forge does not let us, as where the conversation is locked, that is no failure: nothing depends on it.
    """
    plan = recording_asked(event, issue)
    try:
        if planner.forge.has_said(issue, key_line(issue, KEY)) is False:
            yield carry_out(plan, Look(None, base, Proposal()), planner)
    except ForgeError as error:
        if error.passing:
            yield Done(plan, None, error)
        else:
            reason = "Its event has no recording yet, and its author could not be asked for one."
            yield Done(replace(plan, reason=reason, writes=(), warnings=(Problem(str(error)),)))
