"""Everything that a site shows, built from all of its records; and the proposal of what people edited by hand.

`almanac build` writes the result in a folder; on a forge, a sweep proposes it.
"""

from collections.abc import Callable

from almanac.engine.planner import Planner
from almanac.engine.run import Done, carry_out
from almanac.errors import Raced
from almanac.event.model import Event
from almanac.event.record import record_path, write_record
from almanac.page.section import Renderer
from almanac.proposal.marker import pull_state
from almanac.proposal.page_edits import PageEdits, edits_proposed
from almanac.proposal.state import SYNC_BRANCH, Look, Overview, Proposal
from almanac.site import Site
from almanac.views import views_of
from almanac.views.protocol import build_all


def rebuild(site: Site, spell: Callable[[Event, Renderer], Event] = lambda event, _: event) -> PageEdits:
    """Build all views from all records, with what people edited in the views taken into the records.

    `spell` rewrites a record before it is written, given what writes its section.

    Raises:
        UserError: A record, a view's file or a template cannot be used.
    """
    records, render = site.records, site.renderer(site.records)
    built = build_all(views_of(site.config, render), site.text, records)
    known = {event.id: event for event in records}
    after = dict(built.files)
    for event in built.records:
        path = record_path(site.config.records, event.id)
        after[path] = write_record(spell(event, render), before=known.get(event.id), source=site.text(path))
    changed = {} if built.problems else {path: text for path, text in after.items() if site.text(path) != text}
    return PageEdits(changed, {path: site.text(path) for path in changed}, built.problems, built.notes)


def propose_page_edits(planner: Planner, overview: Overview) -> Done | None:
    """Propose what brings records and views of the base into agreement; None if there is nothing to say.

    If another sweep is quicker, this one looks once more.

    Raises:
        UserError: A record cannot be read.
        ForgeError: The forge refused or failed.
    """
    try:
        return _propose(planner, overview)
    except Raced:
        return _propose(planner, planner.forge.overview())


def _propose(planner: Planner, overview: Overview) -> Done | None:
    forge, base, head = planner.forge, overview.base, overview.heads.get(SYNC_BRANCH)
    site = planner.site(base.commit)
    # A site without any record has not taken its page over, so its sections are left alone.
    edits = rebuild(site) if site.record_texts else PageEdits()
    pull = overview.pulls.get(SYNC_BRANCH)
    if pull is None and (edits.files or head):
        pull = forge.newest_pull(SYNC_BRANCH)
    mine = head is None or head == pull_state(pull).commit or forge.is_ours(head)
    look = Look(None, base, Proposal(head, pull))
    look = planner.with_closer(look) if edits.files else look
    plan = edits_proposed(edits, look, mine=mine)
    return carry_out(plan, look, planner) if plan else None
