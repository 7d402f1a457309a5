"""The proposal of what people edited by hand: a pull request of its own, which a sweep makes and keeps true."""

from dataclasses import replace
from functools import partial

from almanac.engine.planner import Planner
from almanac.engine.rebuild import rebuild
from almanac.engine.run import Done, carry_out
from almanac.errors import ForgeError, Raced
from almanac.proposal.edited_files import PageEdits
from almanac.proposal.marker import pull_state
from almanac.proposal.names import sync_branch
from almanac.proposal.page_edits import edits_proposed, moves_committed
from almanac.proposal.standing import remembered
from almanac.proposal.state import Look, Overview, Proposal


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
