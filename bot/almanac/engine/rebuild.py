"""Everything that a site shows, built from all of its records; and the proposal of what people edited by hand.

`almanac build` writes the result in a folder; on a forge, a sweep proposes it.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from almanac.engine.missing import ShownEvents, undecided, without_deleted
from almanac.engine.planner import Planner
from almanac.engine.run import Done, carry_out
from almanac.errors import ForgeError, Raced
from almanac.event.model import Event
from almanac.forge.removals import Removals
from almanac.page.section import Renderer
from almanac.proposal.marker import pull_state
from almanac.proposal.names import sync_branch
from almanac.proposal.page_edits import PageEdits, edits_proposed, moves_committed
from almanac.proposal.standing import remembered
from almanac.proposal.state import Look, Overview, Proposal
from almanac.site import Site
from almanac.views import views_of
from almanac.views.protocol import build_all


def rebuild(site: Site, spell: Callable[[Event, Renderer], Event] = lambda event, _: event) -> PageEdits:
    """Build all views from all records, with what people edited in the views taken into the records.

    `spell` rewrites a record before it is written, given what writes its section.

    Raises:
        UserError: A record, a view's file or a template cannot be used, or a record would be too large to be read back.
    """
    records, renderers = site.records, site.renderers(site.records)
    render, views = renderers.section, views_of(site.publisher, renderers)
    shown = ShownEvents(site, views, render)
    removals = _removals(shown)
    cleared = without_deleted(removals, shown)
    built = build_all(views, lambda path: cleared.files.get(path, site.text(path)), records)
    known = {event.id: event for event in records}
    new = [event for event in built.records if event.id not in known]
    first = tuple(undecided(removals, shown, cleared.records, new))
    if first:
        return PageEdits(problems=first, history=site.history)
    written: dict[str, str] = {}
    for event in built.records:
        path = site.store.path(event.id)
        source = written[path] if path in written else site.record_text(path)
        written[path] = site.store.write(spell(event, render), before=known.get(event.id), source=source)
    site.refuse_unreadable(written)
    after = {**built.files, **written}
    changed = {} if built.problems else {path: text for path, text in after.items() if site.text(path) != text}
    gone = () if built.problems else cleared.pictures
    return PageEdits(
        {**changed, **dict.fromkeys(gone)},
        {path: site.text(path) for path in changed},
        built.problems,
        (*cleared.notes, *built.notes),
        built.moved,
        history=site.history,
    )


def _removals(shown: ShownEvents) -> Removals:
    """Find the records that were deleted while their events are still shown; one file for all shows none."""
    site = shown.site
    return site.files.removed(site.store.place, shown.path) if site.has_record_folder and shown.path else Removals()


def propose_page_edits(planner: Planner, overview: Overview) -> Done | None:
    """Propose what brings records and views of the base into agreement; None if there is nothing to say.

    If another sweep is quicker, this one looks once more. Errors are those of `rebuild` and of the forge.
    """
    try:
        return _propose(planner, overview)
    except Raced:
        return _propose(planner, planner.forge.overview())


def _propose(planner: Planner, overview: Overview) -> Done | None:
    branch = sync_branch(planner.history)
    forge, base, head = planner.forge, overview.base, overview.heads.get(branch)
    site = planner.site(base.commit)
    # A site without any record has not taken its page over, so its sections are left alone.
    edits = rebuild(site) if site.record_texts else PageEdits(history=site.history)
    if not (edits.notes or edits.problems) and edits.files.keys() <= site.record_texts.keys():
        # A formatter was run over the page: that records remember so can wait for a real edit.
        edits = PageEdits(history=site.history)
    pull = overview.pulls.get(branch)
    if pull is None and (edits.files or head):
        pull = forge.newest_pull(branch)
    mine = head is None or head == pull_state(pull).commit or forge.is_ours(head)
    look = Look(None, base, Proposal(head, pull))
    if edits.only_moves and site.config.moves == "commit":
        try:
            return carry_out(moves_committed(edits, look, mine=mine), Look(None, base, Proposal(head)), planner)
        except ForgeError as refused:
            if refused.passing:
                raise
            edits = replace(edits, refused=str(refused))
    look = planner.with_closer(look) if edits.files else look
    built = remembered(edits.files, partial(forge.entries, base.commit), forge.now())
    wanted = site.config.pull_requests
    plan = edits_proposed(edits, look, wanted, mine=mine, stands=planner.stands(look), built=built)
    return carry_out(plan, look, planner) if plan else None
